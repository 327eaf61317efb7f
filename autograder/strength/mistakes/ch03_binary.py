"""Chapter 3: what learners get wrong about binary cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.activations import sigmoid


def from_probability(s: Array, target: Array) -> Array:
    """The textbook formula, which needs s strictly between 0 and 1."""
    return -(target * np.log(s) + (1 - target) * np.log(1 - s))


def stable(x: Array, target: Array) -> Array:
    """The right answer, entry by entry; the mistakes below go on from here."""
    return np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x)))


def clipped(x: Array, target: Array) -> Any:
    """Probabilities are kept away from 0 and 1."""
    s = np.clip(sigmoid(x), 1e-7, 1 - 1e-7)
    return np.mean(from_probability(s, target))


def half_stable(x: Array, target: Array) -> Any:
    """Simplified, but the exponent can still be large and positive."""
    return np.mean((1 - target) * x + np.log(1 + np.exp(-x)))


BINARY_CROSS_ENTROPY = (
    Mistake(
        "log of sigmoid",
        "sigmoid rounds to exactly 0 or 1 for large scores, and the logarithm of 0 is "
        "-inf. Put the sigmoid into the formula and simplify before computing.",
        lambda x, target: np.mean(from_probability(sigmoid(x), target)),
    ),
    Mistake(
        "half stable",
        "exp(-x) overflows for very negative scores. Which form only ever sees the "
        "exponent -|x|?",
        half_stable,
    ),
    Mistake(
        "clipped probabilities",
        "Clipping the probabilities hides how wrong a sure answer is: at a score of "
        "1000 the loss of a miss is 1000.",
        clipped,
    ),
    Mistake(
        "sum",
        "This is the sum over the batch. Divide by the number of entries.",
        lambda x, target: stable(x, target).sum(),
    ),
    Mistake(
        "divided by rows",
        "The sum is divided by the rows. The mean runs over all entries.",
        lambda x, target: stable(x, target).sum() / len(x),
    ),
    Mistake(
        "per entry",
        "This is one loss for each entry. Training needs one number: their mean.",
        stable,
    ),
    Mistake(
        "targets swapped",
        "0 and 1 have changed places: a high score is cheap where the target is 1.",
        lambda x, target: np.mean(stable(x, 1 - target)),
    ),
    Mistake(
        "minus missing",
        "The sign is flipped: a loss is 0 at best and grows when the answer is wrong.",
        lambda x, target: -np.mean(stable(x, target)),
    ),
    Mistake(
        "one side only",
        "Only the entries with target 1 count. Where the target is 0, the probability "
        "of 0 counts.",
        lambda x, target: np.mean(target * stable(x, target)),
    ),
    Mistake(
        "no sigmoid",
        "x holds scores of either sign, not probabilities: their logarithm does not "
        "exist.",
        lambda x, target: np.mean(from_probability(x, target)),
    ),
    Mistake(
        "sigmoid twice",
        "Sigmoid is applied twice. x holds scores; the formula contains the one "
        "sigmoid that is needed.",
        lambda x, target: np.mean(stable(sigmoid(x), target)),
    ),
    Mistake(
        "squared error",
        "This is the squared error of the probabilities. Cross-entropy takes their "
        "logarithms.",
        lambda x, target: np.mean((sigmoid(x) - target) ** 2),
    ),
)


def slope_once_more(g: Array, x: Array, target: Array) -> Array:
    """What the squared error of a sigmoid would need."""
    s = sigmoid(x)
    return g * (s - target) * s * (1 - s) / x.size


def sigmoid_in_place(g: Array, x: Array, target: Array) -> Array:
    """The caller's scores become probabilities."""
    x[...] = sigmoid(x)
    return g * (x - target) / x.size


BINARY_CROSS_ENTROPY_BACKWARD = (
    Mistake(
        "sigmoid's slope once more",
        "The slope of sigmoid has cancelled against the logarithm's; here it is "
        "multiplied in again, and sure mistakes stop learning.",
        slope_once_more,
    ),
    Mistake(
        "scores for probabilities",
        "The scores themselves are used where their sigmoid is due.",
        lambda g, x, target: g * (x - target) / x.size,
    ),
    Mistake(
        "not divided",
        "The loss is a mean, so its gradient is one too.",
        lambda g, x, target: g * (sigmoid(x) - target),
    ),
    Mistake(
        "divided by rows",
        "The gradient is divided by the rows. The mean runs over all entries.",
        lambda g, x, target: g * (sigmoid(x) - target) / len(x),
    ),
    Mistake(
        "sign flipped",
        "The sign is flipped: descending this gradient raises the loss.",
        lambda g, x, target: g * (target - sigmoid(x)) / x.size,
    ),
    Mistake(
        "targets swapped",
        "0 and 1 have changed places.",
        lambda g, x, target: g * (sigmoid(x) - (1 - target)) / x.size,
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, x, target: (sigmoid(x) - target) / x.size,
    ),
    Mistake(
        "overflowing sigmoid",
        "exp(-x) overflows for very negative scores. Your sigmoid of chapter 2 does "
        "not.",
        lambda g, x, target: g * (1 / (1 + np.exp(-x)) - target) / x.size,
    ),
    Mistake(
        "sigmoid in place",
        "The scores of the caller are overwritten. Work on a new array.",
        sigmoid_in_place,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "binary_cross_entropy_with_logits": BINARY_CROSS_ENTROPY,
    "binary_cross_entropy_with_logits_backward": BINARY_CROSS_ENTROPY_BACKWARD,
}
