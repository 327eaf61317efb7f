"""Chapter 3: what learners get wrong about cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array, IntArray
from minidl.kernels.activations import log_softmax, softmax


def entry(table: Array, target: IntArray) -> Array:
    """The entry of each row that target names."""
    return table[np.arange(len(target)), target]


def labels(x: Array, target: IntArray) -> Array:
    """One-hot rows of x's shape and dtype."""
    return np.eye(x.shape[1], dtype=x.dtype)[target]


def no_shift(x: Array, target: IntArray) -> Any:
    """Exponentials of the scores as they come."""
    e = np.exp(x)
    return -np.mean(np.log(entry(e, target) / e.sum(axis=1)))


CROSS_ENTROPY = (
    Mistake(
        "sum",
        "This is the sum over the batch. Divide by the number of samples, so that "
        "the loss does not grow with the batch.",
        lambda x, target: -entry(log_softmax(x), target).sum(),
    ),
    Mistake(
        "per sample",
        "This is one loss for each sample. Training needs one number: their mean.",
        lambda x, target: -entry(log_softmax(x), target),
    ),
    Mistake(
        "minus missing",
        "The minus sign is missing: logarithms of probabilities are negative, "
        "and a loss is 0 at best.",
        lambda x, target: np.mean(entry(log_softmax(x), target)),
    ),
    Mistake(
        "mean over all entries",
        "The sum is divided by all N·C entries. Each of the N samples counts once.",
        lambda x, target: -entry(log_softmax(x), target).sum() / x.size,
    ),
    Mistake(
        "probabilities without logarithm",
        "This averages probabilities. The loss is the negative of their logarithms.",
        lambda x, target: -np.mean(entry(softmax(x), target)),
    ),
    Mistake(
        "softmax twice",
        "Softmax is applied twice. x holds scores; log_softmax already contains "
        "the one softmax that is needed.",
        lambda x, target: -np.mean(entry(log_softmax(softmax(x)), target)),
    ),
    Mistake(
        "no softmax",
        "The raw scores are averaged. They become log-probabilities first.",
        lambda x, target: -np.mean(entry(x, target)),
    ),
    Mistake(
        "no shift",
        "exp overflows for large scores. log_softmax subtracts each row's maximum.",
        no_shift,
    ),
    Mistake(
        "logarithm of scores",
        "x holds scores, of either sign, not probabilities: the logarithm cannot be "
        "taken of them directly.",
        lambda x, target: -np.mean(np.log(entry(x, target))),
    ),
    Mistake(
        "log of softmax",
        "softmax underflows to 0 for a hopeless class, and its logarithm is -inf. "
        "log_softmax stays finite.",
        lambda x, target: -np.mean(np.log(entry(softmax(x), target))),
    ),
    Mistake(
        "clipped logarithm",
        "The small number inside the logarithm hides how wrong a sure answer is. "
        "log_softmax needs no such number.",
        lambda x, target: -np.mean(np.log(entry(softmax(x), target) + 1e-7)),
    ),
    Mistake(
        "columns for entries",
        "[:, target] takes whole columns. One entry of each row is due: "
        "pair every row number with its class.",
        lambda x, target: -np.mean(log_softmax(x)[:, target]),
    ),
    Mistake(
        "likeliest class",
        "This scores the class that the network prefers. The target names the class "
        "that counts.",
        lambda x, target: -np.mean(log_softmax(x).max(axis=1)),
    ),
    Mistake(
        "labels as one-hot",
        "target holds class numbers, and they are multiplied as if they were one-hot "
        "rows. Use them to pick entries.",
        lambda x, target: -np.mean(np.sum(target * log_softmax(x), axis=1)),
    ),
    Mistake(
        "down the columns",
        "Probabilities are normalised over the batch. Each sample is a row; its "
        "classes lie along the last axis.",
        lambda x, target: -np.mean(entry(log_softmax(x, 0), target)),
    ),
)


def softmax_in_place(g: Array, x: Array, target: IntArray) -> Array:
    """The caller's scores become probabilities."""
    x -= x.max(axis=1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=1, keepdims=True)
    return g * (x - labels(x, target)) / len(x)


def whole_columns(g: Array, x: Array, target: IntArray) -> Array:
    """1 is subtracted from every row in every named column."""
    dx = softmax(x)
    dx[:, target] -= 1
    return g * dx / len(target)


def naive_softmax(g: Array, x: Array, target: IntArray) -> Any:
    """Exponentials of the scores as they come."""
    e = np.exp(x)
    return g * (e / e.sum(axis=1, keepdims=True) - labels(x, target)) / len(x)


def by_probability(g: Array, x: Array, target: IntArray) -> Array:
    """The gradient with respect to softmax(x), which stops one step early."""
    return -g * labels(x, target) / softmax(x) / len(x)


def diagonal_only(g: Array, x: Array, target: IntArray) -> Array:
    """The chain rule with softmax's derivative taken for sigmoid's."""
    y = softmax(x)
    return g * (y - labels(x, target)) * y * (1 - y) / len(x)


CROSS_ENTROPY_BACKWARD = (
    Mistake(
        "not divided",
        "The loss is a mean, so its gradient is divided by the number of samples too.",
        lambda g, x, target: g * (softmax(x) - labels(x, target)),
    ),
    Mistake(
        "divided by all entries",
        "The gradient is divided by all N·C entries. The loss is a mean over N.",
        lambda g, x, target: g * (softmax(x) - labels(x, target)) / x.size,
    ),
    Mistake(
        "target ignored",
        "The true class is missing: its entry must be lowered by 1 in each row.",
        lambda g, x, target: g * softmax(x) / len(x),
    ),
    Mistake(
        "sign flipped",
        "The sign is flipped: descending this gradient raises the loss.",
        lambda g, x, target: g * (labels(x, target) - softmax(x)) / len(x),
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, x, target: (softmax(x) - labels(x, target)) / len(x),
    ),
    Mistake(
        "gradient of the probabilities",
        "This is the gradient with respect to the probabilities. "
        "x holds scores: one more link of the chain, the softmax, is missing.",
        by_probability,
    ),
    Mistake(
        "softmax's slope once more",
        "The slope of softmax is already inside `probabilities minus one-hot`; "
        "here it is multiplied in again.",
        diagonal_only,
    ),
    Mistake(
        "scores for probabilities",
        "The scores themselves are used where their softmax is due.",
        lambda g, x, target: g * (x - labels(x, target)) / len(x),
    ),
    Mistake(
        "softmax twice",
        "Softmax is applied twice. x holds scores: once is right.",
        lambda g, x, target: g * (softmax(softmax(x)) - labels(x, target)) / len(x),
    ),
    Mistake(
        "log-probabilities for probabilities",
        "log_softmax is used where softmax is due.",
        lambda g, x, target: g * (log_softmax(x) - labels(x, target)) / len(x),
    ),
    Mistake(
        "down the columns",
        "Softmax runs down the columns, over the samples. Classes lie along the last "
        "axis.",
        lambda g, x, target: g * (softmax(x, 0) - labels(x, target)) / len(x),
    ),
    Mistake(
        "whole columns",
        "[:, target] changes whole columns. One entry of each row is due: "
        "pair every row number with its class.",
        whole_columns,
    ),
    Mistake(
        "no shift",
        "exp overflows for large scores. Your softmax of chapter 2 does not.",
        naive_softmax,
    ),
    Mistake(
        "softmax in place",
        "The scores of the caller are overwritten. Work on a new array.",
        softmax_in_place,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "cross_entropy": CROSS_ENTROPY,
    "cross_entropy_backward": CROSS_ENTROPY_BACKWARD,
}
