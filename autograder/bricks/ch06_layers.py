"""Chapter 6: dropout and batch normalization, layers that steady training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]
WIDE = ("float64",)


def drive_dropout(
    dropout: Any, x: AnyArray, p: float, seed: int
) -> tuple[AnyArray, ...]:
    """Drop twice from one generator and once from its twin; describe the draws."""
    import numpy as np

    rng, twin = np.random.default_rng(seed), np.random.default_rng(seed)
    y, factors = (np.asarray(each) for each in dropout(x, p, rng))
    _, second = dropout(x, p, rng)
    _, again = dropout(x, p, twin)
    kept = factors != 0
    alike = kept.mean(axis=tuple(range(1, x.ndim))), kept.mean(axis=0).ravel()
    due = x * factors
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(y == due, 1, y / due)
    return (
        np.array([y.shape == x.shape, factors.shape == x.shape], int),
        np.array([y.dtype.itemsize, factors.dtype.itemsize]) // x.itemsize,
        np.array([ratio.min(), ratio.max()], x.dtype),
        np.array(int(np.array_equal(factors, second))),
        np.array(int(np.array_equal(factors, again))),
        np.array([factors.min(), factors.max()], x.dtype),
        np.array(1 - kept.mean()),
        np.array([np.std(share) for share in alike]),
        np.array([y.mean(dtype=np.float64), y.std(dtype=np.float64)]),
    )


def noisy(*shape: int, p: float, scale: float = 1.0) -> Make:
    """Numbers clear of 0, so many that a wrong share cannot pass for chance."""
    return lambda rng: {
        "x": scale * rng.integers(8, 16, shape) / 8,
        "p": p,
        "seed": int(rng.integers(2**31)),
    }


DROPOUT = Brick(
    target="minidl.kernels.dropout.dropout",
    title="Random zeros",
    outputs=(
        "shapes of y and factors are x's (1 is yes)",
        "bytes an entry of y and factors, against x's",
        "smallest and largest ratio of y to x times factors",
        "same factors at the second call (0 is no)",
        "same factors from the same seed (1 is yes)",
        "smallest and largest factor",
        "share of zeros",
        "how much the shares of rows and of columns differ",
        "mean and deviation of y",
    ),
    families=(
        Family("half", noisy(80, 60, p=0.5)),
        Family("one in five", noisy(60, 80, p=0.2), dtypes=("float32",)),
        Family("nine in ten", noisy(100, 60, p=0.9), dtypes=WIDE),
        Family("images", noisy(20, 5, 8, 8, p=0.3), dtypes=("float32",)),
        Family("one long row", noisy(1, 5000, p=0.25), dtypes=WIDE),
        Family("nothing dropped", noisy(5, 4, p=0.0)),
        Family("everything dropped", noisy(5, 4, p=1.0)),
        Family("large values", noisy(60, 80, p=0.4, scale=1e4), dtypes=WIDE),
    ),
    driver=drive_dropout,
    draws=True,
)


def dropped(*shape: int, p: float, factors: tuple[int, ...] | None = None) -> Make:
    """Upstream 1, 2, 3, … and factors that dropout has drawn, both kinds of them."""

    def make(rng: np.random.Generator) -> Inputs:
        drawn = (rng.random(factors or shape) >= p) / (1 - p)
        drawn.flat[:2] = (0, 1 / (1 - p))[: drawn.size]
        return {"g": upstream(*shape), "factors": drawn}

    return make


DROPOUT_BACKWARD = Brick(
    target="minidl.kernels.dropout.dropout_backward",
    title="The gradient through random zeros",
    outputs=("dx",),
    families=(
        Family("half", dropped(4, 5, p=0.5)),
        Family("one in five", dropped(5, 4, p=0.2)),
        Family("batch of one", dropped(1, 6, p=0.5)),
        Family("empty batch", dropped(0, 3, p=0.5)),
        Family(
            "large values",
            lambda rng: {
                "g": 1e6 * upstream(3, 4),
                "factors": dropped(3, 4, p=0.75)(rng)["factors"],
            },
        ),
        Family(
            "a factor for each channel",
            dropped(3, 2, 2, 3, p=0.5, factors=(3, 2, 1, 1)),
        ),
        Family(
            "nothing dropped",
            lambda rng: {"g": upstream(3, 2), "factors": np.ones((3, 2))},
        ),
        Family("not contiguous", dropped(4, 3, p=0.5), strided=True),
    ),
)


def batch(
    *shape: int,
    scale: float = 1.0,
    offset: float = 0.5,
    given: bool = False,
    **more: Any,
) -> Make:
    """A batch of C channels with W and b; given: also a mean and a variance."""

    def make(rng: np.random.Generator) -> Inputs:
        C = shape[1]
        of_channel = rng.uniform(0.5, 2, C).reshape(-1, *(1,) * (len(shape) - 2))
        x = offset + scale * of_channel * rng.normal(size=shape)
        inputs = {"x": x, "W": rng.normal(1, 0.5, C), "b": rng.normal(size=C)}
        if given:
            inputs |= {"mean": rng.normal(size=C), "var": rng.uniform(0.5, 3, C)}
        return {**inputs, **more}

    return make


def constant(rng: np.random.Generator) -> Inputs:
    """A batch whose second channel is always the same number."""
    inputs = batch(5, 3)(rng)
    inputs["x"][:, 1] = 2.0
    return inputs


BATCH_NORM = Brick(
    target="minidl.kernels.normalization.batch_norm",
    title="Every channel with mean 0 and variance 1",
    outputs=("y", "mean", "var"),
    points=2,
    families=(
        Family("ordinary", batch(6, 3)),
        Family("as many samples as channels", batch(4, 4)),
        Family("two samples", batch(2, 3)),
        Family("images", batch(3, 2, 2, 4)),
        Family("one sequence", batch(1, 3, 5)),
        Family("a constant channel", constant),
        Family("tiny values", batch(5, 3, scale=1e-3, offset=0.0)),
        Family("large eps", batch(5, 2, eps=0.5)),
        Family("large values", batch(5, 3, scale=100.0, offset=1e4)),
        Family("evaluation", batch(4, 3, given=True)),
        Family("evaluation of one image", batch(1, 3, 2, 2, given=True, eps=0.1)),
        Family("evaluation of nothing", batch(0, 3, given=True)),
        Family("not contiguous", batch(5, 4), strided=True),
    ),
)


def after(make: Make) -> Make:
    """Upstream 1, 2, 3, …, the batch, and the mean and variance that were taken out."""

    def put(rng: np.random.Generator) -> Inputs:
        inputs = make(rng)
        x, evaluated = inputs["x"], "mean" in inputs
        axes = (0, *range(2, x.ndim))
        inputs.setdefault("mean", x.mean(axis=axes) if x.size else np.zeros(x.shape[1]))
        inputs.setdefault("var", x.var(axis=axes) if x.size else np.ones(x.shape[1]))
        names = ("x", "mean", "var", "W")
        options = {"eps": inputs["eps"]} if "eps" in inputs else {}
        if evaluated:
            options["training"] = False
        return {"g": upstream(*x.shape), **{n: inputs[n] for n in names}, **options}

    return put


BATCH_NORM_BACKWARD = Brick(
    target="minidl.kernels.normalization.batch_norm_backward",
    title="The gradient through a batch's own statistics",
    outputs=("dx", "dW", "db"),
    points=2,
    families=(
        Family("ordinary", after(batch(6, 3))),
        Family("as many samples as channels", after(batch(4, 4))),
        Family("two samples", after(batch(2, 3, eps=0.5))),
        Family("images", after(batch(3, 2, 2, 4))),
        Family("one sequence", after(batch(1, 3, 5))),
        Family("a constant channel", after(constant)),
        Family("large eps", after(batch(5, 2, eps=0.5))),
        Family("large values", after(batch(5, 3, scale=100.0, offset=1e3))),
        Family("evaluation", after(batch(4, 3, given=True))),
        Family(
            "evaluation of one image", after(batch(1, 3, 2, 2, given=True, eps=0.1))
        ),
        Family("not contiguous", after(batch(5, 4)), strided=True),
    ),
)
