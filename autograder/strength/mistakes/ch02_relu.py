"""Chapter 2: mistakes in relu and its leaky sister."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array


def float64_zeros(x: Array) -> Any:
    """Relu into an array that np.zeros made: float64 whatever x is."""
    y = np.zeros(x.shape)
    y[x > 0] = x[x > 0]
    return y


def leaky_slope(g: Array, x: Array, negative_slope: float = 0.01) -> Any:
    """The slope of leaky relu, without g."""
    slope = np.full_like(x, negative_slope)
    slope[x > 0] = 1
    return slope


def relu_in_place(x: Array) -> Any:
    """Relu written into x itself."""
    x[x < 0] = 0
    return x


def relu_backward_in_place(g: Array, y: Array) -> Any:
    """The gradient of relu written into g itself."""
    g[y == 0] = 0
    return g


def leaky_relu_in_place(x: Array, negative_slope: float = 0.01) -> Any:
    """Leaky relu written into x itself."""
    x[x < 0] *= negative_slope
    return x


def leaky_relu_backward_in_place(
    g: Array, x: Array, negative_slope: float = 0.01
) -> Any:
    """The gradient of leaky relu written into g itself."""
    g[x <= 0] *= negative_slope
    return g


RELU = (
    Mistake(
        "in place",
        "This writes the zeros into the caller's x. Make a new array.",
        relu_in_place,
    ),
    Mistake(
        "absolute value",
        "Negative entries become positive. They should become 0.",
        lambda x: np.abs(x),
    ),
    Mistake(
        "minimum",
        "This keeps the negative side. Which of x and 0 should win?",
        lambda x: np.minimum(x, 0),
    ),
    Mistake(
        "np.max",
        "In np.max(x, 0) the 0 names an axis, so a whole axis is reduced to its "
        "largest entry. Compare entry by entry.",
        lambda x: np.max(x, 0),
    ),
    Mistake(
        "step",
        "This is 1 where x is positive: the slope, not the value.",
        lambda x: (x > 0).astype(x.dtype),
    ),
    Mistake(
        "capped at 1",
        "Positive entries are cut off at 1. relu has no upper bound.",
        lambda x: np.clip(x, 0, 1),
    ),
    Mistake(
        "leaky",
        "Negative entries leak through with a small slope. Here they become 0.",
        lambda x: np.where(x > 0, x, 0.01 * x),
    ),
    Mistake(
        "float64",
        "The answer is float64 whatever x is: np.zeros, and np.where of plain "
        "numbers, make 64-bit arrays. Give it x's dtype.",
        float64_zeros,
    ),
)

RELU_BACKWARD = (
    Mistake(
        "everything passes",
        "g comes back unchanged. An output is never below 0, so y >= 0 holds "
        "everywhere; where y is 0 the gradient stops.",
        lambda g, y: np.where(y >= 0, g, 0),
    ),
    Mistake(
        "mask without upstream",
        "This is the slope, 0 or 1, without g. Multiply the two.",
        lambda g, y: (y > 0).astype(y.dtype),
    ),
    Mistake(
        "relu of the gradient",
        "This asks whether g is positive. Whether the gradient passes depends on y.",
        lambda g, y: np.maximum(g, 0),
    ),
    Mistake(
        "times y",
        "This multiplies g by y. Where y is positive the slope is 1, not y.",
        lambda g, y: g * y,
    ),
    Mistake(
        "other side",
        "The gradient passes where y is 0 and stops where it is positive: the "
        "wrong way round.",
        lambda g, y: np.where(y > 0, 0, g),
    ),
    Mistake(
        "integer mask",
        "np.where of 1 and 0 makes 64-bit integers, and float32 times these is "
        "float64. A comparison alone is a mask.",
        lambda g, y: g * np.where(y > 0, 1, 0),
    ),
    Mistake(
        "half at the kink",
        "At the kink the slope could be anything from 0 to 1. PyTorch takes 0, "
        "and so do we.",
        lambda g, y: g * np.where(y > 0, 1, 0.5).astype(y.dtype),
    ),
    Mistake(
        "boolean",
        "This is a mask of True and False. Multiply g by it.",
        lambda g, y: y > 0,
    ),
    Mistake(
        "in place",
        "This writes the zeros into the caller's g. Make a new array.",
        relu_backward_in_place,
    ),
)

LEAKY_RELU = (
    Mistake(
        "larger of two",
        "The larger of x and slope * x is right only for slopes below 1. Decide "
        "by the sign of x.",
        lambda x, negative_slope=0.01: np.maximum(x, negative_slope * x),
    ),
    Mistake(
        "float64",
        "np.where of two plain numbers makes float64 whatever x is. Choose between "
        "two arrays of x's dtype.",
        lambda x, negative_slope=0.01: x * np.where(x > 0, 1, negative_slope),
    ),
    Mistake(
        "no leak",
        "Negative entries became 0. That is relu: negative_slope is not used.",
        lambda x, negative_slope=0.01: np.maximum(x, 0),
    ),
    Mistake(
        "fixed slope",
        "The slope is always 0.01. Use the argument negative_slope.",
        lambda x, negative_slope=0.01: np.where(x > 0, x, 0.01 * x),
    ),
    Mistake(
        "other default",
        "The default of negative_slope is 0.01, not 0.1.",
        lambda x, negative_slope=0.1: np.where(x > 0, x, negative_slope * x),
    ),
    Mistake(
        "wrong side",
        "The positive side is scaled. The slope belongs to the negative side.",
        lambda x, negative_slope=0.01: np.where(x > 0, negative_slope * x, x),
    ),
    Mistake(
        "constant",
        "Negative entries all became the slope itself. Multiply it by x.",
        lambda x, negative_slope=0.01: np.where(x > 0, x, negative_slope),
    ),
    Mistake(
        "minus slope",
        "The negative side turned positive. The slope has no minus sign.",
        lambda x, negative_slope=0.01: np.where(x > 0, x, -negative_slope * x),
    ),
    Mistake(
        "in place", "This scales the caller's x. Make a new array.", leaky_relu_in_place
    ),
)

LEAKY_RELU_BACKWARD = (
    Mistake(
        "no upstream",
        "This is the slope alone. Multiply it by the upstream gradient g.",
        leaky_slope,
    ),
    Mistake(
        "float64",
        "np.where of two plain numbers makes float64 whatever g is. Choose between "
        "two arrays of g's dtype.",
        lambda g, x, negative_slope=0.01: g * np.where(x > 0, 1, negative_slope),
    ),
    Mistake(
        "no upstream on one side",
        "Where x is negative, g is missing: the slope alone is returned.",
        lambda g, x, negative_slope=0.01: np.where(x > 0, g, negative_slope),
    ),
    Mistake(
        "kink on the positive side",
        "At x = 0 PyTorch takes the slope of the negative side, and so do we.",
        lambda g, x, negative_slope=0.01: np.where(x >= 0, g, negative_slope * g),
    ),
    Mistake(
        "no leak",
        "No gradient passes where x is negative. That is relu: use negative_slope.",
        lambda g, x, negative_slope=0.01: np.where(x > 0, g, 0),
    ),
    Mistake(
        "fixed slope",
        "The slope is always 0.01. Use the argument negative_slope.",
        lambda g, x, negative_slope=0.01: np.where(x > 0, g, 0.01 * g),
    ),
    Mistake(
        "other default",
        "The default of negative_slope is 0.01, not 0.1.",
        lambda g, x, negative_slope=0.1: np.where(x > 0, g, negative_slope * g),
    ),
    Mistake(
        "wrong side",
        "The positive side is scaled. The slope belongs to the negative side.",
        lambda g, x, negative_slope=0.01: np.where(x > 0, negative_slope * g, g),
    ),
    Mistake(
        "asks the gradient",
        "This asks whether g is positive. Which slope holds depends on x.",
        lambda g, x, negative_slope=0.01: np.where(g > 0, g, negative_slope * g),
    ),
    Mistake(
        "in place",
        "This scales the caller's g. Make a new array.",
        leaky_relu_backward_in_place,
    ),
)
