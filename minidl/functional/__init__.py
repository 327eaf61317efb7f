"""Differentiable functions of Tensors, made of kernels."""

from __future__ import annotations

import numpy as np

from minidl import kernels
from minidl.arguments import (
    check_classes,
    check_constant,
    check_floats,
    check_linear,
    check_pair,
    scores_dimension,
)
from minidl.operators import AnyArray
from minidl.tensor import Tensor


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Weighted sums of input's features, one for each row of weight, plus bias.

    Shapes:  input (..., D), weight (M, D), bias (M,) -> (..., M)
    """
    check_linear(input, weight, bias)
    x, W = input.data.reshape(-1, weight.shape[1]), weight.data
    b = np.zeros(len(W), W.dtype) if bias is None else bias.data
    y = kernels.linear(x, W, b).reshape(*input.shape[:-1], len(W))

    def backward(g: AnyArray) -> tuple[AnyArray, ...]:
        dx, dW, db = kernels.linear_backward(g.reshape(-1, len(W)), x, W)
        gradients = dx.reshape(input.shape), dW, db
        return gradients if bias is not None else gradients[:2]

    others = (weight,) if bias is None else (weight, bias)
    return input.record(y, backward, *others)


def sigmoid(input: Tensor) -> Tensor:
    """Squash every entry of input into (0, 1)."""
    check_floats("sigmoid", input=input)
    y = kernels.sigmoid(input.data)
    return input.record(y, lambda g: (kernels.sigmoid_backward(g, y),))


def tanh(input: Tensor) -> Tensor:
    """Squash every entry of input into (-1, 1)."""
    check_floats("tanh", input=input)
    y = kernels.tanh(input.data)
    return input.record(y, lambda g: (kernels.tanh_backward(g, y),))


def relu(input: Tensor) -> Tensor:
    """Keep positive entries of input; the others become 0."""
    check_floats("relu", input=input)
    y = kernels.relu(input.data)
    return input.record(y, lambda g: (kernels.relu_backward(g, y),))


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Keep positive entries of input; scale the others by negative_slope."""
    check_floats("leaky_relu", input=input)
    x, slope = input.data, float(negative_slope)
    y = kernels.leaky_relu(x, slope)
    return input.record(y, lambda g: (kernels.leaky_relu_backward(g, x, slope),))


def softmax(input: Tensor, dim: int) -> Tensor:
    """Turn scores along dim into positive numbers that sum to 1."""
    dim = scores_dimension("softmax", input, dim)
    y = kernels.softmax(input.data, dim)
    return input.record(y, lambda g: (kernels.softmax_backward(g, y, dim),))


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Logarithm of softmax along dim, finite where softmax underflows to 0."""
    dim = scores_dimension("log_softmax", input, dim)
    y = kernels.log_softmax(input.data, dim)
    return input.record(y, lambda g: (kernels.log_softmax_backward(g, y, dim),))


def mse_loss(input: Tensor, target: Tensor) -> Tensor:
    """Mean squared difference between input and target, over all entries."""
    check_pair("mse_loss", input, target)
    y, t = input.data, target.data

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        dy = kernels.mse_loss_backward(g, y, t)
        return dy, -dy

    return input.record(kernels.mse_loss(y, t), backward, target)


def cross_entropy(input: Tensor, target: Tensor) -> Tensor:
    """Mean negative log-probability that softmax(input) gives the true classes.

    Shapes:  input (N, C) scores, target (N,) class numbers -> ()
    """
    check_classes("cross_entropy", input, target)
    x, t = input.data, target.data
    loss = kernels.cross_entropy(x, t)
    return input.record(loss, lambda g: (kernels.cross_entropy_backward(g, x, t),))


def binary_cross_entropy_with_logits(input: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy of sigmoid(input) against targets from 0 to 1."""
    name = "binary_cross_entropy_with_logits"
    check_pair(name, input, target)
    check_constant(name, target)
    x, t = input.data, target.data
    if not np.all((t >= 0) & (t <= 1)):
        raise ValueError(
            f"{name}: target has entries from {t.min()} to {t.max()}; it must be a "
            "probability, 0 to 1"
        )
    loss = kernels.binary_cross_entropy_with_logits(x, t)
    gradient = kernels.binary_cross_entropy_with_logits_backward
    return input.record(loss, lambda g: (gradient(g, x, t),))


def hinge_loss(input: Tensor, target: Tensor) -> Tensor:
    """Mean shortfall of target * input below a margin of 1; targets are -1 or +1."""
    check_pair("hinge_loss", input, target)
    check_constant("hinge_loss", target)
    x, t = input.data, target.data
    if not np.all(np.abs(t) == 1):
        wrong = t[np.abs(t) != 1][0]
        raise ValueError(
            f"hinge_loss: target has an entry {wrong}; classes must be -1 or +1"
        )
    loss = kernels.hinge_loss(x, t)
    return input.record(loss, lambda g: (kernels.hinge_loss_backward(g, x, t),))
