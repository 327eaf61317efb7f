"""Convolutions of Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl import kernels
from minidl.arguments import check_floats
from minidl.functional.geometry import check_images, check_places, pair
from minidl.functional.padding import pad
from minidl.functional.parameters import record_with
from minidl.kernels.windows import Pair, places, span
from minidl.operators import AnyArray
from minidl.tensor import Tensor


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """What each kernel of weight sees along input, summed up, plus bias.

    padding is a number, "valid" (0) or "same": as many outputs as inputs.

    Shapes:  input (N, C, L) or (C, L), weight (M, C / groups, K), bias (M,)
             -> (N, M, Q) or (M, Q)
    """
    return convolve(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """What each kernel of weight sees from its places in input, summed up, plus bias.

    padding is one number or two, "valid" (0) or "same": outputs as large as inputs.

    Shapes:  input (N, C, H, W) or (C, H, W), weight (M, C / groups, K, L), bias (M,)
             -> (N, M, P, Q) or (M, P, Q)
    """
    return convolve(2, input, weight, bias, stride, padding, dilation, groups)


def convolve(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    """conv1d or conv2d; a sequence is an image of one row."""
    name = f"conv{dims}d"
    axes, rows = check_images(name, input, dims), (2,) if dims == 1 else ()
    check_kernels(name, input, weight, bias, groups, dims)
    W, needs_dx = np.expand_dims(weight.array, rows), input.requires_grad
    down = pair(name, "stride", stride, 1, dims)
    apart = pair(name, "dilation", dilation, 1, dims)
    window = span((W.shape[2], W.shape[3]), apart)
    if padding == "same":
        if down != (1, 1):
            raise ValueError(f"{name}: padding is 'same' but stride {stride}; pass 1")
        input, padding = pad_to_even(input, window[-dims:])
    around = pair(name, "padding", 0 if padding == "valid" else padding, 0, dims)
    x = np.expand_dims(input.array, axes)
    size = x.shape[2] + 2 * around[0], x.shape[3] + 2 * around[1]
    check_places(name, input, window, places(size, window, down))
    options = down, around, apart, groups
    y = kernels.conv2d(x, W, None if bias is None else bias.array, *options)

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        g = np.expand_dims(g, axes)
        dx, dW, db = kernels.conv2d_backward(g, x, W, *options, needs_dx)
        dx = None if dx is None else np.squeeze(dx, axes)
        return dx, np.squeeze(dW, rows), db

    return record_with(input, weight, bias, np.squeeze(y, axes), backward)


def pad_to_even(input: Tensor, window: tuple[int, ...]) -> tuple[Tensor, list[int]]:
    """Input and the padding on each side that let it have as many places as entries.

    If the window needs an odd number, the last row or column is already in input.
    """
    odd = [(n - 1) % 2 for n in window]
    if any(odd):
        input = pad(input, [n for extra in reversed(odd) for n in (0, extra)])
    return input, [(n - 1) // 2 for n in window]


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Every entry of input spreads a kernel of weight, plus bias: conv2d's gradient.

    padding is taken away from all sides of the result, output_padding added at its end.

    Shapes:  input (N, C, P, Q) or (C, P, Q), weight (C, M / groups, K, L), bias (M,)
             -> (N, M, H, W) or (M, H, W)
    """
    name = "conv_transpose2d"
    axes = check_images(name, input)
    check_kernels(name, input, weight, bias, groups, 2, transposed=True)
    down, apart = pair(name, "stride", stride), pair(name, "dilation", dilation)
    around = pair(name, "padding", padding, 0)
    more = pair(name, "output_padding", output_padding, 0)
    check_output_padding(name, more, down, apart)
    x, W = np.expand_dims(input.array, axes), weight.array
    needs_dx = input.requires_grad
    window = span((W.shape[2], W.shape[3]), apart)
    axis = zip(x.shape[2:], down, window, around, more, strict=True)
    H, L = ((n - 1) * s + k - 2 * p + extra for n, s, k, p, extra in axis)
    check_places(name, input, window, (H, L))
    options, b = (down, around, apart, groups), None if bias is None else bias.array
    y = kernels.conv_transpose2d(x, W, b, (H, L), *options)

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        g = np.expand_dims(g, axes)
        dx, dW, db = kernels.conv_transpose2d_backward(g, x, W, *options, needs_dx)
        return None if dx is None else np.squeeze(dx, axes), dW, db

    return record_with(input, weight, bias, np.squeeze(y, axes), backward)


def check_output_padding(name: str, extra: Pair, stride: Pair, dilation: Pair) -> None:
    """Raise if so much more would be rows and columns that no kernel reaches."""
    if any(n >= max(s, d) for n, s, d in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"{name}: output_padding {extra} with stride {stride} and dilation "
            f"{dilation}; it must be smaller than one of them"
        )


def check_kernels(
    name: str,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    groups: int,
    dims: int,
    transposed: bool = False,
) -> None:
    """Raise unless the kernels fit the channels of input, and bias the kernels."""
    biases = {} if bias is None else {"bias": bias}
    check_floats(name, input=input, weight=weight, **biases)
    if not isinstance(groups, int) or groups < 1:
        raise ValueError(f"{name}: groups is {groups!r}; pass an integer, 1 or more")
    if weight.ndim != dims + 2 or not weight.array.size or len(weight.array) % groups:
        raise ValueError(
            f"{name}: weight {weight.shape} with groups {groups}; pass {dims + 2} "
            "dimensions, none empty, the first divisible by groups"
        )
    first, second = weight.shape[:2]
    expected, outputs = (
        (first, second * groups) if transposed else (second * groups, first)
    )
    channels = input.shape[-dims - 1]
    if channels != expected:
        raise ValueError(
            f"{name}: input {input.shape} has {channels} channels but weight "
            f"{weight.shape} with groups {groups} expects {expected}; change one"
        )
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(
            f"{name}: bias {bias.shape} but there are {outputs} kernels; pass bias of "
            f"shape ({outputs},)"
        )
