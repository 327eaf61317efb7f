"""Chapter 3: what learners get wrong about log-softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.activations import log_softmax, softmax, softmax_backward


def no_shift(x: Array, dim: int = -1) -> Any:
    """Exponentials of the scores as they come."""
    return x - np.log(np.exp(x).sum(axis=dim, keepdims=True))


def log_of_overflow(x: Array, dim: int = -1) -> Any:
    """The logarithm of a softmax that does not shift."""
    e = np.exp(x)
    return np.log(e / e.sum(axis=dim, keepdims=True))


def one_shift_for_all(x: Array, dim: int = -1) -> Any:
    """The largest score of the whole batch, not of each row."""
    shifted = x - x.max()
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def shift_not_undone(x: Array, dim: int = -1) -> Any:
    """Shifted in the sum, not in front of it."""
    shifted = x - x.max(axis=dim, keepdims=True)
    return x - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def sum_over_everything(x: Array, dim: int = -1) -> Any:
    """One sum for the whole batch."""
    shifted = x - x.max(initial=0)
    return shifted - np.log(np.exp(shifted).sum())


def sums_lose_their_axis(x: Array, dim: int = -1) -> Any:
    """A sum for each row, laid out as if there were one for each column."""
    shifted = x - x.max(axis=dim, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=dim))


def base_two(x: Array, dim: int = -1) -> Any:
    """The logarithm with base 2."""
    shifted = x - x.max(axis=dim, keepdims=True)
    return shifted - np.log2(np.exp(shifted).sum(axis=dim, keepdims=True))


def shifts_in_place(x: Array, dim: int = -1) -> Any:
    """The caller's scores are lowered too."""
    x -= x.max(axis=dim, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=dim, keepdims=True))


LOG_SOFTMAX = (
    Mistake(
        "log of softmax",
        "softmax underflows to 0 for hopeless classes, and the logarithm of 0 is -inf. "
        "Take the logarithm of the formula first, on paper; one exponential cancels.",
        lambda x, dim=-1: np.log(softmax(x, dim)),
    ),
    Mistake(
        "no shift",
        "exp overflows for large scores and underflows for very negative ones. "
        "Subtract each row's maximum first; log-softmax does not change.",
        no_shift,
    ),
    Mistake(
        "log of an overflowing softmax",
        "exp overflows for large scores, and softmax underflows for hopeless ones. "
        "Shift each row, and let the logarithm cancel an exponential on paper.",
        log_of_overflow,
    ),
    Mistake(
        "one shift for all",
        "The maximum of the whole batch is subtracted: rows far below it underflow to "
        "a sum of 0, and an empty batch has none. Each row needs its own maximum.",
        one_shift_for_all,
    ),
    Mistake(
        "shift not undone",
        "The maximum is subtracted inside the sum only. Use the shifted scores in both "
        "places, or add the maximum back to the logarithm.",
        shift_not_undone,
    ),
    Mistake(
        "dim ignored",
        "dim is ignored: the sum always runs along the last axis.",
        lambda x, dim=-1: log_softmax(x),
    ),
    Mistake(
        "down the columns",
        "The sum runs down the columns, over the samples of the batch. "
        "Each sample is a row and has probabilities of its own.",
        lambda x, dim=-1: log_softmax(x, 0),
    ),
    Mistake(
        "sum over everything",
        "The exponentials of the whole batch are summed. Sum along dim only.",
        sum_over_everything,
    ),
    Mistake(
        "sums lose their axis",
        "The sums have lost their axis, so they meet the wrong entries or none. "
        "keepdims keeps a length-1 axis for broadcasting.",
        sums_lose_their_axis,
    ),
    Mistake(
        "softmax",
        "These are the probabilities; their logarithms are asked for.",
        lambda x, dim=-1: softmax(x, dim),
    ),
    Mistake(
        "sign flipped",
        "The sign is flipped. Probabilities are at most 1: their logarithms are at "
        "most 0. The minus sign of the loss comes later.",
        lambda x, dim=-1: -log_softmax(x, dim),
    ),
    Mistake("base two", "The logarithm is not the natural one.", base_two),
    Mistake(
        "shifts in place",
        "The maximum is subtracted from the caller's own array. "
        "An operator such as -= changes it; make a new array.",
        shifts_in_place,
    ),
)


def subtracts_in_place(g: Array, y: Array, dim: int = -1) -> Any:
    """The caller's upstream gradient is overwritten."""
    g -= np.exp(y) * g.sum(axis=dim, keepdims=True)
    return g


LOG_SOFTMAX_BACKWARD = (
    Mistake(
        "softmax's gradient of y",
        "This is softmax's gradient. Here y holds logarithms, and the gradient of a "
        "logarithm has another form.",
        lambda g, y, dim=-1: softmax_backward(g, y, dim),
    ),
    Mistake(
        "softmax's gradient of the probabilities",
        "This is softmax's gradient. The logarithm cancels the probability in front.",
        lambda g, y, dim=-1: softmax_backward(g, np.exp(y), dim),
    ),
    Mistake(
        "y for the probabilities",
        "y holds log-probabilities; the formula asks for the probabilities.",
        lambda g, y, dim=-1: g - y * g.sum(axis=dim, keepdims=True),
    ),
    Mistake(
        "g not summed",
        "Every score moves every output of its row, through the sum in the formula: "
        "g must be summed along dim.",
        lambda g, y, dim=-1: g - np.exp(y) * g,
    ),
    Mistake(
        "weighted sum",
        "g is weighted with the probabilities before it is summed. That belongs to "
        "softmax; here the plain sum is due.",
        lambda g, y, dim=-1: g - np.exp(y) * (g * np.exp(y)).sum(dim, keepdims=True),
    ),
    Mistake(
        "first term missing",
        "Each score also stands in front of the logarithm: one term is missing.",
        lambda g, y, dim=-1: -np.exp(y) * g.sum(axis=dim, keepdims=True),
    ),
    Mistake(
        "sign flipped",
        "The sign is flipped: a step along this gradient goes the wrong way.",
        lambda g, y, dim=-1: np.exp(y) * g.sum(axis=dim, keepdims=True) - g,
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is ignored, as if it were 1 everywhere.",
        lambda g, y, dim=-1: 1 - np.exp(y) * y.shape[dim],
    ),
    Mistake(
        "mean of g",
        "g is averaged along dim where it must be summed.",
        lambda g, y, dim=-1: g - np.exp(y) * g.sum(dim, keepdims=True) / g.shape[dim],
    ),
    Mistake(
        "sum over everything",
        "g is summed over the whole batch. Samples do not mix: sum along dim only.",
        lambda g, y, dim=-1: g - np.exp(y) * g.sum(),
    ),
    Mistake(
        "dim ignored",
        "dim is ignored: the sum always runs along the last axis.",
        lambda g, y, dim=-1: g - np.exp(y) * g.sum(axis=-1, keepdims=True),
    ),
    Mistake(
        "subtracts in place",
        "The upstream gradient is overwritten, and the caller may still need it. "
        "An operator such as -= changes its array; make a new one.",
        subtracts_in_place,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "log_softmax": LOG_SOFTMAX,
    "log_softmax_backward": LOG_SOFTMAX_BACKWARD,
}
