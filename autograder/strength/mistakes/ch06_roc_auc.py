"""Chapter 6: what learners get wrong about the area under the ROC curve."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array, IntArray

# ruff: noqa: D103 -- the name of each function says what goes wrong


def pairs(y_true: IntArray, y_score: Array) -> Any:
    """A row for each positive, a column for each negative: 1 in order, ½ tied, 0."""
    apart = y_score[y_true == 1][:, None] - y_score[y_true == 0]
    return (np.sign(apart) + 1) / 2


def area(y_true: IntArray, y_score: Array) -> float:
    """The right answer; the mistakes below go on from here."""
    each = pairs(y_true, y_score)
    return float(each.mean()) if each.size else math.nan


def ties_lost(y_true: IntArray, y_score: Array) -> float:
    each = pairs(y_true, y_score)
    return float((each == 1).mean()) if each.size else math.nan


def ties_won(y_true: IntArray, y_score: Array) -> float:
    each = pairs(y_true, y_score)
    return float((each > 0).mean()) if each.size else math.nan


def ranked_in_order(y_true: IntArray, y_score: Array) -> Any:
    ranks = np.argsort(np.argsort(y_score, kind="stable")) + 1
    P, N = int(np.sum(y_true)), int(np.sum(1 - y_true))
    above = float(ranks[y_true == 1].sum()) - P * (P + 1) / 2
    return above / (P * N) if P * N else math.nan


def average_precision(y_true: IntArray, y_score: Array) -> Any:
    if len(np.unique(y_true)) < 2:
        return math.nan
    hits = y_true[np.argsort(-y_score, kind="stable")]
    shares = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(shares[hits == 1].mean())


def without_corner(y_true: IntArray, y_score: Array) -> Any:
    if len(np.unique(y_true)) < 2:
        return math.nan
    cuts = np.unique(y_score)[::-1, None]
    tpr = (y_score[y_true == 1] >= cuts).mean(axis=1)
    fpr = (y_score[y_true == 0] >= cuts).mean(axis=1)
    return float(np.trapezoid(tpr, fpr))


ROC_AUC = (
    Mistake(
        "ties lost",
        "A pair with equal scores counts nothing. It counts half.",
        ties_lost,
    ),
    Mistake(
        "ties won",
        "A pair with equal scores counts in full. It counts half.",
        ties_won,
    ),
    Mistake(
        "ties by place",
        "Equal scores get different ranks, so the answer depends on the order of the "
        "samples. Pairs with equal scores count half.",
        ranked_in_order,
    ),
    Mistake(
        "upside down",
        "Pairs count where the negative scores higher. It is the other way round.",
        lambda y_true, y_score: area(1 - y_true, y_score),
    ),
    Mistake(
        "thresholded",
        "The scores are turned into classes first. The area compares the scores "
        "themselves, with no threshold.",
        lambda y_true, y_score: area(y_true, (y_score > 0.5).astype(float)),
    ),
    Mistake(
        "accuracy",
        "This is the accuracy at a threshold of 0.5. The area has no threshold: it "
        "compares scores in pairs.",
        lambda y_true, y_score: float(np.mean((y_score > 0.5) == y_true)),
    ),
    Mistake(
        "two areas less one",
        "Pairs in the wrong order are subtracted. They count 0: chance gives ½, not 0.",
        lambda y_true, y_score: 2 * area(y_true, y_score) - 1,
    ),
    Mistake(
        "count of pairs",
        "This counts pairs. Divide by how many there are.",
        lambda y_true, y_score: float(pairs(y_true, y_score).sum()),
    ),
    Mistake(
        "all pairs",
        "The count is divided by all pairs of samples. Divide by the pairs of a "
        "positive and a negative.",
        lambda y_true, y_score: float(pairs(y_true, y_score).sum()) / len(y_true) ** 2,
    ),
    Mistake(
        "one class is chance",
        "With one class only there is no pair, so there is no area: nan says that, ½ "
        "would look like a result.",
        lambda y_true, y_score: float(np.nan_to_num(area(y_true, y_score), nan=0.5)),
    ),
    Mistake(
        "one class warns",
        "With one class only this takes the mean of nothing, and NumPy warns. Return "
        "nan without computing.",
        lambda y_true, y_score: float(pairs(y_true, y_score).mean()),
    ),
    Mistake(
        "one class divides by 0",
        "With one class only there is no pair to divide by. Return nan there.",
        lambda y_true, y_score: (
            float(pairs(y_true, y_score).sum()) / pairs(y_true, y_score).size
        ),
    ),
    Mistake(
        "average precision",
        "This is the mean precision down the list of scores, the area under another "
        "curve.",
        average_precision,
    ),
    Mistake(
        "curve without its start",
        "The curve begins at the highest score. It begins at (0, 0), where nothing "
        "counts as positive.",
        without_corner,
    ),
)
