"""Chapter 7: what learners get wrong when they put the gradients together."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.convolution import conv2d_backward_input, conv2d_backward_weight


def both(g: Array, x: Array, W: Array, **window: Any) -> tuple[Array, Array, Array]:
    """The right answer, for the mistakes below to go on from."""
    dx = conv2d_backward_input(g, W, x.shape[2:], **window)
    dW = conv2d_backward_weight(g, x, W.shape[2:], **window)
    return dx, dW, g.sum((0, 2, 3))


def with_bias_gradient(db: Any) -> Any:
    """The right answer, but db(g) for the bias."""
    return lambda g, x, W, **window: (*both(g, x, W, **window)[:2], db(g))


def window_forgotten(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """The groups are handed on, stride, padding and dilation are not."""
    return both(g, x, W, groups=window.get("groups", 1))


def not_needed(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """needs_dx read the wrong way round."""
    return None, *both(g, x, W, **window)[1:]


def swapped(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """The order of the forward function's weights first."""
    dx, dW, db = both(g, x, W, **window)
    return dW, dx, db


def halved(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """The gradients of the parameters averaged over the batch."""
    dx, dW, db = both(g, x, W, **window)
    n = g.dtype.type(max(1, len(g)))
    return dx, dW / n, db / n


BACKWARD = (
    Mistake(
        "mean for the bias",
        "db is a mean over places and images. The bias was added to each of them: sum.",
        with_bias_gradient(lambda g: g.sum((0, 2, 3)) / max(1, g[:, 0].size)),
    ),
    Mistake(
        "bias at each place",
        "db is summed over the images only. One bias serves all places too.",
        with_bias_gradient(lambda g: g.sum(0)),
    ),
    Mistake(
        "one bias for all",
        "db is one number. Each kernel has its own bias.",
        with_bias_gradient(lambda g: g.sum()),
    ),
    Mistake(
        "bias ignored upstream",
        "db counts the places. Each of them adds its own upstream gradient.",
        with_bias_gradient(lambda g: np.ones_like(g).sum((0, 2, 3))),
    ),
    Mistake(
        "window not handed on",
        "Stride, padding and dilation stop here: hand them on to both gradients.",
        window_forgotten,
    ),
    Mistake(
        "no dx",
        "dx is missing although needs_dx is True.",
        not_needed,
    ),
    Mistake(
        "order",
        "dx and dW are in each other's place.",
        swapped,
    ),
    Mistake(
        "mean over the batch",
        "dW and db are divided by the number of images. The loss does that already.",
        halved,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"conv2d_backward": BACKWARD}
