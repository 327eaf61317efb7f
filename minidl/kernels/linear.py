"""The neuron: a weighted sum and a bias, for a whole batch at once."""

from __future__ import annotations

from minidl.array import Array


def linear(x: Array, W: Array, b: Array) -> Array:
    """Weighted sums of x's features, one for each row of W, plus the bias b.

    Shapes:   x (N, D), W (M, D), b (M,) -> (N, M)
    Formula:  y = x W^T + b
    """
    return x @ W.T + b


def linear_backward(g: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Gradients dx, dW, db of linear, times upstream g.

    Shapes:    g (N, M), x (N, D), W (M, D) -> (N, D), (M, D), (M,)
    Backward:  dx = g W,  dW = g^T x,  db = column sums of g
    """
    return g @ W, g.T @ x, g.sum(axis=0)
