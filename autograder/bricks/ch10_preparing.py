"""Chapter 10: from a file of bytes to images as MNIST has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]
ONCE = ("float64",)


def written(*low: int) -> Make:
    """An IDX file of an array with about these sizes, as bytes in an array."""

    def make(rng: Rng) -> Inputs:
        shape = [int(n and rng.integers(n, n + 3)) for n in low]
        entries = rng.integers(0, 256, shape)
        sizes = [list(size.to_bytes(4, "big")) for size in shape]
        head = np.array([0, 0, 8, len(shape), *np.ravel(sizes)])
        content = np.concatenate([head, entries.ravel()])
        return {"content": content.astype(np.uint8)}

    return make


def drive_decode_idx(decode_idx: Any, content: Any) -> Any:
    """The array in these bytes, and whether one can write to it."""
    found = decode_idx(content.tobytes())
    return None if found is None else (found, int(found.flags.writeable))


DECODE_IDX = Brick(
    target="minidl.data.mnist.decode_idx",
    title="An array from the bytes of a file",
    outputs=("array", "one can write to the array (1 yes, 0 no):"),
    driver=drive_decode_idx,
    families=(
        Family("images", written(2, 3, 4), dtypes=ONCE),
        Family("labels", written(9), dtypes=ONCE),
        Family("more than 255 images", written(256, 1, 2), dtypes=ONCE),
        Family("more than 511 labels", written(512), dtypes=ONCE),
        Family("no image", written(0, 4, 2), dtypes=ONCE),
        Family("images in colour", written(2, 3, 2, 4), dtypes=ONCE),
        Family("one image", written(1, 5, 2), dtypes=ONCE),
        Family("2**24 rows and more, empty", written(1 << 24, 0), dtypes=ONCE),
    ),
)


def inked(H: int, W: int, faint: float = 1.0, fill: float = 0.4) -> Make:
    """Ink in a rectangle somewhere inside an image that is larger by about two."""

    def make(rng: Rng) -> Inputs:
        high, wide = int(rng.integers(H, H + 2)), int(rng.integers(W, W + 2))
        around = rng.integers(1, 4, 4)
        image = np.zeros((high + around[0] + around[1], wide + around[2] + around[3]))
        ink = rng.uniform(0.1, 1, (high, wide)) * (rng.random((high, wide)) < fill)
        corners = rng.integers(0, wide), rng.integers(0, high)
        ink[0, corners[0]] = ink[corners[1], 0] = 0.5
        ink[-1, corners[0]] = ink[corners[1], -1] = 0.5
        top, left = around[0], around[2]
        image[top : top + high, left : left + wide] = faint * ink
        return {"image": image}

    return make


def to_the_edge(rng: Rng) -> Inputs:
    """Ink in all four corners."""
    image = np.zeros(rng.integers(3, 6, 2))
    image[[0, 0, -1, -1], [0, -1, 0, -1]] = rng.uniform(0.1, 1, 4)
    return {"image": image}


def two_strokes(rng: Rng) -> Inputs:
    """Two short strokes with nothing between."""
    image = np.zeros((9, 8))
    image[1, 1:3] = rng.uniform(0.1, 1, 2)
    image[6:8, 6] = rng.uniform(0.1, 1, 2)
    return {"image": image}


def one_row(rng: Rng) -> Inputs:
    """An image of one row with ink in its middle."""
    image = np.zeros((1, 9))
    image[0, 3:6] = rng.uniform(0.1, 1, 3)
    return {"image": image}


def blank(rng: Rng) -> Inputs:
    """No ink at all."""
    return {"image": np.zeros(rng.integers(2, 9, 2))}


CROP_TO_INK = Brick(
    target="minidl.data.handwriting.crop_to_ink",
    title="Nothing but the ink",
    outputs=("ink",),
    families=(
        Family("ordinary", inked(3, 4)),
        Family("tall", inked(6, 2)),
        Family("faint ink", inked(3, 3, faint=0.01)),
        Family("large values, ink up to 255", inked(2, 4, faint=255.0)),
        Family("one pixel", inked(1, 1)),
        Family("one row", one_row),
        Family("two strokes apart", two_strokes),
        Family("ink in all corners", to_the_edge),
        Family("no ink", blank),
        Family("not contiguous", inked(4, 3), strided=True),
    ),
)


def image(h: int, w: int, scale: float = 1.0, **params: int) -> Make:
    """An image full of ink."""
    return lambda rng: {"image": scale * rng.uniform(0.05, 1, (h, w)), **params}


RESIZE_ROWS = Brick(
    target="minidl.data.handwriting.resize_rows",
    title="An image with another number of rows",
    outputs=("image",),
    points=2,
    families=(
        Family("smaller", image(9, 3, H=4)),
        Family("a third", image(9, 2, H=3)),
        Family("larger", image(3, 4, H=7)),
        Family("as it is", image(5, 2, H=5)),
        Family("to one row", image(4, 3, H=1)),
        Family("from one row", image(1, 3, H=4)),
        Family("large values", image(8, 2, scale=1e4, H=5)),
        Family("not contiguous", image(7, 3, H=3), strided=True),
    ),
)


def one_dot(rng: Rng) -> Inputs:
    """A single pixel of ink."""
    image = np.zeros((5, 4))
    image[rng.integers(5), rng.integers(4)] = rng.uniform(0.1, 1)
    return {"image": image}


CENTER_OF_MASS = Brick(
    target="minidl.data.handwriting.center_of_mass",
    title="Where the ink balances",
    outputs=("row and column",),
    families=(
        Family("ordinary", image(4, 5)),
        Family("tall", image(7, 2)),
        Family("one row", image(1, 6)),
        Family("one pixel of ink", one_dot),
        Family("large values, ink up to 255", image(3, 4, scale=255.0)),
        Family("faint ink", image(4, 3, scale=1e-3)),
        Family("not contiguous", image(5, 3), strided=True),
    ),
)


def heavy(h: int, w: int, corner: tuple[int, int], size: int) -> Make:
    """Faint ink with one heavy pixel."""

    def make(rng: Rng) -> Inputs:
        image = rng.uniform(0.005, 0.01, (h, w))
        image[corner] = rng.uniform(5, 10)
        return {"image": image, "size": size}

    return make


CENTER_INK = Brick(
    target="minidl.data.handwriting.center_ink",
    title="In the middle of a square",
    outputs=("square",),
    points=2,
    families=(
        Family("ordinary", image(4, 3, size=8)),
        Family("heavy at the top", heavy(5, 3, (1, 1), 10)),
        Family("heavy at the right", heavy(3, 6, (1, 4), 12)),
        Family("no room above", heavy(6, 6, (5, 1), 8)),
        Family("no room on the left", heavy(5, 7, (2, 6), 8)),
        Family("no room on the right", heavy(5, 7, (2, 0), 8)),
        Family("as large as the square", image(6, 6, size=6)),
        Family("one pixel", image(1, 1, size=4)),
        Family("not contiguous", image(2, 5, size=8), strided=True),
    ),
)


def stack(N: int, *tops: float) -> Make:
    """Images of which each has a brightest ink of its own; 0 for a blank one."""

    def make(rng: Rng) -> Inputs:
        images = rng.uniform(0, 1, (N, 3, 4))
        images *= np.resize([*tops], (N, 1, 1)) if N else 1
        mean, std = rng.uniform(0.1, 0.2), rng.uniform(0.25, 0.4)
        return {"images": images, "mean": float(mean), "std": float(std)}

    return make


NORMALIZE = Brick(
    target="minidl.data.handwriting.normalize",
    title="One scale for all images",
    outputs=("images",),
    families=(
        Family("ordinary", stack(3, 0.9, 0.5, 0.7)),
        Family("large values, from 0 to 255", stack(2, 255.0, 120.0)),
        Family("from 0 to 16", stack(3, 16.0)),
        Family("a blank one", stack(3, 1.0, 0.0, 0.4)),
        Family("all blank", stack(2, 0.0)),
        Family("one image", stack(1, 0.6)),
        Family("no image", stack(0)),
        Family("not contiguous", stack(2, 2.0, 3.0), strided=True),
    ),
)
