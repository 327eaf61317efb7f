"""Chapter 2: mistakes in softmax and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array


def shares(e: Array, dim: int = -1) -> Any:
    """Entries divided by their sum along dim."""
    return e / e.sum(axis=dim, keepdims=True)


def stable(x: Array, dim: int = -1) -> Any:
    """Exponentials along dim that cannot overflow."""
    return np.exp(x - x.max(axis=dim, keepdims=True))


def softmax_in_place(x: Array, dim: int = -1) -> Any:
    """Softmax that shifts x itself."""
    x -= x.max(axis=dim, keepdims=True)
    return shares(np.exp(x), dim)


def sum_along(values: Array, dim: int = -1) -> Any:
    """The sum along dim, kept as an axis of length 1."""
    return values.sum(axis=dim, keepdims=True)


SOFTMAX = (
    Mistake(
        "no shift",
        "exp overflows. Subtract each row's maximum before exp.",
        lambda x, dim=-1: shares(np.exp(x), dim),
    ),
    Mistake(
        "one shift for all",
        "One maximum is subtracted everywhere, so a row of low scores underflows "
        "to 0 / 0. Each row needs its own maximum.",
        lambda x, dim=-1: shares(np.exp(x - np.max(x, initial=-np.inf)), dim),
    ),
    Mistake(
        "shift by the mean",
        "The mean is subtracted, so a score far above it still overflows. Subtract "
        "what leaves no score above 0.",
        lambda x, dim=-1: shares(np.exp(x - x.mean(axis=dim, keepdims=True)), dim),
    ),
    Mistake(
        "shift by the minimum",
        "The minimum is subtracted, so a score far above it still overflows. "
        "Subtract what leaves no score above 0.",
        lambda x, dim=-1: shares(np.exp(x - x.min(axis=dim, keepdims=True)), dim),
    ),
    Mistake(
        "dim ignored",
        "The sum always runs along the last axis. Use the argument dim.",
        lambda x, dim=-1: shares(stable(x)),
    ),
    Mistake(
        "first axis",
        "The sum runs down the first axis. By default dim is the last one.",
        lambda x, dim=0: np.exp(x - np.logaddexp.reduce(x, axis=0)),
    ),
    Mistake(
        "sum of everything",
        "The whole array sums to 1. Each row along dim should.",
        lambda x, dim=-1: stable(x, dim) / stable(x, dim).sum(),
    ),
    Mistake(
        "axis lost",
        "The sum has one axis fewer, so dividing pairs the wrong entries or fails. "
        "Keep the axis with length 1.",
        lambda x, dim=-1: stable(x, dim) / stable(x, dim).sum(axis=dim),
    ),
    Mistake(
        "not normalised",
        "The entries do not sum to 1 along dim. Divide by their sum.",
        lambda x, dim=-1: stable(x, dim),
    ),
    Mistake(
        "no exp",
        "The scores themselves are divided by their sum. Take exp first.",
        lambda x, dim=-1: shares(x, dim),
    ),
    Mistake(
        "logarithm",
        "These are the logarithms of the shares. That is log_softmax.",
        lambda x, dim=-1: x - np.logaddexp.reduce(x, axis=dim, keepdims=True),
    ),
    Mistake(
        "divided by the maximum",
        "The scores are divided by their maximum. Subtract it: only a shift "
        "leaves softmax unchanged.",
        lambda x, dim=-1: shares(np.exp(x / x.max(axis=dim, keepdims=True)), dim),
    ),
    Mistake(
        "in place",
        "x -= ... writes into the caller's x. Make a new array.",
        softmax_in_place,
    ),
)

SOFTMAX_BACKWARD = (
    Mistake(
        "diagonal only",
        "This is the slope of each output at its own input. Every output also "
        "depends on the other inputs.",
        lambda g, y, dim=-1: g * y * (1 - y),
    ),
    Mistake(
        "zeros",
        "This is 0 everywhere: it is the gradient when g is the same everywhere. "
        "Use g inside the sum and outside.",
        lambda g, y, dim=-1: y * (1 - sum_along(y, dim)),
    ),
    Mistake(
        "no coupling",
        "The sum over the other outputs is missing.",
        lambda g, y, dim=-1: g * y,
    ),
    Mistake(
        "unweighted sum",
        "The sum adds up g alone. Inside it, each g is weighted by its y.",
        lambda g, y, dim=-1: y * (g - sum_along(g, dim)),
    ),
    Mistake(
        "no outer y",
        "The factor y in front of the bracket is missing.",
        lambda g, y, dim=-1: g - sum_along(g * y, dim),
    ),
    Mistake(
        "dim ignored",
        "The sum always runs along the last axis. Use the argument dim.",
        lambda g, y, dim=-1: y * (g - sum_along(g * y)),
    ),
    Mistake(
        "first axis",
        "The sum runs down the first axis. By default dim is the last one.",
        lambda g, y, dim=0: y * (g - sum_along(g * y, 0)),
    ),
    Mistake(
        "sum of everything",
        "The sum runs over the whole array. It should run along dim.",
        lambda g, y, dim=-1: y * (g - (g * y).sum()),
    ),
    Mistake(
        "axis lost",
        "The sum has one axis fewer, so subtracting pairs the wrong entries or "
        "fails. Keep the axis with length 1.",
        lambda g, y, dim=-1: y * (g - (g * y).sum(axis=dim)),
    ),
    Mistake(
        "softmax again",
        "softmax is applied once more. y is already the output: use it as it is.",
        lambda g, y, dim=-1: (
            shares(stable(y, dim), dim)
            * (g - sum_along(g * shares(stable(y, dim), dim), dim))
        ),
    ),
)
