"""Changes in place, x += y or x.zero_(), and what they do to views and the tape."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl import tape
from minidl.generator import Generator, rng_of
from minidl.operators import AnyArray, unbroadcast
from minidl.tape import Node

if TYPE_CHECKING:
    from minidl.tensor import Tensor

Changing = Callable[..., "Tensor"]


def check_in_place(name: str, x: Tensor) -> None:
    """Raise if x may not change: a leaf with a gradient, or repeated numbers."""
    root = x if x.base is None else x.base
    if tape.recording.on and any(t.requires_grad and t.is_leaf for t in (x, root)):
        kind = "a leaf" if root is x else "a view of a leaf"
        raise RuntimeError(
            f"{name}: {kind} Variable that requires grad is being used in an in-place "
            "operation; change it under no_grad, or change a clone()"
        )
    if not x.array.flags.writeable:
        raise RuntimeError(
            f"{name}: the tensor {x.shape} shows one number in several places, or is "
            "read-only; change a clone()"
        )


def write(name: str, x: Tensor, result: Tensor) -> Tensor:
    """Put the numbers of result into x, and x in the place of result on the tape."""
    if result.shape != x.shape or not np.can_cast(result.dtype, x.dtype, "same_kind"):
        raise RuntimeError(
            f"{name}: the result {result.shape} of {result.dtype} does not fit in place"
            f" into {x.shape} of {x.dtype}; use the form that makes a new tensor"
        )
    result = result.to(x.dtype)
    x.array[...] = result.array
    x.version[0] += 1
    if result.node is not None:
        rebase(x, result.node)
    return x


def in_place(name: str, function: Changing) -> Changing:
    """The method that puts the result of function(x, ...) into x itself.

    The function gets x as it was before: its rule may read those numbers later.
    """

    def method(self: Tensor, *arguments: Any, **options: Any) -> Tensor:
        check_in_place(name, self)
        old = self
        if is_recorded(self, *arguments):
            old = self.wrap(self.array.copy())
            old.node = current_node(self)
        return write(name, self, function(old, *arguments, **options))

    method.__doc__ = f"In place: {function.__doc__}"
    return method


def is_recorded(*arguments: Any) -> bool:
    """Whether what is computed from these goes on the tape."""
    return tape.recording.on and any(getattr(x, "requires_grad", 0) for x in arguments)


def arithmetic(symbol: str, function: Changing, ufunc: np.ufunc) -> Changing:
    """The method behind x += y; without a tape it needs no memory."""
    general = in_place(symbol, function)

    def method(self: Tensor, other: Any) -> Tensor:
        if is_recorded(self, other):
            return general(self, other)
        check_in_place(symbol, self)
        y = other.array if hasattr(other, "record") else other
        try:
            ufunc(self.array, y, out=self.array, casting="same_kind")
        except (TypeError, ValueError):
            return general(self, other)  # which explains
        self.version[0] += 1
        return self

    return method


def scaled(function: Changing) -> Changing:
    """The method x.add_(y, alpha=3) behind x += 3 * y."""

    def method(self: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
        return function(self, other if alpha == 1 else other * alpha)

    return method


def copied(x: Tensor, source: Tensor) -> Tensor:
    """The numbers of source, broadcast, in place of those of x."""
    shape, dtype = source.shape, source.dtype

    def rule(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return np.zeros_like(g), unbroadcast(g, shape).astype(dtype, copy=False)

    try:
        numbers = np.broadcast_to(source.array, x.shape).astype(x.dtype)
    except ValueError:
        raise RuntimeError(f"copy_: source {shape} does not fit {x.shape}") from None
    return x.record(numbers, rule, source)


def zeroed(x: Tensor) -> Tensor:
    """0 everywhere."""
    return filled(x, 0)


def filled(x: Tensor, value: Any) -> Tensor:
    """One number everywhere."""
    return copied(x, value if hasattr(value, "record") else x.wrap(np.asarray(value)))


def redrawn(x: Tensor, numbers: AnyArray) -> Tensor:
    """Random numbers in place of those of x, whose gradient is 0."""
    return x.record(numbers.astype(x.dtype), lambda g: (np.zeros_like(g),))


def uniform(
    x: Tensor, a: float = 0, b: float = 1, *, generator: Generator | None = None
) -> Tensor:
    """Uniform random numbers from a to b."""
    if a > b:
        raise ValueError(f"uniform_: from {a} to {b}; the first bound must be lower")
    return redrawn(x, rng_of(generator).uniform(a, b, x.shape))


def normal(
    x: Tensor, mean: float = 0, std: float = 1, *, generator: Generator | None = None
) -> Tensor:
    """Normal random numbers of this mean and standard deviation."""
    return redrawn(x, rng_of(generator).normal(mean, std, x.shape))


def bernoulli(
    x: Tensor, p: float = 0.5, *, generator: Generator | None = None
) -> Tensor:
    """1 with probability p, else 0."""
    return redrawn(x, rng_of(generator).random(x.shape) < p)


def addresses(array: AnyArray) -> AnyArray:
    """Where in memory each entry of the array is."""
    grid = np.asarray(array.__array_interface__["data"][0])
    for size, stride in zip(array.shape, array.strides, strict=True):
        grid = grid[..., None] + np.arange(size) * stride
    return grid


def places(view: Tensor, base: Tensor) -> AnyArray:
    """For each entry of a view, its number among the entries of base, row by row."""
    memory = addresses(base.array).ravel()
    order = np.argsort(memory)
    found = np.searchsorted(memory, addresses(view.array), sorter=order)
    return np.asarray(order[found])


def current_node(view: Tensor) -> Node | None:
    """The step of a view, taken from its base anew if base has changed since."""
    base = view.base
    if base is None or base.node is view.base_node or base.is_leaf:
        return view.node
    where, shape = places(view, base), base.shape

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (added_at(where, g, shape),)

    view.node, view.base_node = Node([base.node], rule), base.node
    return view.node


def added_at(where: AnyArray, g: AnyArray, shape: tuple[int, ...]) -> AnyArray:
    """Zeros of this shape, with each entry of g added at its place, row by row."""
    size = math.prod(shape)
    total = np.bincount(where.ravel(), g.ravel(), size)  # 30 x faster than np.add.at
    return total.reshape(shape).astype(g.dtype)


def rebase(changed: Tensor, node: Node) -> None:
    """Let a tensor that changed in place go on from the step that computed it.

    If it is a view, base has changed too: part of its gradient is the view's.
    """
    old = changed.node
    if old is not None and old.rule is not None:
        node.keeper = old.keeper  # retain_grad() is for the tensor as it is now
    changed.node = node
    if (base := changed.base) is None:
        return
    where = places(changed, base)

    def rule(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        rest = np.array(g, order="C")
        part = rest.reshape(-1)[where]
        rest.reshape(-1)[where] = 0
        return rest, part

    step = Node([base.node, node], rule)
    if base.node is not None and base.node.rule is not None:
        step.keeper = base.node.keeper
    base.node = changed.base_node = step
