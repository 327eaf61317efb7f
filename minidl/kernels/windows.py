"""Windows that slide over images: the geometry of convolution and pooling.

Inside, images are stored batch last, (C, H, W, N): what one entry of the window sees of
all images is then made of long runs of memory (conv2d takes 0.8 of the time). NumPy
keeps this order through entrywise operations, so a network reorders its images at the
first layer and at flatten only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minidl.array import Array

Pair = tuple[int, int]
"""One number for rows (or above an image), one for columns (or left of it)."""

STRIP = 1 << 20
"""Bytes of columns to make at a time, or one row of places if that is more.

All columns at once would take 18 MB for 3 × 3 kernels on 128 images (32, 13, 13), nine
times the images themselves, and 1.05 times as long.
"""


def batch_last(x: Array) -> Array:
    """The images (N, C, H, W) as (C, H, W, N); no copy if they are stored so."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def batch_first(x: Array) -> Array:
    """The images (C, H, W, N) seen as (N, C, H, W)."""
    return x.transpose(3, 0, 1, 2)


def surround(x: Array, before: Pair, after: Pair, value: float = 0.0) -> Array:
    """The images (C, H, W, N) with rows and columns of value around them."""
    if not any(before + after):
        return x
    C, H, W, N = x.shape
    (top, left), (bottom, right) = before, after
    y = np.full((C, top + H + bottom, left + W + right, N), value, x.dtype)
    inner(y, before, (H, W))[...] = x
    return y


def inner(x: Array, before: Pair, size: Pair) -> Array:
    """The images of this size within x (C, H, W, N), before which padding stands."""
    (top, left), (H, W) = before, size
    return x[:, top : top + H, left : left + W]


def span(kernel: Pair, dilation: Pair) -> Pair:
    """Rows and columns from the first to the last entry of the window."""
    (K, L), (down, right) = kernel, dilation
    return (K - 1) * down + 1, (L - 1) * right + 1


def places(size: Pair, window: Pair, stride: Pair) -> Pair:
    """How many rows and columns of places a window has in images of this size."""
    (H, W), (K, L), (down, right) = size, window, stride
    return (H - K) // down + 1, (W - L) // right + 1


def transposed_size(
    count: Pair,
    window: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    extra: Pair = (0, 0),
) -> Pair:
    """Rows and columns of what conv_transpose2d makes of images of size count.

    window:   rows and columns that one entry is spread over
    padding:  what is cut off before the first and after the last row or column
    extra:    rows and columns added at the end, the output_padding

    Formula:  (P - 1) stride + window - 2 padding + extra, for rows and for columns
    """
    axes = zip(count, window, stride, padding, extra, strict=True)
    H, W = ((P - 1) * s + k - 2 * p + more for P, k, s, p, more in axes)
    return H, W


def taps(
    x: Array, kernel: Pair, count: Pair, stride: Pair, dilation: Pair
) -> Iterator[Array]:
    """What each entry of the window sees from all its places, row by row of entries.

    The places are `count` (P, Q) from the upper left corner on.

    Shapes:  x (C, H, W, N) -> views of x (C, P, Q, N)
    """
    (P, Q), (down, right) = count, stride
    for i in range(kernel[0]):
        top = i * dilation[0]
        rows = slice(top, top + (P - 1) * down + 1, down)
        for j in range(kernel[1]):
            left = j * dilation[1]
            yield x[:, rows, left : left + (Q - 1) * right + 1 : right]


def gather(
    x: Array, kernel: Pair, count: Pair, stride: Pair, dilation: Pair, groups: int = 1
) -> Array:
    """The columns of x: for each place of the window, all that it sees there.

    Shapes:  x (C, H, W, N), count (P, Q) -> (groups, C / groups K L, P Q N)
    """
    C, entries, N = len(x), kernel[0] * kernel[1], x.shape[3]
    columns = np.empty((C, entries, *count, N), x.dtype)
    for entry, seen in enumerate(taps(x, kernel, count, stride, dilation)):
        columns[:, entry] = seen
    return columns.reshape(groups, C // groups * entries, count[0] * count[1] * N)


def scatter(
    columns: Array, x: Array, kernel: Pair, count: Pair, stride: Pair, dilation: Pair
) -> None:
    """Add every number of the columns to the entry of x that gather takes it from.

    Shapes:  columns (groups, C / groups K L, P Q N), x (C, H, W, N), changed in place
    """
    seen = columns.reshape(len(x), kernel[0] * kernel[1], *count, x.shape[3])
    for entry, view in enumerate(taps(x, kernel, count, stride, dilation)):
        view += seen[:, entry]


def strips(
    x: Array, kernel: Pair, count: Pair, stride: Pair
) -> Iterator[tuple[Array, int, slice]]:
    """A few rows of places at a time: x from there on, how many rows, which columns.

    Shapes:  x (C, H, W, N), count (P, Q)
    """
    row = count[1] * x.shape[3]
    size = len(x) * kernel[0] * kernel[1] * row * x.itemsize
    step = max(1, STRIP // max(1, size))
    for p in range(0, count[0], step):
        rows = min(step, count[0] - p)
        yield x[:, p * stride[0] :], rows, slice(p * row, (p + rows) * row)
