"""The neuron on Tensors."""

from __future__ import annotations

import numpy as np

from minidl import kernels
from minidl.arguments import check_linear
from minidl.operators import AnyArray
from minidl.tensor import Tensor


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Weighted sums of input's features, one for each row of weight, plus bias.

    Shapes:  input (..., D), weight (M, D), bias (M,) -> (..., M)
    """
    check_linear(input, weight, bias)
    x, W = input.array.reshape(-1, weight.shape[1]), weight.array
    b = np.zeros(len(W), W.dtype) if bias is None else bias.array
    y = kernels.linear(x, W, b).reshape(*input.shape[:-1], len(W))
    shape, needs_dx = input.shape, input.requires_grad

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        g = g.reshape(-1, len(W))
        if not needs_dx:  # a first layer: dx would be a third of its work
            return None, g.T @ x, g.sum(axis=0)
        dx, dW, db = kernels.linear_backward(g, x, W)
        return dx.reshape(shape), dW, db

    if bias is None:
        return input.record(y, lambda g: backward(g)[:2], weight, saves=(input, weight))
    return input.record(y, backward, weight, bias, saves=(input, weight))
