"""Convolution: one small kernel of weights, slid over every place of an image.

All of it is matrix products with columns: for each place of the window, a column of
what it sees there. Weights are (M, C / groups, K, L): a kernel of K by L for each of M
outputs and each channel of its group; stride, padding and dilation are (rows, columns).
"""

from __future__ import annotations

import numpy as np

from minidl.array import Array
from minidl.kernels.windows import (
    Pair,
    batch_first,
    batch_last,
    gather,
    inner,
    places,
    scatter,
    span,
    strips,
    surround,
)


def cross_correlate(image: Array, kernel: Array) -> Array:
    """The weighted sum of what the kernel sees, at each of its places in the image.

    Shapes:   image (H, W), kernel (K, L) -> (H - K + 1, W - L + 1)
    Formula:  y[p, q] = sum_ij kernel[i, j] image[p + i, q + j]
    """
    (H, W), (K, L) = image.shape, kernel.shape
    y = np.empty((H - K + 1, W - L + 1), image.dtype)
    for p in range(H - K + 1):
        for q in range(W - L + 1):
            y[p, q] = (kernel * image[p : p + K, q : q + L]).sum()
    return y


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

    Zeros stand around x, as many as padding says. With groups, x and the outputs are
    parted into as many blocks of channels, and each output sees its own block only.

    Shapes:   x (N, C, H, W), W (M, C / groups, K, L), b (M,) or None -> (N, M, P, Q)
    Formula:  y[m, p, q] = b[m] + sum_cij W[m, c, i, j] x[c, p s + i d, q s + j d]
              for stride s and dilation d
    """
    X, kernel = surround(batch_last(x), padding, padding), W.shape[2:]
    P, Q = places(X.shape[1:3], span(kernel, dilation), stride)
    weights = W.reshape(groups, len(W) // groups, -1)
    y = np.empty((*weights.shape[:2], P * Q * len(x)), x.dtype)
    for strip, rows, part in strips(X, kernel, (P, Q), stride):
        columns = gather(strip, kernel, (rows, Q), stride, dilation, groups)
        np.matmul(weights, columns, out=y[..., part])
        if b is not None:
            y[..., part] += b.reshape(groups, -1, 1)
    return batch_first(y.reshape(len(W), P, Q, len(x)))


def conv2d_backward_weight(
    g: Array,
    x: Array,
    kernel: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Gradient dW of conv2d for weights of this size, times upstream g.

    Shapes:    g (N, M, P, Q), x (N, C, H, W), kernel (K, L) -> (M, C / groups, K, L)
    Backward:  dW = g columns^T
    """
    X, (P, Q) = surround(batch_last(x), padding, padding), g.shape[2:]
    G = batch_last(g).reshape(groups, g.shape[1] // groups, -1)
    dW = np.zeros((*G.shape[:2], len(X) // groups * kernel[0] * kernel[1]), g.dtype)
    for strip, rows, part in strips(X, kernel, (P, Q), stride):
        columns = gather(strip, kernel, (rows, Q), stride, dilation, groups)
        dW += G[..., part] @ columns.swapaxes(1, 2)
    return dW.reshape(g.shape[1], -1, *kernel)


def conv2d_backward_input(
    g: Array,
    W: Array,
    size: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Gradient dx of conv2d for images of this size, times upstream g.

    Shapes:    g (N, M, P, Q), W (M, C / groups, K, L), size (H, W) -> (N, C, H, W)
    Backward:  columns W^T g, each number of them added to the entry that it comes from
    """
    (N, M, P, Q), kernel = g.shape, W.shape[2:]
    G = batch_last(g).reshape(groups, M // groups, -1)
    weights = W.reshape(groups, M // groups, -1).swapaxes(1, 2).copy()
    H, L = (n + 2 * margin for n, margin in zip(size, padding, strict=True))
    dX = np.zeros((W.shape[1] * groups, H, L, N), g.dtype)
    for strip, rows, part in strips(dX, kernel, (P, Q), stride):
        columns = weights @ G[..., part]
        scatter(columns, strip, kernel, (rows, Q), stride, dilation)
    return batch_first(inner(dX, padding, size))


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

    Shapes:  g (N, M, P, Q), x (N, C, H, W), W (M, C / groups, K, L) -> x, W, (M,)
    """
    window = stride, padding, dilation, groups
    dx = conv2d_backward_input(g, W, x.shape[2:], *window) if needs_dx else None
    dW = conv2d_backward_weight(g, x, W.shape[2:], *window)
    return dx, dW, g.sum((0, 2, 3))


def spread(image: Array, kernel: Array, stride: Pair = (1, 1)) -> Array:
    """The kernel, laid down at each place of the image, times the entry there.

    Shapes:   image (P, Q), kernel (K, L) -> ((P - 1) s + K, (Q - 1) t + L)
    Formula:  y[p s + i, q t + j] gathers image[p, q] kernel[i, j], for stride (s, t)
    """
    (P, Q), (K, L), (down, right) = image.shape, kernel.shape, stride
    y = np.zeros(((P - 1) * down + K, (Q - 1) * right + L), image.dtype)
    for p in range(P):
        for q in range(Q):
            top, left = p * down, q * right
            y[top : top + K, left : left + L] += image[p, q] * kernel
    return y


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
    y = conv2d_backward_input(x, W, size, stride, padding, dilation, groups)
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
    dW = conv2d_backward_weight(x, g, W.shape[2:], *window)
    return dx, dW, g.sum((0, 2, 3))
