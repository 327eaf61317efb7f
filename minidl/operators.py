"""What +, -, *, /, **, @ and the like do to Tensors, and their gradients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from minidl.dtypes import FLOAT, int64

if TYPE_CHECKING:
    from minidl.tensor import Tensor

AnyArray = npt.NDArray[Any]
Dims = int | tuple[int, ...] | list[int] | None
OptionalArray = TypeVar("OptionalArray", AnyArray, AnyArray | None)
Number = bool | int | float


def unbroadcast(g: AnyArray, shape: tuple[int, ...]) -> AnyArray:
    """Sum g over every dimension along which an array of this shape was repeated.

    Shapes:  any that `shape` broadcasts to -> shape
    """
    if g.shape == shape:
        return g
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(dim for dim, size in enumerate(shape) if size == 1)
    return np.asarray(g.sum(axis=repeated, keepdims=True))


def add(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a + b, broadcast."""
    first, second = a.shape, b.shape

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g, first), unbroadcast(g, second)

    return a.record(a.array + b.array, backward, b)


def sub(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a - b, broadcast."""
    first, second = a.shape, b.shape

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g, first), -unbroadcast(g, second)

    return a.record(a.array - b.array, backward, b)


def mul(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a * b, broadcast."""
    first, second, product = a.shape, b.shape, a.array * b.array
    x = a.array if b.requires_grad else None  # what no gradient needs is not kept
    y = b.array if a.requires_grad else None

    def backward(g: AnyArray) -> tuple[AnyArray | None, AnyArray | None]:
        dx = None if y is None else unbroadcast(g * y, first)
        dy = None if x is None else unbroadcast(g * x, second)
        return dx, dy

    saves = (a,) * b.requires_grad + (b,) * a.requires_grad
    return a.record(product, backward, b, saves=saves)


def div(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a / b, broadcast; a quotient of integers is float32."""
    x, y, dy_wanted = floating(a.array), floating(b.array), b.requires_grad

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray | None]:
        dx = g / y
        dy = unbroadcast(-dx * (x / y), y.shape) if dy_wanted else None
        return unbroadcast(dx, x.shape), dy

    return a.record(x / y, backward, b, saves=(b,) + (a,) * dy_wanted)


def remainder(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise what is left of a after whole multiples of b, with the sign of b."""
    x, y = a.array, b.array

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g, x.shape), unbroadcast(-g * np.floor(x / y), y.shape)

    return a.record(np.remainder(x, y), backward, b, saves=(a, b))


def floor_divide(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a / b, rounded down, which has no gradient."""

    def backward(g: AnyArray) -> NoReturn:
        raise RuntimeError("//: has no gradient, as it jumps; use / or detach()")

    return a.record(np.floor_divide(a.array, b.array), backward, b)


def neg(a: Tensor) -> Tensor:
    """Entrywise -a."""
    return a.record(-a.array, lambda g: (-g,))


def add_number(a: Tensor, c: Number) -> Tensor:
    """Entrywise a + c."""
    return a.record(fitting(a.array, c) + c, lambda g: (g,))


def sub_number(a: Tensor, c: Number) -> Tensor:
    """Entrywise a - c."""
    return a.record(fitting(a.array, c) - c, lambda g: (g,))


def mul_number(a: Tensor, c: Number) -> Tensor:
    """Entrywise a * c."""
    return a.record(fitting(a.array, c) * c, lambda g: (g * c,))


def div_number(a: Tensor, c: Number) -> Tensor:
    """Entrywise a / c."""
    return a.record(floating(a.array) / c, lambda g: (g / c,))


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product over the last two dimensions; the dimensions before broadcast.

    A vector is a row on the left and a column on the right.

    Shapes:    (..., N, D), (..., D, M) -> (..., N, M)
    Backward:  da = g b^T,  db = a^T g
    """
    check_matmul(a, b)
    x, y, shape = matrices(a.array, b.array)
    first, second, product = a.shape, b.shape, x @ y
    flat, dx_wanted, dy_wanted = product.shape, a.requires_grad, b.requires_grad

    def backward(g: AnyArray) -> tuple[AnyArray | None, AnyArray | None]:
        g = shaped(g, flat)
        dx = unbroadcast(g @ y.swapaxes(-1, -2), x.shape) if dx_wanted else None
        dy = unbroadcast(x.swapaxes(-1, -2) @ g, y.shape) if dy_wanted else None
        return shaped(dx, first), shaped(dy, second)

    saves = (b,) * dx_wanted + (a,) * dy_wanted
    return a.record(shaped(product, shape), backward, b, saves=saves)


def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Sum of input over dim: one dimension, several, or all (None).

    Backward:  every number that was added gets its sum's gradient
    """
    a = input if dtype is None else input.to(dtype)
    axes, shape = reduced("sum", a, dim), a.shape
    kept = [1 if axis in axes else size for axis, size in enumerate(shape)]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        return (np.broadcast_to(g.reshape(kept), shape),)

    return a.record(total(a.array, axes, keepdim, dtype), backward)


def matrices(x: AnyArray, y: AnyArray) -> tuple[AnyArray, AnyArray, tuple[int, ...]]:
    """Two arrays as (stacks of) matrices, and the shape that their product has.

    A vector becomes a row on the left, a column on the right; what multiplies a single
    matrix becomes one matrix, as one product is faster than one for each of a stack.
    """
    stack = x.shape[:-2]
    if y.ndim > 2:
        stack = np.broadcast_shapes(stack, y.shape[:-2])
    shape = stack + x.shape[-2:-1] + y.shape[-1:] * (y.ndim > 1)
    x = x.reshape(1, -1) if x.ndim == 1 else x
    y = y.reshape(-1, 1) if y.ndim == 1 else y
    if x.ndim > y.ndim == 2:
        x = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    return x, y, shape


def total(x: AnyArray, axes: tuple[int, ...], keepdim: bool, dtype: Any) -> AnyArray:
    """Sum of x over the axes; of integers as int64, if no other dtype is asked for."""
    kind = x.dtype if x.dtype.kind == "f" else dtype or int64
    return np.add.reduce(x, axes, kind, keepdims=keepdim)  # type: ignore[call-overload, no-any-return]


def shaped(g: OptionalArray, shape: tuple[int, ...]) -> OptionalArray:
    """The array in this shape; itself, not a view of it, if it has the shape."""
    return g if g is None or g.shape == shape else g.reshape(shape)


def fitting(x: AnyArray, number: Number) -> AnyArray:
    """The array itself; as float32 if it holds integers and the number is a float."""
    return floating(x) if isinstance(number, float) else x


def floating(x: AnyArray) -> AnyArray:
    """The array itself if it holds floats, else as float32."""
    return x if x.dtype.kind == "f" else x.astype(FLOAT)


def check_broadcast(
    operator: str, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Raise if arrays of these shapes cannot be brought to one shape by repetition."""
    for n, m in zip(first[::-1], second[::-1], strict=False):
        if n != m and n != 1 != m:
            raise ValueError(
                f"{operator}: shapes {first} and {second} do not broadcast; counted "
                "from the right, sizes must be equal or 1"
            )


def check_matmul(a: Tensor, b: Tensor) -> None:
    """Raise if a @ b has no meaning."""
    if a.dtype != b.dtype:
        raise TypeError(f"@: tensors of {a.dtype} and {b.dtype}; give both one dtype")
    if not a.ndim or not b.ndim:
        raise ValueError(
            f"@: shapes {a.shape} and {b.shape}: a single number is no matrix; use *"
        )
    rows, columns = a.shape[-1], b.shape[-2:][0]
    if rows != columns:
        raise ValueError(
            f"@: shapes {a.shape} and {b.shape}: rows of {rows} against columns of "
            f"{columns}; transpose one"
        )
    check_broadcast("@, before the last two dimensions", a.shape[:-2], b.shape[:-2])


def dimension(name: str, a: Tensor, dim: int) -> int:
    """The dimension counted from the left, from 0, for one that may be negative."""
    count = max(a.ndim, 1)
    if not isinstance(dim, int):
        raise TypeError(f"{name}: dim is {dim!r}, not an integer")
    if not -count <= dim < count:
        raise ValueError(
            f"{name}: dim {dim} of a tensor {a.shape}; it must be from {-count} to "
            f"{count - 1}"
        )
    return dim % count


def reduced(name: str, a: Tensor, dim: Dims) -> tuple[int, ...]:
    """The dimensions to reduce over, as numbers from 0."""
    if dim is None or dim == () or dim == []:
        return tuple(range(a.ndim))
    dims = dim if isinstance(dim, tuple | list) else (dim,)
    axes = tuple(dimension(name, a, d) for d in dims)
    if len(set(axes)) < len(axes):
        raise ValueError(f"{name}: dim {dim} names one dimension of {a.shape} twice")
    return axes[: a.ndim]
