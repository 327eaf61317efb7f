"""Chapter 7: what learners get wrong about sliding a kernel over an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.convolution import conv2d, cross_correlate


def same_size(image: Array, kernel: Array) -> Array:
    """Zeros around the image, so that the answer is as large as the image."""
    K, L = kernel.shape
    around = ((K // 2, (K - 1) // 2), (L // 2, (L - 1) // 2))
    return cross_correlate(np.pad(image, around), kernel)


def last_product(image: Array, kernel: Array) -> Any:
    """`y[p, q] = ...` inside loops over the kernel's entries."""
    K, L = kernel.shape
    return kernel[-1, -1] * image[K - 1 :, L - 1 :]


def row_sums(image: Array, kernel: Array) -> Array:
    """The matrix product of kernel and patch, summed."""
    (H, W), (K, L) = image.shape, kernel.shape
    y = np.empty((H - K + 1, W - L + 1), image.dtype)
    for p, q in np.ndindex(y.shape):
        y[p, q] = (kernel @ image[p : p + K, q : q + L]).sum()
    return y


CROSS_CORRELATE = (
    Mistake(
        "flipped kernel",
        "The kernel is turned by half a turn. That is what mathematicians call "
        "convolution; here the kernel stays as it is.",
        lambda image, kernel: cross_correlate(image, kernel[::-1, ::-1]),
    ),
    Mistake(
        "transposed kernel",
        "Rows and columns of the kernel are swapped.",
        lambda image, kernel: cross_correlate(image, kernel.T),
    ),
    Mistake(
        "transposed answer",
        "Rows and columns of the places are swapped.",
        lambda image, kernel: cross_correlate(image, kernel).T,
    ),
    Mistake(
        "one place too few",
        "The last place is missing in each direction. A kernel as large as the image "
        "has one place, not none.",
        lambda image, kernel: cross_correlate(image, kernel)[:-1, :-1],
    ),
    Mistake(
        "padded",
        "Zeros were put around the image. Here the kernel stays inside it, so the "
        "answer is smaller.",
        same_size,
    ),
    Mistake(
        "mean",
        "This is the mean of the products. Their sum is meant.",
        lambda image, kernel: (
            cross_correlate(image, kernel) / image.dtype.type(kernel.size)
        ),
    ),
    Mistake(
        "= for +=",
        "Only the last product of each place is left. Add up all of them.",
        last_product,
    ),
    Mistake(
        "kernel ignored",
        "What the kernel sees is summed without its weights.",
        lambda image, kernel: cross_correlate(image, np.ones_like(kernel)),
    ),
    Mistake(
        "matrix product",
        "@ multiplies rows with columns. Kernel and patch are multiplied entry by "
        "entry.",
        row_sums,
    ),
)


def misread(x: Array, W: Array, b: Array | None, **window: Any) -> Array:
    """The rows of the product read as images, though places come before images."""
    y = conv2d(x, W, b, **window)
    return np.ascontiguousarray(y.transpose(1, 2, 3, 0)).reshape(y.shape)


def dealt(x: Array, W: Array, b: Array | None, groups: int = 1, **window: Any) -> Array:
    """The channels dealt to the groups like cards, one each in turn."""
    order = np.arange(x.shape[1]).reshape(-1, groups).T.ravel()
    return conv2d(x[:, order], W, b, groups=groups, **window)


def corner(
    x: Array, W: Array, b: Array | None, padding: Any = (0, 0), **window: Any
) -> Array:
    """All zeros of the padding above and left of the image."""
    down, right = padding
    x = np.pad(x, ((0, 0), (0, 0), (2 * down, 0), (2 * right, 0)))
    return conv2d(x, W, b, **window)


def repeated(
    x: Array, W: Array, b: Array | None, padding: Any = (0, 0), **window: Any
) -> Array:
    """The edge repeated in place of zeros."""
    down, right = padding
    around = ((0, 0), (0, 0), (down, down), (right, right))
    return conv2d(np.pad(x, around, mode="edge"), W, b, **window)


def channels_last(x: Array, W: Array, b: Array | None, **window: Any) -> Array:
    """Weights whose channels run fastest, with columns whose channels run slowest."""
    return conv2d(x, W.transpose(0, 2, 3, 1).reshape(W.shape), b, **window)


def without(name: str) -> Any:
    """conv2d without looking at this argument."""

    def wrong(x: Array, W: Array, b: Array | None, **window: Any) -> Array:
        window.pop(name, None)
        return conv2d(x, W, b, **window)

    return wrong


def turned(name: str) -> Any:
    """conv2d with rows and columns of this argument swapped."""

    def wrong(x: Array, W: Array, b: Array | None, **window: Any) -> Array:
        if name in window:
            window[name] = window[name][::-1]
        return conv2d(x, W, b, **window)

    return wrong


def needs_bias(x: Array, W: Array, b: Any, **window: Any) -> Any:
    """A bias is expected, always."""
    return conv2d(x, W, None, **window) + b.reshape(-1, 1, 1)


CONV2D = (
    Mistake(
        "flipped kernel",
        "The kernels are turned by half a turn. Networks do not flip them.",
        lambda x, W, b, **window: conv2d(x, W[:, :, ::-1, ::-1], b, **window),
    ),
    Mistake(
        "no bias",
        "The bias is missing: each kernel adds its own number to all its places.",
        lambda x, W, b, **window: conv2d(x, W, None, **window),
    ),
    Mistake(
        "None not expected",
        "The bias may be None. Then there is nothing to add.",
        needs_bias,
    ),
    Mistake(
        "stride ignored",
        "The stride is not used: the kernel visits every place.",
        without("stride"),
    ),
    Mistake(
        "padding ignored",
        "The padding is not used: zeros belong around each image first.",
        without("padding"),
    ),
    Mistake(
        "dilation ignored",
        "The dilation is not used: entries of the kernel see neighbours.",
        without("dilation"),
    ),
    Mistake(
        "stride swapped",
        "Rows and columns of the stride are swapped.",
        turned("stride"),
    ),
    Mistake(
        "padding swapped",
        "Rows and columns of the padding are swapped.",
        turned("padding"),
    ),
    Mistake(
        "padding in one corner",
        "All zeros stand above and left of the image. They belong on all four sides.",
        corner,
    ),
    Mistake(
        "edge repeated",
        "The padding repeats the edge of the image. It should be zeros.",
        repeated,
    ),
    Mistake(
        "reshape for transpose",
        "The numbers are right but in the wrong places: reshape does not reorder. The "
        "product has kernels, then places, then images.",
        misread,
    ),
    Mistake(
        "entries in another order",
        "Weights and columns list their entries in different orders. Both should go "
        "channel by channel, then row by row.",
        channels_last,
    ),
    Mistake(
        "groups dealt like cards",
        "The groups are not blocks: the first group is the first channels, not every "
        "second one.",
        dealt,
    ),
    Mistake(
        "mean of channels",
        "This is the mean over the channels. Their products are summed.",
        lambda x, W, b, **window: conv2d(x, W / W.dtype.type(W.shape[1]), b, **window),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "cross_correlate": CROSS_CORRELATE,
    "conv2d": CONV2D,
}
