"""Chapter 7: what learners get wrong about pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels import pooling
from minidl.kernels.pooling import avg_pool2d, max_pool2d


def zero_padded(x: Array, padding: Any = (0, 0)) -> Array:
    """The images in a frame of zeros."""
    down, right = padding
    return np.pad(x, ((0, 0), (0, 0), (down, down), (right, right)))


def with_zeros(x: Array, padding: Any = (0, 0), **window: Any) -> Any:
    """Zeros around the image, which may be larger than what is in it."""
    return max_pool2d(zero_padded(x, padding), **window)


def from_zero(x: Array, **window: Any) -> Any:
    """The running maximum starts at 0."""
    y, cache = max_pool2d(x, **window)
    return np.maximum(y, 0), cache


def only_apart(x: Array, kernel: Any, **_: Any) -> Array:
    """Blocks by reshape, which fits only windows that lie side by side."""
    (N, C, H, W), (K, L) = x.shape, kernel
    P, Q = H // K, W // L
    return x[:, :, : P * K, : Q * L].reshape(N, C, P, K, Q, L)


def without(function: Any, name: str, value: Any = None) -> Any:
    """The pooling function without looking at this argument."""

    def wrong(x: Array, **window: Any) -> Any:
        window.pop(name, None)
        if value is not None:
            window[name] = value
        return function(x, **window)

    return wrong


def of_kernel_stride(function: Any) -> Any:
    """The stride is the size of the window, whatever was asked for."""

    def wrong(x: Array, kernel: Any, stride: Any, **window: Any) -> Any:
        return function(x, kernel, kernel, **window)

    return wrong


MAX = (
    Mistake(
        "zeros as padding",
        "Zeros around the image win against negative numbers. What stands there must "
        "never be the largest.",
        with_zeros,
    ),
    Mistake(
        "starts at zero",
        "The search starts at 0, so negative numbers cannot be the largest. Start with "
        "the first entry.",
        from_zero,
    ),
    Mistake(
        "smallest",
        "This is the smallest entry of each window.",
        lambda x, **window: (-max_pool2d(-x, **window)[0], None),
    ),
    Mistake(
        "largest in size",
        "The sign is dropped before the comparison. The largest is meant, not the "
        "farthest from 0.",
        lambda x, **window: max_pool2d(np.abs(x), **window),
    ),
    Mistake(
        "mean",
        "This is the mean of each window.",
        lambda x, dilation=(1, 1), **window: (avg_pool2d(x, **window), None),
    ),
    Mistake(
        "only windows side by side",
        "Blocks by reshape fit only windows that do not overlap, without padding. Use "
        "the stride.",
        lambda x, **window: (only_apart(x, **window).max((3, 5)), None),
    ),
    Mistake(
        "stride ignored",
        "The window moves by one place. It should move by the stride.",
        without(max_pool2d, "stride", (1, 1)),
    ),
    Mistake(
        "stride of the kernel",
        "The window always moves by its own size. The stride says how far.",
        of_kernel_stride(max_pool2d),
    ),
    Mistake(
        "dilation ignored",
        "The dilation is not used: entries of the window are neighbours.",
        without(max_pool2d, "dilation"),
    ),
    Mistake(
        "ceil_mode ignored",
        "With ceil_mode a window may reach over the far edge: there are more places.",
        without(max_pool2d, "ceil_mode"),
    ),
    Mistake(
        "no cache",
        "Only y is returned. Return a second thing too: whatever your backward "
        "function will need.",
        lambda x, **window: max_pool2d(x, **window)[0],
    ),
)


def divided_by(count: Any) -> Any:
    """Sums of what the windows see, divided by count(kernel, x)."""

    def wrong(x: Array, kernel: Any, stride: Any, **window: Any) -> Array:
        window |= {"divisor": 1}
        total = avg_pool2d(x, kernel, stride, **window)
        return total / x.dtype.type(count(kernel, x))

    return wrong


def whole_window(x: Array, divisor: int | None = None, **window: Any) -> Array:
    """Every window counts all its entries, also those beyond the edge."""
    K, L = window["kernel"]
    if not window.get("ceil_mode"):
        return avg_pool2d(x, divisor=divisor, **window)
    return avg_pool2d(x, divisor=divisor or K * L, **window)


AVG = (
    Mistake(
        "sum",
        "This is the sum of what a window sees. Divide by how many there are.",
        divided_by(lambda kernel, x: 1),
    ),
    Mistake(
        "square windows only",
        "The sum is divided by the square of the rows. A window may have another "
        "number of columns.",
        divided_by(lambda kernel, x: kernel[0] ** 2),
    ),
    Mistake(
        "mean over the image",
        "The sum is divided by the size of the image, not of the window.",
        divided_by(lambda kernel, x: x.shape[2] * x.shape[3]),
    ),
    Mistake(
        "largest",
        "This is the largest entry of each window.",
        lambda x, kernel, stride, padding=(0, 0), ceil_mode=False, **_: (
            pooling.max_pool2d(x, kernel, stride, padding, (1, 1), ceil_mode)[0]
        ),
    ),
    Mistake(
        "padding always counted",
        "count_include_pad is not used: without it the zeros around the image do not "
        "count.",
        without(avg_pool2d, "count_include_pad"),
    ),
    Mistake(
        "padding never counted",
        "The zeros around the image count too, unless count_include_pad is False.",
        without(avg_pool2d, "count_include_pad", False),
    ),
    Mistake(
        "divisor ignored",
        "The divisor is not used: if there is one, it takes the place of the count.",
        without(avg_pool2d, "divisor"),
    ),
    Mistake(
        "beyond the edge",
        "Entries beyond the edge and its padding do not count: there a window has "
        "fewer.",
        whole_window,
    ),
    Mistake(
        "ceil_mode ignored",
        "With ceil_mode a window may reach over the far edge: there are more places.",
        without(avg_pool2d, "ceil_mode"),
    ),
    Mistake(
        "only windows side by side",
        "Blocks by reshape fit only windows that do not overlap, without padding. Use "
        "the stride.",
        lambda x, **window: only_apart(x, **window).mean((3, 5)),
    ),
    Mistake(
        "stride of the kernel",
        "The window always moves by its own size. The stride says how far.",
        of_kernel_stride(avg_pool2d),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"max_pool2d": MAX, "avg_pool2d": AVG}
