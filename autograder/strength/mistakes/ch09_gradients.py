"""Chapter 9: what learners get wrong about a transposed convolution's gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.convolution import (
    conv2d,
    conv2d_backward_weight,
    conv_transpose2d_backward,
)


def put(place: int, change: Any) -> Any:
    """The right answer, with change(gradient, g, x, W, **window) at this place."""

    def wrong(g: Array, x: Array, W: Array, **window: Any) -> Any:
        gradients = list(conv_transpose2d_backward(g, x, W, **window))
        gradients[place] = change(gradients[place], g, x, W, **window)
        return tuple(gradients)

    return wrong


def uncut(_: Array, g: Array, x: Array, W: Array, **window: Any) -> Array:
    """All places that the window has in g."""
    return conv2d(g, W, None, **window)


def with_padding_forgotten(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """Stride, dilation and groups are handed on to dx, the padding is not."""
    _, dW, db = conv_transpose2d_backward(g, x, W, **window)
    window.pop("padding", None)
    dx = conv2d(g, W, None, **window)[:, :, : x.shape[2], : x.shape[3]]
    return dx, dW, db


def window_forgotten(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """The groups are handed on, nothing else."""
    groups = window.get("groups", 1)
    return conv_transpose2d_backward(g, x, W, groups=groups)


def roles_kept(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """g and x in the places that they have for conv2d."""
    dx, _, db = conv_transpose2d_backward(g, x, W, **window)
    return dx, conv2d_backward_weight(g, x, W.shape[2:], **window), db


def averaged(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """The gradients of the parameters averaged over the batch."""
    dx, dW, db = conv_transpose2d_backward(g, x, W, **window)
    n = g.dtype.type(max(1, len(g)))
    return dx, dW / n, db / n


def swapped(g: Array, x: Array, W: Array, **window: Any) -> Any:
    """The gradient of the weights first."""
    dx, dW, db = conv_transpose2d_backward(g, x, W, **window)
    return dW, dx, db


BACKWARD = (
    Mistake(
        "places that x has not",
        "dx has more rows or columns than x: at the end of g the window may have more "
        "places than x has. Cut them off.",
        put(0, uncut),
    ),
    Mistake(
        "turned kernels",
        "The kernels are turned by half a turn in dx. Each entry of x gathers what its "
        "kernel sees, as it lies.",
        put(
            0,
            lambda dx, g, x, W, **window: uncut(
                dx, g, x, W[:, :, ::-1, ::-1], **window
            )[:, :, : x.shape[2], : x.shape[3]],
        ),
    ),
    Mistake(
        "padding forgotten",
        "The padding is not handed on to dx.",
        with_padding_forgotten,
    ),
    Mistake(
        "window not handed on",
        "Stride, padding and dilation stop here: hand them on to both gradients.",
        window_forgotten,
    ),
    Mistake(
        "x and g in conv2d's places",
        "For dW the two change places: what conv2d reads here is g, and its upstream "
        "gradient is x.",
        roles_kept,
    ),
    Mistake(
        "dW turned",
        "The gradient of the kernels is turned by half a turn.",
        put(1, lambda dW, *_, **__: dW[:, :, ::-1, ::-1]),
    ),
    Mistake(
        "mean over the batch",
        "dW and db are divided by the number of images. The loss does that already.",
        averaged,
    ),
    Mistake(
        "bias at each place",
        "db is summed over the images only. One bias serves all places too.",
        put(2, lambda db, g, *_, **__: g.sum(0)),
    ),
    Mistake(
        "mean for the bias",
        "db is a mean over places and images. The bias was added to each: sum.",
        put(2, lambda db, g, *_, **__: db / max(1, g[:, 0].size)),
    ),
    Mistake(
        "bias ignored upstream",
        "db counts the places. Each of them adds its own upstream gradient.",
        put(2, lambda db, g, *_, **__: np.ones_like(g).sum((0, 2, 3))),
    ),
    Mistake(
        "no dx",
        "dx is missing although needs_dx is True.",
        put(0, lambda *_, **__: None),
    ),
    Mistake(
        "order",
        "dx and dW are in each other's place.",
        swapped,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"conv_transpose2d_backward": BACKWARD}
