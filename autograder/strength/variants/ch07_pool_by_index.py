"""Chapter 7: max-pooling that writes down the number of the largest entry."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from minidl.array import Array, IntArray
from minidl.kernels.pooling import fit

# ruff: noqa: D103 -- the module's name says how they go about it

Pair = tuple[int, int]


def max_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> tuple[Array, IntArray]:
    (P, Q), after = fit(x.shape[2:], kernel, stride, padding, dilation, ceil_mode)
    around = ((0, 0), (0, 0), (padding[0], after[0]), (padding[1], after[1]))
    X = np.pad(x, around, constant_values=-np.inf)
    (K, L), (s, t), (d, e) = kernel, stride, dilation
    size = d * (K - 1) + 1, e * (L - 1) + 1
    windows: Array = sliding_window_view(X, size, axis=(2, 3))
    windows = windows[:, :, ::s, ::t, ::d, ::e][:, :, :P, :Q]
    entries = windows.reshape(*windows.shape[:4], K * L)
    return entries.max(-1), entries.argmax(-1)


def max_pool2d_backward(
    g: Array,
    largest: IntArray,
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> Array:
    dx = np.zeros((*g.shape[:2], *size), g.dtype)
    n, c, p, q = np.indices(g.shape)
    i, j = np.divmod(largest, kernel[1])
    rows = p * stride[0] + i * dilation[0] - padding[0]
    columns = q * stride[1] + j * dilation[1] - padding[1]
    np.add.at(dx, (n, c, rows, columns), g)
    return dx


def lines(n: int, m: int, k: int, s: int, before: int) -> Array:
    """Which of n entries each of m windows of k sees, as ones."""
    start = np.arange(m)[:, None] * s - before
    return 1.0 * ((np.arange(n) >= start) & (np.arange(n) < start + k))


def shares(
    size: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: int | None,
) -> list[Array]:
    """A matrix for rows and one for columns: a mean of a box is two of a line."""
    count, _ = fit(size, kernel, stride, padding, (1, 1), ceil_mode)
    matrices = []
    for n, m, k, s, before in zip(size, count, kernel, stride, padding, strict=True):
        seen, all_seen = lines(n, m, k, s, before), lines(n + 2 * before, m, k, s, 0)
        total = (all_seen if count_include_pad else seen).sum(1, keepdims=True)
        matrices.append(seen / (total if divisor is None else divisor**0.5))
    return matrices


def avg_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Array:
    window = kernel, stride, padding, ceil_mode, count_include_pad, divisor
    rows, columns = shares(x.shape[2:], *window)
    return (rows @ x @ columns.T).astype(x.dtype)


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
    window = kernel, stride, padding, ceil_mode, count_include_pad, divisor
    rows, columns = shares(size, *window)
    return (rows.T @ g @ columns).astype(g.dtype)
