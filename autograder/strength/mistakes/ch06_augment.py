"""Chapter 6: what learners get wrong about moved pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array, IntArray

# ruff: noqa: D103 -- the name of each function says what goes wrong
# ruff: noqa: NPY002 -- a global generator is among the mistakes


def moved(x: Array, s: int, moves: Any, mode: Any = "constant") -> Array:
    """The pictures moved down and right by these numbers; zeros come in."""
    H, W = x.shape[-2:]
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(s, s)] * 2, mode=mode)
    result = np.empty_like(x)
    for k, (i, j) in enumerate(moves):
        result[k] = padded[k, ..., s - i : s - i + H, s - j : s - j + W]
    return result


def drawn(x: Array, s: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(-s, s + 1, (len(x), 2))


def one_move_for_all(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    move = rng.integers(-max_shift, max_shift + 1, 2)
    return moved(x, max_shift, [move] * len(x))


def wrapped(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    moves = drawn(x, max_shift, rng)
    rolled = [np.roll(a, m, (-2, -1)) for a, m in zip(x, moves, strict=True)]
    return np.array(rolled, x.dtype).reshape(x.shape)


def larger_pictures(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    edges = [(0, 0)] * (x.ndim - 2) + [(max_shift, max_shift)] * 2
    return np.pad(wrapped(x, max_shift, rng), edges)


def in_place(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    x[:] = moved(x, max_shift, drawn(x, max_shift, rng))
    return x


def float64_pictures(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    return moved(x, max_shift, drawn(x, max_shift, rng)).astype(np.float64)


def diagonal(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    return moved(x, max_shift, drawn(x, max_shift, rng)[:, [0, 0]])


def sideways(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    return moved(x, max_shift, drawn(x, max_shift, rng) * [0, 1])


def first_axes(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    flat = x.reshape(*x.shape[:3], -1).transpose(0, 3, 1, 2)
    result = moved(flat, max_shift, drawn(x, max_shift, rng))
    return result.transpose(0, 2, 3, 1).reshape(x.shape)


def near_the_middle(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    far = np.round(rng.normal(0, 0.5 * max_shift, (len(x), 2))).astype(int)
    return moved(x, max_shift, far.clip(-max_shift, max_shift))


AUGMENT = (
    Mistake(
        "one move for all",
        "All pictures of a batch move the same way. Draw two numbers for each.",
        one_move_for_all,
    ),
    Mistake(
        "no zeros",
        "Something other than zeros comes in at the edges: the edge repeated, or what "
        "left on the other side, as np.roll has it.",
        wrapped,
    ),
    Mistake(
        "largest move missing",
        "No picture moves by max_shift itself: the upper end of rng.integers is not "
        "drawn.",
        lambda x, max_shift, rng: moved(
            x, max_shift, rng.integers(-max_shift, max(max_shift, 1), (len(x), 2))
        ),
    ),
    Mistake(
        "down and right only",
        "Pictures only move down and to the right. Negative numbers are missing.",
        lambda x, max_shift, rng: moved(
            x, max_shift, rng.integers(0, max_shift + 1, (len(x), 2))
        ),
    ),
    Mistake(
        "diagonal",
        "One number moves a picture both ways, so it stays on the diagonal. Draw two.",
        diagonal,
    ),
    Mistake(
        "sideways",
        "Pictures only move along one axis. Draw a number for each of the two.",
        sideways,
    ),
    Mistake(
        "axes from the front",
        "The moved axes are counted from the front, so channels are moved too. Rows "
        "and columns are the last two axes.",
        first_axes,
    ),
    Mistake(
        "larger pictures",
        "The pictures have become larger: cut the moved part out of the padded one.",
        larger_pictures,
    ),
    Mistake(
        "changes its input",
        "The caller's pictures are moved too, further in every epoch. Fill a new "
        "array.",
        in_place,
    ),
    Mistake(
        "float64",
        "float32 pictures come back as float64. Make the new array of x's own dtype.",
        float64_pictures,
    ),
    Mistake(
        "seldom far",
        "Small moves are much more frequent than large ones. All are equally likely.",
        near_the_middle,
    ),
    Mistake(
        "not from rng",
        "The moves cannot be repeated: they are not drawn from the rng that is passed.",
        lambda x, max_shift, rng: moved(
            x, max_shift, np.random.randint(-max_shift, max_shift + 1, (len(x), 2))
        ),
    ),
    Mistake(
        "the same in every call",
        "Every call moves the pictures the same way: the generator is made anew. Draw "
        "from the one that is passed.",
        lambda x, max_shift, rng: moved(
            x, max_shift, drawn(x, max_shift, np.random.default_rng(0))
        ),
    ),
    Mistake(
        "not moved",
        "The pictures come back as they were.",
        lambda x, max_shift, rng: x.copy(),
    ),
)
