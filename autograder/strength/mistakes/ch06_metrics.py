"""Chapter 6: what learners get wrong about right answers and confusions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array, IntArray

# ruff: noqa: D103 -- the name of each function says what goes wrong


def by_class(y_true: IntArray, y_pred: IntArray) -> Any:
    found = [np.mean(y_pred[y_true == c] == c) for c in np.unique(y_true)]
    return float(np.mean(found))


ACCURACY = (
    Mistake(
        "percent",
        "This is in percent. Give the share itself, from 0 to 1.",
        lambda y_true, y_pred: 100 * np.mean(y_true == y_pred),
    ),
    Mistake(
        "count",
        "This counts the right answers. Divide by the number of samples.",
        lambda y_true, y_pred: float(np.sum(y_true == y_pred)),
    ),
    Mistake(
        "error rate",
        "This is the share of the wrong answers.",
        lambda y_true, y_pred: np.mean(y_true != y_pred),
    ),
    Mistake(
        "rounded down",
        "// rounds the quotient down, to 0 unless every answer is right.",
        lambda y_true, y_pred: float(np.sum(y_true == y_pred) // len(y_true)),
    ),
    Mistake(
        "per sample",
        "This says of each sample whether it is right. One number is due: the share.",
        lambda y_true, y_pred: y_true == y_pred,
    ),
    Mistake(
        "distance",
        "This is a mean distance of class numbers. Classes are names: taking 3 for 8 "
        "is no worse than taking 3 for 2.",
        lambda y_true, y_pred: np.mean(np.abs(y_true.astype(int) - y_pred)),
    ),
    Mistake(
        "hits of class 1 only",
        "Only samples of class 1 count as right. Right is right in every class.",
        lambda y_true, y_pred: np.mean((y_true == y_pred) & (y_true == 1)),
    ),
    Mistake(
        "mean over the classes",
        "This is the share in each class, averaged over the classes, so that a rare "
        "class weighs as much as a frequent one. Here every sample weighs the same.",
        by_class,
    ),
    Mistake(
        "divided by the classes",
        "The count is divided by the number of classes, not by that of the samples.",
        lambda y_true, y_pred: np.sum(y_true == y_pred) / (int(y_true.max()) + 1),
    ),
)


def table(y_true: IntArray, y_pred: IntArray, num_classes: int) -> IntArray:
    """The right answer; the mistakes below go on from here."""
    counts = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts


def buffered(y_true: IntArray, y_pred: IntArray, num_classes: int) -> IntArray:
    counts = np.zeros((num_classes, num_classes), np.int64)
    counts[y_true, y_pred] += 1
    return counts


def shares(y_true: IntArray, y_pred: IntArray, num_classes: int) -> Array:
    counts = table(y_true, y_pred, num_classes)
    rows: Array = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return rows


def overflowing(y_true: IntArray, y_pred: IntArray, num_classes: int) -> IntArray:
    pairs = np.bincount(num_classes * y_true + y_pred, minlength=num_classes**2)
    return pairs.reshape(num_classes, num_classes)


CONFUSION_MATRIX = (
    Mistake(
        "transposed",
        "Rows and columns are exchanged: a row for each true class, a column for each "
        "predicted one.",
        lambda y_true, y_pred, num_classes: table(y_pred, y_true, num_classes),
    ),
    Mistake(
        "repeated pairs counted once",
        "A pair that occurs more than once is counted once: += with arrays of indices "
        "reads all entries before it writes any.",
        buffered,
    ),
    Mistake(
        "shares",
        "The rows are divided by their sums. Give the counts, whole numbers.",
        shares,
    ),
    Mistake(
        "floats",
        "The counts are floats. Counts are whole numbers: say so where the zeros are "
        "made.",
        lambda y_true, y_pred, num_classes: table(y_true, y_pred, num_classes) * 1.0,
    ),
    Mistake(
        "size by the largest class",
        "The size follows from the classes at hand. A class may be absent: num_classes "
        "says how many there are.",
        lambda y_true, y_pred, num_classes: table(
            y_true, y_pred, max(int(y_true.max()), int(y_pred.max())) + 1
        ),
    ),
    Mistake(
        "errors only",
        "The right answers are missing. They belong on the diagonal.",
        lambda y_true, y_pred, num_classes: table(
            y_true[y_true != y_pred], y_pred[y_true != y_pred], num_classes
        ),
    ),
    Mistake(
        "right answers only",
        "Only the diagonal is counted. The confusion stands beside it.",
        lambda y_true, y_pred, num_classes: table(
            y_true[y_true == y_pred], y_pred[y_true == y_pred], num_classes
        ),
    ),
    Mistake(
        "both ways",
        "Taking i for j is counted as taking j for i too. The matrix need not be "
        "symmetric.",
        lambda y_true, y_pred, num_classes: (
            table(y_true, y_pred, num_classes) + table(y_pred, y_true, num_classes)
        ),
    ),
    Mistake(
        "one class more",
        "There is one row and one column too many: classes 0 to num_classes - 1.",
        lambda y_true, y_pred, num_classes: table(y_true, y_pred, num_classes + 1),
    ),
    Mistake(
        "numbers of one byte",
        "With class numbers of one byte the product runs over 255 and starts again "
        "from 0. Convert them first.",
        overflowing,
    ),
    Mistake(
        "one row",
        "The counts stand in one row. Give them the shape (num_classes, num_classes).",
        lambda y_true, y_pred, num_classes: table(y_true, y_pred, num_classes).ravel(),
    ),
)
