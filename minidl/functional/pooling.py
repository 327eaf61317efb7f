"""Pooling of Tensors: one number for what a window sees of each channel."""

from __future__ import annotations

from typing import Any

from minidl import kernels
from minidl.functional.geometry import check_places, of_batches, pair
from minidl.kernels.pooling import fit
from minidl.kernels.windows import Pair, span
from minidl.tensor import Tensor


@of_batches("C, H, W")
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
        raise NotImplementedError("max_pool2d: return_indices is True; pass False")
    window = kernel_size, stride, padding, dilation, ceil_mode
    options = *check_window("max_pool2d", input, *window), bool(ceil_mode)
    y, larger = kernels.max_pool2d(input.array, *options)
    backward, size = kernels.max_pool2d_backward, input.array.shape[2:]
    return input.record(y, lambda g: (backward(g, larger, size, *options),))


@of_batches("C, H, W")
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
    window = kernel_size, stride, padding, 1, ceil_mode
    pairs = check_window("avg_pool2d", input, *window)[:3]
    if divisor_override == 0:
        raise ValueError("avg_pool2d: divisor_override is 0; pass another, or None")
    options = *pairs, bool(ceil_mode), count_include_pad, divisor_override
    y, size = kernels.avg_pool2d(input.array, *options), input.array.shape[2:]
    backward = kernels.avg_pool2d_backward
    return input.record(y, lambda g: (backward(g, size, *options),))


@of_batches("C, H, W")
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of as many bins of input as output_size says; None is input's size.

    Shapes:  input (N, C, H, W) or (C, H, W) -> (N, C, P, Q) or (C, P, Q)
    """
    name, size = "adaptive_avg_pool2d", input.array.shape[2:]
    both = output_size if isinstance(output_size, tuple | list) else (output_size,) * 2
    wanted = [size[i] if n is None else n for i, n in enumerate(both)]
    check_places(name, input, (1, 1), size)
    y = kernels.adaptive_avg_pool2d(input.array, pair(name, "output_size", wanted))
    backward = kernels.adaptive_avg_pool2d_backward
    return input.record(y, lambda g: (backward(g, size),))


def check_window(
    name: str, input: Tensor, *window: Any
) -> tuple[Pair, Pair, Pair, Pair]:
    """Kernel, stride, padding, dilation as pairs; an error unless they fit input."""
    kernel_size, stride, padding, dilation, ceil_mode = window
    kernel = pair(name, "kernel_size", kernel_size)
    none = stride is None or stride == ()
    down = kernel if none else pair(name, "stride", stride)
    around, apart = pair(name, "padding", padding, 0), pair(name, "dilation", dilation)
    if any(2 * p > k for p, k in zip(around, kernel, strict=True)):
        raise ValueError(
            f"{name}: padding {padding} is more than half of kernel_size "
            f"{kernel_size}; a window would see nothing else"
        )
    count, _ = fit(input.array.shape[2:], kernel, down, around, apart, ceil_mode)
    check_places(name, input, span(kernel, apart), count)
    return kernel, down, around, apart
