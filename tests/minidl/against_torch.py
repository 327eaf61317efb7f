"""PyTorch's answer to the same question, with an upstream gradient that varies."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from minidl import Tensor, tensor
from minidl.nn import functional


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
    assert_equal_to_rounding(y.array, expected)
    y.backward(tensor(upstream(y.shape).astype(y.dtype)))
    for x, gradient in zip(operands, gradients, strict=True):
        got = np.zeros_like(x.array) if x.grad is None else x.grad.array
        assert_equal_to_rounding(got, gradient)


def assert_float32_matches_pytorch(function: Callable[..., Any], *arrays: Any) -> None:
    """In float32, as near to PyTorch's float64 answers as rounding lets one come.

    Tolerance: 32 roundings of the largest entry, or 8 times PyTorch's own error.
    """
    shorter = [np.asarray(array, np.float32) for array in arrays]
    widened = [array.astype(np.float64) for array in shorter]
    expected, gradients = forward_and_gradients(function, *widened)
    theirs, their_gradients = forward_and_gradients(function, *shorter)
    operands = [leaf(array) for array in shorter]
    y = function(*operands)
    y.backward(tensor(upstream(y.shape), dtype=np.float32))
    ours = [y.array, *[np.asarray(x.grad.array) for x in operands]]
    for got, answer, their in zip(
        ours, [expected, *gradients], [theirs, *their_gradients], strict=True
    ):
        assert got.dtype == np.float32
        largest, spread = (np.abs(a).max(initial=0) for a in (answer, their - answer))
        tolerance = max(32 * np.finfo(np.float32).eps * largest, 8 * spread)
        assert_allclose(got, answer, rtol=0, atol=tolerance)


def twin(name: str, **options: Any) -> Callable[..., Any]:
    """The function of this name: ours for Tensors, PyTorch's for PyTorch's tensors."""

    def either(*inputs: Any) -> Any:
        theirs = isinstance(inputs[0], torch.Tensor)
        package = torch.nn.functional if theirs else functional
        return getattr(package, name)(*inputs, **options)

    return either


def assert_both_refuse(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """PyTorch's function of this name raises, and ours raises with this message."""
    for package, make, match in (
        (functional, tensor, f"{name}: .*{re.escape(message)}"),
        (torch.nn.functional, torch.tensor, None),
    ):
        made = [make(a) if isinstance(a, np.ndarray) else a for a in arguments]
        with pytest.raises((ValueError, TypeError, RuntimeError), match=match):
            getattr(package, name)(*made)
