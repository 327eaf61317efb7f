"""Chapter 2: other correct ways to write each brick."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array

# ruff: noqa: D103 -- the name of each function says how it goes about it


def sigmoid_of_absolute(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_by_masks(x: Array) -> Array:
    y = np.empty_like(x)
    high = x >= 0
    y[high] = 1 / (1 + np.exp(-x[high]))
    e = np.exp(x[~high])
    y[~high] = e / (1 + e)
    return y


def sigmoid_by_logaddexp(x: Array) -> Array:
    return np.exp(-np.logaddexp(np.zeros_like(x), -x))


def sigmoid_in_a_loop(x: Array) -> Array:
    y = np.zeros_like(x)
    for i, v in np.ndenumerate(x):
        e = math.exp(-abs(v))
        y[i] = 1 / (1 + e) if v >= 0 else e / (1 + e)
    return y


def sigmoid_backward_expanded(g: Array, y: Array) -> Array:
    return g * (y - y**2)


def sigmoid_backward_slope_first(g: Array, y: Array) -> Array:
    slope = (1 - y) * y
    return np.multiply(slope, g)


def sigmoid_backward_in_float64(g: Array, y: Array) -> Array:
    wide = y.astype(np.float64)
    return (g * wide * (1 - wide)).astype(y.dtype)


def tanh_of_absolute(x: Array) -> Array:
    e = np.exp(-2 * np.abs(x))
    y: Array = np.copysign((1 - e) / (1 + e), x)
    return y


def tanh_by_sigmoid(x: Array) -> Array:
    return 2 * sigmoid_of_absolute(2 * x) - 1


def tanh_in_a_loop(x: Array) -> Array:
    y = np.zeros_like(x)
    for i, v in np.ndenumerate(x):
        y[i] = math.tanh(v)
    return y


def tanh_backward_factored(g: Array, y: Array) -> Array:
    return g * (1 - y) * (1 + y)


def tanh_backward_expanded(g: Array, y: Array) -> Array:
    return g - g * y**2


def tanh_backward_in_float64(g: Array, y: Array) -> Array:
    wide = y.astype(np.float64)
    return (g * (1 - wide * wide)).astype(y.dtype)


def relu_by_where(x: Array) -> Array:
    return np.where(x > 0, x, 0)


def relu_by_mask(x: Array) -> Array:
    return x * (x > 0)


def relu_by_absolute(x: Array) -> Array:
    return (x + np.abs(x)) / 2


def relu_on_a_copy(x: Array) -> Array:
    y = x.copy()
    y[y < 0] = 0
    return y


def relu_backward_by_where(g: Array, y: Array) -> Array:
    return np.where(y > 0, g, 0)


def relu_backward_on_a_copy(g: Array, y: Array) -> Array:
    dx = g.copy()
    dx[y <= 0] = 0
    return dx


def relu_backward_by_sign(g: Array, y: Array) -> Array:
    return g * np.sign(y)


def leaky_relu_by_parts(x: Array, negative_slope: float = 0.01) -> Array:
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


def leaky_relu_on_a_copy(x: Array, negative_slope: float = 0.01) -> Array:
    y = x.copy()
    y[x < 0] *= negative_slope
    return y


def leaky_relu_by_factor(x: Array, negative_slope: float = 0.01) -> Array:
    factor = np.full_like(x, negative_slope)
    factor[x > 0] = 1
    return factor * x


def leaky_relu_backward_by_parts(
    g: Array, x: Array, negative_slope: float = 0.01
) -> Array:
    return g * (x > 0) + negative_slope * g * (x <= 0)


def leaky_relu_backward_on_a_copy(
    g: Array, x: Array, negative_slope: float = 0.01
) -> Array:
    dx = g.copy()
    dx[x <= 0] *= negative_slope
    return dx


def leaky_relu_backward_by_factor(
    g: Array, x: Array, negative_slope: float = 0.01
) -> Array:
    return g * np.where(x > 0, 1, negative_slope).astype(x.dtype)


def softmax_by_logsumexp(x: Array, dim: int = -1) -> Array:
    return np.exp(x - np.logaddexp.reduce(x, axis=dim, keepdims=True))


def softmax_on_moved_axis(x: Array, dim: int = -1) -> Array:
    z = np.moveaxis(x, dim, 0)
    e = np.exp(z - z.max(axis=0))
    return np.moveaxis(e / e.sum(axis=0), 0, dim)


def softmax_in_a_loop(x: Array, dim: int = -1) -> Array:
    y = np.zeros_like(x)
    rows, shares = np.moveaxis(x, dim, -1), np.moveaxis(y, dim, -1)
    for i in np.ndindex(rows.shape[:-1]):
        e = np.exp(rows[i] - max(rows[i]))
        shares[i] = e / sum(e)
    return y


def softmax_in_float64(x: Array, dim: int = -1) -> Array:
    wide = x.astype(np.float64)
    e = np.exp(wide - wide.max(axis=dim, keepdims=True))
    narrow: Array = (e / e.sum(axis=dim, keepdims=True)).astype(x.dtype)
    return narrow


def softmax_backward_expanded(g: Array, y: Array, dim: int = -1) -> Array:
    weighted = g * y
    dx: Array = weighted - y * weighted.sum(axis=dim, keepdims=True)
    return dx


def softmax_backward_by_einsum(g: Array, y: Array, dim: int = -1) -> Array:
    gm, ym = np.moveaxis(g, dim, -1), np.moveaxis(y, dim, -1)
    weighted = np.einsum("...c,...c->...", gm, ym)[..., None]
    return np.moveaxis(ym * (gm - weighted), -1, dim)


def softmax_backward_by_jacobian(g: Array, y: Array, dim: int = -1) -> Array:
    gm, ym = np.moveaxis(g, dim, -1), np.moveaxis(y, dim, -1)
    diagonal = ym[..., None] * np.eye(y.shape[dim], dtype=y.dtype)
    jacobian = diagonal - ym[..., :, None] * ym[..., None, :]
    return np.moveaxis((jacobian @ gm[..., None])[..., 0], -1, dim)


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "sigmoid": (
        sigmoid_of_absolute,
        sigmoid_by_masks,
        sigmoid_by_logaddexp,
        sigmoid_in_a_loop,
    ),
    "sigmoid_backward": (
        sigmoid_backward_expanded,
        sigmoid_backward_slope_first,
        sigmoid_backward_in_float64,
    ),
    "tanh": (tanh_of_absolute, tanh_by_sigmoid, tanh_in_a_loop),
    "tanh_backward": (
        tanh_backward_factored,
        tanh_backward_expanded,
        tanh_backward_in_float64,
    ),
    "relu": (relu_by_where, relu_by_mask, relu_by_absolute, relu_on_a_copy),
    "relu_backward": (
        relu_backward_by_where,
        relu_backward_on_a_copy,
        relu_backward_by_sign,
    ),
    "leaky_relu": (leaky_relu_by_parts, leaky_relu_on_a_copy, leaky_relu_by_factor),
    "leaky_relu_backward": (
        leaky_relu_backward_by_parts,
        leaky_relu_backward_on_a_copy,
        leaky_relu_backward_by_factor,
    ),
    "softmax": (
        softmax_by_logsumexp,
        softmax_on_moved_axis,
        softmax_in_a_loop,
        softmax_in_float64,
    ),
    "softmax_backward": (
        softmax_backward_expanded,
        softmax_backward_by_einsum,
        softmax_backward_by_jacobian,
    ),
}
