"""Chapter 10: a data set from its bytes, and a network that reads handwriting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks import ch10_preparing
from autograder.bricks.brick import Brick, Chapter, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]


def drawings(N: int, side: int, scale: float = 1.0) -> Make:
    """Images with ink somewhere, and the weights of a network of rows."""

    def make(rng: Rng) -> Inputs:
        images = np.zeros((N, side, side))
        inside = side - 2
        images[:, 1:-1, 1:-1] = rng.uniform(0.1, 1, (N, inside, inside))
        images *= rng.random(images.shape) < 0.6
        return {"images": scale * images, "W": rng.normal(0, 0.04, (28, 10))}

    return make


def drive_probabilities(probabilities: Any, images: Any, W: Any) -> Any:
    """What a network of the sums of rows says, and how it was asked.

    In training mode it would answer something else, as dropout does.
    """
    from minidl.nn.module import Module
    from minidl.tape import is_grad_enabled, set_grad_enabled
    from minidl.tensor import Tensor

    asked: list[tuple[bool, bool]] = []

    class Model(Module):
        def forward(self, x: Any) -> Any:
            asked.append((self.training, is_grad_enabled()))
            rows = x.sum(3).flatten(1)
            return rows @ Tensor(W.astype(x.dtype)) * (2 if self.training else 1)

    try:
        found = probabilities(Model(), images)
        on_again = is_grad_enabled()
    finally:
        set_grad_enabled(True)
    training, taped = (sum(fact) for fact in zip(*asked, strict=True))
    return found, len(asked), training, taped, int(on_again)


PROBABILITIES = Brick(
    target="minidl.models.probabilities",
    title="What a network makes of images",
    outputs=(
        "probabilities",
        "number of times the model is called:",
        "number of these in training mode:",
        "number of these with a tape:",
        "gradients are on again afterwards (1 yes, 0 no):",
    ),
    points=2,
    driver=drive_probabilities,
    families=(  # float32, because prepared images are
        Family("8 x 8", drawings(2, 8, 16.0), dtypes=("float32",)),
        Family("28 x 28", drawings(1, 28, 255.0), dtypes=("float32",)),
        Family("a pad's", drawings(1, 33), dtypes=("float32",)),
        Family("from 0 to 255", drawings(2, 7, 255.0), dtypes=("float32",)),
        Family("not contiguous", drawings(2, 9), strided=True, dtypes=("float32",)),
    ),
)


def samples(N: int, D: int, epsilon: float) -> Make:
    """Inputs, their classes, and the weights of a network."""

    def make(rng: Rng) -> Inputs:
        return {
            "x": rng.normal(size=(N, D)),
            "y": rng.integers(0, 4, N),
            "W": rng.normal(size=(4, D)),
            "epsilon": epsilon * float(rng.uniform(1, 2)),
        }

    return make


def without_influence(rng: Rng) -> Inputs:
    """An input that the network does not look at: its slope is 0."""
    inputs = samples(3, 4, 0.1)(rng)
    inputs["W"][:, 1] = 0
    return inputs


def drive_fgsm(fgsm: Any, x: Any, y: Any, W: Any, epsilon: float) -> Any:
    """The moved inputs, and what is left behind in the model.

    In training mode the model would answer something else, as dropout does.
    """
    from minidl.nn.module import Module
    from minidl.nn.parameter import Parameter
    from minidl.tensor import Tensor

    class Model(Module):
        def __init__(self) -> None:
            super().__init__()
            self.W = Parameter(Tensor(W.copy()))

        def forward(self, x: Any) -> Any:
            scores = x.tanh() @ self.W.T
            return scores * scores if self.training else scores

    model = Model()
    found = fgsm(model, Tensor(x), Tensor(y), epsilon)
    if found is None:
        return None
    left = model.W.grad is not None and bool(model.W.grad.array.any())
    return found.array, int(found.requires_grad), int(left)


FGSM = Brick(
    target="minidl.perturbation.fgsm",
    title="The worst small step",
    outputs=(
        "moved inputs",
        "they ask for a gradient (1 yes, 0 no):",
        "the model's parameters have a gradient afterwards (1 yes, 0 no):",
    ),
    points=2,
    driver=drive_fgsm,
    families=(
        Family("ordinary", samples(3, 5, 0.1)),
        Family("one sample", samples(1, 6, 0.1), dtypes=("float64",)),
        Family("many samples", samples(9, 3, 0.3)),
        Family("an input without influence", without_influence),
        Family("a tiny step", samples(2, 5, 0.001), dtypes=("float64",)),
        Family("a large step", samples(3, 4, 4.0)),
        Family("not contiguous", samples(4, 3, 0.2), strided=True),
    ),
)

CHAPTER = Chapter(
    slug="10-mnist-project",
    title="Reading handwriting",
    bricks=(
        ch10_preparing.DECODE_IDX,
        ch10_preparing.CROP_TO_INK,
        ch10_preparing.RESIZE_ROWS,
        ch10_preparing.CENTER_OF_MASS,
        ch10_preparing.CENTER_INK,
        ch10_preparing.NORMALIZE,
        PROBABILITIES,
        FGSM,
    ),
)
