"""Chapter 10: what learners get wrong about the centre of mass and about scales."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.data.handwriting import center_of_mass

# ruff: noqa: D103 -- the name of each function says what goes wrong


def moments(image: Array) -> Array:
    """Sums of the rows and columns, each times the ink."""
    i, j = np.indices(image.shape)
    return np.array([(i * image).sum(), (j * image).sum()], image.dtype)


def shapes_middle(image: Array) -> Array:
    return ((np.array(image.shape) - 1) / 2).astype(image.dtype)


def whether_ink(image: Array) -> Any:
    return np.argwhere(image > 0).mean(axis=0).astype(image.dtype)


CENTER_OF_MASS = (
    Mistake(
        "column first",
        "The column comes first. The row is due first, as in an index.",
        lambda image: center_of_mass(image)[::-1].copy(),
    ),
    Mistake(
        "not divided",
        "These are sums. Divide by all the ink there is.",
        moments,
    ),
    Mistake(
        "divided by pixels",
        "Divide by the ink, not by the number of pixels.",
        lambda image: moments(image) / image.dtype.type(image.size),
    ),
    Mistake(
        "grey counts as black",
        "Every pixel with ink counts the same. Count it by how much ink it has.",
        whether_ink,
    ),
    Mistake(
        "middle of the image",
        "This is the middle of the image, wherever the ink is.",
        shapes_middle,
    ),
    Mistake(
        "counted from 1",
        "The first row counts as 1. Indices begin at 0.",
        lambda image: center_of_mass(image) + image.dtype.type(1),
    ),
    Mistake(
        "from the edge",
        "This counts from the edge of the first pixel, half a pixel too much. The "
        "middle of the first pixel is 0.",
        lambda image: center_of_mass(image) + image.dtype.type(0.5),
    ),
    Mistake(
        "rounded",
        "Do not round yet: a whole number will be needed later.",
        lambda image: np.round(center_of_mass(image)),
    ),
    Mistake(
        "darkest pixel",
        "This is where the ink is darkest. All of it counts.",
        lambda image: np.array(
            np.unravel_index(image.argmax(), image.shape), image.dtype
        ),
    ),
)


def placed(image: Array, size: int, corner: Any, dtype: Any = None) -> Array:
    """The image on a square, its first pixel at this corner."""
    (top, left), (h, w) = (int(corner[0]), int(corner[1])), image.shape
    square = np.zeros((size, size), dtype or image.dtype)
    square[top : top + h, left : left + w] = image
    return square


def wished(image: Array, size: int) -> Any:
    """Where the first pixel would have to be, without regard to the edges."""
    return np.ceil((size - 1) / 2 - center_of_mass(image)).astype(int)


def kept_inside(image: Array, size: int, corner: Any) -> Any:
    """The corner, moved so that nothing is cut off."""
    return np.clip(corner, 0, size - np.array(image.shape))


def box_in_the_middle(image: Array, size: int) -> Array:
    return placed(image, size, (size - np.array(image.shape)) // 2)


def rounded_down(image: Array, size: int) -> Array:
    corner = wished(image, size) - 1
    return placed(image, size, kept_inside(image, size, corner))


def rolled(image: Array, size: int) -> Array:
    square = placed(image, size, (0, 0))
    return np.roll(square, wished(image, size), (0, 1))


def over_the_edge(image: Array, size: int) -> Array:
    top, left = wished(image, size)
    square = np.zeros((size, size), image.dtype)
    h, w = image.shape
    rows = slice(max(-top, 0), min(h, size - top))
    columns = slice(max(-left, 0), min(w, size - left))
    part = image[rows, columns]
    top, left = max(top, 0), max(left, 0)
    square[top : top + part.shape[0], left : left + part.shape[1]] = part
    return square


def exchanged(image: Array, size: int) -> Array:
    corner = wished(image, size)[::-1]
    return placed(image, size, kept_inside(image, size, corner))


def wide_square(image: Array, size: int) -> Array:
    corner = kept_inside(image, size, wished(image, size))
    return placed(image, size, corner, np.float64)


CENTER_INK = (
    Mistake(
        "box in the middle",
        "The rectangle of ink is in the middle, not its centre of mass.",
        box_in_the_middle,
    ),
    Mistake(
        "one pixel off",
        "The ink lies one pixel too far up and left. From (size - 1)/2 the centre of "
        "mass may lie lower, never higher.",
        rounded_down,
    ),
    Mistake(
        "comes in again",
        "What leaves at one edge comes in at the other. Keep the corner inside.",
        rolled,
    ),
    Mistake(
        "no care for the edge",
        "The wished place may lie outside: ink is cut off, or a slice begins at a "
        "negative number. Keep the corner inside.",
        lambda image, size: placed(image, size, wished(image, size)),
    ),
    Mistake(
        "cut off",
        "Ink is cut off at the edge. Move the image less far instead.",
        over_the_edge,
    ),
    Mistake(
        "row and column exchanged",
        "The row of the centre of mass moves the image sideways.",
        exchanged,
    ),
    Mistake(
        "in the corner",
        "The image is in the corner at the top left.",
        lambda image, size: placed(image, size, (0, 0)),
    ),
    Mistake(
        "float64",
        "A float32 image comes back as float64. Make the square of its dtype.",
        wide_square,
    ),
)


def scaled(images: Array, top: Any) -> Array:
    """The images over these numbers, a blank one as it is."""
    return images / np.where(top == 0, 1, top).astype(images.dtype)


def tops(images: Array) -> Any:
    return images.max(axis=(1, 2), keepdims=True)


def shifted(x: Array, mean: float, std: float) -> Array:
    return ((x - mean) / std)[:, None]


def divided_by_nothing(images: Array, mean: float, std: float) -> Array:
    return shifted(images / tops(images), mean, std)


def of_all(images: Array, mean: float, std: float) -> Array:
    return shifted(scaled(images, images.max(initial=0)), mean, std)


def its_own_statistics(images: Array, mean: float, std: float) -> Array:
    x = scaled(images, tops(images))
    return shifted(x, x.mean(), x.std()) if x.any() else shifted(x, mean, std)


def in_place(images: Array, mean: float, std: float) -> Array:
    images /= np.where(tops(images) == 0, 1, tops(images))
    return shifted(images, mean, std)


def divided_first(images: Array, mean: float, std: float) -> Array:
    x = scaled(images, tops(images))
    return (x / std - mean)[:, None]


NORMALIZE = (
    Mistake(
        "one largest for all",
        "All images are divided by the same number. Each has a brightest ink of its "
        "own.",
        of_all,
    ),
    Mistake(
        "0 by 0",
        "A blank image has 0 as its largest number, and 0/0 is no number. Divide it by "
        "something else.",
        divided_by_nothing,
    ),
    Mistake(
        "always 255",
        "The images are divided by 255, whatever scale they have.",
        lambda images, mean, std: shifted(images / 255, mean, std),
    ),
    Mistake(
        "not scaled",
        "The images keep their scale. Their brightest ink has to become 1 first.",
        shifted,
    ),
    Mistake(
        "no channel",
        "The axis of the channels is missing: (N, 1, H, W) is due.",
        lambda images, mean, std: shifted(scaled(images, tops(images)), mean, std)[
            :, 0
        ],
    ),
    Mistake(
        "channel last",
        "The channel is the last axis. It comes behind N.",
        lambda images, mean, std: np.moveaxis(
            shifted(scaled(images, tops(images)), mean, std), 1, -1
        ).copy(),
    ),
    Mistake(
        "divided first",
        "First subtract the mean, then divide by the deviation.",
        divided_first,
    ),
    Mistake(
        "its own mean and deviation",
        "The images' own mean and deviation are used. Then the same digit looks "
        "different in another batch; use those that are passed.",
        its_own_statistics,
    ),
    Mistake(
        "changes its input",
        "The caller's images are scaled too. Make new ones.",
        in_place,
    ),
    Mistake(
        "blank left at 0",
        "A blank image is left at 0 afterwards. Its ground is as dark as every other "
        "ground: (0 - mean) / std.",
        lambda images, mean, std: (
            shifted(scaled(images, tops(images)), mean, std)
            * (tops(images) > 0)[:, None]
        ),
    ),
)
