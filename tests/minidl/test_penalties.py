"""Penalties against PyTorch's sums, and against its weight decay."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import assert_equal_to_rounding, leaf, normal
from numpy.testing import assert_allclose

import minidl
from minidl import nn, optim, tensor
from minidl.penalties import l1_penalty, l2_penalty

THEIRS = {
    l1_penalty: lambda ps: sum(p.abs().sum() for p in ps),
    l2_penalty: lambda ps: sum((p**2).sum() for p in ps),
}


@pytest.mark.parametrize("penalty", THEIRS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_value_and_gradients_match_pytorch(penalty, dtype):
    arrays = [a.astype(dtype) for a in (normal(3, 4), normal(3), np.zeros((2, 2)))]
    arrays.append(np.array(-1.5, dtype))
    ours = [leaf(a) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, expected = penalty(iter(ours)), THEIRS[penalty](theirs)
    assert_equal_to_rounding(y.array, expected.detach().numpy())
    (3 * y).backward()
    (3 * expected).backward()
    for p, q in zip(ours, theirs, strict=True):
        assert_equal_to_rounding(p.grad.array, q.grad.numpy())


@pytest.mark.parametrize("penalty", THEIRS)
def test_no_parameters_cost_nothing(penalty):
    assert penalty([]).item() == 0.0


def test_half_the_penalty_does_what_weight_decay_does():
    x, y, W = normal(6, 3), normal(6, 2), normal(2, 3)

    def trained(decay, price):
        layer = nn.Linear(3, 2, bias=False).double()
        layer.load_state_dict({"weight": tensor(W)})
        sgd = optim.SGD(layer.parameters(), lr=0.1, weight_decay=decay)
        for _ in range(5):
            sgd.zero_grad()
            loss = nn.functional.mse_loss(layer(tensor(x)), tensor(y))
            (loss + price * l2_penalty(layer.parameters())).backward()
            sgd.step()
        return layer.weight.detach().numpy()

    assert_allclose(trained(0.3, 0.0), trained(0.0, 0.15), atol=1e-12)


def test_the_absolute_penalty_drives_weights_to_zero_and_the_square_does_not():
    """Of five features, one is useful."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 5))
    y = 2 * x[:, :1] + 0.5 * rng.normal(size=(200, 1))
    small = {}
    minidl.manual_seed(0)
    for penalty in THEIRS:
        layer = nn.Linear(5, 1).double()
        sgd = optim.SGD(layer.parameters(), lr=0.003)
        for _ in range(1000):
            sgd.zero_grad()
            loss = nn.functional.mse_loss(layer(tensor(x)), tensor(y))
            (loss + 0.3 * penalty([layer.weight])).backward()
            sgd.step()
        small[penalty] = np.abs(layer.weight.detach().numpy()[0, 1:]).max()
    assert small[l1_penalty] < 3e-3 < small[l2_penalty]
