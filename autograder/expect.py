"""What a right answer to a case is, and how exact it has to be: both measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Case, as_dtype

TRIALS = 8  # perturbed evaluations that measure a case's condition
DRAWS = 32  # right answers that measure how much a random answer varies
NUDGE = float(np.finfo(np.float32).eps)

Answer = Callable[[Case], tuple[AnyArray, ...]]
"""Answers a case rightly, in the dtype of its inputs."""


@dataclass(frozen=True)
class Expected:
    """What PyTorch answered to one case, one entry an output.

    outputs:    values computed in float64
    dtypes:     the dtype that PyTorch gives for inputs of the case's dtype
    condition:  how far each entry moves, per unit of relative change of the inputs
    spread:     the largest error of PyTorch's own float32 answer; for a random brick
                the largest deviation among its own draws, for each entry
    """

    outputs: tuple[AnyArray, ...]
    dtypes: tuple[str, ...]
    condition: tuple[AnyArray, ...]
    spread: tuple[AnyArray, ...]


def expect(brick: Brick, case: Case, answer: Answer, *others: Answer) -> Expected:
    """The answer in float64, with what its tolerance follows from.

    The error of a float32 answer is measured on `answer` and on the others, also for
    a case in float64: it shows what rounding inside the computation costs.
    """
    if brick.draws:
        return expect_draws(case, answer)
    wide, narrow = as_case(case, "float64"), as_case(case, "float32")
    outputs = answer(wide)
    singles = [each(narrow) for each in (answer, *others)]
    spread = tuple(
        np.max([error(single[j], right) for single in singles])
        for j, right in enumerate(outputs)
    )
    dtypes = tuple(str(o.dtype) for o in answer(case))
    return Expected(outputs, dtypes, condition(wide, outputs, answer), spread)


def error(single: AnyArray, right: AnyArray) -> float:
    """The largest error of a float32 answer; 0 where it is no measure of rounding.

    It is none where float32 overflows, or finds equal what float64 tells apart.
    """
    if single.shape != right.shape:
        return 0.0
    off = np.abs(single.astype(np.float64) - right)
    return float(off[np.isfinite(off)].max(initial=0.0))


def expect_draws(case: Case, answer: Answer) -> Expected:
    """The mean of right draws, and how far the farthest lies from it."""
    draws = [
        answer(Case(case.name, {**case.inputs, "seed": seed})) for seed in range(DRAWS)
    ]
    outputs, spread = [], []
    for values in zip(*draws, strict=True):
        stack = np.stack(values)
        if stack.dtype.kind == "f":
            outputs.append(stack.mean(axis=0))
            spread.append(np.abs(stack - stack.mean(axis=0)).max(axis=0))
        else:
            outputs.append(stack[0])
            spread.append(np.zeros(stack[0].shape))
    dtypes = tuple(str(o.dtype) for o in draws[0])
    zeros = tuple(np.zeros(o.shape) for o in outputs)
    return Expected(tuple(outputs), dtypes, zeros, tuple(spread))


def condition(
    case: Case, outputs: tuple[AnyArray, ...], answer: Answer
) -> tuple[AnyArray, ...]:
    """How far each entry moves per unit of relative change of the inputs, measured.

    Integers are compared exactly: where nothing else is due, nothing is measured.
    """
    moved = [np.zeros(np.shape(o)) for o in outputs]
    for trial in range(TRIALS if any(o.dtype.kind == "f" for o in outputs) else 0):
        rng = np.random.default_rng(trial)
        near = {
            k: np.asarray(v * (1 + NUDGE * rng.uniform(-1, 1, v.shape)))
            if isinstance(v, np.ndarray) and v.dtype.kind == "f"
            else v
            for k, v in case.inputs.items()
        }
        for j, there in enumerate(answer(Case(case.name, near))):
            step = np.abs(there.astype(np.float64) - outputs[j]) / NUDGE
            moved[j] = np.maximum(moved[j], step)
    return tuple(moved)


def as_case(case: Case, dtype: str) -> Case:
    """The case with its float inputs in this dtype."""
    inputs = {name: as_dtype(value, dtype) for name, value in case.inputs.items()}
    return Case(case.name, inputs, case.strided)
