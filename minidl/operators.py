"""What +, -, *, /, **, @ and the like do to Tensors, and their gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from minidl.tensor import Tensor

AnyArray = npt.NDArray[Any]
Dims = int | tuple[int, ...] | None

FLOAT = np.dtype(np.float32)  # PyTorch's default for numbers that are not in an array
STRENGTH = {"b": 0, "u": 1, "i": 1, "f": 2}  # the kind of dtype that wins over another


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
    x, y = operands("+", a, b)

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g, x.shape), unbroadcast(g, y.shape)

    return a.record(x + y, backward, b)


def sub(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a - b, broadcast."""
    x, y = operands("-", a, b)

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g, x.shape), unbroadcast(-g, y.shape)

    return a.record(x - y, backward, b)


def mul(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a * b, broadcast."""
    x, y = operands("*", a, b)

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g * y, x.shape), unbroadcast(g * x, y.shape)

    return a.record(x * y, backward, b)


def div(a: Tensor, b: Tensor) -> Tensor:
    """Entrywise a / b, broadcast; a quotient of integers is float32."""
    x, y = map(floating, operands("/", a, b))
    quotient = x / y

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        dx = g / y
        return unbroadcast(dx, x.shape), unbroadcast(-dx * quotient, y.shape)

    return a.record(quotient, backward, b)


def pow(a: Tensor, exponent: Any) -> Tensor:
    """Entrywise a ** exponent; the exponent is a number, not a Tensor.

    Backward:  exponent a^(exponent - 1), which is 0 everywhere for exponent 0
    """
    exponent = exponent.item() if isinstance(exponent, np.generic) else exponent
    if not isinstance(exponent, int | float):
        raise TypeError(
            f"**: the exponent is a {type(exponent).__name__}; pass a number"
        )
    x = floating(a.data) if isinstance(exponent, float) else a.data
    lower = exponent - 1 if exponent else 0
    return a.record(x**exponent, lambda g: (g * exponent * x**lower,))


def neg(a: Tensor) -> Tensor:
    """Entrywise -a."""
    return a.record(-a.data, lambda g: (-g,))


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product over the last two dimensions; the dimensions before broadcast.

    A vector is a row on the left and a column on the right.

    Shapes:    (..., N, D), (..., D, M) -> (..., N, M)
    Backward:  da = g b^T,  db = a^T g
    """
    check_matmul(a, b)
    x, y = np.atleast_2d(a.data), b.data if b.ndim > 1 else b.data[:, None]
    product = x @ y

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        g = g.reshape(product.shape)
        dx = unbroadcast(g @ y.swapaxes(-1, -2), x.shape)
        dy = unbroadcast(x.swapaxes(-1, -2) @ g, y.shape)
        return dx.reshape(a.shape), dy.reshape(b.shape)

    *batch, rows, columns = product.shape
    kept = [rows] * (a.ndim > 1) + [columns] * (b.ndim > 1)
    return a.record(product.reshape(batch + kept), backward, b)


def exp(a: Tensor) -> Tensor:
    """Entrywise e^a."""
    y = np.exp(floating(a.data))
    return a.record(y, lambda g: (g * y,))


def log(a: Tensor) -> Tensor:
    """Entrywise natural logarithm of a."""
    x = floating(a.data)
    return a.record(np.log(x), lambda g: (g / x,))


def sum(a: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    """Sum of a over dim: one dimension, several, or all (None)."""
    axes = reduced("sum", a, dim)
    kept = [1 if axis in axes else size for axis, size in enumerate(a.shape)]
    y = a.data.sum(axis=axes, keepdims=keepdim)
    return a.record(y, lambda g: (np.broadcast_to(g.reshape(kept), a.shape),))


def mean(a: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    """Mean of a over dim: one dimension, several, or all (None)."""
    if a.dtype.kind != "f":
        raise TypeError(
            f"mean: the tensor is {a.dtype}, and its mean need not be; make it floats"
        )
    total = sum(a, dim, keepdim)
    return total / (a.data.size / max(total.data.size, 1))


def reshape(a: Tensor, *shape: int | tuple[int, ...]) -> Tensor:
    """The entries of a in another shape; one size may be -1: what is left."""
    sizes = shape[0] if len(shape) == 1 else shape
    try:
        y = a.data.reshape(sizes)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(
            f"reshape: {a.data.size} numbers of a tensor {a.shape} do not fit {sizes}; "
            "the product of the sizes must be the same, one may be -1"
        ) from None
    return a.record(y, lambda g: (g.reshape(a.shape),))


def transpose(a: Tensor, dim0: int, dim1: int) -> Tensor:
    """The same entries with two dimensions swapped."""
    dims = [dimension("transpose", a, dim) for dim in (dim0, dim1)]
    return a.record(np.swapaxes(a.data, *dims), lambda g: (np.swapaxes(g, *dims),))


def operands(operator: str, a: Tensor, b: Tensor) -> tuple[AnyArray, AnyArray]:
    """The arrays of a and b in their common dtype; an error if they do not broadcast.

    As in PyTorch, floats win over integers and integers over bools; between two
    dtypes of one kind, an array wins over a tensor of a single number.
    """
    x, y = a.data, b.data
    check_broadcast(operator, x.shape, y.shape)
    if x.dtype == y.dtype:
        return x, y
    first, second = ((STRENGTH[z.dtype.kind], z.ndim > 0) for z in (x, y))
    dtype = x.dtype if first > second else y.dtype
    if first == second:
        dtype = np.promote_types(x.dtype, y.dtype)
    return x.astype(dtype, copy=False), y.astype(dtype, copy=False)


def floating(x: AnyArray) -> AnyArray:
    """The array itself if it holds floats, else as float32."""
    return x if x.dtype.kind == "f" else x.astype(FLOAT)


def check_broadcast(
    operator: str, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Raise if arrays of these shapes cannot be brought to one shape by repetition."""
    if first == second:
        return
    try:
        np.broadcast_shapes(first, second)
    except ValueError:
        raise ValueError(
            f"{operator}: shapes {first} and {second} do not broadcast; counted from "
            "the right, sizes must be equal or 1"
        ) from None


def check_matmul(a: Tensor, b: Tensor) -> None:
    """Raise if a @ b has no meaning."""
    if a.dtype != b.dtype:
        raise TypeError(
            f"@: the tensors are {a.dtype} and {b.dtype}; give both one dtype"
        )
    if not a.ndim or not b.ndim:
        raise ValueError(
            f"@: shapes {a.shape} and {b.shape}: a single number is no matrix; use *"
        )
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ValueError(
            f"@: shapes {a.shape} and {b.shape}: rows of {a.shape[-1]} against columns "
            f"of {inner}; transpose one, or change a size"
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
    if dim is None or dim == ():
        return tuple(range(a.ndim))
    dims = dim if isinstance(dim, tuple) else (dim,)
    axes = tuple(dimension(name, a, d) for d in dims)
    if len(set(axes)) < len(axes):
        raise ValueError(f"{name}: dim {dim} names one dimension of {a.shape} twice")
    return axes[: a.ndim]
