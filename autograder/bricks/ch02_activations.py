"""Chapter 2: the activations and their slopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Chapter, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]
Function = Callable[[AnyArray], AnyArray]

MODULE = "minidl.kernels.activations"


def logistic(x: AnyArray) -> AnyArray:
    """Sigmoid outputs, for inputs of moderate size."""
    return np.asarray(1 / (1 + np.exp(-x)))


def rectified(x: AnyArray) -> AnyArray:
    """Relu outputs."""
    return np.asarray(np.maximum(x, 0))


def shares(dim: int) -> Function:
    """Softmax outputs along dim, for inputs of moderate size."""
    return lambda x: np.exp(x) / np.exp(x).sum(axis=dim, keepdims=True)


def drawn(*shape: int, **params: Any) -> Make:
    """Inputs of both signs and moderate size."""
    return lambda rng: {"x": 2 * rng.normal(size=shape), **params}


def fixed(x: Any, **params: Any) -> Make:
    """These inputs, whatever the seed: edges that a draw would miss."""
    return lambda rng: {"x": np.array(x, dtype=float), **params}


def after(forward: Function, *shape: int, **params: Any) -> Make:
    """Upstream 1, 2, 3, … and the outputs of forward."""
    return lambda rng: {
        "g": upstream(*shape),
        "y": forward(2 * rng.normal(size=shape)),
        **params,
    }


def signed(forward: Function, *shape: int, **params: Any) -> Make:
    """Upstream gradients of both signs, up to hundreds, and outputs of forward."""
    return lambda rng: {
        "g": 300 * rng.normal(size=shape),
        "y": forward(2 * rng.normal(size=shape)),
        **params,
    }


def at(g: Any, y: Any, **params: Any) -> Make:
    """These upstream gradients and outputs, whatever the seed."""
    return lambda rng: {
        "g": np.array(g, dtype=float),
        "y": np.array(y, dtype=float),
        **params,
    }


def before(make: Make) -> Make:
    """The same gradients, with inputs x where make has outputs y."""
    return lambda rng: {"x" if k == "y" else k: v for k, v in make(rng).items()}


def identity(x: AnyArray) -> AnyArray:
    """The inputs themselves."""
    return x


LARGE = [[1000.0, -1000.0, 500.0], [-90.0, 0.0, 90.0]]

ELEMENTWISE = (
    Family("ordinary", drawn(3, 4)),
    Family("batch of one", drawn(1, 5)),
    Family("empty batch", drawn(0, 4)),
    Family("large values", fixed(LARGE)),
    Family("around zero", fixed([[-1.0, -0.5, 0.0, 0.5], [1.0, -2.0, 0.0, 3.0]])),
    Family("one dimension", drawn(7)),
    Family("three dimensions", drawn(2, 3, 4)),
    Family("not contiguous", drawn(3, 5), strided=True),
)


def gradients(forward: Function, edge: Family) -> tuple[Family, ...]:
    """Families for the gradient of an activation at its output."""
    return (
        Family("ordinary", after(forward, 3, 4)),
        Family("batch of one", after(forward, 1, 5)),
        Family("empty batch", after(forward, 0, 4)),
        Family("large gradients of both signs", signed(forward, 3, 4)),
        edge,
        Family("one dimension", after(forward, 7)),
        Family("three dimensions", after(forward, 2, 3, 4)),
        Family("not contiguous", after(forward, 3, 5), strided=True),
    )


SIGMOID = Brick(
    target=f"{MODULE}.sigmoid",
    title="Squash numbers into (0, 1)",
    outputs=("y",),
    families=ELEMENTWISE,
)

SIGMOID_BACKWARD = Brick(
    target=f"{MODULE}.sigmoid_backward",
    title="The slope of sigmoid",
    outputs=("dx",),
    families=gradients(
        logistic,
        Family(
            "saturated", at([[1, 2, 3], [4, 5, 6]], [[0, 1, 0.5], [0, 1e-7, 0.999]])
        ),
    ),
)

TANH = Brick(
    target=f"{MODULE}.tanh",
    title="Squash numbers into (-1, 1)",
    outputs=("y",),
    families=ELEMENTWISE,
)

TANH_BACKWARD = Brick(
    target=f"{MODULE}.tanh_backward",
    title="The slope of tanh",
    outputs=("dx",),
    families=gradients(
        np.tanh,
        Family(
            "saturated", at([[1, 2, 3], [4, 5, 6]], [[-1, 1, 0], [-1, 1e-7, 0.999]])
        ),
    ),
)

RELU = Brick(
    target=f"{MODULE}.relu",
    title="Keep what is positive",
    outputs=("y",),
    families=ELEMENTWISE,
)

RELU_BACKWARD = Brick(
    target=f"{MODULE}.relu_backward",
    title="The slope of relu",
    outputs=("dx",),
    families=gradients(
        rectified,
        Family(
            "at the kink", at([[1, 2, 3], [-4, -5, 6]], [[0, 2, 0], [0, 0.5, 1000]])
        ),
    ),
)

LEAKY_RELU = Brick(
    target=f"{MODULE}.leaky_relu",
    title="Let the negative side leak",
    outputs=("y",),
    families=(
        Family("default slope", drawn(3, 4)),
        Family("batch of one", drawn(1, 5, negative_slope=0.2)),
        Family("empty batch", drawn(0, 4)),
        Family("large values", fixed(LARGE, negative_slope=0.1)),
        Family(
            "slope 0", fixed([[-1.0, 0.0, 2.0], [-3.0, 4.0, 0.0]], negative_slope=0.0)
        ),
        Family("slope above 1", drawn(2, 5, negative_slope=2.5)),
        Family("three dimensions", drawn(2, 3, 4, negative_slope=0.3)),
        Family("not contiguous", drawn(3, 5, negative_slope=0.2), strided=True),
    ),
)

LEAKY_RELU_BACKWARD = Brick(
    target=f"{MODULE}.leaky_relu_backward",
    title="The slope of leaky_relu",
    outputs=("dx",),
    families=(
        Family("default slope", before(after(identity, 3, 4))),
        Family("batch of one", before(after(identity, 1, 5, negative_slope=0.2))),
        Family("empty batch", before(after(identity, 0, 4))),
        Family(
            "large values",
            before(at([[1, -2, 300], [-4, 5, 6]], LARGE, negative_slope=0.1)),
        ),
        Family(
            "at the kink", before(at([1, 2, 3, -4], [0, -1, 1, 0], negative_slope=0.25))
        ),
        Family("slope 0", before(signed(identity, 2, 5, negative_slope=0.0))),
        Family("slope above 1", before(signed(identity, 2, 5, negative_slope=2.5))),
        Family(
            "three dimensions", before(after(identity, 2, 3, 4, negative_slope=0.3))
        ),
        Family("not contiguous", before(after(identity, 3, 5)), strided=True),
    ),
)

SOFTMAX = Brick(
    target=f"{MODULE}.softmax",
    title="Turn scores into shares of 1",
    outputs=("y",),
    families=(
        Family("ordinary", drawn(3, 4)),
        Family("batch of one", drawn(1, 5)),
        Family("empty batch", drawn(0, 4)),
        Family(
            "large values",
            fixed([[1000, 1001, 1002], [-1001, -1000, -1002], [1000, 0, -1000]]),
        ),
        Family("one row high, one row low", fixed([[1000, 999], [-1000, -1001]])),
        Family("ties", fixed([[0, 0, 0, 0], [2, 2, -1, 2]])),
        Family("as many rows as columns", drawn(4, 4)),
        Family("one dimension", drawn(6)),
        Family("down the columns", drawn(3, 4, dim=0)),
        Family("middle of three dimensions", drawn(2, 3, 4, dim=1)),
        Family("not contiguous", drawn(3, 5), strided=True),
    ),
)

SOFTMAX_BACKWARD = Brick(
    target=f"{MODULE}.softmax_backward",
    title="The gradient of softmax",
    outputs=("dx",),
    points=2,
    families=(
        Family("ordinary", after(shares(-1), 3, 4)),
        Family("batch of one", after(shares(-1), 1, 5)),
        Family("empty batch", after(shares(-1), 0, 4)),
        Family("large gradients of both signs", signed(shares(-1), 3, 4)),
        Family("certain", at([[1, 2, 3], [4, -5, 6]], [[1, 0, 0], [1e-7, 0, 1]])),
        Family("as many rows as columns", after(shares(-1), 4, 4)),
        Family("one dimension", after(shares(-1), 6)),
        Family("down the columns", after(shares(0), 3, 4, dim=0)),
        Family("middle of three dimensions", after(shares(1), 2, 3, 4, dim=1)),
        Family("not contiguous", after(shares(-1), 3, 5), strided=True),
    ),
)

CHAPTER = Chapter(
    slug="02-activations",
    title="Activations",
    bricks=(
        SIGMOID,
        SIGMOID_BACKWARD,
        TANH,
        TANH_BACKWARD,
        RELU,
        RELU_BACKWARD,
        LEAKY_RELU,
        LEAKY_RELU_BACKWARD,
        SOFTMAX,
        SOFTMAX_BACKWARD,
    ),
)
