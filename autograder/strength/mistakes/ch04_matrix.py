"""Chapter 4: what learners get wrong about matrix products and sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes.ch04_entrywise import (
    NO_ARRAY,
    NO_SAVES,
    NO_UPSTREAM,
    NOT_RECORDED,
)
from minidl.operators import AnyArray, matrices, reduced, shaped, unbroadcast
from minidl.tensor import Tensor


def product(rule: Callable[..., Any], saved: bool = True) -> Any:
    """A matrix product with another rule, of g and both stacks of matrices."""

    def matmul(a: Tensor, b: Tensor) -> Tensor:
        x, y, shape = matrices(a.array, b.array)
        kept = (a, b) if saved else ()

        def backward(g: AnyArray) -> tuple[Any, Any]:
            dx, dy = rule(g.reshape((x @ y).shape), x, y)
            return shaped(dx, a.shape), shaped(dy, b.shape)

        return a.record(shaped(x @ y, shape), backward, b, saves=kept)

    return matmul


def turned(x: AnyArray) -> AnyArray:
    """Each matrix of a stack transposed."""
    return x.swapaxes(-1, -2)


def right(g: AnyArray, x: AnyArray, y: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The right rule of a product."""
    dx, dy = g @ turned(y), turned(x) @ g
    return unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)


def numbers_by_rows(g: AnyArray, x: AnyArray, y: AnyArray) -> tuple[Any, Any]:
    """The second gradient as a mean over the rows."""
    dx, dy = right(g, x, y)
    return dx, dy / max(1, x.shape[-2])


MATMUL = (
    Mistake(
        "not transposed",
        "The other matrix is not transposed. Write down the shapes: (N, M) and (D, M) "
        "should give (N, D).",
        product(lambda g, x, y: (g @ y, x @ g)),
    ),
    Mistake(
        "factors swapped",
        "The factors stand the wrong way round. In a matrix product the order counts.",
        product(lambda g, x, y: (turned(y) @ g, g @ turned(x))),
    ),
    Mistake(
        "gradients swapped",
        "The two gradients are right but come in the wrong order: a's is the first.",
        product(lambda g, x, y: right(g, x, y)[::-1]),
    ),
    Mistake(
        "T of a stack",
        ".T turns all dimensions round. In a stack only the last two are exchanged.",
        product(
            lambda g, x, y: (
                unbroadcast(g @ y.T, x.shape),
                unbroadcast(x.T @ g, y.shape),
            )
        ),
    ),
    Mistake(
        "stacks not summed",
        "A stack that was repeated gets a gradient for each copy. Call unbroadcast.",
        product(lambda g, x, y: (g @ turned(y), turned(x) @ g)),
    ),
    Mistake(
        "upstream ignored",
        NO_UPSTREAM,
        product(lambda g, x, y: right(np.ones_like(g), x, y)),
    ),
    Mistake(
        "mean over the rows",
        "The second gradient is divided by the rows. A product sums over them.",
        product(numbers_by_rows),
    ),
    Mistake("saves forgotten", NO_SAVES, product(right, saved=False)),
    Mistake("array", NO_ARRAY, lambda a, b: a.array @ b.array),
    Mistake("not recorded", NOT_RECORDED, lambda a, b: Tensor(a.array @ b.array)),
)


def summed(rule: Callable[..., Any]) -> Any:
    """A sum with another rule, of g, the shape with kept dimensions, and the input."""

    def sum(
        input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
    ) -> Tensor:
        input = input if dtype is None else input.to(dtype)
        axes = reduced("sum", input, dim)
        kept = [1 if d in axes else n for d, n in enumerate(input.shape)]
        y = np.asarray(input.array.sum(axes, keepdims=keepdim))
        return input.record(y, lambda g: rule(g, kept, input.array))

    return sum


def spread(g: AnyArray, kept: list[int], x: AnyArray) -> tuple[AnyArray]:
    """The right rule of a sum."""
    return (np.broadcast_to(g.reshape(kept), x.shape),)


def of_everything(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The sum of all numbers, whatever dim says."""
    input = input if dtype is None else input.to(dtype)
    y = np.asarray(input.array.sum())
    return input.record(y, lambda g: (g + np.zeros_like(input.array),))


def never_kept(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The summed dimensions always disappear."""
    return summed(spread)(input, dim, dtype=dtype)  # type: ignore[no-any-return]


def in_own_dtype(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """What dtype asks for is not done."""
    return summed(spread)(input, dim, keepdim)  # type: ignore[no-any-return]


SUM = (
    Mistake(
        "not spread",
        "The gradient has the shape of the sum. Every number that was added gets it.",
        summed(lambda g, kept, x: (g,)),
    ),
    Mistake(
        "summed dimension lost",
        "g lacks the summed dimension, so it lines up with another one. Give it back "
        "with size 1 first.",
        summed(lambda g, kept, x: (np.broadcast_to(g, x.shape),)),
    ),
    Mistake(
        "upstream ignored",
        NO_UPSTREAM,
        summed(lambda g, kept, x: (np.ones_like(x),)),
    ),
    Mistake(
        "gradient of a mean",
        "The gradient is divided by how many were added. That is the rule of a mean.",
        summed(lambda g, kept, x: (spread(g, kept, x)[0] * (g.size / max(1, x.size)),)),
    ),
    Mistake(
        "gradient of a square",
        "The gradient is multiplied with the input. A sum's slope is 1 everywhere.",
        summed(lambda g, kept, x: (g.reshape(kept) * x,)),
    ),
    Mistake(
        "no tuple",
        "The rule returns an array. It should return a tuple, here of one gradient.",
        summed(lambda g, kept, x: spread(g, kept, x)[0]),
    ),
    Mistake("dim ignored", "dim is ignored: everything is summed.", of_everything),
    Mistake(
        "keepdim ignored",
        "With keepdim=True a summed dimension stays, with size 1.",
        never_kept,
    ),
    Mistake(
        "dtype ignored",
        "dtype is ignored. Where one is given, it is the input that is converted, "
        "before anything is added.",
        in_own_dtype,
    ),
    Mistake(
        "not recorded",
        NOT_RECORDED,
        lambda input, dim=None, keepdim=False, dtype=None: Tensor(
            np.asarray(input.array.sum(dim, dtype, keepdims=keepdim))
        ),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"matmul": MATMUL, "sum": SUM}
