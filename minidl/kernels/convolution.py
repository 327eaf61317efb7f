"""Convolution: one small kernel of weights, slid over every place of an image.

All of it is matrix products with columns: for each place of the window, a column of
what it sees there. Weights are (M, C / groups, K, L): a kernel of K by L for each of M
outputs and each channel of its group; stride, padding and dilation are (rows, columns).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minidl.array import Array
from minidl.kernels.windows import (
    Pair,
    batch_first,
    batch_last,
    inner,
    places,
    span,
    surround,
    taps,
)

Window = tuple[Pair, Pair, Pair, int]
"""Stride, padding, dilation, groups."""

STRIP = 1 << 20
"""Bytes of columns to make at a time, or one row of places if that is more.

All columns at once would take 18 MB for 3 × 3 kernels on 128 images (32, 13, 13), nine
times the images themselves, and 1.05 times as long.
"""


def conv2d(
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Weighted sums of what each kernel sees from its places in x, plus its bias.

    Shapes:   x (N, C, H, W), W (M, C / groups, K, L), b (M,) -> (N, M, P, Q)
    Formula:  y[m, p, q] = b[m] + sum_cij W[m, c, i, j] x[c, p + i, q + j]
    """
    X, kernel = surround(batch_last(x), padding, padding), W.shape[2:]
    P, Q = places(X.shape[1:3], span(kernel, dilation), stride)
    weights = W.reshape(groups, len(W) // groups, -1)
    y = np.empty((*weights.shape[:2], P * Q * len(x)), x.dtype)
    for p, rows, part in strips(y, P, weights.shape[2]):
        columns = gather(X, kernel, (rows, Q), stride, dilation, p)
        np.matmul(weights, columns.reshape(groups, weights.shape[2], -1), out=part)
        if b is not None:
            part += b.reshape(groups, -1, 1)
    return batch_first(y.reshape(len(W), P, Q, len(x)))


def conv2d_backward(
    g: Array,
    x: Array,
    W: Array,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    needs_dx: bool = True,
) -> tuple[Array | None, Array, Array]:
    """Gradients dx, dW, db of conv2d, times upstream g; dx is None if not needed.

    Shapes:    g (N, M, P, Q), x (N, C, H, W), W (M, C / groups, K, L) -> x, W, (M,)
    Backward:  dx = scattered W^T g,  dW = g columns^T,  db = sums of g
    """
    window = stride, padding, dilation, groups
    dx = scatter(g, W, x.shape[2:], window) if needs_dx else None
    return dx, correlate(g, x, W.shape, window), g.sum((0, 2, 3))


def conv_transpose2d(
    x: Array,
    W: Array,
    b: Array | None,
    size: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Images of a size that conv2d brings to x's: every entry of x spreads a kernel.

    Shapes:   x (N, C, P, Q), W (C, M / groups, K, L), b (M,) -> (N, M, *size)
    Formula:  y is the gradient dx of conv2d with kernels W, for upstream x
    """
    y = scatter(x, W, size, (stride, padding, dilation, groups))
    return y if b is None else y + b.reshape(-1, 1, 1)


def conv_transpose2d_backward(
    g: Array,
    x: Array,
    W: Array,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    needs_dx: bool = True,
) -> tuple[Array | None, Array, Array]:
    """Gradients dx, dW, db of conv_transpose2d, times upstream g.

    Shapes:    g (N, M, H, W), x (N, C, P, Q), W (C, M / groups, K, L) -> x, W, (M,)
    Backward:  dx = conv2d(g, W),  dW = that of conv2d for upstream x at input g
    """
    window = stride, padding, dilation, groups
    dx = None
    if needs_dx:  # with output_padding, the window may have more places in g than x has
        dx = conv2d(g, W, None, *window)[:, :, : x.shape[2], : x.shape[3]]
    return dx, correlate(x, g, W.shape, window), g.sum((0, 2, 3))


def scatter(g: Array, W: Array, size: Pair, window: Window) -> Array:
    """The gradient of conv2d's x (N, C, *size): columns W^T g, added where seen."""
    stride, padding, dilation, groups = window
    (N, M, P, Q), kernel = g.shape, (W.shape[2], W.shape[3])
    G = batch_last(g).reshape(groups, M // groups, P * Q * N)
    weights = W.reshape(groups, M // groups, -1).swapaxes(1, 2).copy()
    H, L = (n + 2 * margin for n, margin in zip(size, padding, strict=True))
    dX = np.zeros((W.shape[1] * groups, H, L, N), g.dtype)
    for p, rows, part in strips(G, P, weights.shape[1]):
        columns = (weights @ part).reshape(len(dX), kernel[0] * kernel[1], rows, Q, N)
        views = taps(dX, kernel, (rows, Q), stride, dilation, p)
        for entry, seen in enumerate(views):
            seen += columns[:, entry]
    return batch_first(inner(dX, padding, size))


def correlate(g: Array, x: Array, shape: tuple[int, ...], window: Window) -> Array:
    """The gradient of conv2d's W, which has this shape: g times columns of x."""
    stride, padding, dilation, groups = window
    (N, M, P, Q), kernel = g.shape, (shape[2], shape[3])
    X = surround(batch_last(x), padding, padding)
    G = batch_last(g).reshape(groups, M // groups, P * Q * N)
    dW = np.zeros((groups, M // groups, shape[1] * kernel[0] * kernel[1]), g.dtype)
    for p, rows, part in strips(G, P, dW.shape[2]):
        columns = gather(X, kernel, (rows, Q), stride, dilation, p)
        dW += part @ columns.reshape(groups, dW.shape[2], -1).swapaxes(1, 2)
    return dW.reshape(shape)


def strips(y: Array, P: int, depth: int) -> Iterator[tuple[int, int, Array]]:
    """y by strips: the first row of places, how many rows, and that part of y.

    Shapes:  y (groups, M / groups, places), columns (groups, depth, places)
    """
    row = y.shape[2] // P
    step = max(1, STRIP // max(1, len(y) * depth * row * y.itemsize))
    for p in range(0, P, step):
        rows = min(step, P - p)
        yield p, rows, y[..., p * row : (p + rows) * row]


def gather(
    x: Array, kernel: Pair, count: Pair, stride: Pair, dilation: Pair, first: int
) -> Array:
    """What the window sees from `count` places, from row number `first` of them on.

    Shapes:  x (C, H, W, N), count (P, Q) -> (C, entries of the kernel, P, Q, N)
    """
    shape = len(x), kernel[0] * kernel[1], *count, x.shape[3]
    columns = np.empty(shape, x.dtype)
    for entry, seen in enumerate(taps(x, kernel, count, stride, dilation, first)):
        columns[:, entry] = seen
    return columns
