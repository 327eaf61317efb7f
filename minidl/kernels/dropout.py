"""Dropout: random zeros, so that no output can lean on one input."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def dropout(
    x: Array, p: float, rng: np.random.Generator, shape: tuple[int, ...] | None = None
) -> tuple[Array, Array]:
    """x with each entry 0 with probability p, the others 1 / (1 - p) of themselves.

    With a shape, one draw decides on all entries that it is broadcast to.

    Shapes:  any -> the same, and the factors, of `shape` or the same
    Source:  Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from
             Overfitting, 2014
    """
    kept = rng.random(x.shape if shape is None else shape, x.dtype) >= p
    factors = kept * x.dtype.type(1 / (1 - p) if p < 1 else 0)
    return x * factors, factors


def dropout_backward(g: Array, factors: Array) -> Array:
    """Gradient of dropout with these factors, times upstream g.

    Shapes:    g any, factors as from dropout -> as g
    Backward:  dy/dx = factor
    """
    return g * factors
