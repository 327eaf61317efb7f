"""Chapter 6: one epoch of training, and what a model predicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]
WIDE = ("float64",)


def batches(n: int, batch_size: int, momentum: float = 0.0) -> Make:
    """Samples of two classes, and the first weights of a model."""

    def make(rng: Rng) -> Inputs:
        return {
            "x": rng.normal(0.5, 2.0, (n, 3)),
            "y": (rng.random((n, 1)) < 0.5).astype(float),
            "W": rng.normal(size=(3, 1)),
            "batch_size": batch_size,
            "momentum": momentum,
        }

    return make


def drive_train_epoch(
    train_epoch: Any, x: Any, y: Any, W: Any, batch_size: int, momentum: float
) -> Any:
    """One epoch of a linear model by SGD, and in which mode it saw the batches."""
    import numpy as np

    from minidl.nn.functional import binary_cross_entropy_with_logits
    from minidl.nn.module import Module
    from minidl.nn.parameter import Parameter
    from minidl.optim.sgd import SGD
    from minidl.tensor import Tensor
    from minidl.utils.data import DataLoader, TensorDataset

    class Model(Module):
        def __init__(self) -> None:
            super().__init__()
            self.W = Parameter(Tensor(W.copy()))
            self.modes: list[bool] = []

        def forward(self, x: Any) -> Any:
            self.modes.append(self.training)
            return x @ self.W

    model = Model().eval()
    data = TensorDataset(Tensor(x.copy()), Tensor(y.copy()))
    optimizer = SGD(model.parameters(), lr=0.5, momentum=momentum)
    loss = train_epoch(
        model, DataLoader(data, batch_size), binary_cross_entropy_with_logits, optimizer
    )
    if loss is None:
        return None
    number = isinstance(loss, float | int | np.floating)
    facts = (number, len(model.modes), sum(model.modes))
    value = float(loss if number else np.asarray(loss.array))
    return *(np.array(int(n)) for n in facts), np.array(value), model.W.array


TRAIN_EPOCH = Brick(
    target="minidl.training.train_epoch",
    title="Once through the data",
    outputs=(
        "the loss is a plain number, not a Tensor (1 yes, 0 no):",
        "number of times the model is called:",
        "number of these in training mode:",
        "mean loss",
        "weights",
    ),
    points=2,
    driver=drive_train_epoch,
    families=(
        Family("batches of one size", batches(12, 4)),
        Family("a last batch of one", batches(9, 4)),
        Family("one batch", batches(5, 8)),
        Family("one sample a batch", batches(4, 1)),
        Family("momentum", batches(10, 3, momentum=0.9)),
        Family("not contiguous", batches(7, 2), strided=True),
    ),
)


def samples(n: int, batch_size: int) -> Make:
    """Samples, class numbers, and the weights of a model."""

    def make(rng: Rng) -> Inputs:
        return {
            "x": rng.normal(0.5, 2.0, (n, 3)),
            "y": rng.integers(0, 4, n),
            "W": rng.normal(size=(3, 4)),
            "batch_size": batch_size,
        }

    return make


def drive_predict(predict: Any, x: Any, y: Any, W: Any, batch_size: int) -> Any:
    """What a model in training mode predicts, in which mode, and with which traces.

    In training mode it would answer something else, as dropout does.

    Raises:  TypeError, when the answer is not two Tensors
    """
    import numpy as np

    from minidl.nn.module import Module
    from minidl.nn.parameter import Parameter
    from minidl.tape import is_grad_enabled, set_grad_enabled
    from minidl.tensor import Tensor
    from minidl.utils.data import DataLoader, TensorDataset

    class Model(Module):
        def __init__(self) -> None:
            super().__init__()
            self.W = Parameter(Tensor(W.copy()))
            self.modes: list[bool] = []

        def forward(self, x: Any) -> Any:
            self.modes.append(self.training)
            return x @ self.W * (2 if self.training else 1)

    model = Model()
    data = TensorDataset(Tensor(x.copy()), Tensor(y.copy()))
    try:
        result = predict(model, DataLoader(data, batch_size))
        on_again = is_grad_enabled()
    finally:
        set_grad_enabled(True)
    if result is None:
        return None
    parts = result if isinstance(result, tuple | list) else (result,)
    if len(parts) != 2 or not all(isinstance(part, Tensor) for part in parts):
        given = ", ".join(type(part).__name__ for part in parts[:4])
        raise TypeError(f"two Tensors are due, outputs and targets; this is: {given}")
    facts = (len(model.modes), sum(model.modes), not parts[0].requires_grad, on_again)
    return *(part.array for part in parts), *(np.array(int(n)) for n in facts)


PREDICT = Brick(
    target="minidl.training.predict",
    title="What a model says to a data set",
    outputs=(
        "outputs",
        "targets",
        "number of times the model is called:",
        "number of these in training mode:",
        "the outputs ask for no gradient (1 yes, 0 no):",
        "gradients are on again afterwards (1 yes, 0 no):",
    ),
    driver=drive_predict,
    families=(
        Family("batches of one size", samples(8, 4)),
        Family("a last batch of one", samples(7, 3)),
        Family("one batch", samples(5, 9), dtypes=WIDE),
        Family("one sample a batch", samples(4, 1), dtypes=WIDE),
        Family("one sample", samples(1, 2), dtypes=WIDE),
        Family("not contiguous", samples(6, 4), strided=True),
    ),
)
