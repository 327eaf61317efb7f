"""Pictures of digits, as MNIST has them: one way for training, pad and service."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from minidl.array import Array

SIZE, BOX = 28, 20
"""Pixels of a prepared image's side, and of the longer side of its ink."""
MEAN, STD = 0.1307, 0.3081
"""Of all pixels of MNIST's training images, black ink 1."""
MANY = 2000  # images that take longer than a wink


def prepare_digits(images: npt.ArrayLike) -> Array:
    """Digits cropped, scaled, centred and normalized, as MNIST was made.

    Of a whole data set, a bar shows how far it is. What is below 0 counts as ground.

    Shapes:  images (N, H, W), bright ink on dark, any scale -> (N, 1, 28, 28), float32
    Raises:  ValueError if they have other dimensions, or entries that are not finite
    Source:  LeCun, Cortes, Burges, The MNIST database of handwritten digits, 1998
    """
    x = np.asarray(images)
    if x.ndim != 3:
        raise ValueError(
            f"prepare_digits: images has shape {x.shape}, but (N, H, W) is due; pass "
            "image[None] for one, and one channel only"
        )
    if not np.isfinite(x).all():
        raise ValueError("prepare_digits: images has nan or inf in it; pass numbers")
    placed = np.zeros((len(x), SIZE, SIZE), np.float32)
    for n, image in enumerate(watched(x)):
        placed[n] = place(np.clip(image.astype(np.float64), 0, None))
    return normalize(placed, MEAN, STD)


def place(image: Array) -> Array:
    """The ink of an image, its longer side 20 pixels, in the middle of 28 x 28.

    Shapes:  (H, W) -> (28, 28)
    """
    ink = crop_to_ink(image)
    if not ink.size:
        return np.zeros((SIZE, SIZE), image.dtype)
    scale = BOX / max(ink.shape)
    H, W = (max(1, round(scale * length)) for length in ink.shape)
    return center_ink(resize(ink, H, W), SIZE)


def crop_to_ink(image: Array) -> Array:
    """The smallest rectangle of an image with all its ink: all entries above 0.

    Shapes:  (H, W) -> (h, w), at most as large; (0, 0) if there is no ink
    """
    ink = image > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return image[:0, :0]
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resize(image: Array, H: int, W: int) -> Array:
    """An image drawn with H rows and W columns.

    Shapes:  (h, w) -> (H, W)
    """
    return resize_rows(resize_rows(image, H).T, W).T


def resize_rows(image: Array, H: int) -> Array:
    """An image drawn with H rows, each a weighted mean of old ones.

    Row i has its middle at i + 1/2. Its weight falls in a straight line from 1 at the
    middle of the new row to 0 at a distance of one row, old or new, the wider.

    Shapes:   (h, w) -> (H, w)
    Formula:  new row j = sum of a_ji row i / sum of a_ji over i,
              a_ji = max(0, 1 - |(j + 1/2) h/H - (i + 1/2)| / max(1, h/H))
    """
    scale = len(image) / H
    middles = (np.arange(H) + 0.5) * scale
    distances = np.abs(middles[:, None] - (np.arange(len(image)) + 0.5))
    weights = np.clip(1 - distances / max(1, scale), 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    return (weights @ image).astype(image.dtype)


def center_of_mass(image: Array) -> Array:
    """Row and column at which the ink, as a weight, would balance.

    Shapes:   (H, W), not all 0 -> (2,)
    Formula:  sum of x_ij (i, j) / sum of x_ij
    """
    rows, columns = image.sum(axis=1), image.sum(axis=0)
    moments = rows @ np.arange(len(rows)), columns @ np.arange(len(columns))
    return (np.array(moments) / image.sum()).astype(image.dtype)  # type: ignore[no-any-return]


def center_ink(image: Array, size: int) -> Array:
    """An image on an empty square, its centre of mass in the middle, nothing cut off.

    Shapes:   (h, w), at most (size, size) -> (size, size)
    Formula:  top + row of the centre of mass lies from (size - 1)/2 to that plus 1,
              top a whole number from 0 to size - h; from the left likewise
    """
    placed = np.zeros((size, size), image.dtype)
    h, w = image.shape
    top, left = np.ceil((size - 1) / 2 - center_of_mass(image)).astype(int)
    top, left = np.clip(top, 0, size - h), np.clip(left, 0, size - w)
    placed[top : top + h, left : left + w] = image
    return placed


def normalize(images: Array, mean: float, std: float) -> Array:
    """Images with their brightest ink at 1, less a mean, over a standard deviation.

    Shapes:   (N, H, W), none below 0 -> (N, 1, H, W): the one channel is grey
    Formula:  (x / largest x of its image - mean) / std, an empty image counts as 0
    """
    brightest = images.max(axis=(1, 2), keepdims=True)
    scaled = images / np.where(brightest == 0, 1, brightest)
    return ((scaled - mean) / std)[:, None]


def watched(images: npt.NDArray[Any]) -> Iterable[Any]:
    """The images, with a bar if they are many and tqdm is there to draw one."""
    if len(images) < MANY:
        return images
    try:
        tqdm = import_module("tqdm.auto").tqdm
    except ImportError:
        return images
    bar: Iterable[Any] = tqdm(images, "preparing", unit=" images", file=sys.stdout)
    return bar
