"""What a right answer to a case is, and how exact it has to be: both measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Case, as_dtype
from autograder.compare import Expected

TRIALS = 8  # perturbed evaluations that measure a case's condition
DRAWS = 32  # right answers that measure how much a random answer varies
NUDGE = float(np.finfo(np.float32).eps)

Answer = Callable[[Case], tuple[AnyArray, ...]]
"""Answers a case rightly, in the dtype of its inputs."""


def expect(brick: Brick, case: Case, answer: Answer, *others: Answer) -> Expected:
    """The answer in float64, with what its tolerance follows from.

    The error of a float32 answer is measured on `answer` and on the others.
    """
    if brick.draws:
        return expect_draws(case, answer)
    wide = as_case(case, "float64")
    outputs = answer(wide)
    in_own_dtype = [each(case) for each in (answer, *others)]
    spread = tuple(
        np.max(
            [np.abs(o[j].astype(np.float64) - w).max(initial=0.0) for o in in_own_dtype]
        )
        for j, w in enumerate(outputs)
    )
    dtypes = tuple(str(o.dtype) for o in in_own_dtype[0])
    return Expected(outputs, dtypes, condition(wide, outputs, answer), spread)


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
    """How far each entry moves per unit of relative change of the inputs, measured."""
    moved = [np.zeros(np.shape(o)) for o in outputs]
    for trial in range(TRIALS):
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
