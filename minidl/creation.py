"""Tensors made from numbers, lists and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.dtypes import FLOAT, DType, check_device, dtype_from
from minidl.operands import listed
from minidl.operators import AnyArray
from minidl.tensor import Tensor

__all__ = ["arange", "as_tensor", "empty", "empty_like", "eye", "from_numpy", "full"]
__all__ += ["full_like", "linspace", "ones", "ones_like", "tensor", "zeros"]
__all__ += ["zeros_like"]


def made(
    name: str,
    array: AnyArray,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The array as a tensor: what every function here does with its last arguments.

    Floats become float32 unless a dtype is asked for.
    """
    check_device(name, device)
    if dtype is None:
        dtype = FLOAT if array.dtype.kind == "f" else array.dtype
    return Tensor(array.astype(dtype_from(name, dtype), copy=False), requires_grad)


def tensor(data: Any, *, dtype: DType | None = None, **options: Any) -> Tensor:
    """A tensor that holds a copy of data: a number, nested lists of them, an array.

    Python's floats become float32, as in PyTorch. An array keeps its dtype.
    """
    data = data.array if isinstance(data, Tensor) else data
    try:
        array = np.array(data)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"tensor: {data!r:.60} does not become an array ({error}); pass numbers, "
            "or lists of equal length of them"
        ) from None
    array = Tensor(array).array  # Tensor explains what is no number
    if dtype is None and made_of_arrays(data):
        dtype = array.dtype
    return made("tensor", array, dtype=dtype, **options)


def made_of_arrays(data: Any) -> bool:
    """Whether the innermost values are NumPy's, which have a dtype, not Python's."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return isinstance(data, np.ndarray | np.generic | Tensor)


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """Data as a tensor, sharing its memory if it is a Tensor or an array that fits."""
    if not isinstance(data, Tensor | np.ndarray):
        return tensor(data, dtype=dtype, device=device)
    shared = data if isinstance(data, Tensor) else Tensor(data)
    return shared.to(device=device, dtype=dtype)


def from_numpy(array: AnyArray) -> Tensor:
    """A tensor that shares the memory of an array."""
    if not isinstance(array, np.ndarray):
        kind = type(array).__name__
        raise TypeError(f"from_numpy: got a {kind}, not an array; use minidl.tensor")
    return Tensor(array)


def sizes(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """The sizes of the dimensions, given one by one or as one tuple or list."""
    size = listed(name, size)
    if min(size, default=0) < 0:
        raise ValueError(f"{name}: sizes {size} must not be negative")
    return size


def zeros(*size: Any, **options: Any) -> Tensor:
    """Zeros."""
    return made("zeros", np.zeros(sizes("zeros", size), FLOAT), **options)


def ones(*size: Any, **options: Any) -> Tensor:
    """Ones."""
    return made("ones", np.ones(sizes("ones", size), FLOAT), **options)


def empty(*size: Any, **options: Any) -> Tensor:
    """Whatever numbers are in the memory: to be written before they are read."""
    dtype = dtype_from("empty", options.get("dtype") or FLOAT)
    return made("empty", np.empty(sizes("empty", size), dtype), **options)


def full(size: Any, fill_value: Any, **options: Any) -> Tensor:
    """One number everywhere; its kind decides the dtype."""
    number = fill_value.array if isinstance(fill_value, Tensor) else fill_value
    return made("full", np.full(sizes("full", (size,)), number), **options)


def eye(n: int, m: int | None = None, **options: Any) -> Tensor:
    """Ones on the diagonal, zeros elsewhere: n rows, m columns (n if not given)."""
    return made("eye", np.eye(n, m), **options)


def arange(start: Any, end: Any = None, step: Any = 1, **options: Any) -> Tensor:
    """Numbers from start (0 if only one bound is given) to before end, by steps."""
    if end is None:
        start, end = 0, start
    if step == 0 or (end - start) * step < 0:
        raise ValueError(
            f"arange: no step of {step} leads from {start} to {end}; step must not be "
            "0 and must have the sign of end - start"
        )
    return made("arange", np.arange(start, end, step), **options)


def linspace(start: float, end: float, steps: int, **options: Any) -> Tensor:
    """Numbers from start to end, both included, at equal distances."""
    return made("linspace", np.linspace(float(start), float(end), steps), **options)


def like(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function that makes the same in the shape and dtype of a Tensor."""

    def of_input(input: Tensor, *arguments: Any, **options: Any) -> Tensor:
        return function(input.shape, *arguments, **{"dtype": input.dtype, **options})

    return of_input


zeros_like, ones_like, empty_like, full_like = map(like, (zeros, ones, empty, full))
