"""What is measured on right answers, and the factor that follows from it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean

from autograder.tolerance import Rule

DRAWS = 16  # the public cases, and fifteen times fresh ones: minutes, not hours
GOAL = 2**20  # drawn this often, for a million learners, no right answer is refused
KINDS = ("float64", "float32", "draws")


@dataclass(frozen=True)
class Row:
    """One output of one public case.

    rounding:   one float64 rounding, times the condition and size of the answer
    spread:     the largest float32 error seen; of a float64 case PyTorch's own
    units:      the largest error of a right answer, in units of its scale
    tolerance:  what is allowed where most is
    errors:     the largest error by each way to a right answer
    """

    case: str
    output: str
    kind: str
    rounding: float
    spread: float
    units: float
    tolerance: float
    errors: dict[str, float]


@dataclass
class Measured:
    """What was measured on a brick.

    inputs:    the hash of everything that it was measured on
    mistakes:  the error of each mistake that only values give away, of each kind
    answers:   how many right answers were compared, of each kind
    largest:   of each kind the largest error in every draw, in units of its scale
    """

    inputs: str
    mistakes: dict[str, dict[str, float]]
    answers: dict[str, int] = field(default_factory=dict)
    largest: dict[str, list[float]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def take(self, kind: str, draw: int, units: float, answers: int) -> None:
        """Count the answers to one output of one case, and keep the largest error."""
        worst = self.largest.setdefault(kind, [0.0] * DRAWS)
        worst[draw] = max(worst[draw], units)
        self.answers[kind] = self.answers.get(kind, 0) + answers


def rules(bricks: Iterable[Measured]) -> dict[str, Rule]:
    """The rule of each kind."""
    found = list(bricks)
    result = {}
    for kind in KINDS:
        wrong = [m[kind] for each in found for m in each.mistakes.values() if kind in m]
        result[kind] = rule(worst(found, kind), wrong)
    return result


def worst(bricks: Iterable[Measured], kind: str) -> list[float]:
    """The largest error of any brick in each draw."""
    of_kind = [each.largest[kind] for each in bricks if kind in each.largest]
    return [max(draw) for draw in zip(*of_kind, strict=True)] or [0.0] * DRAWS


def rule(largest: list[float], wrong: list[float]) -> Rule:
    """The factor that follows from the largest error in each of some draws.

    The largest of twice as many draws is larger by `growth`, on average. From these
    draws to GOAL their number doubles log2(GOAL / len(largest)) times.
    """
    first, last = fmean(largest), max(largest)
    growth = short((last / first) ** (1 / math.log2(len(largest)))) if last else 1.0
    factor = math.ceil(last * growth ** math.log2(GOAL / len(largest)))
    caught = min((units for units in wrong if units > factor), default=0.0)
    return Rule(last, growth, float(factor), caught)


def short(value: float) -> float:
    """The value to four digits."""
    return float(f"{value:.4g}")
