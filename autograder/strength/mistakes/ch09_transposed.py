"""Chapter 9: what learners get wrong about kernels that are spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.convolution import conv_transpose2d, spread
from minidl.kernels.windows import span, transposed_size

PLAIN = {"stride": (1, 1), "padding": (0, 0), "extra": (0, 0)}


def sized(formula: Any) -> Any:
    """An answer that takes each axis by this formula."""

    def wrong(count: Any, window: Any, **options: Any) -> tuple[int, ...]:
        axes = zip(count, window, *(PLAIN | options).values(), strict=True)
        return tuple(formula(*axis) for axis in axes)

    return wrong


SIZE = (
    Mistake(
        "convolution's formula",
        "This is the size that a convolution makes: smaller. Solve that formula for "
        "the size of its image.",
        sized(lambda P, k, s, p, e: (P + 2 * p - k) // s + 1 + e),
    ),
    Mistake(
        "padding added",
        "The padding is added. Here it is cut off.",
        sized(lambda P, k, s, p, e: (P - 1) * s + k + 2 * p + e),
    ),
    Mistake(
        "padding once",
        "The padding is cut off once. It is on both sides.",
        sized(lambda P, k, s, p, e: (P - 1) * s + k - p + e),
    ),
    Mistake(
        "a step too many",
        "There is a step too many: between P places lie P - 1 steps.",
        sized(lambda P, k, s, p, e: P * s + k - 2 * p + e),
    ),
    Mistake(
        "window forgotten",
        "The last window has rows and columns of its own: add its size.",
        sized(lambda P, k, s, p, e: (P - 1) * s + 1 - 2 * p + e),
    ),
    Mistake(
        "stride times size",
        "The size is multiplied by the stride only. What does the window add?",
        sized(lambda P, k, s, p, e: P * s + e),
    ),
    Mistake(
        "extra on both sides",
        "The extra rows stand at the end only.",
        sized(lambda P, k, s, p, e: (P - 1) * s + k - 2 * p + 2 * e),
    ),
    Mistake(
        "extra forgotten",
        "The extra rows and columns are not added.",
        sized(lambda P, k, s, p, e: (P - 1) * s + k - 2 * p),
    ),
    Mistake(
        "columns first",
        "Rows and columns are exchanged: H, then W.",
        lambda *sizes, **options: transposed_size(*sizes, **options)[::-1],
    ),
)


def overwritten(image: Array, kernel: Array, stride: Any = (1, 1)) -> Array:
    """`=` for `+=`."""
    y = np.zeros_like(spread(image, kernel, stride))
    for (p, q), entry in np.ndenumerate(image):
        top, left = p * stride[0], q * stride[1]
        y[top : top + len(kernel), left : left + kernel.shape[1]] = entry * kernel
    return y


def shared_out(image: Array, kernel: Array, stride: Any = (1, 1)) -> Array:
    """Divided by how many kernels reach each place."""
    many = spread(np.ones_like(image), np.ones_like(kernel), stride)
    return spread(image, kernel, stride) / np.maximum(many, 1)


def in_larger(image: Array, kernel: Array, stride: Any = (1, 1)) -> Array:
    """Stride 1 in an answer of the right size."""
    y = np.zeros_like(spread(image, kernel, stride))
    small = spread(image, kernel)
    y[: small.shape[0], : small.shape[1]] = small
    return y


def whole_numbers(image: Array, kernel: Array, stride: Any = (1, 1)) -> Array:
    """An answer that begins as an array of integers."""
    return spread(image.round(), kernel, stride).round()


SPREAD = (
    Mistake(
        "= for +=",
        "Kernels overlap, and the last one is left. Each should add its part.",
        overwritten,
    ),
    Mistake(
        "turned kernel",
        "The kernel is turned by half a turn. It is laid down as it is.",
        lambda image, kernel, **stride: spread(image, kernel[::-1, ::-1], **stride),
    ),
    Mistake(
        "transposed kernel",
        "Rows and columns of the kernel are exchanged.",
        lambda image, kernel, **stride: spread(image, kernel.T, **stride),
    ),
    Mistake(
        "stride ignored",
        "The stride is not used: the next kernel lies further down or right.",
        lambda image, kernel, **stride: spread(image, kernel),
    ),
    Mistake(
        "stride in the size only",
        "The size is right, but the kernels are laid down next to each other: the "
        "stride belongs in their places too.",
        in_larger,
    ),
    Mistake(
        "strides exchanged",
        "The two strides are exchanged: rows first.",
        lambda image, kernel, stride=(1, 1): spread(image, kernel, stride[::-1]),
    ),
    Mistake(
        "mean where kernels overlap",
        "Where kernels overlap this is their mean. They add up.",
        shared_out,
    ),
    Mistake(
        "entries ignored",
        "The kernels are laid down without their factors, the entries of the image.",
        lambda image, kernel, **stride: spread(np.ones_like(image), kernel, **stride),
    ),
)


def changed(**options: Any) -> Any:
    """The right answer, told something else about the window."""
    return lambda x, W, b=None, size=None, **window: conv_transpose2d(
        x, W, b, size, **{**window, **options}
    )


def least(x: Array, W: Array, **window: Any) -> tuple[int, int]:
    """The size of the answer before padding is cut off, nothing added."""
    stride, apart = (window.get(name, (1, 1)) for name in ("stride", "dilation"))
    return transposed_size(x.shape[2:], span(W.shape[2:], apart), stride)


def uncut(x: Array, W: Array, b: Any = None, size: Any = None, **window: Any) -> Array:
    """The padding is left where it is."""
    window.pop("padding", None)
    return conv_transpose2d(x, W, b, least(x, W, **window), **window)


def cut_at_the_end(
    x: Array, W: Array, b: Any = None, size: Any = None, **window: Any
) -> Array:
    """All of the padding cut off below and right."""
    window.pop("padding", None)
    return conv_transpose2d(x, W, b, size, **window)


def unsized(x: Array, W: Array, b: Any = None, size: Any = None, **window: Any) -> Any:
    """The smallest size that is possible."""
    rows, columns = least(x, W, **window)
    down, right = window.get("padding", (0, 0))
    return conv_transpose2d(x, W, b, (rows - 2 * down, columns - 2 * right), **window)


def bias_everywhere(
    x: Array, W: Array, b: Any = None, size: Any = None, **window: Any
) -> Array:
    """The bias is added by every kernel that reaches a place."""
    y = conv_transpose2d(x, W, None, size, **window)
    if b is None:
        return y
    options = {**window, "groups": 1}
    one = np.ones((len(x), 1, *x.shape[2:]), x.dtype)
    kernel = np.ones((1, 1, *W.shape[2:]), W.dtype)
    many = conv_transpose2d(one, kernel, None, size, **options)
    return np.asarray(y + many * b.reshape(-1, 1, 1))


TRANSPOSED = (
    Mistake(
        "bias forgotten",
        "The bias is not added.",
        lambda x, W, b=None, size=None, **window: conv_transpose2d(
            x, W, None, size, **window
        ),
    ),
    Mistake(
        "bias of every kernel",
        "Each kernel brings the bias along, so places that several reach have it more "
        "than once. Add it once, in the end.",
        bias_everywhere,
    ),
    Mistake(
        "turned kernels",
        "The kernels are turned by half a turn. They are laid down as they are.",
        lambda x, W, b=None, size=None, **window: conv_transpose2d(
            x, W[:, :, ::-1, ::-1], b, size, **window
        ),
    ),
    Mistake(
        "padding kept",
        "The padding is not cut off, or added.",
        uncut,
    ),
    Mistake(
        "padding cut off at the end",
        "The padding is cut off below and right only. It stands on all four sides.",
        cut_at_the_end,
    ),
    Mistake(
        "size ignored",
        "The answer has the smallest size that is possible. The size that is asked "
        "for may have rows and columns more.",
        unsized,
    ),
    Mistake(
        "stride ignored",
        "The stride is not handed on.",
        changed(stride=(1, 1)),
    ),
    Mistake(
        "dilation ignored",
        "The dilation is not handed on.",
        changed(dilation=(1, 1)),
    ),
    Mistake(
        "mean over the channels",
        "This is the mean over the channels. Their kernels add up.",
        lambda x, W, b=None, size=None, **window: conv_transpose2d(
            x, W / W.dtype.type(len(W)), b, size, **window
        ),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "transposed_size": SIZE,
    "spread": SPREAD,
    "conv_transpose2d": TRANSPOSED,
}
