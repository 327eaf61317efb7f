"""Chapter 6: what learners get wrong about dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array

Rng = np.random.Generator

# Stands in for np.random.rand, whose state nobody sets; seeded, so that recordings of
# this mistake repeat.
ELSEWHERE = np.random.default_rng(1)


def scale(p: float) -> float:
    """What is kept grows by this factor."""
    return 1 / (1 - p) if p < 1 else 0.0


def by(factors: Callable[[Array, float, Rng], Array]) -> Callable[..., Any]:
    """A dropout that multiplies by these factors."""

    def dropout(x: Array, p: float, rng: Rng) -> tuple[Array, Array]:
        drawn = np.asarray(factors(x, p, rng)).astype(x.dtype)
        return x * drawn, drawn

    return dropout


def kept(x: Array, p: float, rng: Rng) -> Any:
    """Which entries stay."""
    return rng.random(x.shape) >= p


def one_a_row(x: Array, p: float, rng: Rng) -> Array:
    """One draw for all of a row."""
    draws = rng.random((len(x), *(1,) * (x.ndim - 1)))
    return np.broadcast_to((draws >= p) * scale(p), x.shape)


def one_a_column(x: Array, p: float, rng: Rng) -> Array:
    """One draw for all rows."""
    return np.broadcast_to((rng.random(x.shape[1:]) >= p) * scale(p), x.shape)


def only_mask_returned(x: Array, p: float, rng: Rng) -> tuple[Array, Array]:
    """y is scaled, the factors are not."""
    mask = kept(x, p, rng).astype(x.dtype)
    return x * mask * x.dtype.type(scale(p)), mask


def only_mask_used(x: Array, p: float, rng: Rng) -> tuple[Array, Array]:
    """The factors are scaled, y is not."""
    mask = kept(x, p, rng).astype(x.dtype)
    return x * mask, mask * x.dtype.type(scale(p))


def in_float64(x: Array, p: float, rng: Rng) -> tuple[Array, Array]:
    """The factors are float64, and so is y."""
    factors = kept(x, p, rng) * np.float64(scale(p))
    return x * factors, factors


def divided_by_zero(x: Array, p: float, rng: Rng) -> tuple[Array, Array]:
    """0 / 0 when everything is dropped."""
    factors = kept(x, p, rng) / x.dtype.type(1 - p)
    return x * factors, factors


def in_place(x: Array, p: float, rng: Rng) -> tuple[Array, Array]:
    """The caller's numbers are dropped too."""
    factors = (kept(x, p, rng) * scale(p)).astype(x.dtype)
    x *= factors
    return x, factors


def without_factors(x: Array, p: float, rng: Rng) -> Array:
    """y alone."""
    return by(lambda x, p, rng: kept(x, p, rng) * scale(p))(x, p, rng)[0]  # type: ignore[no-any-return]


def bell(x: Array, p: float, rng: Rng) -> Array:
    """Noise of mean 1 and dropout's deviation."""
    deviation = np.sqrt(p / (1 - p)) if p < 1 else 0.0
    return rng.normal(1, deviation, x.shape)


DROPOUT = (
    Mistake(
        "not scaled",
        "What is kept is not scaled up. The mean of y should stay that of x, so that "
        "nothing changes when dropout is switched off.",
        by(kept),
    ),
    Mistake(
        "scaled by 1/p",
        "What is kept grows by 1/p. A share of 1 - p is kept: make up for that.",
        by(lambda x, p, rng: kept(x, p, rng) * (1 / p if p else 1)),
    ),
    Mistake(
        "scaled down",
        "What is kept is multiplied by 1 - p, which makes it smaller still. It should "
        "grow.",
        by(lambda x, p, rng: kept(x, p, rng) * (1 - p)),
    ),
    Mistake(
        "p is kept",
        "A share of p is kept. p is the share that is dropped.",
        by(lambda x, p, rng: (rng.random(x.shape) < p) * (1 / p if p else 0)),
    ),
    Mistake(
        "p kept, scaled by 1/(1-p)",
        "The scale is right, but the entries that should stay are dropped, and the "
        "others stay.",
        by(lambda x, p, rng: (rng.random(x.shape) < p) * scale(p)),
    ),
    Mistake(
        "factors not scaled",
        "y is right, but the factors are only 0 and 1. Backward needs what x was "
        "multiplied by.",
        only_mask_returned,
    ),
    Mistake(
        "y not scaled",
        "The factors are right, but y is not x times them.",
        only_mask_used,
    ),
    Mistake(
        "one draw a row",
        "A whole row is dropped or kept. Every entry has a draw of its own.",
        by(one_a_row),
    ),
    Mistake(
        "one draw a column",
        "All samples lose the same entries. Every entry has a draw of its own.",
        by(one_a_column),
    ),
    Mistake(
        "own seed",
        "A generator with a fixed seed is made inside: every call drops the same "
        "entries. Draw from the rng that is passed in.",
        by(lambda x, p, rng: kept(x, p, np.random.default_rng(0)) * scale(p)),
    ),
    Mistake(
        "other generator",
        "The draws do not come from the rng that is passed in, so nobody can repeat "
        "them.",
        by(lambda x, p, rng: kept(x, p, ELSEWHERE) * scale(p)),
    ),
    Mistake(
        "float64",
        "The factors are float64, and y becomes so too. Give the factors the dtype of "
        "x.",
        in_float64,
    ),
    Mistake(
        "zero divided by zero",
        "With p = 1 the scale divides by 0. Nothing is kept then: all factors are 0.",
        divided_by_zero,
    ),
    Mistake("in place", "x itself is changed. Make a new array.", in_place),
    Mistake(
        "factors forgotten",
        "Only y is returned. Return the factors too; backward needs the same draw.",
        without_factors,
    ),
    Mistake(
        "bell curve",
        "The factors follow a bell curve. Each should be 0 or one other number.",
        by(bell),
    ),
)

DROPOUT_BACKWARD = (
    Mistake(
        "dropout ignored",
        "g is passed on as it is. What was dropped has no influence on y.",
        lambda g, factors: g + 0 * factors,
    ),
    Mistake(
        "mask only",
        "The zeros are right, the others are not scaled: y grew by a factor, and so "
        "does the gradient.",
        lambda g, factors: g * (factors > 0),
    ),
    Mistake(
        "scaled twice",
        "The scale stands in the factors already; here it counts twice.",
        lambda g, factors: g * factors * factors,
    ),
    Mistake(
        "the wrong ones",
        "The gradient flows where the entries were dropped, and stops where they "
        "stayed.",
        lambda g, factors: g * (factors == 0),
    ),
    Mistake(
        "divided",
        "g is divided by the factors. The slope of a product with a factor is the "
        "factor.",
        lambda g, factors: g / factors,
    ),
    Mistake(
        "upstream missing",
        "This is dy/dx alone. The chain rule multiplies it by g.",
        lambda g, factors: factors + 0 * g,
    ),
    Mistake(
        "a new draw",
        "Other entries are zero than in forward. The gradient takes the factors that "
        "were drawn then.",
        lambda g, factors: (
            g * np.random.default_rng(0).permuted(factors).astype(g.dtype)
        ),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "dropout": DROPOUT,
    "dropout_backward": DROPOUT_BACKWARD,
}
