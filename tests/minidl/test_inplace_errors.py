"""Changes in place that would give wrong gradients, or do not fit, are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import leaf

import minidl
from minidl import no_grad, tensor


def saved(change):
    """A product whose factor changes before the gradient is asked for."""

    def of(x):
        y = x * 2
        z = y * y
        change(y)
        z.sum().backward()

    return of


def squared_in_place(x):
    y = x * 1
    y.mul_(y)
    y.sum().backward()


def weight_changed_by_an_optimizer(x):
    y = x * x
    with no_grad(), torch.no_grad():
        x -= 0.1
    y.sum().backward()


def leaf_part(x):
    x[0] = 1


def leaf_row(x):
    row = x[0]
    row += 1


def grows(x):
    y = x * 1
    y += y[None].detach() + y[:, None].detach()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (saved(lambda y: y.add_(1)), "modified by an inplace operation: it is at"),
        (saved(lambda y: y[0].zero_()), "modified by an inplace operation"),
        (saved(lambda y: y.detach().zero_()), "modified by an inplace operation"),
        (saved(lambda y: y.__setitem__(0, 1)), "modified by an inplace operation"),
        (squared_in_place, "modified by an inplace operation"),
        (weight_changed_by_an_optimizer, "version 1; expected version 0"),
        (lambda x: x.add_(1), r"\+=: a leaf Variable that requires grad is being used"),
        (lambda x: x.zero_(), "zero_: a leaf Variable that requires grad"),
        (leaf_part, r"x\[...\] = v: a leaf Variable that requires grad"),
        (leaf_row, r"\+=: a view of a leaf Variable that requires grad"),
        (grows, r"the result \(3, 3\) of float32 does not fit in place into \(3,\)"),
    ],
)
def test_what_pytorch_refuses_is_refused_with_a_reason(wrong, message):
    with pytest.raises(RuntimeError):
        wrong(torch.ones(3, requires_grad=True))
    with pytest.raises(RuntimeError, match=message):
        wrong(leaf([1.0, 1.0, 1.0]))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: tensor([1]).add_(1.5), RuntimeError, "float32 does not fit in place"),
        (lambda: tensor([1]).div_(2), RuntimeError, r"fit in place into .* of int64"),
        (lambda: tensor([1.0]).copy_(tensor([1, 2])), RuntimeError, "copy_: source"),
        (
            lambda: minidl.from_numpy(np.broadcast_to(1.0, 3)).zero_(),
            RuntimeError,
            r"zero_: the tensor \(3,\) shows one number in several places",
        ),
        (
            lambda: tensor([1.0]).__setitem__(0, np.ones(1)),
            TypeError,
            r"x\[...\] = v: v is a ndarray; pass a number or a Tensor",
        ),
        (
            lambda: tensor([1.0, 2.0]).__setitem__(0, tensor([1, 2])),
            ValueError,
            r"could not broadcast .* shape \(2,\) into shape \(\)",
        ),
        (lambda: tensor([1.0]).__setitem__(1, 0), IndexError, "axis 0 with size 1"),
        (lambda: tensor([1.0]).uniform_(1, 0), ValueError, "uniform_: from 1 to 0"),
    ],
)
def test_a_change_that_does_not_fit_is_explained(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()
