"""Chapter 10: what learners get wrong when they make images ready."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.data.handwriting import resize_rows

# ruff: noqa: D103 -- the name of each function says what goes wrong


def decoded(
    content: bytes, order: Any = "big", width: int = 4, late: int = 0, kind: Any = "u1"
) -> Any:
    """The array, with a mistake that an argument names."""
    start = 4 + 4 * content[3]
    fields = [content[i : i + width] for i in range(4, start, 4)]
    shape = [int.from_bytes(field, order) for field in fields]
    entries = np.frombuffer(content, kind, offset=start + late)
    return entries.reshape(shape).copy()


def header_of_images(content: bytes) -> Any:
    shape = np.frombuffer(content, ">i4", 3, 4)
    return np.frombuffer(content, np.uint8, offset=16).reshape(shape).copy()


def lowest_bytes(content: bytes) -> Any:
    start = 4 + 4 * content[3]
    shape = [content[i + 3] for i in range(4, start, 4)]
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def sizes_backwards(content: bytes) -> Any:
    found = decoded(content)
    return found.reshape(found.shape[::-1])


def square_images(content: bytes) -> Any:
    return decoded(content).reshape(-1, 28, 28)


DECODE_IDX = (
    Mistake(
        "lowest byte first",
        "The sizes are read with their lowest byte first; the highest comes first.",
        lambda content: decoded(content, "little"),
    ),
    Mistake(
        "one byte a size",
        "A size takes four bytes. Here not all of them are read, so large sizes come "
        "out too small.",
        lowest_bytes,
    ),
    Mistake(
        "always three sizes",
        "The header is taken for 16 bytes, as images have it. Byte 3 says how many "
        "sizes there are: labels have one.",
        header_of_images,
    ),
    Mistake(
        "signed bytes",
        "Dark pixels are negative: the bytes are read as signed numbers.",
        lambda content: decoded(content, kind="i1"),
    ),
    Mistake(
        "not reshaped",
        "The entries come in one row. Give them the sizes of the header.",
        lambda content: decoded(content).ravel(),
    ),
    Mistake(
        "header included",
        "The header is among the entries. They begin behind the last size.",
        lambda content: np.frombuffer(content, np.uint8).copy(),
    ),
    Mistake(
        "sizes backwards",
        "The sizes stand in the order of the axes. Here they are turned round.",
        sizes_backwards,
    ),
    Mistake(
        "read-only",
        "Nobody can write to this array: it is a view of the bytes. Copy it.",
        lambda content: np.frombuffer(
            content, np.uint8, offset=4 + 4 * content[3]
        ).reshape(decoded(content).shape),
    ),
    Mistake(
        "28 by 28",
        "The sizes stand in the file. Nothing says that images are 28 by 28.",
        square_images,
    ),
)


def edges(image: Array, above: float = 0.0) -> tuple[int, int, int, int]:
    """First and last row, first and last column of ink above a number."""
    rows, columns = np.nonzero(image > above)
    return rows.min(), rows.max(), columns.min(), columns.max()


def cut(image: Array, top: Any, bottom: Any, left: Any, right: Any) -> Array:
    """The part between these, the last not included; nothing without ink."""
    return image[top:bottom, left:right]


def without_ends(image: Array) -> Array:
    if not image.any():
        return image[:0, :0]
    top, bottom, left, right = edges(image)
    return cut(image, top, bottom, left, right)


def no_gaps(image: Array) -> Array:
    ink = image > 0
    return image[ink.any(axis=1)][:, ink.any(axis=0)]


def only_strong(image: Array) -> Array:
    if not (image > 0.5).any():
        return image[:0, :0]
    top, bottom, left, right = edges(image, 0.5)
    return cut(image, top, bottom + 1, left, right + 1)


def rows_only(image: Array) -> Array:
    if not image.any():
        return image[:0, :0]
    top, bottom, _, _ = edges(image)
    return image[top : bottom + 1]


def crashing(image: Array) -> Array:
    top, bottom, left, right = edges(image)
    return cut(image, top, bottom + 1, left, right + 1)


def with_frame(image: Array) -> Array:
    if not image.any():
        return image[:0, :0]
    top, bottom, left, right = edges(image)
    return cut(image, max(top - 1, 0), bottom + 2, max(left - 1, 0), right + 2)


def turned(image: Array) -> Array:
    if not image.any():
        return image[:0, :0]
    top, bottom, left, right = edges(image)
    return cut(image, left, right + 1, top, bottom + 1)


CROP_TO_INK = (
    Mistake(
        "last row and column missing",
        "The last row and the last column of ink are cut off: the end of a slice is "
        "not part of it.",
        without_ends,
    ),
    Mistake(
        "gaps closed",
        "Empty rows inside the digit are gone too. Cut from the first row of ink to "
        "the last, whatever lies between.",
        no_gaps,
    ),
    Mistake(
        "strong ink only",
        "Grey pixels at the rim are cut off. All that is above 0 is ink.",
        only_strong,
    ),
    Mistake(
        "rows only",
        "The columns without ink are still there.",
        rows_only,
    ),
    Mistake(
        "no ink",
        "An image without ink has no first row of ink. Return an empty array for it.",
        crashing,
    ),
    Mistake(
        "a frame",
        "A row or column without ink is left around the digit.",
        with_frame,
    ),
    Mistake(
        "axes exchanged",
        "Rows are cut where the columns of ink begin and end. axis=1 runs along a row.",
        turned,
    ),
    Mistake(
        "not cut",
        "The image has its size still.",
        lambda image: image.copy(),
    ),
)


def blended(
    image: Array, H: int, wide: Any = None, half: float = 0.5, even: bool = True
) -> Array:
    """Resized rows, with a mistake that an argument names."""
    h = len(image)
    scale = h / H
    distances = np.abs(((np.arange(H) + half) * scale)[:, None] - (np.arange(h) + half))
    weights = np.clip(1 - distances / (wide or max(1, scale)), 0, None)
    if even:
        weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray((weights @ image).astype(image.dtype))


def nearest(image: Array, H: int) -> Any:
    return image[((np.arange(H) + 0.5) * len(image) / H).astype(int)]


def every_so_many(image: Array, H: int) -> Any:
    return image[(np.arange(H) * len(image) / H).astype(int)]


def corners(image: Array, H: int) -> Array:
    places = np.linspace(0, len(image) - 1, H)
    rows = np.arange(len(image))
    columns = [np.interp(places, rows, column) for column in image.T]
    return np.array(columns, image.dtype).T


def blocks(image: Array, H: int) -> Array:
    h = len(image)
    starts = [(j * h) // H for j in range(H)]
    ends = [-(-(j + 1) * h // H) for j in range(H)]
    pairs = zip(starts, ends, strict=True)
    return np.array([image[a:b].mean(axis=0) for a, b in pairs], image.dtype)


RESIZE_ROWS = (
    Mistake(
        "nearest row",
        "Each new row is a copy of the nearest old one. Blend all rows that are near.",
        nearest,
    ),
    Mistake(
        "rows left out",
        "Rows are picked out, the others are lost. Blend them.",
        every_so_many,
    ),
    Mistake(
        "narrow when shrinking",
        "When the image shrinks, rows between are left out. The weight must reach as "
        "far as a new row is high.",
        lambda image, H: blended(image, H, wide=1.0),
    ),
    Mistake(
        "wide when growing",
        "When the image grows, the weight is too narrow: it never reaches less far "
        "than one old row.",
        lambda image, H: blended(image, H, wide=len(image) / H),
    ),
    Mistake(
        "no half",
        "The rows' edges are compared, not their middles, and the image slides up. Row "
        "0 has its middle at 1/2.",
        lambda image, H: blended(image, H, half=0.0),
    ),
    Mistake(
        "weights do not add up",
        "The weights of a new row do not add up to 1: it becomes brighter or darker.",
        lambda image, H: blended(image, H, even=False),
    ),
    Mistake(
        "ends on ends",
        "The first and the last row are taken over as they are (align_corners). The "
        "edges of the image stay, not the middles of its outer rows.",
        corners,
    ),
    Mistake(
        "blocks",
        "Whole old rows are averaged in blocks. Weigh each by its distance.",
        blocks,
    ),
    Mistake(
        "columns",
        "The columns are blended. The number of rows has to become H.",
        lambda image, H: resize_rows(image.T, H).T,
    ),
    Mistake(
        "float64",
        "A float32 image comes back as float64. Give it its own dtype again.",
        lambda image, H: resize_rows(image.astype(np.float64), H),
    ),
)
