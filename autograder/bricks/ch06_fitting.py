"""Chapter 6: what large weights cost, and when training stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]
WIDE = ("float64",)


def weights(*W: int, b: tuple[int, ...] = (3,), scale: float = 1.0) -> Make:
    """A table of weights and a bias, of both signs."""
    return lambda rng: {
        "W": scale * rng.normal(0.4, 1.0, W),
        "b": np.array(scale * rng.normal(-0.2, 1.0, b)),
    }


def with_zeros(rng: Rng) -> Inputs:
    """Weights of which some are 0: the kink of the absolute value."""
    W = rng.normal(size=(3, 4)) * (rng.random((3, 4)) < 0.5)
    return {"W": W, "b": np.array([0.0, -2.0, 0.0])}


def all_ones(rng: Rng) -> Inputs:
    """Weights that are 1 or -1, equal to their squares or not."""
    return {"W": np.array([[1.0, -1.0], [-1.0, -1.0]]), "b": np.array([-1.0, 1.0])}


def drive_penalty(penalty: Any, W: Any, b: Any) -> Any:
    """The penalty of two parameters, and the gradients of 3 times the penalty.

    The parameters come as model.parameters() gives them, one after the other.

    Raises:  TypeError, when the answer is not a Tensor
    """
    import numpy as np

    from minidl.tensor import Tensor

    parameters = [Tensor(W.copy(), True), Tensor(b.copy(), True)]
    value = penalty(p for p in parameters)
    if value is None:
        return None
    if not isinstance(value, Tensor):
        kind = type(value).__name__
        raise TypeError(f"a Tensor is due, which has a gradient; this is a {kind}")
    if value.requires_grad and not value.ndim:
        (3 * value).backward()
    slopes = (0 * p.array if p.grad is None else p.grad.array for p in parameters)
    return np.array(value.array), *slopes


PENALIZED = (
    Family("a layer", weights(3, 4)),
    Family("one weight", weights(1, 1, b=(1,)), dtypes=WIDE),
    Family("weights of 0", with_zeros, dtypes=WIDE),
    Family("weights of size 1", all_ones, dtypes=WIDE),
    Family("a kernel and a number", weights(2, 3, 2, 2, b=())),
    Family("two rows", weights(4, b=(2,)), dtypes=WIDE),
    Family("an empty table", weights(0, 3), dtypes=WIDE),
    Family("large values", weights(3, 2, b=(2,), scale=1e6)),
    Family("not contiguous", weights(4, 3), strided=True),
)

L1_PENALTY = Brick(
    target="minidl.penalties.l1_penalty",
    title="The price of every weight",
    outputs=("penalty", "dW", "db"),
    families=PENALIZED,
    driver=drive_penalty,
)
L2_PENALTY = Brick(
    target="minidl.penalties.l2_penalty",
    title="The price of large weights",
    outputs=("penalty", "dW", "db"),
    families=PENALIZED,
    driver=drive_penalty,
)


def losses(*values: float, patience: int, min_delta: float = 0.0) -> Make:
    """These losses, one an epoch."""
    return lambda rng: {
        "losses": np.array(values),
        "patience": patience,
        "min_delta": min_delta,
    }


def noisy(rng: Rng) -> Inputs:
    """Losses that fall, then rise, with noise."""
    epoch = np.arange(30)
    values = 2 * 0.8**epoch + 0.03 * epoch + rng.normal(0, 0.02, 30)
    return {"losses": values, "patience": 4, "min_delta": 0.0}


def drive_early_stopping(
    early_stopping: Any, losses: Any, patience: int, min_delta: float
) -> Any:
    """Train a model of one weight, which is the number of the epoch; then restore it.

    The weight is changed in place, as optimizers do, and so is a buffer.
    """
    import numpy as np

    from minidl.nn.module import Module
    from minidl.nn.parameter import Parameter
    from minidl.tape import no_grad
    from minidl.tensor import Tensor

    class Model(Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = Parameter(Tensor(np.zeros(1)))
            self.register_buffer("count", Tensor(np.zeros(1)))

    model = Model()
    stopping = early_stopping(model, patience=patience, min_delta=min_delta)
    end = 0
    for epoch, loss in enumerate(losses.tolist(), 1):
        with no_grad():
            model.weight.fill_(epoch)
            model.count.fill_(epoch)
        stop = stopping.step(loss)
        if stop is None:
            return None
        if stop:
            end = epoch
            break
    trained = int(model.weight.item())
    stopping.restore()
    kept = [int(model.weight.item()), int(model.count.item())]
    facts = (end, stopping.waited, trained, kept)
    return *(np.array(fact) for fact in facts), np.array(float(stopping.best))


EARLY_STOPPING = Brick(
    target="minidl.training.EarlyStopping",
    title="An end to training in time",
    outputs=(
        "epoch after which training stops (0: never)",
        "waited at the end",
        "epoch of the weights before restore()",
        "epoch of the weight and the buffer after restore()",
        "best",
    ),
    points=2,
    driver=drive_early_stopping,
    hole="step",
    families=(
        Family("falls, then rises", noisy),
        Family("falls to the end", losses(5, 4, 3, 2, 1, patience=2), dtypes=WIDE),
        Family("rises at once", losses(1, 2, 3, 4, 5, patience=3), dtypes=WIDE),
        Family("patience of one", losses(3, 2, 2.5, 1, patience=1), dtypes=WIDE),
        Family(
            "recovers in time",
            losses(9, 5, 6, 7, 4, 6, 5, 8, 1, patience=3),
            dtypes=WIDE,
        ),
        Family("flat", losses(2, 1, 1, 1, 1, 1, patience=3), dtypes=WIDE),
        Family(
            "falls too slowly",
            losses(4, 3.75, 3.25, 3.5, 3, 2.8, 2.9, patience=3, min_delta=0.5),
            dtypes=WIDE,
        ),
        Family(
            "better by min_delta exactly",
            losses(4, 3.5, 3.25, 2.75, 2.5, patience=2, min_delta=0.5),
            dtypes=WIDE,
        ),
        Family("loss is nan", losses(3, 2, *[np.nan] * 4, patience=3), dtypes=WIDE),
    ),
)
