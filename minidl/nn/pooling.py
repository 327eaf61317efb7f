"""Layers that make one number of what a window sees of each channel."""

from __future__ import annotations

from typing import Any

from minidl import functional
from minidl.nn.function import as_module
from minidl.tensor import Tensor


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    return_indices: bool = False,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest entry that each window sees, as functional.max_pool2d.

    In PyTorch the last two arguments stand in this order for the layer only.
    """
    window = kernel_size, stride, padding, dilation
    return functional.max_pool2d(input, *window, ceil_mode, return_indices)


MaxPool2d = as_module("MaxPool2d", max_pool2d)
AvgPool2d = as_module("AvgPool2d", functional.avg_pool2d)
AdaptiveAvgPool2d = as_module("AdaptiveAvgPool2d", functional.adaptive_avg_pool2d)
