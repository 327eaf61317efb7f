"""Chapter 1: a neuron, its error, its gradients, and the data it sees."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Chapter, Family, Inputs, upstream

Rng = np.random.Generator


def neurons(rng: Rng, N: int, D: int, M: int, scale: float = 1.0) -> Inputs:
    """A batch of N samples with D features, and M neurons."""
    return {
        "x": scale * rng.normal(size=(N, D)),
        "W": rng.normal(size=(M, D)),
        "b": rng.normal(size=M),
    }


def neurons_backward(rng: Rng, N: int, D: int, M: int, scale: float = 1.0) -> Inputs:
    """The same with an upstream gradient for every output, and without a bias."""
    forward = neurons(rng, N, D, M, scale)
    return {"g": upstream(N, M), "x": forward["x"], "W": forward["W"]}


def predictions(rng: Rng, *shape: int, scale: float = 1.0) -> Inputs:
    """Predictions and targets that lie a little apart."""
    target = scale * rng.normal(size=shape)
    return {"y": target + scale * rng.normal(size=shape), "target": target}


def exact(rng: Rng) -> Inputs:
    """Predictions that are right."""
    target = rng.normal(size=(4, 1))
    return {"y": target.copy(), "target": target}


def too_high(rng: Rng) -> Inputs:
    """Predictions that all lie above their targets."""
    target = rng.normal(size=6)
    return {"y": target + rng.uniform(0.5, 2, size=6), "target": target}


def with_upstream(make: Callable[[Rng], Inputs], rng: Rng) -> Inputs:
    """The inputs of a scalar loss, after an upstream gradient that is not 1."""
    return {"g": np.array(3.0), **make(rng)}


def measurements(rng: Rng, N: int, K: int, scale: float = 1.0) -> Inputs:
    """Three columns of different scale; the test rows lie elsewhere."""
    mean, spread = np.array([40.0, -0.3, 2e3]), np.array([10.0, 0.05, 300.0])
    return {
        "train": scale * (mean + spread * rng.normal(size=(N, 3))),
        "test": scale * (mean + spread * (2 + 3 * rng.normal(size=(K, 3)))),
    }


def constant_column(rng: Rng) -> Inputs:
    """The middle column of train never changes, that of test does.

    It is 0: any other number would cease to be constant when the recorder moves
    every input by a rounding to measure how the answer responds.
    """
    tables = measurements(rng, 8, 4)
    tables["train"][:, 1] = 0.0
    return tables


def square_tables(rng: Rng) -> Inputs:
    """Tables with as many rows as columns, so that a wrong axis still fits."""
    return {"train": rng.normal(3, 2, size=(4, 4)), "test": rng.normal(size=(4, 4))}


def rows(
    rng: Rng, test_size: float, shape: tuple[int, ...], *more: int, draws: int = 1
) -> Inputs:
    """Rows whose first entry is a number of their own, and a target for each."""
    x = rng.normal(size=shape)
    x.reshape(len(x), -1)[:, 0] = np.arange(len(x))
    y = 100 + 10 * np.arange(len(x) * int(np.prod(more))).reshape(len(x), *more)
    seed = int(rng.integers(1000))
    inputs = {"x": x, "y": y.astype(float), "test_size": test_size}
    return {**inputs, "seed": seed, "draws": draws}


def forty_rows(rng: Rng) -> Inputs:
    """Enough draws that each row is almost surely once held out, and once not."""
    return rows(rng, 0.25, (40, 3), draws=48)


def pictures(rng: Rng) -> Inputs:
    """Small pictures with class numbers."""
    inputs = rows(rng, 0.25, (24, 2, 2))
    return {**inputs, "y": inputs["y"].astype(np.int64)}


def labels(rng: Rng, N: int, num_classes: int) -> Inputs:
    """Class numbers, none of them the last class unless there is one class only."""
    drawn = rng.integers(max(num_classes - 1, 1), size=N)
    return {"labels": drawn, "num_classes": num_classes}


def byte_labels(rng: Rng) -> Inputs:
    """Class numbers as files of pictures store them."""
    inputs = labels(rng, 6, 10)
    return {**inputs, "labels": inputs["labels"].astype(np.uint8)}


def drive_train_test_split(
    split: Any, x: Any, y: Any, *, test_size: float, seed: int, draws: int
) -> Any:
    """Facts about a split that do not depend on which rows were drawn.

    They are those of SPLIT_FACTS, in that order. No two rows of x are equal, nor of
    y. "Ever" and "new order" speak of so many draws; about one they say nothing, 0.

    Raises:  TypeError or ValueError, when the answer is not four fitting arrays
    """
    import numpy as np

    def places(name: str, part: Any, of: Any) -> Any:
        if not isinstance(part, np.ndarray):
            raise TypeError(f"{name} is a {type(part).__name__}, not an array")
        if not part.ndim or (part.shape[1:], part.dtype) != (of.shape[1:], of.dtype):
            raise ValueError(f"{name} is not made of rows of {name[0]}")
        # The first entries of x, and of y, grow from row to row.
        flat, rows = of.reshape(len(of), -1), part.reshape(len(part), of[0].size)
        i = np.searchsorted(flat[:, 0], rows[:, 0]).clip(max=len(of) - 1)
        return np.where((rows == flat[i]).all(axis=1), i, -1).tolist()

    names, whole = ("x_train", "x_test", "y_train", "y_test"), (x, x, y, y)
    whole = tuple(of.copy() for of in whole)

    def draw(number: int) -> Any:
        parts = split(x, y, test_size=test_size, rng=np.random.default_rng(number))
        if not isinstance(parts, tuple | list) or len(parts) != 4:
            raise TypeError(f"four arrays are due: {', '.join(names)}")
        return [places(*each) for each in zip(names, parts, whole, strict=True)]

    first, again = draw(seed), [draw(seed + i) for i in range(draws)]
    sizes = np.array([len(part) for part in first])
    once = [int(sorted(first[i] + first[i + 1]) == [*range(len(x))]) for i in (0, 2)]
    kept = int(first[:2] == first[2:])
    ever = [len({row for parts in again for row in parts[i]}) for i in (0, 1)]
    mixed = [int(any(d[i] != sorted(d[i]) for d in again)) for i in range(4)]
    facts = [*ever, *mixed] if draws > 1 else [0] * 6
    return sizes, *once, kept, *facts, int(again[0] == first)


SPLIT_FACTS = (
    "number of rows in x_train, x_test, y_train, y_test:",
    "x_train and x_test hold every row of x once (1 yes, 0 no):",
    "y_train and y_test hold every row of y once (1 yes, 0 no):",
    "every row of x has its own target (1 yes, 0 no):",
    "number of rows that are ever in x_train:",
    "number of rows that are ever in x_test:",
    "x_train is in a new order (1 yes, 0 no):",
    "x_test is in a new order (1 yes, 0 no):",
    "y_train is in a new order (1 yes, 0 no):",
    "y_test is in a new order (1 yes, 0 no):",
    "the same rng gives the same split (1 yes, 0 no):",
)
LINEAR = (
    Family("four samples, two neurons", lambda rng: neurons(rng, 4, 3, 2)),
    Family("as many neurons as samples", lambda rng: neurons(rng, 3, 2, 3)),
    Family("square W and x", lambda rng: neurons(rng, 3, 3, 3)),
    Family("one feature, one neuron", lambda rng: neurons(rng, 5, 1, 1)),
    Family("batch of one", lambda rng: neurons(rng, 1, 3, 2)),
    Family("empty batch", lambda rng: neurons(rng, 0, 3, 2)),
    Family("large values", lambda rng: neurons(rng, 4, 3, 2, scale=1e6)),
    Family("not contiguous", lambda rng: neurons(rng, 4, 3, 2), strided=True),
)
LINEAR_BACKWARD = (
    Family("four samples, two neurons", lambda rng: neurons_backward(rng, 4, 3, 2)),
    Family("as many neurons as samples", lambda rng: neurons_backward(rng, 3, 2, 3)),
    Family("square W and x", lambda rng: neurons_backward(rng, 3, 3, 3)),
    Family("one feature, one neuron", lambda rng: neurons_backward(rng, 5, 1, 1)),
    Family("batch of one", lambda rng: neurons_backward(rng, 1, 3, 2)),
    Family("empty batch", lambda rng: neurons_backward(rng, 0, 3, 2)),
    Family("large values", lambda rng: neurons_backward(rng, 4, 3, 2, scale=1e6)),
    Family("not contiguous", lambda rng: neurons_backward(rng, 4, 3, 2), strided=True),
)
MSE = (
    Family("six predictions", lambda rng: predictions(rng, 6)),
    Family("several outputs a sample", lambda rng: predictions(rng, 4, 3)),
    Family("one sample, three outputs", lambda rng: predictions(rng, 1, 3)),
    Family("one number", lambda rng: predictions(rng, 1)),
    Family("all too high", too_high),
    Family("exact predictions", exact),
    Family("large values", lambda rng: predictions(rng, 5, 1, scale=1e6)),
    Family("not contiguous", lambda rng: predictions(rng, 4, 3), strided=True),
)
MSE_BACKWARD = tuple(
    Family(
        family.name,
        partial(with_upstream, family.make),
        family.strided,
    )
    for family in MSE
)
STANDARDIZE = (
    Family("columns of different scale", lambda rng: measurements(rng, 12, 5)),
    Family("as many rows as columns", square_tables),
    Family("a constant column", constant_column),
    Family("one training row", lambda rng: measurements(rng, 1, 4)),
    Family("one test row", lambda rng: measurements(rng, 8, 1)),
    Family("empty test table", lambda rng: measurements(rng, 8, 0)),
    Family("large values", lambda rng: measurements(rng, 8, 4, scale=1e6)),
    Family("not contiguous", lambda rng: measurements(rng, 9, 5), strided=True),
)
WIDE = ("float64",)  # rows move whole: one dtype is enough after the first family
SPLIT = (
    Family("forty rows, a quarter held out", forty_rows),
    Family("rounded up", lambda rng: rows(rng, 0.3, (21, 2)), dtypes=WIDE),
    Family("many targets", lambda rng: rows(rng, 0.4, (20, 3), 2), dtypes=WIDE),
    Family("pictures with class numbers", pictures, dtypes=WIDE),
    Family("one row", lambda rng: rows(rng, 0.2, (1, 3)), dtypes=WIDE),
    Family("nothing held out", lambda rng: rows(rng, 0.0, (12, 2)), dtypes=WIDE),
    Family("not contiguous", lambda rng: rows(rng, 0.25, (24, 3)), True, WIDE),
)
WHOLE = ("int64",)  # labels are no floats: one case a family
ONE_HOT = (
    Family("six labels, four classes", lambda rng: labels(rng, 6, 4), dtypes=WHOLE),
    Family("as many labels as classes", lambda rng: labels(rng, 5, 5), dtypes=WHOLE),
    Family("one label", lambda rng: labels(rng, 1, 3), dtypes=WHOLE),
    Family("no labels", lambda rng: labels(rng, 0, 3), dtypes=WHOLE),
    Family("one class", lambda rng: labels(rng, 4, 1), dtypes=WHOLE),
    Family("many classes", lambda rng: labels(rng, 3, 40), dtypes=WHOLE),
    Family("labels of one byte", byte_labels, dtypes=WHOLE),
    Family("not contiguous", lambda rng: labels(rng, 7, 4), True, WHOLE),
)

CHAPTER = Chapter(
    slug="01-neurons",
    title="Neurons",
    bricks=(
        Brick("minidl.kernels.linear.linear", "A layer of neurons", ("y",), LINEAR),
        Brick("minidl.kernels.losses.mse_loss", "Mean squared error", ("loss",), MSE),
        Brick(
            "minidl.kernels.losses.mse_loss_backward",
            "The slope of the mean squared error",
            ("dy",),
            MSE_BACKWARD,
        ),
        Brick(
            "minidl.kernels.linear.linear_backward",
            "The slopes of a layer of neurons",
            ("dx", "dW", "db"),
            LINEAR_BACKWARD,
            points=2,
        ),
        Brick(
            "minidl.data.transforms.train_test_split",
            "Rows held out for the test",
            SPLIT_FACTS,
            SPLIT,
            points=2,
            driver=drive_train_test_split,
        ),
        Brick(
            "minidl.data.transforms.standardize",
            "Columns of mean 0 and deviation 1",
            ("train", "test"),
            STANDARDIZE,
            points=2,
        ),
        Brick("minidl.data.transforms.one_hot", "Classes as columns", ("y",), ONE_HOT),
    ),
)
