"""What functions of Tensors are given, checked: the array, the floats, the sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl.operators import AnyArray, floating


def array_of(name: str, value: Any, argument: str = "input") -> AnyArray:
    """The array of an argument, which must be a Tensor."""
    if not hasattr(value, "record"):
        raise TypeError(
            f"{name}: {argument} is a {type(value).__name__}, not a Tensor; use "
            f"minidl.tensor({argument})"
        )
    array: AnyArray = value.array
    return array


def numbers_of(name: str, value: Any) -> AnyArray:
    """The array of a Tensor, which must not hold bools."""
    array = array_of(name, value)
    if array.dtype.kind == "b":
        raise TypeError(f"{name}: the tensor is bool; pass numbers, such as x.long()")
    return array


def floats_of(name: str, value: Any) -> AnyArray:
    """The array of a Tensor, as float32 if it holds integers or bools."""
    return floating(array_of(name, value))


def only_floats(name: str, value: Any) -> AnyArray:
    """The array of a Tensor, which must hold floats."""
    array = array_of(name, value)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{name}: the tensor is {array.dtype}, not a float dtype; use x.float()"
        )
    return array


def listed(name: str, given: tuple[Any, ...]) -> tuple[int, ...]:
    """Integers that may come one by one, or as one tuple or list."""
    if len(given) == 1 and isinstance(given[0], tuple | list):
        given = tuple(given[0])
    if not all(isinstance(n, int | np.integer) for n in given):
        raise TypeError(f"{name}: {given} are not all integers")
    return given
