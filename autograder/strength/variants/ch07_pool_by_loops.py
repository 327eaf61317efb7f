"""Chapter 7: pooling one window at a time; the places of the largest are listed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minidl.array import Array
from minidl.kernels.pooling import fit

# ruff: noqa: D103 -- the module's name says how they go about it

Pair = tuple[int, int]
Place = tuple[int, int, int, int]


def entries(
    place: Pair, size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> Iterator[Pair]:
    """Row and column of everything in the image that the window sees there."""
    for i, j in np.ndindex(kernel):
        r = place[0] * stride[0] + i * dilation[0] - padding[0]
        c = place[1] * stride[1] + j * dilation[1] - padding[1]
        if 0 <= r < size[0] and 0 <= c < size[1]:
            yield r, c


def max_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> tuple[Array, dict[Place, Pair]]:
    size = x.shape[2:]
    count, _ = fit(size, kernel, stride, padding, dilation, ceil_mode)
    y, largest = np.empty((*x.shape[:2], *count), x.dtype), {}
    for n, c, p, q in np.ndindex(y.shape):
        seen = entries((p, q), size, kernel, stride, padding, dilation)
        where = max(seen, key=lambda spot: x[n, c, spot[0], spot[1]])
        y[n, c, p, q] = x[n, c, where[0], where[1]]
        largest[n, c, p, q] = where
    return y, largest


def max_pool2d_backward(
    g: Array,
    largest: dict[Place, Pair],
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> Array:
    dx = np.zeros((*g.shape[:2], *size), g.dtype)
    for (n, c, p, q), (row, column) in largest.items():
        dx[n, c, row, column] += g[n, c, p, q]
    return dx


def counted(
    place: Pair,
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    count_include_pad: bool,
) -> int:
    """How many entries the mean of a window is over."""
    total = 1
    for at, n, k, s, before in zip(place, size, kernel, stride, padding, strict=True):
        start, end = at * s - before, min(at * s - before + k, n + before)
        if not count_include_pad:
            start, end = max(start, 0), min(end, n)
        total *= end - start
    return total


def avg_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Array:
    size = x.shape[2:]
    count, _ = fit(size, kernel, stride, padding, (1, 1), ceil_mode)
    y = np.zeros((*x.shape[:2], *count), x.dtype)
    for p, q in np.ndindex(count):
        for row, column in entries((p, q), size, kernel, stride, padding, (1, 1)):
            y[:, :, p, q] += x[:, :, row, column]
        window = kernel, stride, padding, count_include_pad
        y[:, :, p, q] /= divisor or counted((p, q), size, *window)
    return y


def avg_pool2d_backward(
    g: Array,
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Array:
    dx = np.zeros((*g.shape[:2], *size), g.dtype)
    for p, q in np.ndindex(g.shape[2:]):
        window = kernel, stride, padding, count_include_pad
        share = g[:, :, p, q] / (divisor or counted((p, q), size, *window))
        for row, column in entries((p, q), size, kernel, stride, padding, (1, 1)):
            dx[:, :, row, column] += share
    return dx
