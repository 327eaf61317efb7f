"""How the exercises of a chapter did: what a class found easy, and what told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.bricks.brick import Brick

Passed = Mapping[str, bool]
"""Of one student: whether each brick is right, by its name."""


@dataclass(frozen=True)
class Item:
    """One brick over the whole class.

    facility:        the share of students who got it right, 0 to 1
    discrimination:  correlation of getting it right with the points on all other
                     bricks, or None where one of them is the same for everybody
    mistake:         the known mistake made most often, or ""
    made:            how many made it
    """

    brick: str
    points: int
    facility: float
    discrimination: float | None
    mistake: str
    made: int


def analyse(
    bricks: Sequence[Brick],
    passed: Sequence[Passed],
    mistakes: Sequence[tuple[str, str]],
) -> list[Item]:
    """An Item for each brick.

    passed:    one mapping a student; a brick that it lacks counts as wrong
    mistakes:  (brick, name of the known mistake) for every one that was made
    """
    right = np.array([[each.get(b.name, False) for b in bricks] for each in passed])
    right = right.reshape(len(passed), len(bricks)).astype(float)
    points = np.array([brick.points for brick in bricks], dtype=float)
    totals = right @ points
    items = []
    for j, brick in enumerate(bricks):
        made = Counter(name for where, name in mistakes if where == brick.name)
        mistake, count = min(made.items(), key=most_first, default=("", 0))
        facility = float(right[:, j].mean()) if len(right) else 0.0
        rest = totals - right[:, j] * points[j]
        items.append(
            Item(
                brick.name,
                brick.points,
                facility,
                correlation(right[:, j], rest),
                mistake,
                count,
            )
        )
    return items


def most_first(entry: tuple[str, int]) -> tuple[int, str]:
    """Sorts by falling count, then by name, so that a rerun gives the same."""
    name, count = entry
    return -count, name


def correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's r, or None where x or y does not vary."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
