"""Containers, Linear, Identity and Flatten against torch.nn."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
import torch
from against_torch import normal, upstream

import minidl
from minidl import nn, tensor


def test_print_of_lists_shortens_repetition():
    def layers(package):
        inner = [package.Sequential(package.Linear(2, 2), package.ReLU())] * 3
        return package.ModuleList([*inner, package.Tanh(), package.ModuleList()])

    assert repr(layers(nn)) == repr(layers(torch.nn))


def test_sequential_is_a_list_of_named_layers():
    def names(package):
        layers = [package.Linear(1, size) for size in (1, 2, 3, 4)]
        s = package.Sequential(*layers[:2])
        s.append(layers[2]).insert(1, package.ReLU())
        s.extend([package.Tanh(), layers[3]])
        s[0] = package.Sigmoid()
        del s[2]
        del s[-2:]
        named = OrderedDict([("in", package.Linear(1, 1)), ("act", package.ReLU())])
        named = package.Sequential(named)
        parts = s, s[1:], named, named[1:], package.Sequential(), named[-1]
        return [repr(part) for part in parts] + [len(s), [type(x).__name__ for x in s]]

    assert names(nn) == names(torch.nn)


def test_a_module_list_is_a_list():
    def names(package):
        m = package.ModuleList([package.Linear(1, size) for size in (1, 2, 3)])
        m += [package.ReLU()]
        m.insert(0, package.Tanh())
        popped = m.pop(2)
        m[1] = package.Sigmoid()
        m = m + [package.Tanh()]  # noqa: RUF005
        parts = m, m[::2], popped, m[-1]
        return [repr(part) for part in parts] + [len(m)]

    assert names(nn) == names(torch.nn)


def test_a_module_dict_is_a_dict():
    def facts(package):
        d = package.ModuleDict({"a": package.ReLU()})
        d["b"] = package.Linear(1, 2)
        d.update([("c", package.Tanh())])
        popped = repr(d.pop("a"))
        del d["c"]
        keys = list(d), list(d.keys()), [k for k, _ in d.items()], len(d.values())
        text = repr(d)
        d.clear()
        return popped, keys, text, len(d), "b" in d

    assert facts(nn) == facts(torch.nn)


@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 3, 4), (0, 4)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_matches_pytorch(shape, bias):
    theirs = torch.nn.Linear(4, 3, bias=bias, dtype=torch.float64)
    ours = nn.Linear(4, 3, bias=bias, dtype=minidl.float64)
    assert repr(ours) == repr(theirs)
    ours.load_state_dict({k: tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    for needs_dx in (True, False):
        x, x2 = tensor(normal(*shape)), torch.tensor(normal(*shape))
        x.requires_grad, x2.requires_grad = needs_dx, needs_dx
        g = upstream((*shape[:-1], 3))
        y, y2 = ours(x), theirs(x2)
        y.backward(tensor(g))
        y2.backward(torch.tensor(g))
        np.testing.assert_allclose(y.detach().numpy(), y2.detach(), rtol=1e-12)
        if needs_dx:
            np.testing.assert_allclose(x.grad.array, x2.grad, rtol=1e-12)
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            np.testing.assert_allclose(one.grad.array, other.grad, rtol=1e-12)


def test_identity_takes_any_arguments_and_flatten_pytorch_s():
    x = normal(2, 3, 4, 5)
    identity = nn.Identity(3, sizes=4)
    y = tensor(x)
    assert identity(y) is y
    assert repr(identity) == "Identity()"
    for dims in ((), (0,), (1, 2), (-2, -1)):
        ours, theirs = nn.Flatten(*dims), torch.nn.Flatten(*dims)
        assert repr(ours) == repr(theirs)
        np.testing.assert_array_equal(ours(y).array, theirs(torch.tensor(x)))
