"""Chapter 4: what learners get wrong about sums and products of entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.operators import AnyArray, unbroadcast
from minidl.tensor import Tensor

Shape = tuple[int, ...]

NO_ARRAY = "This is an array. A Tensor is due, which record() makes of the array."
NOT_RECORDED = (
    "The result has the right numbers but no rule, so nothing can flow back. "
    "record() makes a Tensor with a rule."
)
NO_UPSTREAM = "The upstream gradient g is not used: this is right for g = 1 only."
NO_SAVES = (
    "The rule reads arrays that may be changed in place before it is called. Name "
    "their tensors in saves."
)


def in_front(g: AnyArray, shape: Shape) -> Any:
    """The dimensions in front summed; those of size 1 are left."""
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


def without_keepdims(g: AnyArray, shape: Shape) -> Any:
    """The dimensions of size 1 disappear."""
    g = in_front(g, shape)
    return g.sum(axis=tuple(d for d, size in enumerate(shape) if size == 1))


def from_the_left(g: AnyArray, shape: Shape) -> Any:
    """Dimensions compared from the left, as they are written."""
    while g.ndim > len(shape):
        g = g.sum(axis=-1)
    return g.sum(tuple(d for d, n in enumerate(shape) if n == 1), keepdims=True)


def first_of_each(g: AnyArray, shape: Shape) -> Any:
    """One of the gradients in place of their sum."""
    g = g[(0,) * (g.ndim - len(shape))] if g.size else np.zeros(shape)
    return g[tuple(slice(0, size) for size in shape)]


def as_mean(g: AnyArray, shape: Shape) -> Any:
    """The mean of what is to be summed."""
    total = unbroadcast(g, shape)
    return total * (total.size / g.size) if g.size else total


UNBROADCAST = (
    Mistake(
        "as it is",
        "The gradient has the shape of the result. It needs that of the input.",
        lambda g, shape: g,
    ),
    Mistake(
        "dimensions of size 1 left",
        "Only the dimensions in front are summed. One of size 1 was repeated too.",
        in_front,
    ),
    Mistake(
        "dimensions of size 1 lost",
        "A dimension of size 1 is summed away. It should stay, with size 1.",
        without_keepdims,
    ),
    Mistake(
        "counted from the left",
        "The shapes are compared from the left. Broadcasting counts from the right.",
        from_the_left,
    ),
    Mistake(
        "rows only",
        "Only the first dimension is summed, whatever the shape says.",
        lambda g, shape: g if g.shape == shape else g.sum(axis=0),
    ),
    Mistake(
        "mean",
        "This is the mean over the copies. Each copy adds its share: sum them.",
        as_mean,
    ),
    Mistake(
        "first copy",
        "Only the gradient of one copy is kept. All copies are the same number.",
        first_of_each,
    ),
    Mistake(
        "everything summed",
        "All entries are summed into one number, also those that were not repeated.",
        lambda g, shape: np.full(shape, g.sum()),
    ),
    Mistake(
        "reshaped",
        "A reshape only moves numbers. Repeated entries have to be summed.",
        lambda g, shape: g.reshape(shape),
    ),
)


def plus(rule: Callable[[AnyArray, Shape, Shape], Any], **saves: bool) -> Any:
    """A sum with another rule, of the upstream gradient and both shapes."""

    def add(a: Tensor, b: Tensor) -> Tensor:
        first, second = a.shape, b.shape
        kept = (a, b) if saves else ()
        y = a.array + b.array
        return a.record(y, lambda g: rule(g, first, second), b, saves=kept)

    return add


def both(g: AnyArray, first: Shape, second: Shape) -> tuple[AnyArray, AnyArray]:
    """The right rule of a sum."""
    return unbroadcast(g, first), unbroadcast(g, second)


def added_in_place(a: Tensor, b: Tensor) -> Tensor:
    """The first operand is overwritten."""
    y = a.array
    y += b.array
    return a.record(y.copy(), lambda g: both(g, a.shape, b.shape), b)


ADD = (
    Mistake(
        "not unbroadcast",
        "A broadcast operand gets a gradient of the result's shape. Call unbroadcast.",
        plus(lambda g, first, second: (g, g)),
    ),
    Mistake(
        "only the first unbroadcast",
        "The second operand can be the one that is broadcast. Call unbroadcast twice.",
        plus(lambda g, first, second: (unbroadcast(g, first), g)),
    ),
    Mistake(
        "shapes swapped",
        "Each gradient has the shape of the other operand.",
        plus(lambda g, first, second: both(g, second, first)),
    ),
    Mistake(
        "sign",
        "The second gradient has its sign flipped: that is the rule of a - b.",
        plus(lambda g, a, b: (unbroadcast(g, a), -unbroadcast(g, b))),
    ),
    Mistake(
        "upstream ignored",
        NO_UPSTREAM,
        plus(lambda g, first, second: both(np.ones_like(g), first, second)),
    ),
    Mistake(
        "saves for nothing",
        "The rule reads neither operand, so both may change in place. Leave saves out.",
        plus(both, needless=True),
    ),
    Mistake(
        "one gradient",
        "The rule gives one gradient. Two operands need two, in their order.",
        plus(lambda g, first, second: unbroadcast(g, first)),
    ),
    Mistake(
        "second operand not recorded",
        "record() was not told of b, so no gradient flows to it.",
        lambda a, b: a.record(a.array + b.array, lambda g: both(g, a.shape, b.shape)),
    ),
    Mistake("array", NO_ARRAY, lambda a, b: a.array + b.array),
    Mistake("not recorded", NOT_RECORDED, lambda a, b: Tensor(a.array + b.array)),
    Mistake(
        "in place",
        "The sum is written into the first operand. Make a new array.",
        added_in_place,
    ),
)


def times(rule: Callable[..., Any], saved: bool = True) -> Any:
    """A product with another rule, of g, both arrays and both shapes."""

    def mul(a: Tensor, b: Tensor) -> Tensor:
        x, y, shapes = a.array, b.array, (a.shape, b.shape)
        kept = (a, b) if saved else ()
        return a.record(x * y, lambda g: rule(g, x, y, *shapes), b, saves=kept)

    return mul


MUL = (
    Mistake(
        "own factor",
        "Each gradient is multiplied with its own operand. A product's slope is the "
        "other factor.",
        times(lambda g, x, y, a, b: (unbroadcast(g * x, a), unbroadcast(g * y, b))),
    ),
    Mistake(
        "rule of a sum",
        "The gradient passes unchanged, as through a sum. A factor is missing.",
        times(lambda g, x, y, a, b: (unbroadcast(g, a), unbroadcast(g, b))),
    ),
    Mistake(
        "upstream ignored",
        NO_UPSTREAM,
        times(
            lambda g, x, y, a, b: (
                unbroadcast(y + 0 * g, a),
                unbroadcast(x + 0 * g, b),
            )
        ),
    ),
    Mistake(
        "not unbroadcast",
        "A broadcast operand gets a gradient of the result's shape. Call unbroadcast.",
        times(lambda g, x, y, a, b: (g * y, g * x)),
    ),
    Mistake(
        "unbroadcast too early",
        "g is summed before it is multiplied. Each copy has a factor of its own: "
        "multiply, then sum.",
        times(lambda g, x, y, a, b: (unbroadcast(g, a) * y, unbroadcast(g, b) * x)),
    ),
    Mistake(
        "shapes swapped",
        "Each gradient has the shape of the other operand.",
        times(lambda g, x, y, a, b: (unbroadcast(g * y, b), unbroadcast(g * x, a))),
    ),
    Mistake(
        "saves forgotten",
        NO_SAVES,
        times(
            lambda g, x, y, a, b: (unbroadcast(g * y, a), unbroadcast(g * x, b)),
            saved=False,
        ),
    ),
    Mistake("array", NO_ARRAY, lambda a, b: a.array * b.array),
    Mistake("not recorded", NOT_RECORDED, lambda a, b: Tensor(a.array * b.array)),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "unbroadcast": UNBROADCAST,
    "add": ADD,
    "mul": MUL,
}
