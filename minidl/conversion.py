"""Out of a tensor and into another kind: item, numpy, to, float, clone, detach."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.dtypes import DType, check_device, dtype_from
from minidl.operators import AnyArray

if TYPE_CHECKING:
    from minidl.tensor import Tensor


def item(x: Tensor) -> Any:
    """The only number, as a Python number."""
    if x.array.size != 1:
        raise ValueError(f"item: the tensor {x.shape} is not one number; use numpy()")
    return x.array.item()


def tolist(x: Tensor) -> Any:
    """The numbers as nested lists of Python's numbers."""
    return x.array.tolist()


def numpy(x: Tensor) -> AnyArray:
    """The array; changing it changes the tensor."""
    if x.requires_grad:
        raise ValueError("numpy: an array has no gradient; use detach().numpy()")
    return x.array


def detach(x: Tensor) -> Tensor:
    """The same numbers, cut off from what they were computed from."""
    result = x.wrap(x.array)
    result.version = x.version
    return result


def clone(x: Tensor) -> Tensor:
    """A copy of the numbers; gradients flow through it."""
    return x.record(x.array.copy(order="K"), lambda g: (g,))


def contiguous(x: Tensor) -> Tensor:
    """The tensor itself if its numbers lie row by row in memory, else such a copy."""
    return x if x.array.flags.c_contiguous else x.record(x.array.copy(), lambda g: (g,))


def cast(x: Tensor, dtype: DType, copy: bool = False) -> Tensor:
    """The numbers as another dtype; the tensor itself if it has this one."""
    old = x.array.dtype
    if dtype == old:
        return clone(x) if copy else x
    if dtype.kind != "f":
        return x.wrap(x.array.astype(dtype))
    return x.record(x.array.astype(dtype), lambda g: (g.astype(old),))


def casting(dtype: DType) -> Callable[[Tensor], Tensor]:
    """The method x.float() for float32, x.long() for int64 and so on."""
    return lambda x: cast(x, dtype)


def to(
    x: Tensor,
    *arguments: Any,
    dtype: DType | None = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
) -> Tensor:
    """The tensor as another dtype: to(dtype), to(device), to(other), or by name."""
    for argument in arguments:
        if hasattr(argument, "record"):
            dtype = argument.dtype
        elif isinstance(argument, np.dtype | type):
            dtype = dtype_from("to", argument)
        else:
            device = argument
    check_device("to", device)
    return cast(x, x.dtype if dtype is None else dtype_from("to", dtype), copy)


def type_as(x: Tensor, other: Tensor) -> Tensor:
    """The numbers as the dtype of other."""
    return cast(x, other.dtype)


def cpu(x: Tensor) -> Tensor:
    """The tensor itself: it is on the CPU."""
    return x


def cuda(x: Tensor, *arguments: Any) -> Tensor:
    """No tensor goes to a GPU."""
    return to(x, "cuda")


def as_bool(x: Tensor) -> bool:
    """Whether the only number is not 0: what `if x:` asks."""
    if x.array.size != 1:
        raise RuntimeError(
            f"bool: the tensor {x.shape} is not one number; use all() or any()"
        )
    return bool(x.array.item())


def as_index(x: Tensor) -> int:
    """The only number, an integer: what range(x) and a_list[x] ask."""
    if x.dtype.kind == "f":
        raise TypeError(f"index: the tensor is {x.dtype}; only integers can be indices")
    return int(item(x))


def as_float(x: Tensor) -> float:
    """The only number: what float(x) gives."""
    return float(item(x))


def as_int(x: Tensor) -> int:
    """The only number without its fraction: what int(x) gives."""
    return int(item(x))


def dim(x: Tensor) -> int:
    """Number of dimensions."""
    return x.array.ndim


def numel(x: Tensor) -> int:
    """How many numbers there are."""
    return x.array.size


def size(x: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    return x.array.shape if dim is None else x.array.shape[dim]


def length(x: Tensor) -> int:
    """The size of the first dimension."""
    if not x.array.ndim:
        raise TypeError("len: a tensor of a single number has no length")
    return len(x.array)


def array(x: Tensor, dtype: Any = None, copy: bool | None = None) -> AnyArray:
    """What numpy.asarray(x) gives."""
    return np.array(numpy(x), dtype, copy=copy)


def formatted(x: Tensor, style: str) -> str:
    """What f"{x:.3f}" gives: the only number in that style."""
    return format(item(x) if x.array.ndim == 0 else x.__repr__(), style)
