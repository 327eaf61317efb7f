"""Activations of Tensors."""

from __future__ import annotations

from typing import Any

from minidl import kernels, pointwise
from minidl.arguments import check_floats
from minidl.inplace import in_place
from minidl.tensor import Tensor


def activated(name: str, input: Tensor, inplace: bool, *options: float) -> Tensor:
    """The kernel of this name, whose backward reads the input, of a Tensor."""
    check_floats(name.removesuffix("_tanh"), input=input)
    kernel, backward = getattr(kernels, name), getattr(kernels, f"{name}_backward")

    def compute(input: Tensor) -> Tensor:
        x = input.array
        y = kernel(x, *options)
        return input.record(y, lambda g: (backward(g, x, *options),), saves=(input,))

    return in_place(name, compute)(input) if inplace else compute(input)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Keep positive entries of input; the others become 0."""
    return in_place("relu", pointwise.relu)(input) if inplace else pointwise.relu(input)


def leaky_relu(
    input: Tensor, negative_slope: float = 0.01, inplace: bool = False
) -> Tensor:
    """Keep positive entries of input; scale the others by negative_slope."""
    return activated("leaky_relu", input, inplace, float(negative_slope))


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Keep positive entries of input; bend the others towards -alpha."""
    return activated("elu", input, inplace, float(alpha))


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Each entry of input times its own sigmoid."""
    return activated("silu", input, inplace)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Each entry of input times the share of normal numbers below it.

    approximate: "none" for the error function, "tanh" for the faster formula.
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f'gelu: approximate is {approximate!r}; pass "none" or "tanh"')
    return activated("gelu" if approximate == "none" else "gelu_tanh", input, False)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """A relu with a round corner; input itself where beta * input > threshold."""
    return activated("softplus", input, False, float(beta), float(threshold))


def softmax(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """Turn scores along dim, which must be given, into positive numbers of sum 1."""
    return pointwise.softmax(input, dim, dtype)


def log_softmax(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """Logarithm of softmax along dim, finite where softmax underflows to 0."""
    return pointwise.log_softmax(input, dim, dtype)
