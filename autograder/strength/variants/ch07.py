"""Chapter 7: other correct ways to write each brick."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.variants import (
    ch07_convolution,
    ch07_pool_by_index,
    ch07_pool_by_loops,
    ch07_pool_by_mask,
)
from autograder.strength.variants.ch07_convolution import (
    conv2d_by_im2col,
    input_by_entries,
    input_by_flipped_kernel,
    input_by_places,
    weight_by_entries,
    weight_by_windows,
)
from minidl import functional
from minidl.array import Array
from minidl.nn.convolution import Convolution
from minidl.shaping import reshape, view
from minidl.tensor import Tensor

# ruff: noqa: D101, D102, D103 -- the name of each says how it goes about it

Gradients = tuple[Array | None, Array, Array]


def backward_by_entries(
    g: Array, x: Array, W: Array, *window: Any, needs_dx: bool = True, **named: Any
) -> Gradients:
    dx = input_by_entries(g, W, x.shape[2:], *window, **named)
    dW = weight_by_entries(g, x, W.shape[2:], *window, **named)
    return dx if needs_dx else None, dW, np.einsum("nmpq->m", g)


def backward_by_flipping(
    g: Array, x: Array, W: Array, *window: Any, needs_dx: bool = True, **named: Any
) -> Gradients:
    dW = weight_by_windows(g, x, W.shape[2:], *window, **named)
    dx = input_by_flipped_kernel(g, W, x.shape[2:], *window, **named)
    return dx, dW, g.sum(axis=0).sum(axis=(1, 2))


def backward_by_places(
    g: Array, x: Array, W: Array, *window: Any, needs_dx: bool = True, **named: Any
) -> Gradients:
    dx = input_by_places(g, W, x.shape[2:], *window, **named)
    dW = weight_by_windows(g, x, W.shape[2:], *window, **named)
    return dx, dW, g.swapaxes(0, 1).reshape(g.shape[1], g[:, 0].size).sum(axis=1)


class ByName(Convolution):
    def forward(self, input: Tensor) -> Tensor:
        input, padding = self.padded(input)
        return functional.conv2d(
            input,
            self.weight,
            bias=self.bias,
            stride=self.stride,
            padding=padding,
            dilation=self.dilation,
            groups=self.groups,
        )


class BiasAfterwards(Convolution):
    def forward(self, input: Tensor) -> Tensor:
        x, padding = self.padded(input)
        window = self.stride, padding, self.dilation, self.groups
        y = functional.conv2d(x, self.weight, None, *window)
        return y if self.bias is None else y + self.bias.reshape(-1, 1, 1)


class ByKernels(Convolution):
    def forward(self, input: Tensor) -> Tensor:
        x, padding = self.padded(input)
        W, others = self.weight, () if self.bias is None else (self.bias,)
        b = None if self.bias is None else self.bias.array
        around = padding if isinstance(padding, tuple) else (padding, padding)
        window: Any = self.stride, around, self.dilation, self.groups
        y = conv2d_by_im2col(x.array, W.array, b, *window)

        def backward(g: Array) -> tuple[Array | None, ...]:
            dx, dW, db = backward_by_entries(g, x.array, W.array, *window)
            return (dx, dW, db)[: 2 + len(others)]

        return x.record(y, backward, W, *others)


def flatten_by_view(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape, end = input.shape, end_dim % input.ndim + 1
    before, after = shape[: start_dim % input.ndim], shape[end:]
    middle = math.prod(shape[len(before) : end])
    return view(input.contiguous(), (*before, middle, *after))


def flatten_by_joining(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    n = input.ndim
    for _ in range(end_dim % n - start_dim % n):
        sizes = list(input.shape)
        at = start_dim % n
        sizes[at : at + 2] = [sizes[at] * sizes[at + 1]]
        input = reshape(input, tuple(sizes))
    return input


def flatten_in_a_loop(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    first, last = start_dim % input.ndim, end_dim % input.ndim
    sizes: list[int] = []
    for dim, size in enumerate(input.shape):
        if first < dim <= last:
            sizes[-1] *= size
        else:
            sizes.append(size)
    return input.reshape(*sizes)


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "cross_correlate": (
        ch07_convolution.slid_by_windows,
        ch07_convolution.slid_by_entries,
        ch07_convolution.slid_by_four_loops,
        ch07_convolution.slid_by_patches,
    ),
    "conv2d": (
        ch07_convolution.conv2d_by_windows,
        ch07_convolution.conv2d_by_im2col,
        ch07_convolution.conv2d_by_loops,
        ch07_convolution.conv2d_all_columns_at_once,
    ),
    "conv2d_backward_weight": (
        ch07_convolution.weight_by_windows,
        ch07_convolution.weight_by_entries,
        ch07_convolution.weight_all_columns_at_once,
    ),
    "conv2d_backward_input": (
        ch07_convolution.input_by_places,
        ch07_convolution.input_by_entries,
        ch07_convolution.input_by_flipped_kernel,
        ch07_convolution.input_all_columns_at_once,
    ),
    "conv2d_backward": (
        backward_by_entries,
        backward_by_flipping,
        backward_by_places,
    ),
    "max_pool2d": (
        ch07_pool_by_index.max_pool2d,
        ch07_pool_by_loops.max_pool2d,
        ch07_pool_by_mask.max_pool2d,
    ),
    "max_pool2d_backward": (
        ch07_pool_by_index.max_pool2d_backward,
        ch07_pool_by_loops.max_pool2d_backward,
        ch07_pool_by_mask.max_pool2d_backward,
    ),
    "avg_pool2d": (
        ch07_pool_by_index.avg_pool2d,
        ch07_pool_by_loops.avg_pool2d,
        ch07_pool_by_mask.avg_pool2d,
    ),
    "avg_pool2d_backward": (
        ch07_pool_by_index.avg_pool2d_backward,
        ch07_pool_by_loops.avg_pool2d_backward,
        ch07_pool_by_mask.avg_pool2d_backward,
    ),
    "Conv2d": (ByName, BiasAfterwards, ByKernels),
    "flatten": (flatten_by_view, flatten_by_joining, flatten_in_a_loop),
}
