"""PyTorch's answer to the same question, with an upstream gradient that varies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose

from minidl import Tensor, tensor


def normal(*shape: int) -> np.ndarray:
    """The same normal numbers for the same shape."""
    return np.asarray(np.random.default_rng(shape).normal(size=shape))


def leaf(data: Any, dtype: Any = None) -> Tensor:
    """A tensor that requires a gradient."""
    return tensor(data, dtype=dtype, requires_grad=True)


def upstream(shape: tuple[int, ...]) -> np.ndarray:
    """3, 4, 5, … : with ones, a softmax backward that returns zeros would pass."""
    return np.arange(3.0, 3.0 + np.prod(shape, dtype=int)).reshape(shape)


def forward_and_gradients(
    function: Callable[..., torch.Tensor], *arrays: Any
) -> tuple[np.ndarray, list[np.ndarray]]:
    """PyTorch's result, and the gradient of each array of floats, in order."""
    inputs = [torch.tensor(array) for array in arrays]
    floats = [x.requires_grad_() for x in inputs if x.is_floating_point()]
    y = function(*inputs)
    y.backward(torch.tensor(upstream(tuple(y.shape)), dtype=y.dtype))
    zero = torch.zeros_like
    gradients = [zero(x) if x.grad is None else x.grad for x in floats]
    return y.detach().numpy(), [g.numpy() for g in gradients]


def assert_equal_to_rounding(got: Any, expected: Any) -> None:
    """Same shape and dtype, every entry within 1e-12 of float64."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    tolerance = 1e-12 if got.dtype == np.float64 else 1e-5
    assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def assert_matches_pytorch(function: Callable[..., Any], *arrays: Any) -> None:
    """The same expression on Tensors: its value, and the gradients of its operands."""
    expected, gradients = forward_and_gradients(function, *arrays)
    operands = [leaf(array) for array in arrays]
    y = function(*operands)
    assert_equal_to_rounding(y.data, expected)
    y.backward(tensor(upstream(y.shape).astype(y.dtype)))
    for x, gradient in zip(operands, gradients, strict=True):
        got = np.zeros_like(x.data) if x.grad is None else x.grad.data
        assert_equal_to_rounding(got, gradient)
