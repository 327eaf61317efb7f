"""Convolutions of Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl import kernels
from minidl.arguments import check_floats
from minidl.functional.geometry import check_places, of_batches, pair
from minidl.functional.padding import pad
from minidl.functional.parameters import record_with
from minidl.kernels.windows import places, span, transposed_size
from minidl.operators import AnyArray
from minidl.tensor import Tensor


@of_batches("C, L")
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
    return convolve("conv1d", input, weight, bias, stride, padding, dilation, groups)


@of_batches("C, H, W")
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
    return convolve("conv2d", input, weight, bias, stride, padding, dilation, groups)


def convolve(
    name: str, input: Tensor, weight: Tensor, bias: Tensor | None, *window: Any
) -> Tensor:
    """conv1d or conv2d of a batch; a sequence is an image of one row."""
    stride, padding, dilation, groups = window
    check_kernels(name, input, weight, bias, groups)
    dims = input.ndim - 2
    wide, flat = (np.s_[:, :, None], np.s_[:, :, 0]) if dims == 1 else (..., ...)
    W, b = weight.array[wide], None if bias is None else bias.array
    down = pair(name, "stride", stride, 1, dims)
    apart = pair(name, "dilation", dilation, 1, dims)
    seen = span(W.shape[2:], apart)
    if padding == "same":
        if down != (1, 1):
            raise ValueError(f"{name}: padding is 'same' but stride {stride}; pass 1")
        rows, columns = (n - 1 for n in seen)
        if rows % 2 or columns % 2:  # one more after the image than before it
            input = pad(input, (0, columns % 2, 0, rows % 2)[: 2 * dims])
        around = rows // 2, columns // 2
    else:
        padding = 0 if padding == "valid" else padding
        around = pair(name, "padding", padding, 0, dims)
    x, needs_dx = input.array[wide], input.requires_grad
    H, L = (n + 2 * p for n, p in zip(x.shape[2:], around, strict=True))
    check_places(name, input, seen, places((H, L), seen, down))
    options = down, around, apart, groups

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        dx, dW, db = kernels.conv2d_backward(g[wide], x, W, *options, needs_dx)
        return None if dx is None else dx[flat], dW[flat], db

    y = kernels.conv2d(x, W, b, *options)
    return record_with(input, weight, bias, y[flat], backward)


@of_batches("C, P, Q")
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
    check_kernels(name, input, weight, bias, groups)
    down, apart = pair(name, "stride", stride), pair(name, "dilation", dilation)
    around = pair(name, "padding", padding, 0)
    more = pair(name, "output_padding", output_padding, 0)
    if any(n >= max(s, d) for n, s, d in zip(more, down, apart, strict=True)):
        raise ValueError(  # no kernel would reach the last rows or columns
            f"{name}: output_padding {more} with stride {down} and dilation {apart}; "
            "it must be smaller than one of them"
        )
    x, W, b = input.array, weight.array, None if bias is None else bias.array
    window, needs_dx = span(W.shape[2:], apart), input.requires_grad
    size = transposed_size(x.shape[2:], window, down, around, more)
    check_places(name, input, window, size)
    options = down, around, apart, groups

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        return kernels.conv_transpose2d_backward(g, x, W, *options, needs_dx)

    y = kernels.conv_transpose2d(x, W, b, size, *options)
    return record_with(input, weight, bias, y, backward)


def check_kernels(
    name: str, input: Tensor, weight: Tensor, bias: Tensor | None, groups: int
) -> None:
    """Raise unless the kernels fit the channels of input, and bias the kernels."""
    biases = {} if bias is None else {"bias": bias}
    check_floats(name, input=input, weight=weight, **biases)
    if not isinstance(groups, int) or groups < 1:
        raise ValueError(f"{name}: groups is {groups!r}; pass an integer, 1 or more")
    if weight.ndim != input.ndim or not weight.array.size or len(weight.array) % groups:
        raise ValueError(
            f"{name}: weight {weight.shape} with groups {groups}; pass {input.ndim} "
            "dimensions, none empty, the first divisible by groups"
        )
    outputs, expected = weight.shape[0], weight.shape[1] * groups
    if name == "conv_transpose2d":
        outputs, expected = expected, outputs
    if input.shape[1] != expected:
        raise ValueError(
            f"{name}: input {input.shape} has {input.shape[1]} channels but weight "
            f"{weight.shape} with groups {groups} expects {expected}; change one"
        )
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(f"{name}: bias {bias.shape}; pass ({outputs},), one a kernel")
