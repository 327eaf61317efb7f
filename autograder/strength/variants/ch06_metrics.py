"""Chapter 6: right answers about predictions in other formulations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array, IntArray

# ruff: noqa: D103 -- the name of each function says how it does it


def accuracy_by_loop(y_true: IntArray, y_pred: IntArray) -> float:
    right = 0
    for a, b in zip(y_true, y_pred, strict=True):
        right += int(a == b)
    return right / len(y_true)


def accuracy_without_the_wrong(y_true: IntArray, y_pred: IntArray) -> Any:
    return 1 - np.count_nonzero(y_true != y_pred) / y_true.size


def accuracy_over_classes(y_true: IntArray, y_pred: IntArray) -> float:
    hits = [np.sum(y_pred[y_true == c] == c) for c in set(y_true.tolist())]
    return float(sum(hits) / len(y_pred))


def accuracy_as_array(y_true: IntArray, y_pred: IntArray) -> Any:
    return np.array(np.equal(y_true, y_pred).astype(float).sum() / len(y_true))


def confusion_by_loop(y_true: IntArray, y_pred: IntArray, num_classes: int) -> Any:
    counts = np.zeros((num_classes, num_classes), dtype=int)
    for i, j in zip(y_true, y_pred, strict=True):
        counts[i, j] += 1
    return counts


def confusion_by_bincount(y_true: IntArray, y_pred: IntArray, num_classes: int) -> Any:
    pairs = num_classes * y_true.astype(np.int64) + y_pred
    counts = np.bincount(pairs, minlength=num_classes * num_classes)
    return counts.reshape(num_classes, num_classes)


def confusion_by_product(y_true: IntArray, y_pred: IntArray, num_classes: int) -> Any:
    mark = np.eye(num_classes, dtype=np.int64)
    return mark[y_true].T @ mark[y_pred]


def confusion_by_cells(y_true: IntArray, y_pred: IntArray, num_classes: int) -> Any:
    classes = range(num_classes)
    return np.array(
        [[np.sum((y_true == i) & (y_pred == j)) for j in classes] for i in classes]
    )


def scores_by_loop(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    hits = false_alarms = missed = 0
    for a, b in zip(y_true.tolist(), y_pred.tolist(), strict=True):
        hits += a == b == pos_label
        false_alarms += a != pos_label == b
        missed += a == pos_label != b
    if not hits:
        return 0.0, 0.0, 0.0
    p, r = hits / (hits + false_alarms), hits / (hits + missed)
    return p, r, 2 / (1 / p + 1 / r)


def scores_by_masks(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    true, found = y_true == pos_label, y_pred == pos_label
    p = true[found].mean() if found.any() else 0.0
    r = found[true].mean() if true.any() else 0.0
    return p, r, 2 * p * r / (p + r) if p + r > 0 else 0.0


def scores_by_maximum(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    true, found = (np.array(y == pos_label, int) for y in (y_true, y_pred))
    hits = true @ found
    p, r = hits / max(found.sum(), 1), hits / max(true.sum(), 1)
    return [p, r, 2 * hits / max(found.sum() + true.sum(), 1)]


def scores_in_an_array(y_true: IntArray, y_pred: IntArray, pos_label: int = 1) -> Any:
    tp = np.sum((y_true == pos_label) * (y_pred == pos_label))
    ends = np.array([np.sum(y_pred == pos_label), np.sum(y_true == pos_label), 0])
    ends[2] = ends[0] + ends[1]
    result = np.divide([tp, tp, 2 * tp], ends, out=np.zeros(3), where=ends > 0)
    return tuple(result)


def area_of_pairs(y_true: IntArray, y_score: Array) -> float:
    apart = y_score[y_true == 1][:, None] - y_score[y_true == 0][None, :]
    if apart.size == 0:
        return float("nan")
    return float(((apart > 0) + 0.5 * (apart == 0)).mean())


def area_of_ranks(y_true: IntArray, y_score: Array) -> Any:
    _, place, count = np.unique(y_score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    P = np.sum(y_true == 1)
    N = len(y_true) - P
    if P == 0 or N == 0:
        return np.nan
    return (ranks[y_true == 1].sum() - P * (P + 1) / 2) / (P * N)


def area_under_the_curve(y_true: IntArray, y_score: Array) -> Any:
    if len(set(y_true.tolist())) == 1:
        return math.nan
    tpr, fpr = [0.0], [0.0]
    for cut in sorted(set(y_score.tolist()), reverse=True):
        tpr.append(float(np.mean(y_score[y_true == 1] >= cut)))
        fpr.append(float(np.mean(y_score[y_true == 0] >= cut)))
    return float(np.trapezoid(tpr, fpr))


def area_by_loops(y_true: IntArray, y_score: Array) -> float:
    wins, pairs = 0.0, 0
    for a in y_score[y_true == 1]:
        for b in y_score[y_true != 1]:
            wins += 1.0 if a > b else 0.5 if a == b else 0.0
            pairs += 1
    return wins / pairs if pairs else np.nan


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "accuracy": (
        accuracy_by_loop,
        accuracy_without_the_wrong,
        accuracy_over_classes,
        accuracy_as_array,
    ),
    "confusion_matrix": (
        confusion_by_loop,
        confusion_by_bincount,
        confusion_by_product,
        confusion_by_cells,
    ),
    "precision_recall_f1": (
        scores_by_loop,
        scores_by_masks,
        scores_by_maximum,
        scores_in_an_array,
    ),
    "roc_auc": (
        area_of_pairs,
        area_of_ranks,
        area_under_the_curve,
        area_by_loops,
    ),
}
