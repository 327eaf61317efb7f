"""x[i] and x[i] = v: parts of a tensor, as views where slices suffice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl import tape
from minidl.inplace import added_at, check_in_place, current_node, rebase
from minidl.operators import AnyArray, unbroadcast
from minidl.promotion import is_operand
from minidl.tape import Node

if TYPE_CHECKING:
    from minidl.tensor import Tensor

Index = tuple[Any, ...]


def split(x: Tensor, index: Any) -> tuple[Index, Index | None]:
    """The index in two steps, as in PyTorch: integers and slices, then arrays.

    The second is for what the first leaves, and None where there are no arrays.
    """
    slices: list[Any] = []
    arrays: list[Any] = []
    for item in index if isinstance(index, tuple) else (index,):
        array = as_array(item)
        if array is None:
            slices.append(item)
            if not isinstance(item, int):
                arrays.append(item if item is Ellipsis else slice(None))
        elif array.ndim == 0 and array.dtype.kind != "b":
            slices.append(int(array))
        elif array.ndim == 0:  # a single bool: a new dimension of size 1 or 0
            slices.append(None)
            arrays.append(np.zeros(int(array), int))
        else:
            slices += [slice(None)] * (array.ndim if array.dtype.kind == "b" else 1)
            arrays.append(array)
    if not any(item is Ellipsis for item in slices):
        slices.append(Ellipsis)  # and NumPy gives a view where it would give a number
    has_arrays = any(isinstance(item, np.ndarray) for item in arrays)
    return tuple(slices), tuple(arrays) if has_arrays else None


def as_array(item: Any) -> AnyArray | None:
    """The array behind an item of an index; None for an integer, a slice, None, ..."""
    if item is None or item is Ellipsis or type(item) is int:
        return None
    if isinstance(item, slice):
        if item.step is not None and item.step < 1:
            raise ValueError(f"index: step {item.step} in a slice; it must be positive")
        return None
    array = np.asarray(item.array if hasattr(item, "record") else item)
    if not array.size and isinstance(item, list):
        array = array.astype(int)
    if array.dtype.kind not in "bi":
        raise IndexError(
            f"index: {type(item).__name__} of {array.dtype}; pass integers, slices, "
            "bools, or Tensors of int64 or bool"
        )
    return array


def getitem(x: Tensor, index: Any) -> Tensor:
    """The part of x that an index names; a view unless the index has an array."""
    slices, arrays = split(x, index)
    part, shape, size = x.array[slices], x.shape, x.array.size
    if arrays is None:

        def into_zeros(g: AnyArray) -> tuple[AnyArray]:
            dx = np.zeros(shape, g.dtype)
            dx[slices] = g
            return (dx,)

        return x.record_view(part, into_zeros)

    def added(g: AnyArray) -> tuple[AnyArray]:
        numbers = np.arange(size).reshape(shape)
        return (added_at(numbers[slices][arrays], g, shape),)

    return x.record(part[arrays], added)


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """Put value, broadcast, into the part of x that an index names."""
    check_in_place("x[...] = v", x)
    if not is_operand(value):
        raise TypeError(
            f"x[...] = v: v is a {type(value).__name__}; pass a number or a Tensor"
        )
    value = value if hasattr(value, "record") else x.wrap(np.asarray(value))
    slices, arrays = split(x, index)
    inputs = [current_node(x), current_node(value)]
    put(x.array, slices, arrays, value.array)
    x.version[0] += 1
    if not tape.recording.on or not any(inputs):
        return
    shape, dtype = value.shape, value.dtype

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        part = g[slices] if arrays is None else g[slices][arrays]
        rest = g.copy()
        put(rest, slices, arrays, np.zeros((), g.dtype))
        while part.ndim < len(shape):  # v may have more dimensions, of size 1
            part = part[None]
        return rest, unbroadcast(part, shape).astype(dtype, copy=False)

    rebase(x, Node(inputs, backward))


def put(target: AnyArray, slices: Index, arrays: Index | None, value: AnyArray) -> None:
    """Write value into the part of an array that an index in two steps names."""
    target[slices][... if arrays is None else arrays] = value


def iterate(x: Tensor) -> Iterator[Tensor]:
    """The parts along the first dimension, one after another."""
    if not x.array.ndim:
        raise TypeError("iter: a tensor of a single number has no parts; use item()")
    return (getitem(x, i) for i in range(len(x.array)))
