"""How good predictions are: numbers that a person reads, not losses to train on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minidl.array import Array, IntArray


def accuracy(y_true: IntArray, y_pred: IntArray) -> float:
    """Share of the samples whose predicted class is the true one.

    Shapes:  y_true (N,), y_pred (N,) -> a number from 0 to 1
    """
    y_true, y_pred = paired("accuracy", y_true, y_pred)
    return float(np.mean(y_true == y_pred))


def confusion_matrix(y_true: IntArray, y_pred: IntArray, num_classes: int) -> IntArray:
    """How often each class was taken for each: true ones in rows, predicted across.

    Shapes:   y_true (N,), y_pred (N,) -> (num_classes, num_classes), int64
    Formula:  entry [i, j] counts the samples of class i that were taken for j
    """
    y_true, y_pred = paired("confusion_matrix", y_true, y_pred, num_classes)
    counts = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts


def precision_recall_f1(
    y_true: IntArray, y_pred: IntArray, pos_label: int = 1
) -> tuple[float, float, float]:
    """How far one class can be trusted, how much of it is found, and a mean of both.

    Shapes:   y_true (N,), y_pred (N,) -> three numbers from 0 to 1
    Formula:  precision = hits / predicted, recall = hits / true: a hit is a sample
              of the class that was taken for it;  f1 = 2 hits / (predicted + true)
    Edges:    0.0 where nothing is there to divide by, as scikit-learn has it
    """
    y_true, y_pred = paired("precision_recall_f1", y_true, y_pred)
    hits = int(np.sum((y_true == pos_label) & (y_pred == pos_label)))
    predicted = int(np.sum(y_pred == pos_label))
    true = int(np.sum(y_true == pos_label))
    precision = hits / predicted if predicted else 0.0
    recall = hits / true if true else 0.0
    f1 = 2 * hits / (predicted + true) if predicted + true else 0.0
    return precision, recall, f1


def roc_auc(y_true: IntArray, y_score: Array) -> float:
    """Chance that a positive sample scores above a negative one; a tie counts half.

    Shapes:   y_true (N,) of 0 and 1, y_score (N,) -> a number from 0 to 1
    Formula:  (pairs in order + tied pairs / 2) / pairs, each of a 1 and a 0
    Edges:    nan if y_true has one class only, as scikit-learn has it
    Source:   Hanley, McNeil, The meaning and use of the area under a receiver
              operating characteristic (ROC) curve, 1982
    """
    y_true, y_score = scored("roc_auc", y_true, y_score)
    positive, negative = y_score[y_true == 1], np.sort(y_score[y_true == 0])
    below = np.searchsorted(negative, positive, side="left")
    not_above = np.searchsorted(negative, positive, side="right")
    pairs = len(positive) * len(negative)
    return float(np.sum(below + not_above)) / (2 * pairs) if pairs else math.nan


def mode_counts(x: Array, centres: Array, radius: float) -> IntArray:
    """How many samples each mode has: those nearest to its centre, within the radius.

    Shapes:  x (N, D), centres (K, D) -> (K,), int64
    """
    distances = np.linalg.norm(x[:, None] - centres, axis=2)
    nearest = distances.argmin(axis=1)
    close = distances.min(axis=1) <= radius
    return np.bincount(nearest[close], minlength=len(centres))


def inception_score(p: Array) -> float:
    """How sure a classifier is of each sample, and how varied what it sees is.

    Shapes:   p (N, C), the probabilities of C classes in rows -> from 1 to C
    Formula:  exp of the mean over n of sum_c p_nc log(p_nc / q_c), q the mean row
    Edges:    0 log 0 is 0
    Source:   Salimans and others, Improved techniques for training GANs, 2016,
              section 4
    """
    q = np.broadcast_to(p.mean(axis=0), p.shape)
    seen = p > 0
    terms = p[seen] * np.log(p[seen] / q[seen])
    return float(np.exp(terms.sum() / len(p)))


def paired(
    name: str, y_true: IntArray, y_pred: IntArray, num_classes: int | None = None
) -> tuple[IntArray, IntArray]:
    """Both as int64, if they are class numbers, one of each for every sample.

    Raises:  ValueError if they are not, or if there is no sample
    """
    y_true, y_pred = same_length(name, "y_pred", y_true, y_pred)
    for which, classes in (("y_true", y_true), ("y_pred", y_pred)):
        broken = classes[(classes != np.round(classes)) | ~np.isfinite(classes)]
        if len(broken):
            raise ValueError(
                f"{name}: {which} has entries that are no whole numbers, such as "
                f"{broken[0]}; pass class numbers, of scores their argmax or score > 0"
            )
        low, high = int(classes.min()), int(classes.max())
        if num_classes is not None and not 0 <= low <= high < num_classes:
            raise ValueError(
                f"{name}: {which} has classes {low} to {high}, but num_classes is "
                f"{num_classes}; classes are 0 to num_classes - 1"
            )
    return y_true.astype(np.int64), y_pred.astype(np.int64)


def scored(name: str, y_true: IntArray, y_score: Array) -> tuple[IntArray, Array]:
    """Both as they are, if y_true is 0 or 1 and y_score finite for every sample.

    Raises:  ValueError if they are not, or if there is no sample
    """
    y_true, y_score = same_length(name, "y_score", y_true, y_score)
    if not np.isin(y_true, (0, 1)).all():
        raise ValueError(
            f"{name}: y_true has the values {np.unique(y_true)[:5]}; pass 0 and 1, "
            "such as y_true == 3 for class 3 against the rest"
        )
    if not np.isfinite(y_score).all():
        raise ValueError(f"{name}: y_score has nan or inf in it; pass finite scores")
    return y_true, y_score


def same_length(name: str, second: str, y_true: Any, other: Any) -> tuple[Any, Any]:
    """Both as arrays, if they are rows of one length that is not 0."""
    y_true, other = np.asarray(y_true), np.asarray(other)
    if y_true.ndim != 1 or y_true.shape != other.shape:
        raise ValueError(
            f"{name}: y_true has shape {y_true.shape} and {second} {other.shape}; "
            "pass one number for each sample in both, shape (N,)"
        )
    if not len(y_true):
        raise ValueError(f"{name}: there are no samples; pass at least one")
    return y_true, other
