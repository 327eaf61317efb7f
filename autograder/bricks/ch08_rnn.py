"""Chapter 8: recurrent networks, and the rows of numbers that stand for letters."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.bricks import ch08_cells
from autograder.bricks.brick import AnyArray, Brick, Chapter, Family, Inputs, upstream
from autograder.bricks.ch08_cells import Make, normal


def drive_clip(clip: Any, *grads: AnyArray, max_norm: float, **options: Any) -> Any:
    """The norm that is returned, and all gradients afterwards, one after the other.

    The last tensor has no gradient; of a single one not a list but itself is passed.
    inf and nan are told as -1 and -2: a nan is equal to nothing.
    """
    import numpy as np

    from minidl.tensor import Tensor

    tensors: list[Any] = []
    for g in grads:
        tensors.append(Tensor(np.ones_like(g), requires_grad=True))
        tensors[-1].grad = Tensor(g.copy())
    none = Tensor(np.zeros(2), requires_grad=True)
    single = options.pop("single", False)
    refused, norm = False, Tensor(np.zeros(()))
    try:
        given = tensors[0] if single else iter([*tensors, none])
        with np.errstate(invalid="ignore"):  # infinity times 0
            norm = clip(given, max_norm, **options)
    except RuntimeError:
        refused = True
    if norm is None:
        return None
    after = [np.zeros(0), *(tensor.grad.array.ravel() for tensor in tensors)]
    moved = any((tensor.array != 1).any() for tensor in tensors)
    facts = (isinstance(norm, Tensor), none.grad is None, refused, moved)
    value = norm.array if facts[0] else norm
    told: Any = {"posinf": -1.0, "neginf": -1.0, "nan": -2.0}
    numbers = (np.asarray(value), np.concatenate(after))
    return *(np.nan_to_num(n, **told) for n in numbers), np.array(facts, np.int64)


def gradients(*shapes: tuple[int, ...], size: float = 1.0, **options: Any) -> Make:
    """Gradients of these shapes, whose norm is about size, and plain parameters."""

    def make(rng: np.random.Generator) -> Inputs:
        drawn = [normal(rng, *shape) for shape in shapes]
        whole = np.sqrt(sum((g**2).sum() for g in drawn))
        wanted = size * rng.uniform(0.9, 1.1)
        named = {f"g{k}": g * (wanted / whole) for k, g in enumerate(drawn)}
        return {**named, **options}

    return make


def infinite(**options: Any) -> Make:
    """Gradients of which one entry has become infinite."""

    def make(rng: np.random.Generator) -> Inputs:
        inputs = gradients((2, 3), (4,), **options)(rng)
        inputs["g0"][1, rng.integers(3)] = np.inf
        return inputs

    return make


CLIP_GRAD_NORM = Brick(
    target="minidl.nn.utils.clip_grad_norm_",
    title="Gradients of a bounded norm",
    outputs=(
        "norm",
        "gradients",
        "the norm is a Tensor, no gradient stays None, an error, parameters moved:",
    ),
    families=(
        Family("too large", gradients((2, 3), (4,), size=8.0, max_norm=1.5)),
        Family("small enough", gradients((2, 3), (4,), size=0.5, max_norm=1.5)),
        Family("almost too large", gradients((2, 3), (4,), max_norm=1.3)),
        Family("one tensor", gradients((3, 3), size=5.0, max_norm=2.0, single=True)),
        Family("very large", gradients((5,), (2, 2), size=1e6, max_norm=1.0)),
        Family("each small, not together", gradients(*[(2,)] * 9, max_norm=0.5)),
        Family(
            "the largest entry",
            gradients((2, 3), (4,), size=9.0, max_norm=1.0, norm_type=float("inf")),
        ),
        Family(
            "the sum of sizes",
            gradients((2, 2), (3,), size=9.0, max_norm=1.0, norm_type=1.0),
        ),
        Family("no gradient at all", gradients(max_norm=1.0)),
        Family("infinite", infinite(max_norm=2.0)),
        Family("infinite, refused", infinite(max_norm=2.0, error_if_nonfinite=True)),
        Family("not contiguous", gradients((2, 4), (4,), max_norm=0.3), strided=True),
    ),
    driver=drive_clip,
)


def indices(*shape: int, rows: int = 5, D: int = 3, upto: int | None = None) -> Make:
    """Indices of this shape below upto, with repetitions, and a table of rows."""

    def make(rng: np.random.Generator) -> Inputs:
        x = rng.integers(0, rows if upto is None else upto, shape)
        return {"x": x, "W": normal(rng, rows, D)}

    return make


INDICES = (
    Family("ordinary", indices(6)),
    Family("a batch of sequences", indices(3, 4)),
    Family("one index", indices(1)),
    Family("as many as rows", indices(4, rows=4, D=4)),
    Family("three dimensions", indices(2, 2, 3, D=2)),
    Family("no indices", indices(0)),
    Family("a large table", indices(6, rows=300, D=2)),
    Family("the same again and again", indices(8, rows=6, upto=2)),
    Family("not contiguous", indices(4, 4), strided=True),
)

EMBEDDING = Brick(
    target="minidl.kernels.embedding.embedding",
    title="A row of numbers for each letter",
    outputs=("rows",),
    families=INDICES,
)


def after_embedding(make: Make) -> Make:
    """The upstream gradient 1, 2, 3, …, times numbers that are drawn, and indices."""

    def made(rng: np.random.Generator) -> Inputs:
        inputs = make(rng)
        x, (rows, D) = inputs["x"], inputs["W"].shape
        g = upstream(*x.shape, D) * rng.uniform(0.5, 1.5, (*x.shape, D))
        return {"g": g, "x": x, "rows": rows}

    return made


EMBEDDING_BACKWARD = Brick(
    target="minidl.kernels.embedding.embedding_backward",
    title="Gradients find their rows",
    outputs=("dW",),
    points=2,
    families=tuple(Family(f.name, after_embedding(f.make), f.strided) for f in INDICES),
)

CHAPTER = Chapter(
    slug="08-rnn",
    title="Recurrent networks",
    bricks=(
        ch08_cells.RNN_CELL,
        ch08_cells.RNN,
        ch08_cells.RNN_CELL_BACKWARD,
        ch08_cells.RNN_BACKWARD,
        CLIP_GRAD_NORM,
        ch08_cells.LSTM_CELL,
        ch08_cells.LSTM_CELL_BACKWARD,
        ch08_cells.UNROLL,
        EMBEDDING,
        EMBEDDING_BACKWARD,
    ),
)
