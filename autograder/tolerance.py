"""How far a right answer may lie from PyTorch's: a scale times a measured factor.

`python -m autograder.reference.tolerances` measures the factors; docs/tolerances.md
explains them.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autograder.bricks.brick import AnyArray, Brick
from autograder.expect import Expected
from autograder.recording import AGAIN, DIRECTORY, DamagedRecording

FILE = "tolerances.json"
EPS32 = np.finfo(np.float32).eps


@dataclass(frozen=True)
class Rule:
    """What was measured on right answers of one kind, and the factor that follows.

    largest:  the largest error of a right answer, in units of its scale
    growth:   how much larger that gets when twice as many cases are drawn
    factor:   the largest error that is allowed, in units of its scale
    caught:   the smallest error of a known mistake that is rejected
    """

    largest: float
    growth: float
    factor: float
    caught: float


@functools.cache
def rules(directory: Path = DIRECTORY) -> dict[str, Rule]:
    """The rule for answers in "float64", in "float32", and for random "draws".

    Raises:  DamagedRecording when the table is missing or is not one
    """
    try:
        table = json.loads((directory / FILE).read_text("utf-8"))["rules"]
        return {kind: Rule(**table[kind]) for kind in ("float64", "float32", "draws")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedRecording(f"{FILE} cannot be read; {AGAIN}") from error


def kind_of(brick: Brick, expected: Expected, j: int) -> str:
    """Which rule output j falls under; "" for integers, which are exact."""
    if expected.outputs[j].dtype.kind != "f":
        return ""
    return "draws" if brick.draws else expected.dtypes[j]


def scale(brick: Brick, expected: Expected, j: int) -> AnyArray:
    """The error that rounding makes likely, for each entry of output j.

    Of a float answer one rounding of its dtype, times what moves when inputs are
    rounded and the size of the answer, or times what PyTorch itself loses in float32,
    whichever is larger. Of a random answer the deviation among PyTorch's own draws, or
    one rounding of the answer where that is larger.
    """
    size = np.abs(expected.outputs[j]).max(initial=0.0)
    one = np.finfo(expected.dtypes[j]).eps
    if brick.draws:
        return np.asarray(np.maximum(expected.spread[j], one * size))
    lost = expected.spread[j] / EPS32
    return np.asarray(one * np.maximum(expected.condition[j] + size, lost))


def tolerance(brick: Brick, expected: Expected, j: int) -> AnyArray:
    """The allowed absolute difference for each entry of output j; 0 for integers."""
    kind = kind_of(brick, expected, j)
    if not kind:
        return np.zeros(expected.outputs[j].shape)
    return np.asarray(rules()[kind].factor * scale(brick, expected, j))


def rounding(dtype: npt.DTypeLike, size: float) -> float:
    """The allowed difference of two answers of this size that differ by rounding."""
    return float(rules()[str(np.dtype(dtype))].factor * np.finfo(dtype).eps * size)
