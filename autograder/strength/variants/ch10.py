"""Chapter 10: right answers in other formulations."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.variants import ch10_asking
from minidl.array import Array

# ruff: noqa: D103 -- the name of each function says how it does it


def decoded_by_struct(content: bytes) -> Any:
    n = content[3]
    shape = struct.unpack(f">{n}I", content[4 : 4 + 4 * n])
    return np.array(list(content[4 + 4 * n :]), np.uint8).reshape(shape)


def decoded_by_dtypes(content: bytes) -> Any:
    n = content[3]
    shape = np.frombuffer(content, ">u4", n, 4).astype(int)
    return np.frombuffer(bytearray(content[4 * (1 + n) :]), "u1").reshape(shape)


def decoded_by_powers(content: bytes) -> Any:
    everything = np.frombuffer(content, np.uint8)
    n = int(everything[3])
    powers = 256 ** np.arange(3, -1, -1)
    shape = everything[4 : 4 + 4 * n].reshape(n, 4) @ powers
    return everything[4 + 4 * n :].reshape(tuple(shape)).copy()


def cropped_by_places(image: Array) -> Array:
    places = np.argwhere(image > 0)
    if not places.size:
        return np.zeros((0, 0), image.dtype)
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0) + 1
    return image[top:bottom, left:right].copy()


def cropped_by_loops(image: Array) -> Array:
    while len(image) and not image[0].any():
        image = image[1:]
    while len(image) and not image[-1].any():
        image = image[:-1]
    while image.size and not image[:, 0].any():
        image = image[:, 1:]
    while image.size and not image[:, -1].any():
        image = image[:, :-1]
    return image if image.size else image[:0, :0]


def cropped_by_first_places(image: Array) -> Array:
    if not image.any():
        return image[:0, :0]
    rows, columns = image.max(axis=1) > 0, image.max(axis=0) > 0
    bottom, right = (
        len(rows) - rows[::-1].argmax(),
        len(columns) - columns[::-1].argmax(),
    )
    return image[rows.argmax() : bottom, columns.argmax() : right]


def resized_by_loops(image: Array, H: int) -> Array:
    h, wide = len(image), max(1.0, len(image) / H)
    rows = np.zeros((H, image.shape[1]))
    for j in range(H):
        total = 0.0
        for i in range(h):
            weight = 1 - abs((j + 0.5) * h / H - (i + 0.5)) / wide
            if weight > 0:
                rows[j] += weight * image[i]
                total += weight
        rows[j] /= total
    return rows.astype(image.dtype)


def resized_in_its_dtype(image: Array, H: int) -> Array:
    h, kind = len(image), image.dtype
    old = np.arange(h, dtype=kind) + kind.type(0.5)
    new = (np.arange(H, dtype=kind) + kind.type(0.5)) * kind.type(h) / kind.type(H)
    gaps = np.abs(new[:, None] - old) / kind.type(max(1.0, h / H))
    weights = np.where(gaps < 1, 1 - gaps, kind.type(0))
    return np.asarray(weights @ image / weights.sum(axis=1)[:, None])


def resized_by_einsum(image: Array, H: int) -> Array:
    h = len(image)
    new, old = np.mgrid[:H, :h] + 0.5
    weights = np.maximum(0, 1 - np.abs(new * h / H - old) / max(1, h / H))
    found = np.einsum("ji,ik->jk", weights, image) / weights.sum(1, keepdims=True)
    return np.asarray(found.astype(image.dtype))


def balance_by_indices(image: Array) -> Array:
    i, j = np.indices(image.shape)
    found = np.array([np.sum(i * image), np.sum(j * image)]) / np.sum(image)
    return np.asarray(found, image.dtype)


def balance_by_average(image: Array) -> Array:
    rows = np.average(np.arange(image.shape[0]), weights=image.sum(axis=1))
    columns = np.average(np.arange(image.shape[1]), weights=image.sum(axis=0))
    return np.array([rows, columns], image.dtype)


def balance_by_loops(image: Array) -> Array:
    total: Any = 0.0
    row: Any = 0.0
    column: Any = 0.0
    for (i, j), ink in np.ndenumerate(image):
        total += ink
        row += i * ink
        column += j * ink
    return np.array([row / total, column / total], image.dtype)


def centered_by_padding(image: Array, size: int) -> Array:
    frame = []
    for length, middle in zip(image.shape, balance_by_loops(image), strict=True):
        before = math.ceil((size - 1) / 2 - middle)
        before = max(0, min(before, size - length))
        frame.append((before, size - length - before))
    return np.pad(image, frame)


def centered_by_trying(image: Array, size: int) -> Array:
    middle, (h, w) = balance_by_average(image), image.shape
    ideal = size / 2  # the centre of mass lies less than one pixel before it

    def best(length: int, at: float) -> int:
        reach = range(size - length + 1)
        return min(reach, key=lambda start: abs(start + at - ideal + 1e-9))

    square = np.zeros((size, size), image.dtype)
    top, left = best(h, middle[0]), best(w, middle[1])
    square[top : top + h, left : left + w] = image
    return square


def centered_by_rolling(image: Array, size: int) -> Array:
    h, w = image.shape
    square = np.zeros((size, size), image.dtype)
    square[:h, :w] = image
    down, right = np.floor(size / 2 + 0.5 - balance_by_indices(image)).astype(int)
    moves = np.clip(down, 0, size - h), np.clip(right, 0, size - w)
    return np.roll(square, moves, axis=(0, 1))


def normalized_by_loops(images: Array, mean: float, std: float) -> Array:
    result = np.empty((len(images), 1, *images.shape[1:]), images.dtype)
    for n, image in enumerate(images):
        largest = image.max()
        scaled = image / largest if largest > 0 else image
        result[n, 0] = (scaled - mean) / std
    return result


def normalized_at_once(images: Array, mean: float, std: float) -> Array:
    largest = images.reshape(len(images), images[0].size if len(images) else 1).max(1)
    factor = np.ones_like(largest)
    np.divide(1, largest, out=factor, where=largest > 0)
    return np.asarray((images * factor[:, None, None])[:, np.newaxis] - mean) / std


def normalized_in_float64(images: Array, mean: float, std: float) -> Array:
    wide = images.astype(np.float64)
    largest = np.array([image.max() or 1.0 for image in wide]).reshape(-1, 1, 1)
    scaled = wide / largest / std - mean / std
    return np.expand_dims(scaled, 1).astype(images.dtype)


def normalized_by_stacking(images: Array, mean: float, std: float) -> Array:
    tops = images.max(axis=2).max(axis=1)
    found = [
        [(image / (top if top else 1) - mean) / std]
        for image, top in zip(images, tops, strict=True)
    ]
    shape = (len(images), 1, *images.shape[1:])
    return np.array(found, images.dtype).reshape(shape)


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "decode_idx": (decoded_by_struct, decoded_by_dtypes, decoded_by_powers),
    "crop_to_ink": (cropped_by_places, cropped_by_loops, cropped_by_first_places),
    "resize_rows": (resized_by_loops, resized_in_its_dtype, resized_by_einsum),
    "center_of_mass": (balance_by_indices, balance_by_average, balance_by_loops),
    "center_ink": (centered_by_padding, centered_by_trying, centered_by_rolling),
    "normalize": (
        normalized_by_loops,
        normalized_at_once,
        normalized_in_float64,
        normalized_by_stacking,
    ),
    **ch10_asking.VARIANTS,
}
