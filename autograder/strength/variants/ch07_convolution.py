"""Chapter 7: other correct ways to slide kernels, mostly on images stored NCHW."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from minidl.array import Array
from minidl.kernels.windows import (
    batch_first,
    batch_last,
    gather,
    inner,
    places,
    scatter,
    span,
    surround,
)

# ruff: noqa: D103 -- the name of each function says how it goes about it

Pair = tuple[int, int]
ONE, NONE = (1, 1), (0, 0)


def slid_by_windows(image: Array, kernel: Array) -> Any:
    windows = sliding_window_view(image, kernel.shape)
    return np.einsum("pqij,ij->pq", windows, kernel)


def slid_by_entries(image: Array, kernel: Array) -> Array:
    (H, W), (K, L) = image.shape, kernel.shape
    y = np.zeros((H - K + 1, W - L + 1), image.dtype)
    for (i, j), weight in np.ndenumerate(kernel):
        y += weight * image[i : i + len(y), j : j + y.shape[1]]
    return y


def slid_by_four_loops(image: Array, kernel: Array) -> Array:
    (H, W), (K, L) = image.shape, kernel.shape
    rows = []
    for p in range(H - K + 1):
        row = []
        for q in range(W - L + 1):
            total = 0.0
            for i in range(K):
                for j in range(L):
                    total += float(kernel[i, j]) * float(image[p + i, q + j])
            row.append(total)
        rows.append(row)
    return np.array(rows, image.dtype)


def slid_by_patches(image: Array, kernel: Array) -> Array:
    (H, W), (K, L) = image.shape, kernel.shape
    patches = [
        image[p : p + K, q : q + L].ravel()
        for p in range(H - K + 1)
        for q in range(W - L + 1)
    ]
    return (np.array(patches) @ kernel.ravel()).reshape(H - K + 1, W - L + 1)


def framed(x: Array, padding: Pair) -> Array:
    down, across = padding
    return np.pad(x, ((0, 0), (0, 0), (down, down), (across, across)))


def seen(x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    (K, L), (s, t), (d, e) = kernel, stride, dilation
    window = d * (K - 1) + 1, e * (L - 1) + 1
    views: Array = sliding_window_view(framed(x, padding), window, axis=(2, 3))
    return views[:, :, ::s, ::t, ::d, ::e]


def conv2d_by_windows(
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Any:
    windows = seen(x, W.shape[2:], stride, padding, dilation)
    parts = zip(np.split(windows, groups, 1), np.split(W, groups), strict=True)
    y = np.concatenate([np.einsum("ncpqij,mcij->nmpq", *part) for part in parts], 1)
    return y if b is None else y + b[:, None, None]


def conv2d_by_im2col(
    x: Array,
    W: Array,
    b: Array | None = None,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    windows = seen(x, W.shape[2:], stride, padding, dilation)
    N, C, P, Q, K, L = windows.shape
    columns = windows.transpose(0, 1, 4, 5, 2, 3).reshape(
        N, groups, C // groups * K * L, P * Q
    )
    y = W.reshape(groups, len(W) // groups, -1) @ columns
    y = y.reshape(N, len(W), P, Q)
    if b is not None:
        y += b.reshape(1, -1, 1, 1)
    return y


def conv2d_by_loops(
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    windows = seen(x, W.shape[2:], stride, padding, dilation)
    N, C, P, Q = windows.shape[:4]
    y = np.zeros((N, len(W), P, Q), x.dtype)
    for n, m, p, q in np.ndindex(y.shape):
        first = m // (len(W) // groups) * (C // groups)
        patch = windows[n, first : first + C // groups, p, q]
        y[n, m, p, q] = np.sum(patch * W[m]) + (0 if b is None else b[m])
    return y


def conv2d_all_columns_at_once(
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    X = surround(batch_last(x), padding, padding)
    P, Q = places(X.shape[1:3], span(W.shape[2:], dilation), stride)
    columns = gather(X, W.shape[2:], (P, Q), stride, dilation, groups)
    y = W.reshape(groups, len(W) // groups, -1) @ columns
    y = y.reshape(len(W), P, Q, len(x))
    if b is not None:
        y += b[:, None, None, None]
    return batch_first(y)


def weight_by_windows(
    g: Array,
    x: Array,
    kernel: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Any:
    windows = seen(x, kernel, stride, padding, dilation)
    parts = zip(np.split(g, groups, 1), np.split(windows, groups, 1), strict=True)
    return np.concatenate([np.einsum("nmpq,ncpqij->mcij", *part) for part in parts])


def weight_by_entries(
    g: Array,
    x: Array,
    kernel: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    X, (P, Q) = framed(x, padding), g.shape[2:]
    M, C = g.shape[1] // groups, x.shape[1] // groups
    dW = np.zeros((groups * M, C, *kernel), g.dtype)
    for (i, j), part in slices(kernel, (P, Q), stride, dilation):
        for k in range(groups):
            mine, theirs = g[:, k * M : k * M + M], X[:, k * C : k * C + C, *part]
            dW[k * M : k * M + M, :, i, j] = np.tensordot(
                mine, theirs, ((0, 2, 3),) * 2
            )
    return dW


def slices(
    kernel: Pair, count: Pair, stride: Pair, dilation: Pair
) -> Iterator[tuple[Pair, tuple[slice, slice]]]:
    (P, Q), (s, t), (d, e) = count, stride, dilation
    for i, j in np.ndindex(kernel):
        rows = slice(i * d, i * d + s * (P - 1) + 1, s)
        yield (i, j), (rows, slice(j * e, j * e + t * (Q - 1) + 1, t))


def weight_all_columns_at_once(
    g: Array,
    x: Array,
    kernel: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    X = surround(batch_last(x), padding, padding)
    columns = gather(X, kernel, g.shape[2:], stride, dilation, groups)
    G = batch_last(g).reshape(groups, g.shape[1] // groups, -1)
    dW = G @ columns.transpose(0, 2, 1)
    return dW.reshape(g.shape[1], x.shape[1] // groups, *kernel)


def input_by_places(
    g: Array,
    W: Array,
    size: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    (s, t), (d, e), (M, C, K, L) = stride, dilation, W.shape
    dX = framed(np.zeros((len(g), C * groups, *size), g.dtype), padding)
    for m, p, q in np.ndindex(g.shape[1:]):
        first, m_of_group = m // (M // groups) * C, W[m]
        rows = slice(p * s, p * s + d * (K - 1) + 1, d)
        columns = slice(q * t, q * t + e * (L - 1) + 1, e)
        spread = g[:, m, p, q, None, None, None] * m_of_group
        dX[:, first : first + C, rows, columns] += spread
    (top, left), (H, V) = padding, size
    return dX[:, :, top : top + H, left : left + V]


def input_by_entries(
    g: Array,
    W: Array,
    size: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    C = W.shape[1]
    dX = framed(np.zeros((len(g), C * groups, *size), g.dtype), padding)
    for (i, j), part in slices(W.shape[2:], g.shape[2:], stride, dilation):
        weights = np.split(W[:, :, i, j], groups)
        for k, (mine, w) in enumerate(
            zip(np.split(g, groups, 1), weights, strict=True)
        ):
            dX[:, k * C : k * C + C, *part] += np.einsum("nmpq,mc->ncpq", mine, w)
    (top, left), (H, V) = padding, size
    return dX[:, :, top : top + H, left : left + V]


def input_by_flipped_kernel(
    g: Array,
    W: Array,
    size: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Any:
    (s, t), (d, e), (K, L) = stride, dilation, W.shape[2:]
    reach = d * (K - 1), e * (L - 1)
    H, V = (n + 2 * p for n, p in zip(size, padding, strict=True))
    wide = np.zeros((*g.shape[:2], H + reach[0], V + reach[1]), g.dtype)
    P, Q = g.shape[2:]
    rows = slice(reach[0], reach[0] + s * (P - 1) + 1, s)
    wide[:, :, rows, reach[1] : reach[1] + t * (Q - 1) + 1 : t] = g
    M, C = len(W) // groups, W.shape[1]
    turned = W[:, :, ::-1, ::-1].reshape(groups, M, C, K, L).swapaxes(1, 2)
    kernels = turned.reshape(groups * C, M, K, L)
    dX = conv2d_by_windows(wide, kernels, None, dilation=dilation, groups=groups)
    (top, left), (H, V) = padding, size
    return dX[:, :, top : top + H, left : left + V]


def input_all_columns_at_once(
    g: Array,
    W: Array,
    size: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
) -> Array:
    N, M, *count = g.shape
    blank = np.zeros((W.shape[1] * groups, *size, N), g.dtype)
    dX, G = surround(blank, padding, padding), batch_last(g)
    weights = W.reshape(groups, M // groups, -1)
    columns = weights.transpose(0, 2, 1) @ G.reshape(groups, M // groups, -1)
    scatter(columns, dX, W.shape[2:], (count[0], count[1]), stride, dilation)
    return batch_first(inner(dX, padding, size))
