"""Chapter 7: what learners get wrong about the gradients of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.convolution import (
    conv2d_backward_input,
    conv2d_backward_weight,
)
from minidl.kernels.windows import batch_first, batch_last, taps


def misread(g: Array) -> Array:
    """g reshaped to (M, N, P, Q) and so on, where its axes should have been moved."""
    N, M, P, Q = g.shape
    return g.reshape(M, P, Q, N).transpose(3, 0, 1, 2)


def weight_without(name: str) -> Any:
    """conv2d_backward_weight that does not look at this argument."""

    def wrong(g: Array, x: Array, **window: Any) -> Array:
        window.pop(name, None)
        return conv2d_backward_weight(g, x, **window)

    return wrong


def weight_from_corner(
    g: Array, x: Array, padding: Any = (0, 0), **window: Any
) -> Array:
    """All zeros of the padding below and right of the image."""
    down, right = padding
    x = np.pad(x, ((0, 0), (0, 0), (0, 2 * down), (0, 2 * right)))
    return conv2d_backward_weight(g, x, **window)


def weight_misordered(g: Array, x: Array, **window: Any) -> Array:
    """The sums in the order of channels last, read as channels first."""
    dW = conv2d_backward_weight(g, x, **window)
    return dW.transpose(0, 2, 3, 1).reshape(dW.shape)


WEIGHT = (
    Mistake(
        "flipped",
        "The gradient is turned by half a turn: entry [i, j] should meet what the "
        "kernel's entry [i, j] saw.",
        lambda g, x, **window: conv2d_backward_weight(g, x, **window)[:, :, ::-1, ::-1],
    ),
    Mistake(
        "mean over the batch",
        "This is the mean over the images. Every image adds its part.",
        lambda g, x, **window: (
            conv2d_backward_weight(g, x, **window) / g.dtype.type(max(1, len(g)))
        ),
    ),
    Mistake(
        "last image only",
        "Only the last image counts. Every image adds its part.",
        lambda g, x, **window: conv2d_backward_weight(g[-1:], x[-1:], **window),
    ),
    Mistake(
        "stride ignored",
        "The stride is not used: g belongs to places that lie further apart.",
        weight_without("stride"),
    ),
    Mistake(
        "dilation ignored",
        "The dilation is not used: entries of the kernel saw what lies further apart.",
        weight_without("dilation"),
    ),
    Mistake(
        "padding in one corner",
        "The zeros are not where the forward pass had them: on all four sides.",
        weight_from_corner,
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, x, **window: conv2d_backward_weight(np.ones_like(g), x, **window),
    ),
    Mistake(
        "reshape for transpose",
        "g is reshaped where its axes should be moved: the columns go kernel, place, "
        "image, and g goes image first.",
        lambda g, x, **window: conv2d_backward_weight(misread(g), x, **window),
    ),
    Mistake(
        "entries in another order",
        "The sums are right but read in the wrong order: channel by channel, then row "
        "by row.",
        weight_misordered,
    ),
    Mistake(
        "channels first",
        "Kernels and channels are swapped: the first size is that of the outputs.",
        lambda g, x, **window: conv2d_backward_weight(g, x, **window).swapaxes(0, 1),
    ),
)


def input_without(name: str) -> Any:
    """conv2d_backward_input that does not look at this argument."""

    def wrong(g: Array, W: Array, **window: Any) -> Array:
        window.pop(name, None)
        return conv2d_backward_input(g, W, **window)

    return wrong


def padded_size(size: Any, padding: Any) -> tuple[int, int]:
    """Rows and columns with the padding on both sides."""
    return size[0] + 2 * padding[0], size[1] + 2 * padding[1]


def not_cut(
    g: Array, W: Array, size: Any, padding: Any = (0, 0), **window: Any
) -> Array:
    """The gradient of the padded images."""
    return conv2d_backward_input(g, W, padded_size(size, padding), **window)


def cut_wrong(
    g: Array, W: Array, size: Any, padding: Any = (0, 0), **window: Any
) -> Array:
    """The padding cut off below and right only."""
    dx = not_cut(g, W, size, padding, **window)
    return dx[:, :, : size[0], : size[1]]


def overwritten(
    g: Array,
    W: Array,
    size: Any,
    stride: Any = (1, 1),
    padding: Any = (0, 0),
    dilation: Any = (1, 1),
    groups: int = 1,
) -> Array:
    """`=` for `+=`: an entry keeps what the last place that saw it left there."""
    N, M, P, Q = g.shape
    kernel = W.shape[2:]
    G = batch_last(g).reshape(groups, M // groups, -1)
    columns = W.reshape(groups, M // groups, -1).swapaxes(1, 2) @ G
    channels = W.shape[1] * groups
    seen = columns.reshape(channels, kernel[0] * kernel[1], P, Q, N)
    dX = np.zeros((channels, *padded_size(size, padding), N), g.dtype)
    for entry, view in enumerate(taps(dX, kernel, (P, Q), stride, dilation)):
        view[...] = seen[:, entry]
    (down, right), (H, L) = padding, size
    return batch_first(dX[:, down : down + H, right : right + L])


def averaged(g: Array, W: Array, **window: Any) -> Array:
    """Divided by how many places saw each entry."""
    ones = conv2d_backward_input(np.ones_like(g), np.ones_like(W), **window)
    per_place = np.maximum(
        ones / g.dtype.type(W.shape[0] // window.get("groups", 1)), 1
    )
    return conv2d_backward_input(g, W, **window) / per_place


INPUT = (
    Mistake(
        "= for +=",
        "An entry keeps only what the last place that saw it left there. Windows "
        "overlap: every one of them adds its part.",
        overwritten,
    ),
    Mistake(
        "mean over places",
        "The gradient is divided by the number of places that saw an entry. Their "
        "parts are summed.",
        averaged,
    ),
    Mistake(
        "flipped kernel",
        "The kernel is turned by half a turn once too often: what entry [i, j] saw "
        "gets the weight [i, j].",
        lambda g, W, **window: conv2d_backward_input(g, W[:, :, ::-1, ::-1], **window),
    ),
    Mistake(
        "padding kept",
        "The gradient of the zeros around the image is still there. Cut it off.",
        not_cut,
    ),
    Mistake(
        "padding cut off on one side",
        "The padding is cut off below and right only. The image begins after the zeros "
        "above and left of it.",
        cut_wrong,
    ),
    Mistake(
        "stride ignored",
        "The stride is not used: the places lie further apart.",
        input_without("stride"),
    ),
    Mistake(
        "dilation ignored",
        "The dilation is not used: the entries of the kernel lie further apart.",
        input_without("dilation"),
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, W, **window: conv2d_backward_input(np.ones_like(g), W, **window),
    ),
    Mistake(
        "reshape for transpose",
        "g is reshaped where its axes should be moved: kernel, place, image.",
        lambda g, W, **window: conv2d_backward_input(misread(g), W, **window),
    ),
    Mistake(
        "mean of kernels",
        "This is the mean over the kernels. Each of them saw the image: sum.",
        lambda g, W, **window: conv2d_backward_input(
            g, W / W.dtype.type(len(W)), **window
        ),
    ),
)


MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "conv2d_backward_weight": WEIGHT,
    "conv2d_backward_input": INPUT,
}
