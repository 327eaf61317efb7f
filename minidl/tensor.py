"""Tensor: an array that remembers how it was computed, and so finds its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl import operators, tape
from minidl.operators import FLOAT, STRENGTH, AnyArray, Dims

PRINTED_WITHOUT_DTYPE = (FLOAT, np.dtype(np.int64), np.dtype(np.bool_))
Number = bool | int | float | np.generic
Rule = Callable[[AnyArray], tuple[AnyArray, ...]]
"""From the gradient of a result to the gradients of the tensors it came from."""


class Tensor:
    """An array of numbers, its gradient, and how it was computed.

    data:           the NumPy array
    grad:           gradient of what backward() was called on, or None; leaves only
    requires_grad:  whether gradients flow to this tensor
    inputs:         the tensors it was computed from; none for a leaf
    rule:           from its gradient to those of its inputs; None for a leaf
    """

    __array_ufunc__ = None  # array + tensor asks the tensor, which explains
    __slots__ = ("data", "grad", "inputs", "requires_grad", "rule")

    def __init__(self, data: AnyArray, requires_grad: bool = False) -> None:
        """Hold data, an array that is not copied."""
        if not isinstance(data, np.ndarray | np.generic):
            raise TypeError(
                f"Tensor: data is a {type(data).__name__}, not an array; use "
                "minidl.tensor(data)"
            )
        if data.dtype.kind not in STRENGTH:
            raise TypeError(
                f"Tensor: data has dtype {data.dtype}; pass floats, integers or bools"
            )
        if requires_grad and data.dtype.kind != "f":
            raise TypeError(
                f"Tensor: {data.dtype} data has no gradient; pass floats, or "
                "requires_grad=False"
            )
        self.data: AnyArray = np.asarray(data)
        self.grad: Tensor | None = None
        self.requires_grad = requires_grad
        self.inputs: tuple[Tensor, ...] = ()
        self.rule: Rule | None = None

    def record(self, data: AnyArray, rule: Rule, *others: Tensor) -> Tensor:
        """A tensor of data, computed from this one and others, with its gradients."""
        result = Tensor(data)
        inputs = (self, *others)
        if tape.recording.on and any(x.requires_grad for x in inputs):
            result.requires_grad = True
            result.inputs, result.rule = inputs, rule
        return result

    def backward(self, gradient: Tensor | None = None) -> None:
        """Add this tensor's gradients to the grad of the leaves it came from.

        gradient is the upstream gradient; a tensor of one number needs none.
        """
        tape.backward(self, upstream(self, gradient))

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self.data.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.data.dtype

    def item(self) -> float:
        """The only number, as a Python number."""
        if self.data.size != 1:
            raise ValueError(
                f"item: the tensor {self.shape} is not one number; use numpy()"
            )
        number: float = self.data.item()
        return number

    def numpy(self) -> AnyArray:
        """The array; changing it changes the tensor."""
        if self.requires_grad:
            raise ValueError(
                "numpy: the tensor requires a gradient, and an array has none; use "
                "detach().numpy()"
            )
        return self.data

    def accumulate(self, g: AnyArray) -> None:
        """Add g to grad, which is an array of its own."""
        if self.grad is None:
            self.grad = Tensor(g.copy())
        else:
            self.grad.data += g

    def detach(self) -> Tensor:
        """The same data, cut off from what it was computed from."""
        return Tensor(self.data)

    def zero_(self) -> Tensor:
        """Set every number to 0, in place."""
        if self.requires_grad and tape.recording.on:
            raise ValueError(
                "zero_: a tensor that requires a gradient changes while recording; "
                "use no_grad"
            )
        self.data.fill(0)
        return self

    def sum(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Sum over dim: one dimension, several, or all (None)."""
        return operators.sum(self, dim, keepdim)

    def mean(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Mean over dim: one dimension, several, or all (None)."""
        return operators.mean(self, dim, keepdim)

    def exp(self) -> Tensor:
        """Entrywise e to this power."""
        return operators.exp(self)

    def log(self) -> Tensor:
        """Entrywise natural logarithm."""
        return operators.log(self)

    def reshape(self, *shape: int | tuple[int, ...]) -> Tensor:
        """The same numbers in another shape; one size may be -1: what is left."""
        return operators.reshape(self, *shape)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """The same numbers with two dimensions swapped."""
        return operators.transpose(self, dim0, dim1)

    @property
    def T(self) -> Tensor:  # noqa: N802, as in PyTorch
        """The transposed matrix."""
        if self.ndim != 2:
            raise ValueError(
                f"T: the tensor {self.shape} is not a matrix; use transpose(dim0, dim1)"
            )
        return operators.transpose(self, 0, 1)

    def __add__(self, other: Tensor | Number) -> Tensor:
        """Self + other, broadcast."""
        return operators.add(self, operand("+", self, other))

    def __radd__(self, other: Number) -> Tensor:
        """A number + self."""
        return operators.add(operand("+", self, other), self)

    def __sub__(self, other: Tensor | Number) -> Tensor:
        """Self - other, broadcast."""
        return operators.sub(self, operand("-", self, other))

    def __rsub__(self, other: Number) -> Tensor:
        """A number - self."""
        return operators.sub(operand("-", self, other), self)

    def __mul__(self, other: Tensor | Number) -> Tensor:
        """Self * other, entrywise, broadcast."""
        return operators.mul(self, operand("*", self, other))

    def __rmul__(self, other: Number) -> Tensor:
        """A number * self."""
        return operators.mul(operand("*", self, other), self)

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        """Self / other, entrywise, broadcast."""
        return operators.div(self, operand("/", self, other))

    def __rtruediv__(self, other: Number) -> Tensor:
        """A number / self."""
        return operators.div(operand("/", self, other), self)

    def __matmul__(self, other: Tensor) -> Tensor:
        """Matrix product."""
        return operators.matmul(self, operand("@", self, other))

    def __pow__(self, exponent: Number) -> Tensor:
        """Entrywise power; the exponent is a number."""
        return operators.pow(self, exponent)

    def __neg__(self) -> Tensor:
        """Self with every sign turned."""
        return operators.neg(self)

    def __repr__(self) -> str:
        """As PyTorch prints it: tensor([1., 2.], requires_grad=True)."""
        numbers = np.array2string(
            self.data, precision=4, separator=", ", prefix="tensor("
        )
        dtype = "" if self.dtype in PRINTED_WITHOUT_DTYPE else f", dtype={self.dtype}"
        grad = ", requires_grad=True" if self.requires_grad else ""
        return f"tensor({numbers}{dtype}{grad})"


def upstream(root: Tensor, gradient: Tensor | None) -> AnyArray:
    """The gradient with which to start backward at root; 1 for a single number."""
    if not root.requires_grad:
        raise ValueError(
            "backward: nothing here requires a gradient; create a tensor with "
            "requires_grad=True and compute outside no_grad"
        )
    if gradient is None and root.data.size != 1:
        raise ValueError(
            f"backward: the tensor {root.shape} is not one number; reduce it by sum() "
            "or mean(), or pass gradient, a tensor of its shape"
        )
    if gradient is None:
        return np.ones_like(root.data)
    if not isinstance(gradient, Tensor):
        raise TypeError(
            f"backward: gradient is a {type(gradient).__name__}, not a Tensor; use "
            "minidl.tensor(gradient)"
        )
    if gradient.shape != root.shape:
        raise ValueError(
            f"backward: gradient {gradient.shape} for a tensor {root.shape}; the "
            "shapes must be equal"
        )
    return gradient.data.astype(root.dtype, copy=False)


def operand(operator: str, x: Tensor, other: Any) -> Tensor:
    """The other operand as a Tensor; a number takes the dtype of x if that can hold it.

    2 * x and 0.5 * x of a float64 x are float64, 0.5 * x of an integer x is float32.
    """
    if isinstance(other, Tensor):
        return other
    if isinstance(other, np.generic):
        other = other.item()
    if not isinstance(other, bool | int | float):
        raise TypeError(
            f"{operator}: the other operand is a {type(other).__name__}; pass a number "
            "or a Tensor, made by minidl.tensor(...)"
        )
    natural = np.dtype(type(other))
    if STRENGTH[natural.kind] <= STRENGTH[x.dtype.kind]:
        return Tensor(np.asarray(other, x.dtype))
    return Tensor(np.asarray(other, FLOAT if natural.kind == "f" else natural))
