"""Chapter 6: what learners get wrong about precision, recall and f1."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import IntArray

# ruff: noqa: D103 -- the name of each function says what goes wrong

Scores = tuple[float, float, float]


def counted(y_true: IntArray, y_pred: IntArray, c: int) -> tuple[int, int, int]:
    """Hits, predicted and true samples of class c."""
    hits = int(np.sum((y_true == c) & (y_pred == c)))
    return hits, int(np.sum(y_pred == c)), int(np.sum(y_true == c))


def scores(hits: int, predicted: int, true: int, undefined: float = 0.0) -> Scores:
    """The right answer; the mistakes below go on from here."""
    precision = hits / predicted if predicted else undefined
    recall = hits / true if true else undefined
    f1 = 2 * hits / (predicted + true) if predicted + true else undefined
    return precision, recall, f1


def swapped(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Scores:
    return scores(*counted(y_pred, y_true, pos_label))


def every_right_answer(
    y_true: IntArray, y_pred: IntArray, pos_label: int = 1
) -> Scores:
    _, predicted, true = counted(y_true, y_pred, pos_label)
    return scores(int(np.sum(y_true == y_pred)), predicted, true)


def always_class_1(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Scores:
    return scores(*counted(y_true, y_pred, 1))


def other_f1(
    f1: Any, y_true: IntArray, y_pred: IntArray, pos_label: int = 1
) -> tuple[Any, ...]:
    """Precision and recall as they are, and this function of them."""
    precision, recall, _ = scores(*counted(y_true, y_pred, pos_label))
    return precision, recall, f1(np.float64(precision), np.float64(recall))


def with_f1(f1: Any) -> Any:
    return lambda y_true, y_pred, pos_label=1: other_f1(f1, y_true, y_pred, pos_label)


def guarded_half(p: Any, r: Any) -> Any:
    return p * r / (p + r) if p + r else 0.0


def unguarded(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    true, found = y_true == pos_label, y_pred == pos_label
    hits = np.sum(true & found)
    precision, recall = hits / np.sum(found), hits / np.sum(true)
    return precision, recall, 2 * precision * recall / (precision + recall)


def dividing_zero(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    hits, predicted, true = counted(y_true, y_pred, pos_label)
    return hits / predicted, hits / true, 2 * hits / (predicted + true)


def specificity(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    precision, _, f1 = scores(*counted(y_true, y_pred, pos_label))
    others = y_pred[y_true != pos_label] != pos_label
    return precision, float(np.mean(others)) if len(others) else 0.0, f1


def macro(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    classes = np.union1d(y_true, y_pred)
    every = [scores(*counted(y_true, y_pred, int(c))) for c in classes]
    return tuple(float(np.mean(column)) for column in zip(*every, strict=True))


def of_all_samples(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    hits, predicted, true = counted(y_true, y_pred, pos_label)
    _, recall, f1 = scores(hits, predicted, true)
    return hits / len(y_true), recall, f1


PRECISION_RECALL_F1 = (
    Mistake(
        "precision and recall exchanged",
        "Precision and recall are exchanged. Precision asks about the samples that "
        "were predicted, recall about those that are there.",
        swapped,
    ),
    Mistake(
        "every right answer a hit",
        "Hits are samples of the class looked for. Right answers on other samples do "
        "not belong to them.",
        every_right_answer,
    ),
    Mistake(
        "always class 1",
        "pos_label is not used: class 1 is looked for, whatever was asked.",
        always_class_1,
    ),
    Mistake(
        "arithmetic mean",
        "f1 is the arithmetic mean of precision and recall. It is the harmonic one, "
        "which is low as soon as one of them is.",
        with_f1(lambda p, r: (p + r) / 2),
    ),
    Mistake(
        "geometric mean",
        "f1 is the geometric mean of precision and recall. It is the harmonic one.",
        with_f1(lambda p, r: np.sqrt(p * r)),
    ),
    Mistake(
        "half of f1",
        "f1 is half of what it should be: where precision and recall are equal, f1 is "
        "the same number.",
        with_f1(guarded_half),
    ),
    Mistake(
        "f1 divides by 0",
        "Where precision and recall are both 0, f1 divides by 0. It is 0.0 there.",
        with_f1(lambda p, r: 2 * p * r / (p + r)),
    ),
    Mistake(
        "nan",
        "Where the class is never predicted, or is not in the data, there is nothing "
        "to divide by. The answer is 0.0 there.",
        unguarded,
    ),
    Mistake(
        "division by zero",
        "A class that is never predicted, or is not in the data, has nothing to divide "
        "by. The answer is 0.0 there.",
        dividing_zero,
    ),
    Mistake(
        "undefined is perfect",
        "Where there is nothing to divide by, this says 1.0: a class never found would "
        "look perfect. The answer is 0.0 there.",
        lambda y_true, y_pred, pos_label=1: scores(
            *counted(y_true, y_pred, pos_label), 1.0
        ),
    ),
    Mistake(
        "specificity",
        "In place of recall this is the share of the other samples that were rightly "
        "left alone. Recall asks about samples of the class.",
        specificity,
    ),
    Mistake(
        "averaged over the classes",
        "These are averages over all classes. Give those of the class pos_label.",
        macro,
    ),
    Mistake(
        "share of all samples",
        "Precision is divided by all samples. Divide by those predicted to be of the "
        "class.",
        of_all_samples,
    ),
)
