"""Says what is wrong first, if anything, with an answer to one case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.bricks.brick import AnyArray, Brick
from autograder.expect import Expected
from autograder.run import Outcome
from autograder.tolerance import tolerance


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
    lines = [f"first {spot}:  {side_by_side(mine[first], want[first])}"]
    if stage == "values" and expected.outputs[j].dtype.kind == "f":
        lines.append(size_of(off, want, allowed))
    headline = f"{_named(brick, j)}{word} {count}".strip()
    return Finding(stage, headline, tuple(lines), j, got, want, wrong)


def side_by_side(mine: float, want: float) -> str:
    """Both numbers, with as many digits as it takes to tell them apart."""
    for digits in (7, 10, 13, 17):
        yours, theirs = f"{mine:.{digits}g}", f"{want:.{digits}g}"
        if yours != theirs:
            break
    return f"yours {yours}   PyTorch {theirs}"


def size_of(off: AnyArray, want: AnyArray, allowed: AnyArray) -> str:
    """How large the difference is, and how large it may be, on one line."""
    worst = np.unravel_index(off.argmax(), off.shape)
    largest, value = float(off[worst]), abs(float(want[worst]))
    relative = f" (relative {largest / value:.3g})" if value > largest * 1e-9 else ""
    limit = np.broadcast_to(allowed, off.shape)[worst]
    return f"largest difference {largest:.2g}{relative}; allowed {limit:.1g}"
