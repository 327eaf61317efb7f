"""Losses of scores for classes, one number a row; the classes are along axis 1."""

from __future__ import annotations

import numpy as np

from minidl.array import Array, IntArray


def nll(x: Array, share: Array) -> Array:
    """-sum over classes of share times log-probability x; -inf counts if it has one.

    Shapes:  x and share (N, C, ...) -> (N, ...)
    """
    terms = np.multiply(x, share, out=np.zeros_like(x), where=share != 0)
    return -terms.sum(axis=1)


def nll_backward(g: Array, share: Array) -> Array:
    """Gradient of nll with respect to x, times g (N, ...).  dx = -share."""
    return -share * np.expand_dims(g, 1) if np.ndim(g) else -share * g


def shares(
    target: IntArray, kept: np.ndarray, weight: Array, smoothing: float
) -> Array:
    """The weight of each class in a row's loss: mostly its target's, 0 if not kept.

    Shapes:   target and kept (N, ...), weight (C,) -> (N, C, ...)
    Formula:  weight ((1 - smoothing) one_hot(target) + smoothing / C)
    """
    N, *rest = target.shape
    share = np.full((N, len(weight), *rest), smoothing / len(weight), weight.dtype)
    at = np.expand_dims(np.where(kept, target, 0), 1)
    full = share.dtype.type(1 - smoothing + smoothing / len(weight))
    np.put_along_axis(share, at, full, axis=1)
    share *= along_classes(weight, share.ndim)
    share *= np.expand_dims(kept, 1)
    return share


def along_classes(weight: Array, ndim: int) -> Array:
    """A number for each class, shaped to broadcast against (N, C, ...)."""
    return weight.reshape(-1, *[1] * (ndim - 2))


def multi_margin(
    x: Array, target: IntArray, p: int, margin: float, weight: Array
) -> Array:
    """How far each row's other scores come within margin of its target's.

    Shapes:   x (N, C), target (N,), weight (C,) -> (N,)
    Formula:  weight[t] / C sum_{j != t} max(0, margin - x_t + x_j)^p
    """
    return (shortfall(x, target, margin) ** p).mean(axis=1) * weight[target]


def multi_margin_backward(
    g: Array, x: Array, target: IntArray, p: int, margin: float, weight: Array
) -> Array:
    """Gradient of multi_margin with respect to x, times g, () or (N,).

    Backward:  dx_j = weight[t] p max(0, ...)^(p - 1) / C, dx_t = minus their sum
    """
    short = shortfall(x, target, margin)
    slope = 2 * short if p == 2 else (short > 0).astype(x.dtype)
    slope *= (g * weight[target] / x.shape[1])[:, None]
    slope[np.arange(len(x)), target] = -slope.sum(axis=1)
    return slope


def shortfall(x: Array, target: IntArray, margin: float) -> Array:
    """max(0, margin - x_t + x_j), and 0 at the target t itself."""
    rows = np.arange(len(x))
    short = np.maximum(margin - x[rows, target][:, None] + x, 0)
    short[rows, target] = 0
    return short
