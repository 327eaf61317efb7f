"""Pooling of Tensors: one number for what a window sees of each channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl import kernels
from minidl.functional.geometry import check_images, check_places, pair
from minidl.kernels.pooling import fit
from minidl.kernels.windows import Pair, span
from minidl.operators import AnyArray
from minidl.tensor import Tensor


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """The largest entry that each window of input sees; stride None is kernel_size.

    With ceil_mode the last windows may reach over the edge.

    Shapes:  input (N, C, H, W) or (C, H, W) -> (N, C, P, Q) or (C, P, Q)
    """
    if return_indices:
        raise NotImplementedError(
            "max_pool2d: return_indices is True; only False works"
        )
    axes = check_images("max_pool2d", input)
    apart = pair("max_pool2d", "dilation", dilation)
    window = check_window(
        "max_pool2d", input, kernel_size, stride, padding, apart, ceil_mode
    )
    x = np.expand_dims(input.array, axes)
    options = *window, apart, bool(ceil_mode)
    y, larger = kernels.max_pool2d(x, *options)
    size = x.shape[2:]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        g = np.expand_dims(g, axes)
        dx = kernels.max_pool2d_backward(g, larger, size, *options)
        return (np.squeeze(dx, axes),)

    return input.record(np.squeeze(y, axes), backward)


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of what each window of input sees; stride None is kernel_size.

    Zeros of the padding count unless count_include_pad is False; divisor_override is
    what to divide the sum by instead.

    Shapes:  input (N, C, H, W) or (C, H, W) -> (N, C, P, Q) or (C, P, Q)
    """
    axes = check_images("avg_pool2d", input)
    window = check_window(
        "avg_pool2d", input, kernel_size, stride, padding, (1, 1), ceil_mode
    )
    if divisor_override == 0:
        raise ValueError("avg_pool2d: divisor_override is 0; pass another, or None")
    x = np.expand_dims(input.array, axes)
    options = *window, bool(ceil_mode), count_include_pad, divisor_override
    y, size = kernels.avg_pool2d(x, *options), x.shape[2:]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = kernels.avg_pool2d_backward(np.expand_dims(g, axes), size, *options)
        return (np.squeeze(dx, axes),)

    return input.record(np.squeeze(y, axes), backward)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of as many bins of input as output_size says; None is input's size.

    Shapes:  input (N, C, H, W) or (C, H, W) -> (N, C, P, Q) or (C, P, Q)
    """
    name = "adaptive_avg_pool2d"
    axes = check_images(name, input)
    x = np.expand_dims(input.array, axes)
    both = output_size if isinstance(output_size, tuple | list) else (output_size,) * 2
    wanted = [x.shape[2 + i] if n is None else n for i, n in enumerate(both)]
    count, size = pair(name, "output_size", wanted), x.shape[2:]
    check_places(name, input, (1, 1), size)
    y = kernels.adaptive_avg_pool2d(x, count)

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = kernels.adaptive_avg_pool2d_backward(np.expand_dims(g, axes), size)
        return (np.squeeze(dx, axes),)

    return input.record(np.squeeze(y, axes), backward)


def check_window(
    name: str,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Pair,
    ceil_mode: bool,
) -> tuple[Pair, Pair, Pair]:
    """Kernel, stride and padding as pairs; an error unless the window fits input."""
    kernel = pair(name, "kernel_size", kernel_size)
    none = stride is None or stride == ()
    down = kernel if none else pair(name, "stride", stride)
    around = pair(name, "padding", padding, 0)
    if any(2 * p > k for p, k in zip(around, kernel, strict=True)):
        raise ValueError(
            f"{name}: padding {padding} is more than half of kernel_size "
            f"{kernel_size}; a window would see nothing else"
        )
    size = input.shape[-2], input.shape[-1]
    count, _ = fit(size, kernel, down, around, dilation, ceil_mode)
    check_places(name, input, span(kernel, dilation), count)
    return kernel, down, around
