"""Chapter 7: what learners get wrong about the gradients of pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels import pooling
from minidl.kernels.pooling import avg_pool2d, avg_pool2d_backward, fit
from minidl.kernels.windows import batch_first, batch_last, inner, surround, taps


def max_pool2d(x: Array, kernel: Any, stride: Any, **window: Any) -> Any:
    """The right answer; the backward functions below want x and y, too."""
    y, planes = pooling.max_pool2d(x, kernel, stride, **window)
    return y, (x, y, planes)


def right(g: Array, cache: Any, size: Any, **window: Any) -> Array:
    """The right gradient."""
    return pooling.max_pool2d_backward(g, cache[2], size, **window)


def shared(share: Any, add: Any = np.add) -> Any:
    """A backward function that gives each entry of a window a share of g.

    share:  from whether each entry equals the largest to how much of g it gets
    add:    how that joins what is there already
    """

    def wrong(
        g: Array,
        cache: Any,
        size: Any,
        kernel: Any,
        stride: Any,
        padding: Any = (0, 0),
        dilation: Any = (1, 1),
        ceil_mode: bool = False,
    ) -> Any:
        x, y, _ = cache
        count, after = fit(size, kernel, stride, padding, dilation, ceil_mode)
        X = surround(batch_last(x), padding, after, -np.inf)
        dX = np.zeros_like(X)
        views = [*taps(X, kernel, count, stride, dilation)]
        hits = np.array([seen == batch_last(y) for seen in views])
        parts = share(hits) * batch_last(g)
        for part, view in zip(
            parts, taps(dX, kernel, count, stride, dilation), strict=True
        ):
            add(view, part, out=view)
        return batch_first(inner(dX, padding, size))

    return wrong


def first_of(hits: Array) -> Any:
    """The first hit of each window alone."""
    return hits & (np.cumsum(hits, axis=0) == 1)


def overwrite(view: Array, part: Array, out: Array) -> None:
    """`=` for `+=`."""
    out[...] = part


def keep_nonzero(view: Array, part: Array, out: Array) -> None:
    """`=` for `+=`, where a window's largest entry lies."""
    np.copyto(out, part, where=part != 0)


def at_corner(hits: Array) -> Array:
    """The first entry of each window, whatever the largest."""
    mask = np.zeros_like(hits)
    mask[:1] = True
    return mask


def framed(dx: Array, padding: Any = (0, 0), **_: Any) -> Array:
    """Zeros around each image, as many as padding says."""
    down, across = padding
    return np.pad(dx, ((0, 0), (0, 0), (down, down), (across, across)))


def padding_kept(g: Array, cache: Any, size: Any, **window: Any) -> Array:
    """The gradient with the frame of the padding around it."""
    return framed(right(g, cache, size, **window), **window)


MAX = (
    Mistake(
        "all of a tie",
        "In a tie every one of the largest gets g. The first of them alone gets it.",
        shared(lambda hits: hits),
    ),
    Mistake(
        "last of a tie",
        "In a tie the last gets g. As in PyTorch it is the first, row by row.",
        shared(lambda hits: first_of(hits[::-1])[::-1]),
    ),
    Mistake(
        "tie shared",
        "A tie shares g evenly. The first of the largest gets all of it.",
        shared(lambda hits: hits / np.maximum(1, hits.sum(0)).astype(np.float32)),
    ),
    Mistake(
        "= for +=",
        "Where windows overlap, an entry may be the largest of several. Add up what it "
        "gets from each.",
        shared(first_of, keep_nonzero),
    ),
    Mistake(
        "everything overwritten",
        "Each window writes its zeros over what another one gave. Add.",
        shared(first_of, overwrite),
    ),
    Mistake(
        "g to all",
        "Every entry of a window gets g. Only the largest made a difference.",
        shared(lambda hits: np.ones_like(hits)),
    ),
    Mistake(
        "g shared by all",
        "The entries of a window share g. That is the gradient of the mean.",
        shared(lambda hits: np.full(hits.shape, np.float32(1 / len(hits)))),
    ),
    Mistake(
        "to the corner",
        "g goes to the upper left entry of each window. It belongs to the largest.",
        shared(at_corner),
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, cache, size, **window: right(np.ones_like(g), cache, size, **window),
    ),
    Mistake(
        "padding kept",
        "The gradient of what stood around the image is still there. Cut it off.",
        padding_kept,
    ),
)


def once(g: Array, size: Any, **window: Any) -> Array:
    """`=` for `+=`: an entry keeps its part of the last window that saw it."""
    kernel, stride = window["kernel"], window["stride"]
    padding, ceil = window.get("padding", (0, 0)), window.get("ceil_mode", False)
    count, after = fit(size, kernel, stride, padding, (1, 1), ceil)
    dX = surround(np.zeros((g.shape[1], *size, len(g)), g.dtype), padding, after)
    parts = g * factor_of(g, size, **window)
    for view in taps(dX, kernel, count, stride, (1, 1)):
        view[...] = batch_last(parts)
    return batch_first(inner(dX, padding, size))


def factor_of(g: Array, size: Any, **window: Any) -> Array:
    """One over what the mean of each window divides by."""
    ones = np.ones((1, 1, *size), g.dtype)
    names = ("kernel", "stride", "padding", "ceil_mode")
    plain = {k: v for k, v in window.items() if k in names}
    return avg_pool2d(ones, **window) / avg_pool2d(ones, **plain, divisor=1)


def avg_without(name: str, value: Any = None) -> Any:
    """avg_pool2d_backward without looking at this argument."""

    def wrong(g: Array, size: Any, **window: Any) -> Array:
        window.pop(name, None)
        if value is not None:
            window[name] = value
        return avg_pool2d_backward(g, size, **window)

    return wrong


def avg_padding_kept(g: Array, size: Any, **window: Any) -> Array:
    """The gradient of the padded images."""
    return framed(avg_pool2d_backward(g, size, **window), **window)


AVG = (
    Mistake(
        "not divided",
        "Every entry gets all of g. The mean divides, and so does its gradient.",
        avg_without("divisor", 1),
    ),
    Mistake(
        "square windows only",
        "g is divided by the square of the rows. A window may have another number of "
        "columns.",
        lambda g, size, **window: avg_without("divisor", window["kernel"][0] ** 2)(
            g, size, **window
        ),
    ),
    Mistake(
        "= for +=",
        "An entry keeps the part of the last window that saw it. Add up all of them.",
        once,
    ),
    Mistake(
        "padding always counted",
        "count_include_pad is not used: without it a window at the edge divides by "
        "fewer.",
        avg_without("count_include_pad"),
    ),
    Mistake(
        "padding never counted",
        "The zeros around the image count too, unless count_include_pad is False.",
        avg_without("count_include_pad", False),
    ),
    Mistake(
        "divisor ignored",
        "The divisor is not used: if there is one, it takes the place of the count.",
        avg_without("divisor"),
    ),
    Mistake(
        "beyond the edge",
        "Entries beyond the edge and its padding do not count: there a window divides "
        "by fewer.",
        lambda g, size, **window: (
            avg_pool2d_backward(g, size, **window)
            if not window.get("ceil_mode")
            else avg_without("divisor", int(np.prod(window["kernel"])))(
                g, size, **window
            )
        ),
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, size, **window: avg_pool2d_backward(np.ones_like(g), size, **window),
    ),
    Mistake(
        "padding kept",
        "The gradient of the zeros around the image is still there. Cut it off.",
        avg_padding_kept,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "max_pool2d_backward": MAX,
    "avg_pool2d_backward": AVG,
}
