"""Chapter 3: first weights of the right size, and losses that read scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Chapter, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]

ACTIVATIONS = "minidl.kernels.activations"
LOSSES = "minidl.kernels.losses"
INITIALIZATION = "minidl.kernels.initialization"


def drive_initializer(
    initializer: Any, shape: tuple[int, ...], seed: int, **params: float
) -> tuple[AnyArray, ...]:
    """Draw twice from one generator and once from its twin; describe the draws."""
    import numpy as np

    rng, twin = np.random.default_rng(seed), np.random.default_rng(seed)
    first = np.asarray(initializer(shape, rng, **params))
    second = np.asarray(initializer(shape, rng, **params))
    again = np.asarray(initializer(shape, twin, **params))
    return (
        np.array(first.shape),
        np.array(first.dtype.itemsize),
        np.array(int(not np.array_equal(first, second))),
        np.array(int(np.array_equal(first, again))),
        np.array(first.mean(dtype=np.float64)),
        np.array(first.std(dtype=np.float64)),
        np.quantile(first, [0.05, 0.25, 0.75, 0.95]).astype(np.float64),
    )


STATISTICS = (
    "size",
    "bytes an entry",
    "new numbers at the second call (1 yes, 0 no):",
    "same numbers from the same seed (1 yes, 0 no):",
    "mean",
    "standard deviation",
    "quantiles at 5, 25, 75, 95 %",
)


def layer(name: str, *shape: int, **params: float) -> Family:
    """Weights of this shape; so many that a wrong bound cannot pass for chance."""

    def make(rng: np.random.Generator) -> Inputs:
        return {"shape": shape, "seed": int(rng.integers(2**31)), **params}

    return Family(name, make, dtypes=("float32",))


LAYERS = (
    layer("wide layer", 100, 500),
    layer("tall layer", 500, 100),
    layer("one neuron", 1, 50_000),
    layer("convolution", 50, 40, 5, 5),
)

KAIMING = Brick(
    target=f"{INITIALIZATION}.kaiming_uniform",
    title="First weights for relu layers",
    outputs=STATISTICS,
    families=(
        *LAYERS,
        layer("slope 0.5", 200, 250, a=0.5),
        layer("slope √5", 250, 200, a=5**0.5),
    ),
    driver=drive_initializer,
    draws=True,
)

XAVIER = Brick(
    target=f"{INITIALIZATION}.xavier_uniform",
    title="First weights for tanh layers",
    outputs=STATISTICS,
    families=(
        *LAYERS,
        layer("gain 5/3", 200, 250, gain=5 / 3),
        layer("gain 1/2", 250, 200, gain=0.5),
    ),
    driver=drive_initializer,
    draws=True,
)


def scores(rng: np.random.Generator, *shape: int) -> AnyArray:
    """Numbers of both signs, some of them near 0 and some clear of it."""
    return rng.normal(0.3, 2.0, shape)


def drawn(*shape: int, **params: Any) -> Make:
    """Scores of this shape, and plain parameters such as dim."""
    return lambda rng: {"x": scores(rng, *shape), **params}


def fixed(**inputs: Any) -> Make:
    """These inputs, whatever the seed: edges that a draw would miss."""
    return lambda rng: {name: np.array(value) for name, value in inputs.items()}


# Exponentials overflow in the first row and underflow in the second.
LARGE = [[1000.0, 0.0, -1000.0], [-1000.0, -1001.0, -1003.0], [999.0, 1000.0, 998.0]]

LOG_SOFTMAX = Brick(
    target=f"{ACTIVATIONS}.log_softmax",
    title="Logarithms of shares, kept finite",
    outputs=("y",),
    families=(
        Family("ordinary", drawn(4, 5)),
        Family("batch of one", drawn(1, 3)),
        Family("empty batch", drawn(0, 4)),
        Family("large values", fixed(x=LARGE)),
        Family("equal scores", fixed(x=[[7.0] * 10] * 3)),
        Family("as many rows as columns", drawn(4, 4)),
        Family("down the columns", drawn(3, 5, dim=0)),
        Family("middle of three dimensions", drawn(2, 4, 3, dim=1)),
        Family("not contiguous", drawn(5, 4), strided=True),
    ),
)


def after_log_softmax(x: Make, dim: int | None = None) -> Make:
    """Upstream 1, 2, 3, … and the log-softmax of scores x."""

    def make(rng: np.random.Generator) -> Inputs:
        axis = -1 if dim is None else dim
        values = x(rng)["x"]
        shifted = values - values.max(axis=axis, keepdims=True)
        y = shifted - np.logaddexp.reduce(shifted, axis=axis, keepdims=True)
        params = {} if dim is None else {"dim": dim}
        return {"g": upstream(*y.shape), "y": y, **params}

    return make


LOG_SOFTMAX_BACKWARD = Brick(
    target=f"{ACTIVATIONS}.log_softmax_backward",
    title="The gradient of log-softmax",
    outputs=("dx",),
    points=2,
    families=(
        Family("ordinary", after_log_softmax(drawn(4, 5))),
        Family("batch of one", after_log_softmax(drawn(1, 3))),
        Family("empty batch", after_log_softmax(drawn(0, 4))),
        Family("large values", after_log_softmax(fixed(x=LARGE))),
        Family("as many rows as columns", after_log_softmax(drawn(4, 4))),
        Family("down the columns", after_log_softmax(drawn(3, 5), dim=0)),
        Family("middle of three dimensions", after_log_softmax(drawn(2, 4, 3), dim=1)),
        Family("not contiguous", after_log_softmax(drawn(5, 4)), strided=True),
    ),
)


def classified(n: int, classes: int) -> Make:
    """Scores of n samples, and the class that each belongs to."""
    return lambda rng: {
        "x": scores(rng, n, classes),
        "target": rng.integers(0, classes, n),
    }


CLASSIFIED = (
    Family("ordinary", classified(5, 4)),
    Family("batch of one", classified(1, 3)),
    Family("large values", fixed(x=[LARGE[0], *LARGE], target=[0, 2, 1, 1])),
    Family("equal scores", fixed(x=[[7.0] * 10] * 3, target=[3, 9, 3])),
    Family("as many samples as classes", classified(4, 4)),
    Family("one class", classified(3, 1)),
    Family("scores 0 and 1", fixed(x=np.eye(4)[[2, 0, 3]], target=[2, 0, 1])),
    Family("not contiguous", classified(6, 5), strided=True),
)


def after(families: tuple[Family, ...]) -> tuple[Family, ...]:
    """The same inputs after an upstream gradient of 3, for the gradient of a loss."""

    def put(make: Make) -> Make:
        return lambda rng: {"g": np.array(3.0), **make(rng)}

    return tuple(Family(f.name, put(f.make), f.strided) for f in families)


CROSS_ENTROPY = Brick(
    target=f"{LOSSES}.cross_entropy",
    title="How surprising the true classes are",
    outputs=("loss",),
    families=CLASSIFIED,
)

CROSS_ENTROPY_BACKWARD = Brick(
    target=f"{LOSSES}.cross_entropy_backward",
    title="The gradient of cross-entropy",
    outputs=("dx",),
    points=2,
    families=after(CLASSIFIED),
)


def two_sided(name: str, low: float, edge: Family) -> tuple[Family, ...]:
    """Families of scores, called name, with targets that are low or 1."""

    def toss(*shape: int) -> Make:
        def make(rng: np.random.Generator) -> Inputs:
            target = np.where(rng.random(shape) < 0.5, low, 1.0)
            target.flat[:2] = (low, 1.0)[: target.size]  # both kinds occur
            return {name: scores(rng, *shape), "target": target}

        return make

    large = {
        name: [1000.0, 1000.0, -1000.0, -1000.0, 40.0, -40.0],
        "target": [1, low, 1, low, low, 1.0],
    }
    return (
        Family("ordinary", toss(7)),
        Family("batch of one", toss(1)),
        Family("large values", fixed(**large)),
        edge,
        Family("a column", toss(5, 1)),
        Family("a table", toss(4, 3)),
        Family("not contiguous", toss(3, 4), strided=True),
    )


BINARY = two_sided(
    "x", 0.0, Family("scores of zero", fixed(x=[0.0] * 5, target=[1.0, 0, 0, 1, 0]))
)

BINARY_CROSS_ENTROPY = Brick(
    target=f"{LOSSES}.binary_cross_entropy_with_logits",
    title="Cross-entropy for yes or no",
    outputs=("loss",),
    points=2,
    families=BINARY,
)

BINARY_CROSS_ENTROPY_BACKWARD = Brick(
    target=f"{LOSSES}.binary_cross_entropy_with_logits_backward",
    title="The gradient of binary cross-entropy",
    outputs=("dx",),
    families=after(BINARY),
)

MARGIN = {
    "score": [1.0, -1.0, 0.75, -1.25, 0.0, 1.5, -0.5],
    "target": [1.0, -1, 1, -1, -1, -1, 1],
}
SIGNED = two_sided("score", -1.0, Family("at the margin", fixed(**MARGIN)))

HINGE = Brick(
    target=f"{LOSSES}.hinge_loss",
    title="How far scores fall short of a margin",
    outputs=("loss",),
    families=SIGNED,
)

HINGE_BACKWARD = Brick(
    target=f"{LOSSES}.hinge_loss_backward",
    title="The gradient of the hinge loss",
    outputs=("dscore",),
    families=after(SIGNED),
)

CHAPTER = Chapter(
    slug="03-forward-pass",
    title="The forward pass",
    bricks=(
        KAIMING,
        XAVIER,
        LOG_SOFTMAX,
        LOG_SOFTMAX_BACKWARD,
        CROSS_ENTROPY,
        CROSS_ENTROPY_BACKWARD,
        BINARY_CROSS_ENTROPY,
        BINARY_CROSS_ENTROPY_BACKWARD,
        HINGE,
        HINGE_BACKWARD,
    ),
)
