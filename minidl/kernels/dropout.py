"""Dropout: random zeros, so that no output can lean on one input."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def dropout(x: Array, p: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """x times random factors: 0 with probability p, else 1 / (1 - p); the factors too.

    Each entry has a draw of its own. With p = 1 all factors are 0.

    Shapes:  any, p from 0 to 1 -> y and factors, both as x
    Source:  Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from
             Overfitting, 2014
    """
    kept = rng.random(x.shape, x.dtype) >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    factors = kept * x.dtype.type(scale)
    return x * factors, factors


def dropout_backward(g: Array, factors: Array) -> Array:
    """Gradient of dropout with these factors, times upstream g.

    Shapes:    g any, factors as from dropout -> as g
    Backward:  dy/dx = factor
    """
    return g * factors
