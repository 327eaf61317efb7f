"""How two operands meet: numbers, dtypes and shapes, and the methods behind symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.dtypes import FLOAT, STRENGTH
from minidl.operators import AnyArray, Number, check_broadcast, matmul

if TYPE_CHECKING:
    from minidl.tensor import Tensor

NUMBERS = (bool, int, float)
Method = Callable[["Tensor", Any], "Tensor"]


def operator(
    symbol: str,
    function: Callable[[Tensor, Tensor], Tensor],
    with_number: Callable[[Tensor, Number], Tensor] | None = None,
) -> Method:
    """The method behind a symbol: x + y for Tensors, x + 2 by a shorter way."""

    def method(self: Tensor, other: Any) -> Tensor:
        if with_number is not None and type(other) in NUMBERS:
            return with_number(self, other)
        return function(*promoted(symbol, self, other))

    return method


def reflected(symbol: str, function: Callable[[Tensor, Tensor], Tensor]) -> Method:
    """The method behind 2 - x, where the number stands on the left."""

    def method(self: Tensor, other: Any) -> Tensor:
        a, b = promoted(symbol, self, other)
        return function(b, a)

    return method


def gradientless(symbol: str, compute: Callable[..., AnyArray]) -> Method:
    """The method behind x < y, a Tensor of bools, or x & y, of bools or integers."""

    def method(self: Tensor, other: Any) -> Tensor:
        if symbol in ("==", "!=") and not is_operand(other):
            return NotImplemented  # type: ignore[no-any-return]
        if type(other) in NUMBERS:
            return self.wrap(compute(self.array, other))
        a, b = promoted(symbol, self, other)
        return a.wrap(compute(a.array, b.array))

    return method


def invert(a: Tensor) -> Tensor:
    """Entrywise not a for bools, every bit turned for integers."""
    return a.wrap(~a.array)


def is_operand(other: Any) -> bool:
    """Whether an operator takes this: a Tensor or a number, Python's or NumPy's."""
    return hasattr(other, "record") or isinstance(other, (*NUMBERS, np.generic))


def promoted(symbol: str, a: Tensor, other: Any) -> tuple[Tensor, Tensor]:
    """Both operands as Tensors of their common dtype, if their shapes broadcast.

    As in PyTorch, floats win over integers and integers over bools; between two
    dtypes of one kind, an array wins over a tensor of a single number, and that over
    a Python number.
    """
    b: Tensor = other if hasattr(other, "record") else constant(symbol, a, other)
    if a.array.shape != b.array.shape:
        check_broadcast(symbol, a.shape, b.shape)
    if a.array.dtype != b.array.dtype:
        dtype = common_dtype(a.array, b.array)
        return a.to(dtype), b.to(dtype)
    return a, b


def common_dtype(x: AnyArray, y: AnyArray) -> np.dtype[Any]:
    """The dtype in which x and y are combined."""
    first, second = ((STRENGTH[z.dtype.kind], z.ndim > 0) for z in (x, y))
    if first == second:
        return np.promote_types(x.dtype, y.dtype)
    return x.dtype if first > second else y.dtype


def constant(symbol: str, a: Tensor, number: Any) -> Tensor:
    """A number as a Tensor, in the dtype of a if that can hold it.

    2 * x and 0.5 * x of a float64 x are float64, 0.5 * x of an integer x is float32.
    """
    number = number.item() if isinstance(number, np.generic) else number
    if not isinstance(number, NUMBERS):
        raise TypeError(
            f"{symbol}: the other operand is a {type(number).__name__}; pass a number "
            "or a Tensor"
        )
    natural = np.dtype(type(number))
    if STRENGTH[natural.kind] <= STRENGTH[a.dtype.kind]:
        return a.wrap(np.asarray(number, a.dtype))
    return a.wrap(np.asarray(number, FLOAT if natural.kind == "f" else natural))


def matrix_product(a: Tensor, other: Tensor) -> Tensor:
    """Matrix product a @ other."""
    b: Tensor = other if hasattr(other, "record") else constant("@", a, other)
    return matmul(a, b)
