"""One expression, written once and computed with minidl and with PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

import minidl

UNITS = 64  # of rounding: what sums and products of up to about 50 entries lose
Expression = Callable[..., Any]


def computed(library: Any, expression: Expression, arrays: list[Any]) -> list[Any]:
    """The results, then the gradient of every float array, all as arrays.

    The upstream gradients vary from entry to entry, and are 1 at most.
    """
    inputs = [library.tensor(a) if isinstance(a, np.ndarray) else a for a in arrays]
    floats = [
        x.requires_grad_() for x, a in zip(inputs, arrays, strict=True) if real(a)
    ]
    results = expression(library, *inputs)
    results = results if isinstance(results, tuple) else (results,)
    results = [library.tensor(y) if isinstance(y, bool) else y for y in results]
    for i, y in enumerate(results):
        if y.requires_grad:
            g = np.arange(3.0 + i, 3.0 + i + y.numel()) / (4 + i + y.numel())
            g = g.reshape(tuple(y.shape)).astype(y.detach().numpy().dtype)
            y.backward(library.tensor(g), retain_graph=True)
    grads = [
        np.zeros_like(x.detach().numpy()) if x.grad is None else x.grad.numpy()
        for x in floats
    ]
    return [y.detach().numpy() for y in results] + grads


def real(array: Any) -> bool:
    """Whether this is an array of floats, which gets a gradient."""
    return isinstance(array, np.ndarray) and array.dtype.kind == "f"


def assert_same(expression: Expression, *arrays: Any) -> None:
    """Values, dtypes and every gradient: float64 to 1e-10, float32 to UNITS."""
    for dtype in (np.float64, np.float32):
        rounded = [a.astype(dtype) if real(a) else a for a in arrays]
        precise = [a.astype(np.float64) if real(a) else a for a in rounded]
        results = computed(minidl, expression, rounded)
        dtypes = [y.dtype for y in computed(torch, expression, rounded)]
        expected = computed(torch, expression, precise)
        assert [y.dtype for y in results] == dtypes
        for got, right in zip(results, expected, strict=True):
            assert got.shape == right.shape
            unit = 1e-10 / UNITS if got.dtype == np.float64 else 2.0**-24
            finite = np.abs(right[np.isfinite(right)])
            tolerance = UNITS * unit * max(1, finite.max(initial=0))
            assert_allclose(got, right, rtol=0, atol=tolerance)


def assert_both_raise(expression: Expression, message: str) -> None:
    """PyTorch refuses, and so does minidl, with this in its message."""
    with pytest.raises((ValueError, TypeError, RuntimeError, IndexError)):
        expression(torch)
    errors = (ValueError, TypeError, RuntimeError, IndexError, NotImplementedError)
    with pytest.raises(errors, match=message):
        expression(minidl)
