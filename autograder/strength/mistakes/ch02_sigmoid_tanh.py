"""Chapter 2: mistakes in the two curves that saturate."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array


def sigmoid_backward_in_place(g: Array, y: Array) -> Any:
    """The gradient of sigmoid written into g itself."""
    g *= y * (1 - y)
    return g


def tanh_backward_in_place(g: Array, y: Array) -> Any:
    """The gradient of tanh written into g itself."""
    g *= 1 - y * y
    return g


def naive_sigmoid(x: Array) -> Any:
    """The formula as the book prints it."""
    return 1 / (1 + np.exp(-x))


def tanh_by_exponentials(x: Array) -> Any:
    """The formula as the book prints it."""
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


NO_UPSTREAM = "The upstream gradient g is missing. Multiply the slope by it."
WRITES_G = "g *= ... writes into the caller's g. Make a new array."

SIGMOID = (
    Mistake(
        "naive exp",
        "exp(-x) overflows where x is very negative. Use a form in which exp "
        "never sees a large positive number.",
        naive_sigmoid,
    ),
    Mistake(
        "exp over one plus exp",
        "exp(x) overflows where x is large, and infinity over infinity is nan. "
        "Use a form in which exp never sees a large positive number.",
        lambda x: np.exp(x) / (1 + np.exp(x)),
    ),
    Mistake(
        "mirrored",
        "This curve falls from 1 to 0. Look at the sign in the exponent.",
        lambda x: 1 / (1 + np.exp(x)),
    ),
    Mistake(
        "one side for both",
        "Positive inputs are right and negative ones mirrored: with |x| in the "
        "exponent, the two sides need two different fractions.",
        lambda x: 1 / (1 + np.exp(-np.abs(x))),
    ),
    Mistake(
        "no reciprocal",
        "This is the denominator. Python reads 1 / 1 + e as (1 / 1) + e.",
        lambda x: 1 / 1 + np.exp(-x),
    ),
    Mistake(
        "half forgotten",
        "This is sigmoid(2x). The tanh in it takes half of x.",
        lambda x: 0.5 * (1 + np.tanh(x)),
    ),
    Mistake("tanh", "This is tanh: it starts at -1, not at 0.", lambda x: np.tanh(x)),
    Mistake(
        "slope",
        "This is the slope of sigmoid, not sigmoid itself.",
        lambda x: 0.25 * (1 - np.tanh(0.5 * x) ** 2),
    ),
    Mistake(
        "step",
        "This jumps from 0 to 1. A sigmoid rises smoothly.",
        lambda x: (x > 0).astype(x.dtype),
    ),
    Mistake(
        "clipped",
        "Clipping the input at ±10 avoids the overflow and changes the values "
        "beyond. Rearrange the formula instead.",
        lambda x: 1 / (1 + np.exp(-np.clip(x, -10, 10))),
    ),
)

SIGMOID_BACKWARD = (
    Mistake(
        "slope at the input",
        "sigmoid is applied once more. y is already the output: use it as it is.",
        lambda g, y: g * naive_sigmoid(y) * (1 - naive_sigmoid(y)),
    ),
    Mistake("no upstream", NO_UPSTREAM, lambda g, y: y * (1 - y)),
    Mistake(
        "plus for minus",
        "There is a plus where the slope has a minus: it must vanish at y = 1.",
        lambda g, y: g * y * (1 + y),
    ),
    Mistake(
        "slope of tanh",
        "This is the slope of tanh. At y = 0, where sigmoid is flat, it is 1.",
        lambda g, y: g * (1 - y * y),
    ),
    Mistake(
        "only y",
        "The slope has two factors; one that vanishes at y = 1 is missing.",
        lambda g, y: g * y,
    ),
    Mistake(
        "only one minus y",
        "The slope has two factors; one that vanishes at y = 0 is missing.",
        lambda g, y: g * (1 - y),
    ),
    Mistake(
        "negated",
        "The sign is flipped. sigmoid rises everywhere, so its slope is positive.",
        lambda g, y: g * y * (y - 1),
    ),
    Mistake("in place", WRITES_G, sigmoid_backward_in_place),
)

TANH = (
    Mistake(
        "both exponentials",
        "exp overflows on both sides, and infinity over infinity is nan. Use a "
        "form in which exp never sees a large positive number.",
        tanh_by_exponentials,
    ),
    Mistake(
        "one exponential",
        "Large positive x are right, but exp(-2x) overflows where x is very "
        "negative. Treat the two sides differently.",
        lambda x: (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)),
    ),
    Mistake(
        "negated",
        "The sign is flipped: tanh rises. Look at the order in the numerator.",
        lambda x: -np.tanh(x),
    ),
    Mistake(
        "stretched sigmoid without the 2",
        "This is tanh(x/2): sigmoid is stretched to (-1, 1), but its input is "
        "not doubled.",
        lambda x: np.tanh(0.5 * x),
    ),
    Mistake(
        "sigmoid",
        "This is a sigmoid of 2x: it lies in (0, 1). tanh starts at -1.",
        lambda x: 0.5 * (1 + np.tanh(x)),
    ),
    Mistake(
        "sinh",
        "This is the numerator over 2, which is sinh. The denominator is missing.",
        lambda x: (np.exp(x) - np.exp(-x)) / 2,
    ),
    Mistake(
        "tan",
        "np.tan is the tangent of an angle. tanh is the hyperbolic one.",
        lambda x: np.tan(x),
    ),
    Mistake(
        "clipped line",
        "This is x cut off at -1 and 1. tanh bends smoothly.",
        lambda x: np.clip(x, -1, 1),
    ),
)

TANH_BACKWARD = (
    Mistake(
        "slope at the input",
        "tanh is applied once more. y is already the output: use it as it is.",
        lambda g, y: g * (1 - np.tanh(y) ** 2),
    ),
    Mistake("no upstream", NO_UPSTREAM, lambda g, y: 1 - y * y),
    Mistake(
        "no square",
        "y is not squared. The slope is the same at y and at -y.",
        lambda g, y: g * (1 - y),
    ),
    Mistake(
        "plus for minus",
        "There is a plus where the slope has a minus: it must vanish at y = ±1.",
        lambda g, y: g * (1 + y * y),
    ),
    Mistake(
        "slope of sigmoid",
        "This is the slope of sigmoid. At y = 0 tanh is steepest.",
        lambda g, y: g * y * (1 - y),
    ),
    Mistake(
        "negated",
        "The sign is flipped. tanh rises everywhere, so its slope is positive.",
        lambda g, y: g * (y * y - 1),
    ),
    Mistake("in place", WRITES_G, tanh_backward_in_place),
)
