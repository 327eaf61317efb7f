"""Chapter 9: right ways to spread kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.variants.ch07_convolution import (
    conv2d_by_im2col,
    input_by_entries,
    input_by_flipped_kernel,
    input_by_places,
    weight_by_entries,
)
from minidl.array import Array
from minidl.kernels.convolution import conv2d_backward

# ruff: noqa: D103 -- the name of each says how it goes about it

Pair = tuple[int, int]
NONE, ONE = (0, 0), (1, 1)


def size_by_rows_and_columns(
    count: Pair,
    window: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    extra: Pair = NONE,
) -> Pair:
    H = stride[0] * (count[0] - 1) - 2 * padding[0] + window[0] + extra[0]
    W = stride[1] * (count[1] - 1) - 2 * padding[1] + window[1] + extra[1]
    return H, W


def size_by_arrays(count: Pair, window: Pair, *others: Any, **named: Any) -> Any:
    names = dict(zip(("stride", "padding", "extra"), others, strict=False)) | named
    stride, padding, extra = (
        np.array(names.get(name, usual))
        for name, usual in (("stride", ONE), ("padding", NONE), ("extra", NONE))
    )
    last = (np.array(count) - 1) * stride
    return tuple(last + window - padding - padding + extra)


def size_by_covering(
    count: Pair,
    window: Pair,
    stride: Pair = ONE,
    padding: Pair = NONE,
    extra: Pair = NONE,
) -> list[int]:
    reached = []
    for axis in (0, 1):
        places = range(0, count[axis] * stride[axis], stride[axis])
        end = max(place + window[axis] for place in places)
        reached.append(end + extra[axis] - 2 * padding[axis])
    return reached


def spread_by_entries(image: Array, kernel: Array, stride: Pair = ONE) -> Array:
    (P, Q), (K, L), (s, t) = image.shape, kernel.shape, stride
    y = np.zeros(((P - 1) * s + K, (Q - 1) * t + L), image.dtype)
    for i in range(K):
        for j in range(L):
            y[i : i + (P - 1) * s + 1 : s, j : j + (Q - 1) * t + 1 : t] += (
                kernel[i, j] * image
            )
    return y


def spread_by_four_loops(image: Array, kernel: Array, stride: Pair = ONE) -> Array:
    height = (len(image) - 1) * stride[0] + len(kernel)
    width = (image.shape[1] - 1) * stride[1] + kernel.shape[1]
    y = np.zeros((height, width)).astype(image.dtype)
    for p, q in np.ndindex(*image.shape):
        for i, j in np.ndindex(*kernel.shape):
            y[p * stride[0] + i, q * stride[1] + j] += image[p, q] * kernel[i, j]
    return y


def spread_by_sliding(image: Array, kernel: Array, stride: Pair = ONE) -> Array:
    (P, Q), (K, L), (s, t) = image.shape, kernel.shape, stride
    wide = np.zeros(((P - 1) * s + 2 * K - 1, (Q - 1) * t + 2 * L - 1), image.dtype)
    wide[K - 1 : K + (P - 1) * s : s, L - 1 : L + (Q - 1) * t : t] = image
    windows = np.lib.stride_tricks.sliding_window_view(wide, (K, L))
    return np.asarray(np.einsum("pqij,ij->pq", windows, kernel[::-1, ::-1]))


def with_bias(spread: Callable[..., Array]) -> Callable[..., Array]:
    """The gradient of conv2d for its images, by this variant, plus the bias."""

    def grown(
        x: Array, W: Array, b: Any = None, size: Any = None, **window: Any
    ) -> Any:
        y = spread(x, W, size, **window)
        return y if b is None else y + b[None, :, None, None]

    grown.__name__ = f"transposed_{spread.__name__}"
    return grown


def trimmed(g: Array, x: Array, W: Array, **window: Any) -> Array:
    """What the kernels see in g, at as many places as x has."""
    y = conv2d_by_im2col(g, W, None, **window)
    return y[..., : x.shape[2], : x.shape[3]]


def backward_by_places(
    g: Array,
    x: Array,
    W: Array,
    stride: Pair = ONE,
    padding: Pair = NONE,
    dilation: Pair = ONE,
    groups: int = 1,
    needs_dx: bool = True,
) -> Any:
    (top, left), (K, L), (down, right) = padding, W.shape[2:], dilation
    wide = np.pad(g, ((0, 0), (0, 0), (top, top), (left, left)))
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    outputs, inputs = W.shape[1], len(W) // groups
    for k in range(groups):
        mine = wide[:, k * outputs : (k + 1) * outputs]
        own = slice(k * inputs, (k + 1) * inputs)
        for p, q in np.ndindex(*x.shape[2:]):
            rows = p * stride[0] + down * np.arange(K)
            columns = q * stride[1] + right * np.arange(L)
            seen = mine[:, :, rows[:, None], columns]
            dx[:, own, p, q] = np.einsum("nmij,cmij->nc", seen, W[own])
            dW[own] += np.einsum("nmij,nc->cmij", seen, x[:, own, p, q])
    return dx if needs_dx else None, dW, np.einsum("nmhw->m", g)


def backward_by_entries(
    g: Array, x: Array, W: Array, needs_dx: bool = True, **window: Any
) -> Any:
    dW = weight_by_entries(x, g, W.shape[2:], **window)
    db = g.sum(axis=(2, 3)).sum(axis=0)
    return [trimmed(g, x, W, **window) if needs_dx else None, dW, db]


def backward_by_the_other(
    g: Array, x: Array, W: Array, needs_dx: bool = True, **window: Any
) -> Any:
    _, dW, _ = conv2d_backward(x, g, W, **window)
    db = g.swapaxes(0, 1).reshape(g.shape[1], g[:, 0].size).sum(axis=1)
    return trimmed(g, x, W, **window), dW, db


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "transposed_size": (size_by_rows_and_columns, size_by_arrays, size_by_covering),
    "spread": (spread_by_entries, spread_by_four_loops, spread_by_sliding),
    "conv_transpose2d": (
        with_bias(input_by_entries),
        with_bias(input_by_flipped_kernel),
        with_bias(input_by_places),
    ),
    "conv_transpose2d_backward": (
        backward_by_places,
        backward_by_entries,
        backward_by_the_other,
    ),
}
