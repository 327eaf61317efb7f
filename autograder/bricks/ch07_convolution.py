"""Chapter 7: the bricks that slide kernels over images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]
Put = Callable[[Inputs, dict[str, Any]], Inputs]

CONVOLUTION = "minidl.kernels.convolution"


def normal(rng: np.random.Generator, *shape: int) -> AnyArray:
    """Numbers of both signs."""
    return rng.normal(0.3, 1.0, shape)


def drawn(size: float = 1.0, **shapes: tuple[int, ...]) -> Make:
    """An array of each of these shapes, by name, of about this size."""
    return lambda rng: {n: size * normal(rng, *shape) for n, shape in shapes.items()}


def slid(image: tuple[int, int], kernel: tuple[int, int], size: float = 1.0) -> Make:
    """An image and a kernel of these sizes."""
    return drawn(size, image=image, kernel=kernel)


CROSS_CORRELATE = Brick(
    target=f"{CONVOLUTION}.cross_correlate",
    title="A kernel, slid over an image by loops",
    outputs=("y",),
    families=(
        Family("ordinary", slid((6, 6), (3, 3))),
        Family("neither is square", slid((5, 7), (2, 4))),
        Family("a row", slid((1, 8), (1, 3))),
        Family("a kernel of one entry", slid((3, 4), (1, 1))),
        Family("a kernel as large as the image", slid((3, 4), (3, 4))),
        Family("large values", slid((4, 5), (3, 3), 1000.0)),
        Family("not contiguous", slid((5, 6), (3, 3)), strided=True),
    ),
)


def convolved(
    x: tuple[int, ...],
    W: tuple[int, ...],
    size: float = 1.0,
    bias: bool = True,
    **window: Any,
) -> Make:
    """Images, kernels and biases of these shapes, and plain parameters."""

    def make(rng: np.random.Generator) -> Inputs:
        b = normal(rng, W[0]) if bias else None
        return {
            "x": size * normal(rng, *x),
            "W": normal(rng, *W),
            "b": b,
            **window,
        }

    return make


ALL_AT_ONCE: dict[str, Any] = {
    "stride": (2, 1),
    "padding": (1, 2),
    "dilation": (1, 2),
    "groups": 2,
}
CONVOLVED = (
    Family("ordinary", convolved((2, 3, 4, 4), (4, 3, 2, 2))),
    Family("one image of one channel", convolved((1, 1, 4, 4), (1, 1, 2, 2))),
    Family("empty batch", convolved((0, 2, 4, 4), (3, 2, 3, 3))),
    Family("large values", convolved((2, 2, 4, 4), (2, 2, 2, 2), 1000.0)),
    Family("neither is square", convolved((1, 2, 4, 6), (3, 2, 2, 3))),
    Family("stride", convolved((1, 2, 6, 7), (2, 2, 3, 2), stride=(2, 3))),
    Family("padding", convolved((1, 2, 3, 4), (2, 2, 3, 3), padding=(1, 2))),
    Family("dilation", convolved((1, 2, 5, 6), (2, 2, 2, 3), dilation=(3, 2))),
    Family("groups", convolved((2, 4, 4, 4), (6, 2, 2, 2), groups=2)),
    Family(
        "more padding than image",
        convolved((1, 2, 2, 1), (2, 2, 3, 3), padding=(3, 4)),
    ),
    Family(
        "a megabyte of columns",
        convolved((1, 1, 39, 39), (2, 1, 20, 20)),
        dtypes=("float64",),
    ),
    Family("all at once", convolved((2, 4, 5, 5), (4, 2, 3, 2), **ALL_AT_ONCE)),
    Family("not contiguous", convolved((2, 2, 4, 6), (3, 2, 3, 2)), strided=True),
)
WITHOUT_BIAS = Family("no bias", convolved((2, 2, 4, 4), (3, 2, 3, 3), bias=False))

CONV2D = Brick(
    target=f"{CONVOLUTION}.conv2d",
    title="All kernels over all images, as one matrix product",
    outputs=("y",),
    points=2,
    families=(*CONVOLVED, WITHOUT_BIAS),
)


def after(families: tuple[Family, ...], put: Put) -> tuple[Family, ...]:
    """The same images and kernels, after upstream 1, 2, 3, …, as put arranges them."""

    def wrap(make: Make) -> Make:
        def made(rng: np.random.Generator) -> Inputs:
            inputs = make(rng)
            window = {k: v for k, v in inputs.items() if k not in ("x", "W", "b")}
            sizes = places(inputs["x"].shape, inputs["W"].shape[2:], **window)
            inputs["g"] = upstream(len(inputs["x"]), len(inputs["W"]), *sizes)
            return put(inputs, window)

        return made

    return tuple(Family(f.name, wrap(f.make), f.strided, f.dtypes) for f in families)


def places(
    shape: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> list[int]:
    """Rows and columns of places for a kernel in images of this shape."""
    axes = zip(shape[2:], kernel, stride, padding, dilation, strict=True)
    return [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in axes]


CONV2D_BACKWARD_WEIGHT = Brick(
    target=f"{CONVOLUTION}.conv2d_backward_weight",
    title="The gradient of the kernels",
    outputs=("dW",),
    points=2,
    families=after(
        CONVOLVED,
        lambda inputs, window: {
            "g": inputs["g"],
            "x": inputs["x"],
            "kernel": inputs["W"].shape[2:],
            **window,
        },
    ),
)

CONV2D_BACKWARD_INPUT = Brick(
    target=f"{CONVOLUTION}.conv2d_backward_input",
    title="The gradient of the images",
    outputs=("dx",),
    points=2,
    families=after(
        CONVOLVED,
        lambda inputs, window: {
            "g": inputs["g"],
            "W": inputs["W"],
            "size": inputs["x"].shape[2:],
            **window,
        },
    ),
)

CONV2D_BACKWARD = Brick(
    target=f"{CONVOLUTION}.conv2d_backward",
    title="All gradients of a convolution",
    outputs=("dx", "dW", "db"),
    families=after(
        CONVOLVED,
        lambda inputs, window: {
            "g": inputs["g"],
            "x": inputs["x"],
            "W": inputs["W"],
            **window,
        },
    ),
)
