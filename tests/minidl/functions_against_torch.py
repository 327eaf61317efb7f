"""One call of a function of nn.functional, here and in PyTorch, in both dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from against_torch import upstream
from numpy.testing import assert_allclose

from minidl import nn, tensor

UNITS = 64  # of rounding: a loss sums up to about 50 entries


def call(package: Any, make: Any, name: str, arrays: tuple, options: dict) -> list:
    """The result, then the gradients of the float arrays, None where there is none."""
    options = {
        key: make(value) if isinstance(value, np.ndarray) else value
        for key, value in options.items()
    }
    tensors = [make(array) for array in arrays]
    floats = [
        x.requires_grad_() for x, a in zip(tensors, arrays, strict=True) if isfloat(a)
    ]
    y = getattr(package, name)(*tensors, **options)
    g = upstream(tuple(y.shape)) / max(1, np.prod(y.shape))
    y.backward(make(g.astype(arrays[0].dtype)))
    grads = [None if x.grad is None else x.grad.numpy() for x in floats]
    return [y.detach().numpy(), *grads]


def isfloat(array: Any) -> bool:
    """Whether an argument is an array of floats."""
    return isinstance(array, np.ndarray) and array.dtype.kind == "f"


def assert_like_torch(name: str, *arrays: np.ndarray, **options: Any) -> None:
    """Value and every gradient: float64 to 1e-10, float32 to UNITS of rounding."""
    for dtype, unit in ((np.float64, 1e-10 / UNITS), (np.float32, 2.0**-24)):
        rounded = [a.astype(dtype) if isfloat(a) else a for a in arrays]
        precise = [a.astype(np.float64) if isfloat(a) else a for a in rounded]
        ours, theirs = (
            {k: v.astype(to) if isfloat(v) else v for k, v in options.items()}
            for to in (dtype, np.float64)
        )
        got = call(nn.functional, tensor, name, tuple(rounded), ours)
        expected = call(torch.nn.functional, torch.tensor, name, tuple(precise), theirs)
        for one, other in zip(got, expected, strict=True):
            assert (one is None) == (other is None)
            if one is not None:
                assert one.dtype == dtype
                assert one.shape == other.shape
                scale = np.abs(other).max(initial=1)
                assert_allclose(one, other, rtol=0, atol=UNITS * unit * scale)
