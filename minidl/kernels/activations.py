"""Activations: what bends the straight lines between layers."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def sigmoid(x: Array) -> Array:
    """Squash every entry of x into (0, 1), without overflow.

    Shapes:   any -> the same
    Formula:  1 / (1 + e^-x)
    """
    return 0.5 * (1 + np.tanh(0.5 * x))


def sigmoid_backward(g: Array, y: Array) -> Array:
    """Gradient of sigmoid at output y, times upstream g.

    Shapes:    any -> the same
    Backward:  dy/dx = y (1 - y)
    """
    return g * y * (1 - y)


def tanh(x: Array) -> Array:
    """Squash every entry of x into (-1, 1), without overflow.

    Shapes:   any -> the same
    Formula:  (e^x - e^-x) / (e^x + e^-x)
    """
    return np.tanh(x)


def tanh_backward(g: Array, y: Array) -> Array:
    """Gradient of tanh at output y, times upstream g.

    Shapes:    any -> the same
    Backward:  dy/dx = 1 - y^2
    """
    return g * (1 - y * y)


def relu(x: Array) -> Array:
    """Keep positive entries of x; the others become 0.

    Shapes:   any -> the same
    Formula:  max(x, 0)
    """
    return np.maximum(x, 0)


def relu_backward(g: Array, y: Array) -> Array:
    """Gradient of relu at output y, times upstream g.

    Shapes:    any -> the same
    Backward:  dy/dx = 1 where y > 0, else 0 (0 at the kink, as in PyTorch)
    """
    return g * (y > 0)


def leaky_relu(x: Array, negative_slope: float = 0.01) -> Array:
    """Keep positive entries of x; scale the others by negative_slope.

    Shapes:   any -> the same
    Formula:  x where x > 0, else negative_slope * x
    Source:   Maas, Hannun, Ng, Rectifier Nonlinearities Improve Neural Network
              Acoustic Models, 2013
    """
    return np.where(x > 0, x, negative_slope * x)


def leaky_relu_backward(g: Array, x: Array, negative_slope: float = 0.01) -> Array:
    """Gradient of leaky_relu at input x, times upstream g.

    Shapes:    any -> the same
    Backward:  dy/dx = 1 where x > 0, else negative_slope
    """
    return np.where(x > 0, g, negative_slope * g)


def softmax(x: Array, dim: int = -1) -> Array:
    """Turn scores along dim into positive numbers that sum to 1.

    Shapes:   any -> the same
    Formula:  e^x_i / sum_j e^x_j
    """
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


def softmax_backward(g: Array, y: Array, dim: int = -1) -> Array:
    """Gradient of softmax at output y, times upstream g.

    Shapes:    any -> the same
    Backward:  dx_i = y_i (g_i - sum_j g_j y_j)
    """
    return y * (g - (g * y).sum(axis=dim, keepdims=True))


def log_softmax(x: Array, dim: int = -1) -> Array:
    """Logarithm of softmax along dim, finite where softmax underflows to 0.

    Shapes:   any -> the same
    Formula:  x_i - log sum_j e^x_j
    """
    shifted = x - x.max(axis=dim, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def log_softmax_backward(g: Array, y: Array, dim: int = -1) -> Array:
    """Gradient of log_softmax at output y, times upstream g.

    Shapes:    any -> the same
    Backward:  dx_i = g_i - e^y_i sum_j g_j
    """
    return g - np.exp(y) * g.sum(axis=dim, keepdims=True)
