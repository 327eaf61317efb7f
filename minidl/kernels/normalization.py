"""Normalization: subtract a mean, divide by a standard deviation, scale, shift."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def batch_norm(
    x: Array,
    W: Array,
    b: Array,
    mean: Array | None = None,
    var: Array | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """x, each channel with its mean and variance taken out, times W, plus b.

    In training mean and var are None: those of x are taken out, the variance as the
    mean of squares (not N - 1). Whichever were taken out are returned with y.

    Shapes:   x (N, C, ...), the others (C,) -> as x, (C,), (C,)
    Formula:  y = W (x - mean) / sqrt(var + eps) + b
    Source:   Ioffe, Szegedy, Batch Normalization, 2015
    """
    axes = (0, *range(2, x.ndim))
    mean = x.mean(axes) if mean is None else mean
    var = x.var(axes) if var is None else var
    y = x - channel(mean, x)
    y *= channel(W / np.sqrt(var + eps), x)
    y += channel(b, x)
    return y, mean, var


def batch_norm_backward(
    g: Array,
    x: Array,
    mean: Array,
    var: Array,
    W: Array,
    eps: float = 1e-5,
    training: bool = True,
) -> tuple[Array, Array, Array]:
    """Gradients dx, dW, db of batch_norm, times upstream g.

    In training, mean and variance are those of x and change with it.

    Shapes:    g and x (N, C, ...), the others (C,) -> as x, (C,), (C,)
    Backward:  with z = (x - mean) / sqrt(var + eps) and n entries in a channel,
               dW = sum g z, db = sum g, dx = W / sqrt(var + eps) times
               g, and in training (g - db / n - z dW / n)
    """
    axes = (0, *range(2, x.ndim))
    std = channel(np.sqrt(var + eps), x)
    z = (x - channel(mean, x)) / std
    dW, db = (g * z).sum(axes), g.sum(axes)
    if training:
        n = x.size // len(W)
        g = g - channel(db / n, x) - z * channel(dW / n, x)
    return g * channel(W, x) / std, dW, db


def layer_norm(x: Array, W: Array, b: Array, eps: float = 1e-5) -> Array:
    """Every sample of x with its own mean and variance taken out, scaled by W, plus b.

    Shapes:   x (..., D), W and b (D,) or more dimensions -> as x
    Formula:  y = W (x - mean x) / sqrt(var x + eps) + b
    Source:   Ba, Kiros, Hinton, Layer Normalization, 2016
    """
    z, _ = standardized(x, W.ndim, eps)
    return z * W + b


def layer_norm_backward(
    g: Array, x: Array, W: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Gradients dx, dW, db of layer_norm, times upstream g.

    Shapes:  g and x (..., D), W (D,) or more dimensions -> as x, as W, as W
    """
    z, std = standardized(x, W.ndim, eps)
    batch, features = tuple(range(x.ndim - W.ndim)), tuple(range(-W.ndim, 0))
    return through(g * W, z, features) / std, (g * z).sum(batch), g.sum(batch)


def channel(v: Array, x: Array) -> Array:
    """One number for each channel, shaped to meet x (N, C, ...)."""
    return v.reshape(-1, *(1,) * (x.ndim - 2))


def standardized(x: Array, dims: int, eps: float) -> tuple[Array, Array]:
    """x with mean 0 and variance 1 over the last dims, and what it was divided by."""
    axes = tuple(range(-dims, 0))
    centred = x - x.mean(axes, keepdims=True)
    std = np.sqrt((centred**2).mean(axes, keepdims=True) + eps)
    return centred / std, std


def through(d: Array, z: Array, axes: tuple[int, ...]) -> Array:
    """Gradient at the entries that z was standardized from, times their deviation.

    Backward:  d - mean d - z mean(d z): moving all entries together, or away from
               their mean together, does not change z
    """
    means = d.mean(axes, keepdims=True), (d * z).mean(axes, keepdims=True)
    return d - means[0] - z * means[1]
