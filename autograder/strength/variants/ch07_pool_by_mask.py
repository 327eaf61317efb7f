"""Chapter 7: pooling with masks of what each window sees, on images stored NCHW."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minidl.array import Array
from minidl.kernels.pooling import fit

# ruff: noqa: D103 -- the module's name says how they go about it

Pair = tuple[int, int]


def views(
    X: Array, kernel: Pair, count: Pair, stride: Pair, dilation: Pair = (1, 1)
) -> Iterator[Array]:
    (P, Q), (s, t), (d, e) = count, stride, dilation
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            rows = slice(i * d, i * d + (P - 1) * s + 1, s)
            yield X[:, :, rows, j * e : j * e + (Q - 1) * t + 1 : t]


def framed(x: Array, before: Pair, after: Pair, value: float = 0.0) -> Array:
    around = ((0, 0), (0, 0), (before[0], after[0]), (before[1], after[1]))
    return np.pad(x, around, constant_values=value)


def max_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> tuple[Array, Array]:
    count, after = fit(x.shape[2:], kernel, stride, padding, dilation, ceil_mode)
    X = framed(x, padding, after, -np.inf)
    seen = np.stack(list(views(X, kernel, count, stride, dilation)))
    y = seen.max(axis=0)
    hit = seen == y
    return y, hit & (hit.cumsum(axis=0) == 1)


def max_pool2d_backward(
    g: Array,
    hit: Array,
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> Array:
    count, after = fit(size, kernel, stride, padding, dilation, ceil_mode)
    dX = framed(np.zeros((*g.shape[:2], *size), g.dtype), padding, after)
    every = views(dX, kernel, count, stride, dilation)
    for view, mask in zip(every, hit, strict=True):
        view += np.where(mask, g, 0)
    return dX[:, :, padding[0] :, padding[1] :][:, :, : size[0], : size[1]]


def divisors(
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
) -> Array:
    """How many ones each window sees of the image, and of the padding if it counts."""
    count, after = fit(size, kernel, stride, padding, (1, 1), ceil_mode)
    ones: Array = np.ones((1, 1, *size))
    if count_include_pad:
        ones = framed(ones, padding, padding, 1.0)
        after = after[0] - padding[0], after[1] - padding[1]
        ones = framed(ones, (0, 0), after)
    else:
        ones = framed(ones, padding, after)
    return np.asarray(sum(views(ones, kernel, count, stride)))


def avg_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Array:
    count, after = fit(x.shape[2:], kernel, stride, padding, (1, 1), ceil_mode)
    seen = np.stack(list(views(framed(x, padding, after), kernel, count, stride)))
    window = kernel, stride, padding, ceil_mode, count_include_pad
    y: Array = seen.sum(0) / (divisor or divisors(x.shape[2:], *window))
    return y.astype(x.dtype)


def avg_pool2d_backward(
    g: Array,
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Any:
    count, after = fit(size, kernel, stride, padding, (1, 1), ceil_mode)
    dX = framed(np.zeros((*g.shape[:2], *size), g.dtype), padding, after)
    window = kernel, stride, padding, ceil_mode, count_include_pad
    share = (g / (divisor or divisors(size, *window))).astype(g.dtype)
    for view in views(dX, kernel, count, stride):
        view += share
    return dX[:, :, padding[0] :, padding[1] :][:, :, : size[0], : size[1]]
