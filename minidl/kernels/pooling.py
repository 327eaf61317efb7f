"""Pooling: one number for what a window sees of each channel.

kernel, stride, padding and dilation are (rows, columns). With ceil_mode a window may
reach over the far edge, if it starts within the image or the padding before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minidl.array import Array
from minidl.kernels.windows import (
    Pair,
    batch_first,
    batch_last,
    inner,
    span,
    surround,
    taps,
)


def max_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> tuple[Array, Any]:
    """The largest of what each window sees, and a cache: what backward needs to know.

    Nothing that stands around x is ever the largest.

    Shapes:  x (N, C, H, W) -> (N, C, P, Q), cache
    """
    count, after = fit(x.shape[2:], kernel, stride, padding, dilation, ceil_mode)
    X = surround(batch_last(x), padding, after, -np.inf)
    first, *others = taps(X, kernel, count, stride, dilation)
    y, larger = first.copy(), []  # an index, for 2 × 2, would take three times as long
    for seen in others:
        larger.append(seen > y)
        np.maximum(y, seen, out=y)
    return batch_first(y), larger


def max_pool2d_backward(
    g: Array,
    cache: Any,
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> Array:
    """Gradient of max_pool2d for images of this size, times upstream g.

    Shapes:    g (N, C, P, Q), the cache of max_pool2d -> (N, C, *size)
    Backward:  g goes to the largest entry, the first of them in a tie
    """
    G = batch_last(g)
    count, after = fit(size, kernel, stride, padding, dilation, ceil_mode)
    dX = surround(np.zeros((len(G), *size, len(g)), g.dtype), padding, after)
    views = [*taps(dX, kernel, count, stride, dilation)]
    undecided = np.ones(G.shape, np.bool_)
    apart = all(s >= k for s, k in zip(stride, span(kernel, dilation), strict=True))
    for seen, plane in zip(views[::-1], [*cache[::-1], undecided], strict=True):
        if apart:  # nothing there to add to: 0.77 of the time
            np.multiply(G, plane & undecided, out=seen)
        else:
            seen += G * (plane & undecided)
        undecided = undecided & ~plane
    return batch_first(inner(dX, padding, size))


def avg_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Array:
    """The mean of what each window sees, or its sum over the divisor.

    Shapes:  x (N, C, H, W) -> (N, C, P, Q)
    """
    count, after = fit(x.shape[2:], kernel, stride, padding, (1, 1), ceil_mode)
    X = surround(batch_last(x), padding, after)
    y = np.zeros((len(X), *count, len(x)), x.dtype)
    for seen in taps(X, kernel, count, stride, (1, 1)):
        y += seen
    window = kernel, stride, padding, count_include_pad
    y /= divisor or areas(x.shape[2:], count, *window).astype(x.dtype)
    return batch_first(y)


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
    """Gradient of avg_pool2d for images of this size, times upstream g.

    Shapes:    g (N, C, P, Q) -> (N, C, *size)
    Backward:  every entry that a window sees gets g / divisor
    """
    count, after = fit(size, kernel, stride, padding, (1, 1), ceil_mode)
    window = kernel, stride, padding, count_include_pad
    G = batch_last(g) / (divisor or areas(size, count, *window).astype(g.dtype))
    dX = surround(np.zeros((len(G), *size, len(g)), g.dtype), padding, after)
    for seen in taps(dX, kernel, count, stride, (1, 1)):
        seen += G
    return batch_first(inner(dX, padding, size))


def adaptive_avg_pool2d(x: Array, count: Pair) -> Array:
    """The means of `count` (P, Q) bins, as even as they can be, of each image.

    Shapes:  x (N, C, H, W) -> (N, C, P, Q)
    """
    y = np.empty((x.shape[1], *count, len(x)), x.dtype)
    for p, q, bin in bins(batch_last(x), count):
        y[:, p, q] = bin.mean((1, 2))
    return batch_first(y)


def adaptive_avg_pool2d_backward(g: Array, size: Pair) -> Array:
    """Gradient of adaptive_avg_pool2d for images of this size, times upstream g.

    Shapes:    g (N, C, P, Q) -> (N, C, *size)
    Backward:  every entry of a bin gets g / entries of the bin
    """
    G = batch_last(g)
    dX = np.zeros((len(G), *size, len(g)), g.dtype)
    for p, q, bin in bins(dX, g.shape[2:]):
        bin += (G[:, p, q] / (bin.shape[1] * bin.shape[2]))[:, None, None]
    return batch_first(dX)


def fit(
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    ceil_mode: bool,
) -> tuple[Pair, Pair]:
    """Rows and columns of places for the window, and the padding after the image."""
    count, after = [], []
    windows = zip(size, span(kernel, dilation), stride, padding, strict=True)
    for n, k, s, before in windows:
        room = n + 2 * before - k
        places = (room + (s - 1) * ceil_mode) // s + 1
        if ceil_mode and (places - 1) * s >= n + before:
            places -= 1
        count.append(places)
        after.append(max(before, (places - 1) * s + k - n - before))
    return (count[0], count[1]), (after[0], after[1])


def areas(
    size: Pair,
    count: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    count_include_pad: bool,
) -> Array:
    """How many entries the mean of each window is over, (P, Q, 1)."""
    sides = []
    for n, m, k, s, before in zip(size, count, kernel, stride, padding, strict=True):
        start = np.arange(m) * s - before
        end = np.minimum(start + k, n + before)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, n)
        sides.append(end - start)
    return np.outer(*sides)[..., None]


def bins(x: Array, count: Pair) -> Iterator[tuple[int, int, Array]]:
    """Each bin: its row and column, and what of x (C, H, W, N) falls in it."""
    (P, Q), (H, W) = count, x.shape[1:3]
    for p in range(P):
        rows = slice(p * H // P, -(-(p + 1) * H // P))
        for q in range(Q):
            yield p, q, x[:, rows, q * W // Q : -(-(q + 1) * W // Q)]
