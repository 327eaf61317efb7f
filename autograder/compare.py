"""Says what is wrong first, if anything, with an answer to one case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.bricks.brick import AnyArray, Brick
from autograder.run import Outcome

ROUNDINGS = 32  # a right answer in another order of operations stays far below this
SPREADS = 8  # times the float32 spread that was measured on PyTorch itself
DRAWS = 3  # times the largest deviation seen in 32 of PyTorch's own draws


@dataclass(frozen=True)
class Expected:
    """What PyTorch answered to one case, one entry an output.

    outputs:    values computed in float64
    dtypes:     the dtype that PyTorch gives for inputs of the case's dtype
    condition:  how far each entry moves, per unit of relative change of the inputs
    spread:     the largest float32 error of PyTorch itself; for a random brick the
                largest deviation among its own draws, for each entry
    """

    outputs: tuple[AnyArray, ...]
    dtypes: tuple[str, ...]
    condition: tuple[AnyArray, ...]
    spread: tuple[AnyArray, ...]


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong: its stage and the lines that describe it.

    got, expected and wrong are set where a picture can show the difference.
    """

    stage: str
    headline: str
    lines: tuple[str, ...] = ()
    output: int = 0
    got: AnyArray | None = None
    expected: AnyArray | None = None
    wrong: AnyArray | None = None


def tolerance(brick: Brick, expected: Expected, j: int) -> AnyArray:
    """The allowed absolute difference for each entry of output j.

    Integers are exact. A float answer may differ by ROUNDINGS times the rounding of
    its dtype, scaled by the case's condition and size; a float32 answer at least by
    SPREADS times the error that PyTorch's own float32 answer has.
    """
    want = expected.outputs[j]
    if want.dtype.kind != "f":
        return np.zeros(want.shape)
    if brick.draws:
        return DRAWS * expected.spread[j] + 1e-12
    dtype = expected.dtypes[j]
    size = np.abs(want).max(initial=0.0)
    allowed = ROUNDINGS * np.finfo(dtype).eps * (expected.condition[j] + size)
    if dtype == "float32":
        allowed = np.maximum(allowed, SPREADS * expected.spread[j])
    return np.asarray(allowed)


def compare(brick: Brick, outcome: Outcome, expected: Expected) -> Finding | None:
    """The first thing wrong with the outcome, in the order a learner can use."""
    if outcome.problem:
        stage, sentence = outcome.problem
        return Finding(stage, sentence, outcome.detail)
    for check in (_shape, _dtype):
        for j in range(len(expected.outputs)):
            if finding := check(brick, outcome.outputs[j], expected, j):
                return finding
    if outcome.changed:
        names = " and ".join(outcome.changed)
        hint = f"work on a copy: {outcome.changed[0]}.copy(), or a new array"
        return Finding("changed", f"changed its input {names}", (hint,))
    for j in range(len(expected.outputs)):
        if finding := _values(brick, outcome.outputs[j], expected, j):
            return finding
    if outcome.warned:
        said = f"NumPy warned: {outcome.warned}"
        return Finding("warned", "the values are right, but " + said)
    return None


def _named(brick: Brick, j: int) -> str:
    return f"{brick.outputs[j]} " if len(brick.outputs) > 1 else ""


def _shape(brick: Brick, got: AnyArray, expected: Expected, j: int) -> Finding | None:
    want = expected.outputs[j]
    if got.shape == want.shape:
        return None
    said = f"{_named(brick, j)}has shape {got.shape}, PyTorch's has {want.shape}"
    return Finding("shape", said, output=j, got=got, expected=want)


def _dtype(brick: Brick, got: AnyArray, expected: Expected, j: int) -> Finding | None:
    want = np.dtype(expected.dtypes[j])
    same_kind = got.dtype.kind == want.kind or {got.dtype.kind, want.kind} == {"i", "u"}
    if got.dtype == want or (same_kind and (brick.driver or want.kind in "iu")):
        return None
    said = f"{_named(brick, j)}is {got.dtype}, PyTorch's is {want}"
    return Finding("dtype", said, output=j)


def _values(brick: Brick, got: AnyArray, expected: Expected, j: int) -> Finding | None:
    want = expected.outputs[j].astype(np.float64)
    mine = got.astype(np.float64)
    allowed = tolerance(brick, expected, j)
    with np.errstate(invalid="ignore"):
        off = np.abs(mine - want)
        wrong = ~(off <= allowed)
    if not wrong.any():
        return None
    lost = ~np.isfinite(mine) & np.isfinite(want)
    stage, word = (
        ("not finite", "not finite") if lost.any() else ("values", "values differ")
    )
    where = lost if lost.any() else wrong
    first = tuple(int(i) for i in np.argwhere(where)[0])
    spot = f"at {list(first)}" if first else "value"
    count = f"in {where.sum()} of {where.size} places" if where.size > 1 else ""
    lines = [f"first {spot}:  yours {mine[first]:.7g}   PyTorch {want[first]:.7g}"]
    if stage == "values":
        lines.append(size_of(off, want, allowed))
    headline = f"{_named(brick, j)}{word} {count}".strip()
    return Finding(stage, headline, tuple(lines), j, got, want, wrong)


def size_of(off: AnyArray, want: AnyArray, allowed: AnyArray) -> str:
    """How large the difference is, and how large it may be, on one line."""
    worst = np.unravel_index(off.argmax(), off.shape)
    largest, value = float(off[worst]), abs(float(want[worst]))
    relative = f" (relative {largest / value:.3g})" if value > largest * 1e-9 else ""
    limit = np.broadcast_to(allowed, off.shape)[worst]
    return f"largest difference {largest:.2g}{relative}; allowed {limit:.1g}"
