"""Wrong mean squared errors, and wrong slopes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake

# ruff: noqa: D103 -- the name of each function says what goes wrong


def squared_in_place(y: Any, target: Any) -> Any:
    y -= target
    return np.mean(y**2)


def slope_in_place(g: Any, y: Any, target: Any) -> Any:
    y -= target
    return g * 2 * y / y.size


MSE_LOSS = (
    Mistake(
        "sum",
        "This is the sum over the entries. Divide by their number.",
        lambda y, target: ((y - target) ** 2).sum(),
    ),
    Mistake(
        "half",
        "This is half the mean. Some books put ½ before the loss; PyTorch and this "
        "course do not.",
        lambda y, target: ((y - target) ** 2).mean() / 2,
    ),
    Mistake(
        "divided by rows",
        "The sum is divided by the number of rows. The mean is over all entries.",
        lambda y, target: ((y - target) ** 2).sum() / len(y),
    ),
    Mistake(
        "divided by one less",
        "The sum is divided by n - 1. Here n is right: this is a mean, not an "
        "estimate of a variance.",
        lambda y, target: ((y - target) ** 2).sum() / (y.size - 1),
    ),
    Mistake(
        "absolute value",
        "This is the mean absolute error. Square the differences.",
        lambda y, target: np.mean(np.abs(y - target)),
    ),
    Mistake(
        "root",
        "This is the square root of the answer (RMSE). Leave the root out.",
        lambda y, target: np.sqrt(np.mean((y - target) ** 2)),
    ),
    Mistake(
        "not squared",
        "The differences are not squared, so errors above and below cancel.",
        lambda y, target: np.mean(y - target),
    ),
    Mistake(
        "square of the mean",
        "The mean is taken first and squared then, so errors cancel. Square first.",
        lambda y, target: np.mean(y - target) ** 2,
    ),
    Mistake(
        "difference of squares",
        "y² - target² is not (y - target)². Subtract first, then square.",
        lambda y, target: np.mean(y**2 - target**2),
    ),
    Mistake(
        "one loss a column",
        "The mean runs over axis 0 only. A loss is a single number.",
        lambda y, target: np.mean((y - target) ** 2, axis=0),
    ),
    Mistake(
        "no mean",
        "These are the squared errors of the entries. A loss is their mean.",
        lambda y, target: (y - target) ** 2,
    ),
    Mistake(
        "spread of the errors",
        "This is the variance of the errors: it forgives a constant error. Take the "
        "mean of the squares.",
        lambda y, target: np.var(y - target),
    ),
    Mistake(
        "y changed in place",
        "y -= target changes the caller's predictions. Write y - target.",
        squared_in_place,
    ),
)

MSE_LOSS_BACKWARD = (
    Mistake(
        "sign flipped",
        "The sign is flipped: where y is too high, a higher y raises the loss, so the "
        "slope is positive.",
        lambda g, y, target: g * 2 * (target - y) / y.size,
    ),
    Mistake(
        "sign flipped, no mean",
        "2 (target - y) is printed in some texts. Its sign is wrong, and the mean "
        "over n is forgotten.",
        lambda g, y, target: g * 2 * (target - y),
    ),
    Mistake(
        "no mean",
        "The division by n is missing: the loss is a mean, so each entry has 1/n of "
        "the say.",
        lambda g, y, target: g * 2 * (y - target),
    ),
    Mistake(
        "no factor 2",
        "The 2 is missing: the slope of a square u² is 2u.",
        lambda g, y, target: g * (y - target) / y.size,
    ),
    Mistake(
        "no factor 2, no mean",
        "y - target is the slope of ½ (y - target)². The loss is a mean of squares, "
        "without the ½.",
        lambda g, y, target: g * (y - target),
    ),
    Mistake(
        "divided by rows",
        "n is the number of all entries, not of the rows.",
        lambda g, y, target: g * 2 * (y - target) / len(y),
    ),
    Mistake(
        "g ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, y, target: 2 * (y - target) / y.size,
    ),
    Mistake(
        "g added",
        "The upstream gradient g is added. The chain rule multiplies.",
        lambda g, y, target: g + 2 * (y - target) / y.size,
    ),
    Mistake(
        "sign only",
        "This is the slope of the absolute error: it does not grow with the error.",
        lambda g, y, target: g * np.sign(y - target) / y.size,
    ),
    Mistake(
        "the loss itself",
        "The square is still there. This is the loss of each entry, not its slope.",
        lambda g, y, target: g * (y - target) ** 2 / y.size,
    ),
    Mistake(
        "mean of the slopes",
        "The slopes are averaged into one number. Every entry of y has its own.",
        lambda g, y, target: g * 2 * np.mean(y - target),
    ),
    Mistake(
        "y changed in place",
        "y -= target changes the caller's predictions. Write y - target.",
        slope_in_place,
    ),
)
