"""Which entries are greatest, in which order, and how to take them by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minidl.choosing import maximum, minimum
from minidl.dtypes import int64
from minidl.inplace import added_at
from minidl.operands import array_of, numbers_of
from minidl.operators import AnyArray, dimension

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["argmax", "argmin", "gather", "max", "min", "one_hot", "sort", "topk"]


class Found(NamedTuple):
    """Entries along one dimension, and their places in it."""

    values: Tensor
    indices: Tensor


def max(input: Tensor, dim: Any = None, keepdim: bool = False, **names: Any) -> Any:
    """The greatest entry; along dim with its index; or the greater of two Tensors.

    Backward:  to the entry found along dim; equal shares to equal entries of all
    """
    return extreme("max", input, dim, keepdim, **names)


def min(input: Tensor, dim: Any = None, keepdim: bool = False, **names: Any) -> Any:
    """The smallest entry; along dim with its index; or the smaller of two Tensors.

    Backward:  to the entry found along dim; equal shares to equal entries of all
    """
    return extreme("min", input, dim, keepdim, **names)


def extreme(
    name: str, input: Tensor, dim: Any, keepdim: bool, other: Any = None
) -> Any:
    """What max and min share: three meanings, told apart by what is given."""
    if other is not None or hasattr(dim, "record"):
        of_two = maximum if name == "max" else minimum
        return of_two(input, dim if other is None else other)
    if dim is not None:
        places, axis = place(name, input, dim, True), dimension(name, input, dim)
        shape = places.shape
        kept = shape if keepdim else shape[:axis] + shape[axis + 1 :]
        return found(input, places, axis, kept)
    x = array_of(name, input)
    if keepdim or not x.size:
        raise ValueError(
            f"{name}: keepdim is {keepdim}, the tensor {x.shape} has {x.size} entries; "
            "pass dim, or a tensor with entries"
        )
    y = getattr(x, name)()

    def rule(g: AnyArray) -> tuple[AnyArray]:
        ties = x == y
        return (np.where(ties, g / ties.sum(dtype=g.dtype), 0),)

    return input.record(y, rule, saves=(input,))


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the greatest entry along dim, the first if several are equal.

    Without dim: its number among all entries, counted row by row.
    """
    numbers_of("argmax", input)
    return input.wrap(place("argmax", input, dim, keepdim))


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the smallest entry along dim, the first if several are equal.

    Without dim: its number among all entries, counted row by row.
    """
    numbers_of("argmin", input)
    return input.wrap(place("argmin", input, dim, keepdim))


def place(name: str, input: Tensor, dim: int | None, keepdim: bool) -> AnyArray:
    """The index of an extreme, along dim or among all entries."""
    x = array_of(name, input)
    axis = None if dim is None else dimension(name, input, dim)
    axis = axis if x.ndim else None
    if not (x.size if axis is None else x.shape[axis]):
        raise IndexError(
            f"{name}: the tensor {x.shape} has no entries along dim {dim}; pass another"
        )
    find = np.argmax if name in ("max", "argmax") else np.argmin
    return np.asarray(find(x, axis, keepdims=keepdim))


def found(input: Tensor, places: AnyArray, axis: int, shape: tuple[int, ...]) -> Found:
    """The entries at these places along an axis, none of them twice, in this shape."""
    x, where = (z.reshape(z.shape or (1,)) for z in (input.array, places))
    before = input.shape

    def rule(g: AnyArray) -> tuple[AnyArray]:
        dx = np.zeros(x.shape, g.dtype)
        np.put_along_axis(dx, where, g.reshape(where.shape), axis)
        return (dx.reshape(before),)

    y = np.take_along_axis(x, where, axis).reshape(shape)
    return Found(input.record(y, rule), input.wrap(where.reshape(shape)))


def sort(
    input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False
) -> Found:
    """The entries along dim in order, and where they were; equal ones stay in order."""
    x = array_of("sort", input)
    axis = dimension("sort", input, dim)
    return found(input, order(x, axis, descending), axis, x.shape)


def order(x: AnyArray, axis: int, descending: bool) -> AnyArray:
    """Where the entries along an axis are, in their order."""
    x = x.reshape(x.shape or (1,))
    if not descending:
        return np.argsort(x, axis, kind="stable")
    # Sorted backwards and turned round, so that equal entries stay in order.
    backwards = np.argsort(np.flip(x, axis), axis, kind="stable")
    return x.shape[axis] - 1 - np.flip(backwards, axis)


def topk(
    input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> Found:
    """The k greatest entries along dim (the smallest: largest=False), and where.

    They come in order, with sorted=False too.
    """
    x, axis = numbers_of("topk", input), dimension("topk", input, dim)
    places = order(x, axis, largest)
    n = places.shape[axis]
    if not 0 <= k <= n:
        raise ValueError(f"topk: k is {k}, but dim {dim} of {x.shape} has {n} entries")
    places = places[(slice(None),) * axis + (slice(k),)]
    return found(input, places, axis, places.shape if x.ndim or not k else ())


def gather(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """For each entry of index, the entry of input there along dim.

    Shapes:    input (..., n, ...), index (..., k, ...) -> (..., k, ...); outside dim
               index may be smaller
    Formula:   y[i, j] = input[index[i, j], j] for dim 0, input[i, index[i, j]] for 1
    """
    x, places = array_of("gather", input), indices_of("gather", index, "index")
    axis, shape, size = dimension("gather", input, dim), x.shape, places.shape
    x, places = (z.reshape(z.shape or (1,)) for z in (x, places))
    room = np.where(np.arange(x.ndim) == axis, np.inf, x.shape)
    if x.ndim != places.ndim or np.any(places.shape > room):
        raise ValueError(
            f"gather: index {size} does not fit the tensor {shape}; only dim {dim} may "
            "be larger"
        )
    check_range("gather", places, x.shape[axis])
    where: list[AnyArray] = [*np.indices(places.shape, sparse=True)]
    where[axis] = places
    numbers = np.asarray(np.ravel_multi_index(where, x.shape)).reshape(size)
    return input.record(x.ravel()[numbers], lambda g: (added_at(numbers, g, shape),))


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """A row of zeros for each class number, with a 1 at its place.

    Shapes:  (...) -> (..., num_classes); -1: as many as the greatest number needs
    """
    labels = indices_of("one_hot", tensor, "tensor")
    if num_classes < 1 and not labels.size:
        raise ValueError("one_hot: no labels, and num_classes not given; pass it")
    classes = int(labels.max()) + 1 if num_classes == -1 else num_classes
    check_range("one_hot", labels, classes)
    return tensor.wrap((labels[..., None] == np.arange(classes)).astype(int64))


def indices_of(name: str, value: Any, argument: str) -> AnyArray:
    """The array of an argument, which must be a Tensor of integers."""
    array = array_of(name, value, argument)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: {argument} is {array.dtype}; pass integers, x.long()")
    return array


def check_range(name: str, indices: AnyArray, size: int) -> None:
    """Raise unless all indices are from 0 to before size."""
    low, high = (indices.min(), indices.max()) if indices.size else (0, size - 1)
    if low < 0 or high >= size:
        wrong = low if low < 0 else high
        raise IndexError(f"{name}: index {wrong} is not one of 0 to {size - 1}")
