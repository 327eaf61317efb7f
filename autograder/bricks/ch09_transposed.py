"""Chapter 9: the bricks that spread kernels, so that images grow."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Family, Inputs, upstream
from autograder.bricks.ch07_convolution import ALL_AT_ONCE, Make, normal

Rng = np.random.Generator
WIDE = ("float64",)
CONVOLUTION = "minidl.kernels.convolution"


def sizes(stride: int = 5, padding: bool = False, extra: bool = False) -> Make:
    """Sizes of images and windows, strides up to this one, all drawn."""

    def make(rng: Rng) -> Inputs:
        def pair(low: Any, high: Any) -> tuple[int, int]:
            a, b = rng.integers(low, high, 2)
            return int(a), int(b)

        window, step = pair(1, 12), pair(1, stride + 1)
        drawn: Inputs = {"count": pair(1, 40), "window": window}
        drawn |= {"stride": step, "padding": (0, 0), "extra": (0, 0)}
        if padding:
            drawn["padding"] = pair(0, [(k + 1) // 2 for k in window])
        if extra:
            drawn["extra"] = pair(0, step)
        return drawn

    return make


def bare(rng: Rng) -> Inputs:
    """Nothing but the sizes: stride 1, no padding."""
    drawn = sizes()(rng)
    return {name: drawn[name] for name in ("count", "window")}


TRANSPOSED_SIZE = Brick(
    target="minidl.kernels.windows.transposed_size",
    title="How large an image becomes",
    outputs=("H", "W"),
    families=tuple(
        Family(name, make, dtypes=WIDE)
        for name, make in (
            ("sizes only", bare),
            ("stride", sizes()),
            ("stride 1 with padding", sizes(1, padding=True)),
            ("stride and padding", sizes(padding=True)),
            ("rows and columns at the end", sizes(extra=True)),
            ("everything", sizes(padding=True, extra=True)),
            ("everything, once more", sizes(9, padding=True, extra=True)),
        )
    ),
)


def laid(
    image: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int] | None = None,
    size: float = 1.0,
) -> Make:
    """An image and a kernel of these sizes."""

    def make(rng: Rng) -> Inputs:
        drawn = {"image": size * normal(rng, *image), "kernel": normal(rng, *kernel)}
        return drawn if stride is None else {**drawn, "stride": stride}

    return make


SPREAD = Brick(
    target=f"{CONVOLUTION}.spread",
    title="A kernel for every entry, by loops",
    outputs=("y",),
    families=(
        Family("ordinary", laid((3, 3), (2, 2))),
        Family("stride", laid((3, 3), (3, 3), (2, 2))),
        Family("neither is square", laid((2, 4), (3, 2), (2, 3))),
        Family("kernels side by side", laid((3, 2), (2, 3), (2, 3))),
        Family("gaps between kernels", laid((2, 3), (2, 2), (3, 4))),
        Family("one entry", laid((1, 1), (3, 2), (2, 2))),
        Family("large values", laid((3, 4), (2, 2), (1, 2), 1000.0)),
        Family("not contiguous", laid((3, 4), (2, 3), (2, 1)), strided=True),
    ),
)


def grown(
    x: tuple[int, ...],
    W: tuple[int, ...],
    extra: tuple[int, int] = (0, 0),
    factor: float = 1.0,
    bias: bool = True,
    **window: Any,
) -> Make:
    """Images, kernels and biases of these shapes, and the size that they grow to."""
    stride, dilation, padding = (
        window.get(name, (one, one))
        for name, one in (("stride", 1), ("dilation", 1), ("padding", 0))
    )
    axes = zip(x[2:], W[2:], stride, dilation, padding, extra, strict=True)
    size = tuple(
        (n - 1) * s + d * (k - 1) + 1 - 2 * p + more for n, k, s, d, p, more in axes
    )

    def make(rng: Rng) -> Inputs:
        return {
            "x": factor * normal(rng, *x),
            "W": normal(rng, *W),
            "b": normal(rng, W[1] * window.get("groups", 1)) if bias else None,
            "size": size,
            **window,
        }

    return make


def wide(name: str, make: Make, strided: bool = False) -> Family:
    """A family of float64 cases only: recordings stay small."""
    return Family(name, make, strided, WIDE)


GROWN = (
    Family("ordinary", grown((2, 3, 2, 3), (3, 2, 2, 2))),
    wide("one image of one channel", grown((1, 1, 3, 3), (1, 1, 2, 2))),
    wide("empty batch", grown((0, 2, 3, 3), (2, 3, 2, 2))),
    wide("large values", grown((2, 2, 2, 2), (2, 2, 2, 2), factor=1000.0)),
    wide("stride", grown((2, 2, 3, 2), (2, 2, 3, 2), stride=(2, 3))),
    wide("padding", grown((1, 2, 4, 3), (2, 2, 3, 3), padding=(1, 2))),
    wide("dilation", grown((1, 2, 3, 3), (2, 2, 2, 2), dilation=(2, 3))),
    wide("groups", grown((2, 4, 2, 2), (4, 3, 2, 2), groups=2)),
    wide(
        "a row and columns more",
        grown((1, 2, 3, 2), (2, 2, 2, 2), extra=(1, 2), stride=(2, 3)),
    ),
    wide(
        "rows that one more place would see",
        grown((1, 2, 2, 3), (2, 2, 2, 2), extra=(2, 1), dilation=(3, 2)),
    ),
    wide("all at once", grown((2, 4, 3, 3), (4, 2, 3, 2), **ALL_AT_ONCE)),
    wide("not contiguous", grown((2, 2, 3, 2), (2, 2, 2, 4)), strided=True),
)

CONV_TRANSPOSE2D = Brick(
    target=f"{CONVOLUTION}.conv_transpose2d",
    title="All kernels for every entry of all images",
    outputs=("y",),
    families=(*GROWN, wide("no bias", grown((2, 2, 2, 3), (2, 2, 2, 2), bias=False))),
)


def after(families: tuple[Family, ...]) -> tuple[Family, ...]:
    """The same images and kernels, after upstream 1, 2, 3, …."""

    def wrap(make: Make) -> Make:
        def made(rng: Rng) -> Inputs:
            inputs = make(rng)
            b, size = inputs.pop("b"), inputs.pop("size")
            return {"g": upstream(len(inputs["x"]), len(b), *size), **inputs}

        return made

    return tuple(Family(f.name, wrap(f.make), f.strided, f.dtypes) for f in families)


CONV_TRANSPOSE2D_BACKWARD = Brick(
    target=f"{CONVOLUTION}.conv_transpose2d_backward",
    title="All gradients of a transposed convolution",
    outputs=("dx", "dW", "db"),
    points=2,
    families=after(GROWN),
)
