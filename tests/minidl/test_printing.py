"""Tensors as text, against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import normal

import minidl

REPRS = [
    np.array(1.5),
    np.array([1.0, 2.0]),
    np.array([1.0, 2.5], np.float32),
    np.array([1e-5, 1.0]),
    np.array([1e9, 1.0]),
    np.array([np.nan, 1.0, np.inf]),
    np.array([np.nan, 1.5, -np.inf]),
    np.zeros(3),
    np.array([-0.0, 1.0]),
    np.array([0.0, 0.5]),
    np.arange(2000),
    np.arange(2000.0).reshape(20, 100),
    normal(2, 3, 4),
    normal(50, 50).astype(np.float32),
    normal(8, 8, 40),
    np.array([True, False]),
    np.zeros((0, 3)),
    np.zeros(0),
    np.zeros(0, int),
    np.ones((3, 0)),
    np.array([-1, 10, 100], np.int32),
    np.arange(100),
    np.array([[-1.5, 2], [1000, 3]]),
    np.array(3),
    np.arange(30.0) * 1000,
]


@pytest.mark.parametrize("array", REPRS, ids=range(len(REPRS)))
def test_a_tensor_prints_as_in_pytorch(array):
    def printed(package):
        x = package.tensor(array)
        found = [x]
        if x.dtype in (package.float32, package.float64):
            found += [x.requires_grad_(), x * 2, 2 * x + x, (x - 1).sum()]
        return [repr(y).replace("torch.", "minidl.") for y in found]

    assert printed(minidl) == printed(torch)
