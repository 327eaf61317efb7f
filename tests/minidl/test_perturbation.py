"""fgsm moves inputs as PyTorch's gradient says, and leaves no trace."""

from __future__ import annotations

import numpy as np
import torch
from numpy.testing import assert_allclose
from points import network, table

from minidl import tensor
from minidl.perturbation import fgsm


def test_inputs_move_by_epsilon_up_the_slope_that_pytorch_finds():
    x, y = table()
    leaf = torch.tensor(x, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(network(torch.nn)(leaf), torch.tensor(y))
    loss.backward()
    found = fgsm(network(), tensor(x), tensor(y), 0.3)
    assert_allclose(found.numpy(), x + 0.3 * leaf.grad.sign().numpy(), rtol=1e-12)


def test_neither_inputs_nor_model_keep_a_trace():
    x, y = table()
    model, given = network().train(), tensor(x)
    moved = fgsm(model, given, tensor(y), 0.1)
    np.testing.assert_array_equal(given.numpy(), x)
    assert not moved.requires_grad
    assert [p.grad for p in model.parameters()] == [None] * 4
    assert not model.training
