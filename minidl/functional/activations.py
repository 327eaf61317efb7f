"""Activations of Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minidl import kernels, pointwise
from minidl.arguments import check_floats
from minidl.array import Array
from minidl.inplace import in_place
from minidl.kernels import smooth
from minidl.pointwise import sigmoid as sigmoid
from minidl.pointwise import tanh as tanh
from minidl.tensor import Tensor

Kernel = Callable[..., Array]


def of_input(
    input: Tensor, name: str, kernel: Kernel, backward: Kernel, *options: float
) -> Tensor:
    """A kernel, whose backward reads the input, of a Tensor."""
    check_floats(name, input=input)
    x = input.array
    y = kernel(x, *options)
    return input.record(y, lambda g: (backward(g, x, *options),), saves=(input,))


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Keep positive entries of input; the others become 0."""
    return in_place("relu", pointwise.relu)(input) if inplace else pointwise.relu(input)


def leaky_relu(
    input: Tensor, negative_slope: float = 0.01, inplace: bool = False
) -> Tensor:
    """Keep positive entries of input; scale the others by negative_slope."""
    if inplace:
        return in_place("leaky_relu", leaky_relu)(input, negative_slope)
    pair = kernels.leaky_relu, kernels.leaky_relu_backward
    return of_input(input, "leaky_relu", *pair, float(negative_slope))


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Keep positive entries of input; bend the others towards -alpha."""
    if inplace:
        return in_place("elu", elu)(input, alpha)
    return of_input(input, "elu", smooth.elu, smooth.elu_backward, float(alpha))


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Each entry of input times its own sigmoid."""
    if inplace:
        return in_place("silu", silu)(input)
    return of_input(input, "silu", smooth.silu, smooth.silu_backward)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Each entry of input times the share of normal numbers below it.

    approximate: "none" for the error function, "tanh" for the faster formula.
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f'gelu: approximate is {approximate!r}; pass "none" or "tanh"')
    if approximate == "tanh":
        return of_input(input, "gelu", smooth.gelu_tanh, smooth.gelu_tanh_backward)
    return of_input(input, "gelu", smooth.gelu, smooth.gelu_backward)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """A relu with a round corner; input itself where beta * input > threshold."""
    options = float(beta), float(threshold)
    pair = smooth.softplus, smooth.softplus_backward
    return of_input(input, "softplus", *pair, *options)


def softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Turn scores along dim into positive numbers that sum to 1."""
    return pointwise.softmax(input, given("softmax", dim), dtype)


def log_softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Logarithm of softmax along dim, finite where softmax underflows to 0."""
    return pointwise.log_softmax(input, given("log_softmax", dim), dtype)


def given(name: str, dim: int | None) -> int:
    """The dimension of the scores, which PyTorch too wants to be told."""
    if dim is None:
        raise TypeError(f"{name}: dim is None; pass the dimension of the scores")
    return dim
