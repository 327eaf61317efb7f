"""Functions of each entry of a Tensor by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minidl import kernels
from minidl.operands import array_of, floats_of, numbers_of, only_floats
from minidl.operators import AnyArray, dimension, unbroadcast
from minidl.promotion import NUMBERS, constant, promoted

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["abs", "cos", "exp", "isfinite", "log", "log_softmax", "pow", "relu"]
__all__ += ["rsqrt", "sigmoid", "sign", "sin", "softmax", "sqrt", "tanh"]


def exp(input: Tensor) -> Tensor:
    """Entrywise e^x."""
    y = np.exp(floats_of("exp", input))
    return input.record(y, lambda g: (g * y,), saves_result=True)


def log(input: Tensor) -> Tensor:
    """Entrywise natural logarithm."""
    x = floats_of("log", input)
    return input.record(np.log(x), lambda g: (g / x,), saves=(input,))


def sqrt(input: Tensor) -> Tensor:
    """Entrywise square root."""
    y = np.sqrt(floats_of("sqrt", input))
    return input.record(y, lambda g: (g / (2 * y),), saves_result=True)


def rsqrt(input: Tensor) -> Tensor:
    """Entrywise 1 / sqrt(x)."""
    y = 1 / np.sqrt(floats_of("rsqrt", input))
    return input.record(y, lambda g: (-0.5 * g * y * y * y,), saves_result=True)


def sin(input: Tensor) -> Tensor:
    """Entrywise sine, of radians."""
    x = floats_of("sin", input)
    return input.record(np.sin(x), lambda g: (g * np.cos(x),), saves=(input,))


def cos(input: Tensor) -> Tensor:
    """Entrywise cosine, of radians."""
    x = floats_of("cos", input)
    return input.record(np.cos(x), lambda g: (-g * np.sin(x),), saves=(input,))


def abs(input: Tensor) -> Tensor:
    """Entrywise distance from 0; the gradient at 0 is 0."""
    x = numbers_of("abs", input)
    return input.record(np.abs(x), lambda g: (g * np.sign(x),), saves=(input,))


def sign(input: Tensor) -> Tensor:
    """Entrywise -1, 0 or 1; its gradient is 0."""
    x = array_of("sign", input)
    y = x if x.dtype.kind == "b" else np.sign(x)
    return input.record(y, lambda g: (np.zeros_like(g),))


def isfinite(input: Tensor) -> Tensor:
    """Entrywise whether x is neither infinite nor nan."""
    return input.wrap(np.isfinite(array_of("isfinite", input)))


def sigmoid(input: Tensor) -> Tensor:
    """Squash every entry into (0, 1)."""
    y = kernels.sigmoid(floats_of("sigmoid", input))
    backward = kernels.sigmoid_backward
    return input.record(y, lambda g: (backward(g, y),), saves_result=True)


def tanh(input: Tensor) -> Tensor:
    """Squash every entry into (-1, 1)."""
    y = kernels.tanh(floats_of("tanh", input))
    backward = kernels.tanh_backward
    return input.record(y, lambda g: (backward(g, y),), saves_result=True)


def relu(input: Tensor) -> Tensor:
    """Keep positive entries; the others become 0."""
    x = numbers_of("relu", input)
    y, backward = kernels.relu(x), kernels.relu_backward
    return input.record(y, lambda g: (backward(g, y),), saves_result=True)


def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Turn scores along dim into positive numbers that sum to 1."""
    return along_dim("softmax", input, dim, dtype)


def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Logarithm of softmax along dim, finite where softmax underflows to 0."""
    return along_dim("log_softmax", input, dim, dtype)


def along_dim(name: str, input: Tensor, dim: int, dtype: Any) -> Tensor:
    """The kernel of this name, along dim; the input is cast first if dtype is given."""
    array_of(name, input)
    input = input if dtype is None else input.to(dtype)
    x, axis, shape = only_floats(name, input), dimension(name, input, dim), input.shape
    if not x.size:
        return input.record(x.copy(), lambda g: (g,))
    x = x if x.ndim else x.reshape(1)
    y, backward = getattr(kernels, name)(x, axis), getattr(kernels, f"{name}_backward")

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (backward(g.reshape(y.shape), y, axis).reshape(shape),)

    return input.record(y.reshape(shape), rule, saves_result=True)


def pow(input: Any, exponent: Any) -> Tensor:
    """Entrywise x to the power of exponent; one of them may be a number.

    Backward:  dx = exponent x^(exponent - 1), which is 0 everywhere for exponent 0
               dexponent = x^exponent log(x), which is 0 for x = 0
    """
    if not hasattr(input, "record"):
        array_of("pow", exponent, "exponent")
        input = constant("pow", exponent, input)
    if type(exponent) in NUMBERS and input.dtype.kind == "f":
        return power(input, exponent)
    a, b = promoted("pow", input, exponent)
    if a.dtype.kind == "b":
        raise TypeError("pow: both are bool; pass numbers")
    x, n, dx_wanted, dn_wanted = a.array, b.array, a.requires_grad, b.requires_grad
    y = x**n

    def rule(g: AnyArray) -> tuple[AnyArray | None, AnyArray | None]:
        dx = dn = None
        if dx_wanted:
            dx = unbroadcast(g * n * x ** np.where(n == 0, 0, n - 1), x.shape)
        if dn_wanted:
            log_x = np.log(np.where((x == 0) & (n >= 0), 1, x))
            dn = unbroadcast(g * y * log_x, n.shape)
        return dx, dn

    return a.record(y, rule, b, saves=(a, b), saves_result=dn_wanted)


def power(input: Tensor, exponent: float) -> Tensor:
    """Entrywise x to the power of a number."""
    x, lower = input.array, exponent - 1 if exponent else 0
    y = x**exponent
    return input.record(y, lambda g: (g * exponent * x**lower,), saves=(input,))
