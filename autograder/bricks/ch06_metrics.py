"""Chapter 6: numbers that say how good predictions are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]

WHOLE = ("int64",)  # class numbers are no floats: one case a family
WIDE = ("float64",)


def judged(n: int, classes: int, kind: Any = np.int64, **params: int) -> Make:
    """True classes and predictions, of which about two in three are right.

    They are seldom even: the last class is rarer, and wrong predictions lean low.
    """

    def make(rng: Rng) -> Inputs:
        true = rng.integers(0, 2 * classes - 1, n) // 2
        wrong = rng.integers(0, classes, n) * rng.integers(0, 2, n)
        guess = np.where(rng.random(n) < 0.6, true, wrong)
        return {"y_true": true.astype(kind), "y_pred": guess.astype(kind), **params}

    return make


def fixed(y_true: list[int], y_pred: list[int], **params: int) -> Make:
    """These classes, whatever the seed: edges that a draw would miss."""
    return lambda rng: {
        "y_true": np.array(y_true),
        "y_pred": np.array(y_pred),
        **params,
    }


def whole(name: str, make: Make, strided: bool = False) -> Family:
    """A family of class numbers."""
    return Family(name, make, strided, WHOLE)


ACCURACY = Brick(
    target="minidl.metrics.accuracy",
    title="The share of right answers",
    outputs=("accuracy",),
    families=(
        whole("twenty-one samples, four classes", judged(21, 4)),
        whole("two classes", judged(11, 2)),
        whole("one sample, right", fixed([3], [3])),
        whole("none right", fixed([0, 1, 2, 2], [1, 2, 0, 1])),
        whole("all right", fixed([2, 0, 1, 1, 3], [2, 0, 1, 1, 3])),
        whole("one class only", fixed([0] * 7, [0, 0, 0, 5, 0, 0, 9])),
        whole("class numbers of one byte", judged(16, 10, np.uint8)),
        whole("not contiguous", judged(13, 3), strided=True),
    ),
)

CONFUSION_MATRIX = Brick(
    target="minidl.metrics.confusion_matrix",
    title="Which class is taken for which",
    outputs=("counts",),
    families=(
        whole("thirty samples, four classes", judged(30, 4, num_classes=4)),
        whole("two classes", judged(12, 2, num_classes=2)),
        whole("one sample", fixed([1], [2], num_classes=3)),
        whole("a class that never occurs", judged(14, 3, num_classes=5)),
        whole("one class", fixed([0] * 4, [0] * 4, num_classes=1)),
        whole("all right", fixed([2, 0, 1, 1], [2, 0, 1, 1], num_classes=3)),
        whole("class numbers of one byte", judged(40, 19, np.uint8, num_classes=20)),
        whole("not contiguous", judged(15, 3, num_classes=3), strided=True),
    ),
)

PRECISION_RECALL_F1 = Brick(
    target="minidl.metrics.precision_recall_f1",
    title="Can a class be trusted, is it found",
    outputs=("precision", "recall", "f1"),
    points=2,
    families=(
        whole("two classes", judged(31, 2)),
        whole("class 0 looked for", judged(25, 2, pos_label=0)),
        whole("class 2 of four", judged(40, 4, pos_label=2)),
        whole("never predicted", fixed([0, 1, 1, 0, 1], [0] * 5)),
        whole("not in the data", fixed([0] * 5, [0, 1, 0, 1, 1])),
        whole("neither", fixed([0, 2, 2], [2, 0, 2])),
        whole("predicted and never right", fixed([0, 1, 1, 0, 0], [1, 0, 0, 1, 1])),
        whole("one sample, right", fixed([1], [1])),
        whole("not contiguous", judged(19, 2), strided=True),
    ),
)


def scored(n: int, positive: int, steps: int = 0, scale: float = 1.0) -> Make:
    """Scores of n samples, higher for positive ones; with ties if they have steps."""

    def make(rng: Rng) -> Inputs:
        true = (rng.permutation(n) < positive).astype(np.int64)
        score = rng.normal(1.5 * true, 1.2)
        if steps:
            score = np.round(score * steps) / steps
        return {"y_true": true, "y_score": scale * score}

    return make


def ranked(y_true: list[int], y_score: list[float]) -> Make:
    """These classes and scores, whatever the seed."""
    return lambda rng: {
        "y_true": np.array(y_true),
        "y_score": np.array(y_score, float),
    }


def drive_roc_auc(roc_auc: Any, y_true: Any, y_score: Any) -> Any:
    """Whether the area is nan, and if not, the area: a nan is equal to nothing."""
    import numpy as np

    area = roc_auc(y_true, y_score)
    if area is None:
        return None
    no_area = bool(np.isnan(area).all())
    return np.array(int(no_area)), np.array(0.0) if no_area else area


ROC_AUC = Brick(
    target="minidl.metrics.roc_auc",
    title="How well scores put positives on top",
    outputs=("the area is nan (1 yes, 0 no):", "area"),
    points=2,
    driver=drive_roc_auc,
    families=(
        Family("fifteen scores", scored(15, 6)),
        Family("ties", scored(24, 11, steps=1), dtypes=WIDE),
        Family("all scores equal", ranked([0, 1, 1, 0, 1], [0.5] * 5), dtypes=WIDE),
        Family("in perfect order", ranked([0, 1, 0, 1], [-2, 3, -1, 1]), dtypes=WIDE),
        Family("upside down", ranked([1, 0, 0, 1], [-2, 3, 1, -1]), dtypes=WIDE),
        Family("one positive", scored(10, 1, steps=1), dtypes=WIDE),
        Family("large values", scored(12, 7, scale=1e6), dtypes=WIDE),
        Family("one class only", ranked([1, 1, 1], [0.1, 0.7, 0.2]), dtypes=WIDE),
        Family("no positive", ranked([0, 0], [0.1, 0.7]), dtypes=WIDE),
        Family("not contiguous", scored(14, 5), strided=True),
    ),
)
