"""Chapter 4's operators: their results, and the gradients of their rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]

OPERATORS = "minidl.operators"


def sums(shape: tuple[int, ...], *g: int, scale: float = 1.0) -> Make:
    """A gradient of shape g that goes back to an array of this shape."""

    def make(rng: np.random.Generator) -> Inputs:
        return {"g": scale * rng.normal(size=g), "shape": shape}

    return make


UNBROADCAST = Brick(
    target=f"{OPERATORS}.unbroadcast",
    title="Summing over what was repeated",
    outputs=("dx",),
    families=(
        Family("same shape", sums((3, 4), 3, 4)),
        Family("one row for all", sums((4,), 3, 4)),
        Family("one column for all", sums((3, 1), 3, 4)),
        Family("one row, two dimensions", sums((1, 4), 4, 4)),
        Family("one number", sums((), 2, 3)),
        Family("two dimensions in front", sums((3, 1), 2, 4, 3, 5)),
        Family("middle dimension", sums((2, 1, 3), 2, 4, 3)),
        Family("empty batch", sums((4,), 0, 4)),
        Family("batch of one", sums((4,), 1, 4)),
        Family("large values", sums((1, 3), 4, 3, scale=1e6)),
        Family("not contiguous", sums((5, 1), 2, 5, 3), strided=True),
    ),
)


def drive_operator(
    operator: Any, a: AnyArray, b: AnyArray, g: AnyArray, wanted: str = "ab"
) -> tuple[AnyArray, ...]:
    """The result, the gradients of its rule, and which changes in place it notices.

    wanted:  which of a and b require a gradient
    """
    import numpy as np

    from minidl.tape import check_saves
    from minidl.tensor import Tensor

    x, y = Tensor(a, "a" in wanted), Tensor(b, "b" in wanted)
    result = operator(x, y)
    if not isinstance(result, Tensor):
        kind = type(result).__name__
        raise TypeError(f"a {kind} was returned; return what a.record(…) gives")
    if result.node is None:
        raise ValueError("the result knows no rule; return what a.record(…) gives")
    if result.node.inputs != [x.node, y.node]:
        raise ValueError("the result is not recorded as computed from a and b")
    rule = result.node.rule
    gradients = rule(g) if rule else None
    if not isinstance(gradients, tuple | list) or len(gradients) != 2:
        raise ValueError("the rule should return two gradients, for a and for b")
    noticed = []
    for changed, other in ((x, "b"), (y, "a")):
        changed.version[0] += 1
        try:
            check_saves(result.node)
            noticed.append(0)
        except RuntimeError:
            noticed.append(int(other in wanted))
        changed.version[0] -= 1
    da, db = (
        np.zeros(v.shape) if dv is None or name not in wanted else np.array(dv)
        for v, dv, name in zip((a, b), gradients, "ab", strict=True)
    )
    return np.array(result.array), da, db, np.array(noticed)


def pair(
    a: tuple[int, ...], b: tuple[int, ...], *g: int, scale: float = 1.0, **params: str
) -> Make:
    """Operands of these shapes and upstream 1, 2, 3, … of the shape of the result."""

    def make(rng: np.random.Generator) -> Inputs:
        x, y = rng.normal(0.5, scale, a), rng.normal(0.5, scale, b)
        return {"a": np.array(x), "b": np.array(y), "g": upstream(*g), **params}

    return make


ENTRYWISE = (
    Family("one shape", pair((3, 4), (3, 4), 3, 4)),
    Family("a row for all", pair((3, 4), (4,), 3, 4)),
    Family("column and row", pair((3, 1), (1, 3), 3, 3)),
    Family("one number", pair((), (2, 3), 2, 3)),
    Family("batch of one", pair((1, 3), (2, 1, 1), 2, 1, 3)),
    Family("empty batch", pair((0, 4), (4,), 0, 4)),
    Family("only a needs a gradient", pair((2, 3), (3,), 2, 3, wanted="a")),
    Family("only b needs a gradient", pair((2, 3), (3,), 2, 3, wanted="b")),
    Family("large values", pair((2, 2), (2, 1), 2, 2, scale=1e6)),
    Family("not contiguous", pair((3, 4), (4,), 3, 4), strided=True),
)
OUTCOMES = ("result", "da", "db", "notice of a change in place (1 yes, 0 no):")

ADD = Brick(
    target=f"{OPERATORS}.add",
    title="A sum that knows its gradient",
    outputs=OUTCOMES,
    families=ENTRYWISE,
    driver=drive_operator,
)

MUL = Brick(
    target=f"{OPERATORS}.mul",
    title="A product that knows its gradient",
    outputs=OUTCOMES,
    families=ENTRYWISE,
    driver=drive_operator,
)

MATMUL = Brick(
    target=f"{OPERATORS}.matmul",
    title="A matrix product that knows its gradient",
    outputs=OUTCOMES,
    points=2,
    families=(
        Family("ordinary", pair((3, 4), (4, 2), 3, 2)),
        Family("square", pair((3, 3), (3, 3), 3, 3)),
        Family("one sample, one output", pair((1, 4), (4, 1), 1, 1)),
        Family("empty batch", pair((0, 4), (4, 3), 0, 3)),
        Family("two stacks", pair((2, 3, 4), (2, 4, 3), 2, 3, 3)),
        Family("a stack and a matrix", pair((2, 3, 4), (4, 5), 2, 3, 5)),
        Family("stacks that broadcast", pair((2, 1, 2, 3), (4, 3, 2), 2, 4, 2, 2)),
        Family("vector and matrix", pair((3,), (3, 2), 2)),
        Family("matrix and vector", pair((2, 3), (3,), 2)),
        Family("only a needs a gradient", pair((2, 3), (3, 2), 2, 2, wanted="a")),
        Family("only b needs a gradient", pair((2, 3), (3, 2), 2, 2, wanted="b")),
        Family("large values", pair((2, 3), (3, 2), 2, 2, scale=1e5)),
        Family("not contiguous", pair((3, 4), (4, 2), 3, 2), strided=True),
    ),
    driver=drive_operator,
)


def drive_sum(
    sum: Any, x: AnyArray, g: AnyArray, dtype: str = "", **options: Any
) -> tuple[AnyArray, AnyArray]:
    """The sum, and the gradient that its rule gives for g.

    dtype:  what to sum in, if not in that of x
    """
    import numpy as np

    from minidl.tensor import Tensor

    tensor = Tensor(x, requires_grad=True)
    if dtype:
        result = sum(tensor, dtype=np.dtype(dtype), **options)
        node, dx = result.node, g.astype(dtype)
        while node is not tensor.node:  # what `.to(dtype)` recorded comes after
            (dx,) = node.rule(dx)
            (node,) = node.inputs
        return result.array, dx
    result = sum(tensor, **options)
    if not isinstance(result, Tensor):
        kind = type(result).__name__
        raise TypeError(f"a {kind} was returned; return what input.record(…) gives")
    if result.node is None:
        raise ValueError("the result knows no rule; return what input.record(…) gives")
    if result.node.inputs != [tensor.node]:
        raise ValueError("the result is not recorded as computed from input alone")
    rule = result.node.rule
    gradients = rule(g) if rule else None
    if not isinstance(gradients, tuple | list) or len(gradients) != 1:
        raise ValueError("the rule should return a tuple of one gradient: (dx,)")
    return np.array(result.array), np.array(gradients[0])


def summed(*shape: int, g: tuple[int, ...] = (), **options: Any) -> Make:
    """Numbers of this shape, upstream of shape g, and how to sum."""

    def make(rng: np.random.Generator) -> Inputs:
        # A single upstream number is 3: a forgotten g would not show at 1.
        up = upstream(*g) if g else np.array(3.0)
        return {"x": np.array(rng.normal(size=shape)), "g": up, **options}

    return make


SUM = Brick(
    target=f"{OPERATORS}.sum",
    title="A sum over dimensions",
    outputs=("result", "dx"),
    families=(
        Family("of everything", summed(3, 4)),
        Family("over the rows", summed(3, 4, g=(4,), dim=0)),
        Family("over the columns", summed(3, 3, g=(3,), dim=1)),
        Family("last dimension, kept", summed(3, 4, g=(3, 1), dim=-1, keepdim=True)),
        Family("first and last", summed(2, 3, 4, g=(3,), dim=(0, 2))),
        Family("all kept", summed(2, 3, g=(1, 1), keepdim=True)),
        Family("one number", summed()),
        Family("empty batch", summed(0, 3, g=(3,), dim=0)),
        Family("in another dtype", summed(3, 4, g=(4,), dim=0, dtype="float64")),
        Family("not contiguous", summed(4, 3, g=(4,), dim=1), strided=True),
    ),
    driver=drive_sum,
)
