"""Numerical gradients, and gradcheck against PyTorch's own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minidl
from minidl.autograd import GradcheckError, gradcheck, jacobian, numerical_gradient
from minidl.functional import cross_entropy
from minidl.tensor import Tensor


@pytest.fixture
def points():
    rng = np.random.default_rng(4)
    return rng.normal(size=(3, 4)), rng.normal(size=(4, 2))


def leaves(arrays):
    return tuple(Tensor(array.copy(), requires_grad=True) for array in arrays)


def scaled(x, factor):
    """x cubed, with its gradient multiplied by a factor."""
    slope = factor * 3 * x.array**2
    return x.record(x.array**3, lambda g: (g * slope,))


def test_slopes_are_those_of_the_derivative(points):
    x, w = points
    jac = numerical_gradient(lambda x: (x @ w) ** 2, x, 1e-4)
    expected = 2 * np.einsum("nm,dm,nk->nmkd", x @ w, w, np.eye(3))
    np.testing.assert_allclose(jac, expected, atol=1e-8)
    slope = numerical_gradient(lambda x: x.sum() ** 2, x)
    np.testing.assert_allclose(slope, np.full((3, 4), 2 * x.sum()), rtol=1e-8)


def test_slopes_are_those_that_pytorch_measures(points):
    x, w = (torch.tensor(point) for point in points)
    measured = torch.autograd.gradcheck.__globals__["_get_numerical_jacobian"]

    def f(x):
        return (x @ w).tanh()

    ((theirs,),) = measured(f, (x.requires_grad_(),), (f(x),), eps=1e-3)
    ours = numerical_gradient(lambda x: np.tanh(x @ points[1]), points[0], 1e-3)
    np.testing.assert_allclose(ours.reshape(6, 12).T, theirs, rtol=1e-9, atol=1e-12)


def test_slopes_leave_the_point_alone_and_take_any_shape(points):
    x = points[0].copy()
    numerical_gradient(np.sin, x)
    np.testing.assert_array_equal(x, points[0])
    assert numerical_gradient(np.exp, np.array(0.0)) == pytest.approx(1, abs=1e-9)
    assert numerical_gradient(np.sum, np.zeros((0, 2))).shape == (0, 2)


FUNCTIONS = {
    "product": lambda x, w: x @ w,
    "several": lambda x, w: ((x @ w).tanh(), x.exp(), w.sum(0)),
    "one number": lambda x, w: (x @ w).sigmoid().sum(),
    "one input only": lambda x, w: w * w,
    "part detached": lambda x, w: (w * w, x.detach()),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_right_gradients_pass_here_as_in_pytorch(points, name):
    theirs = [torch.tensor(p, requires_grad=True) for p in points]
    assert torch.autograd.gradcheck(FUNCTIONS[name], theirs)
    assert gradcheck(FUNCTIONS[name], leaves(points)) is True


class Scaled(torch.autograd.Function):
    """The same wrong cube in PyTorch."""

    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * ctx.factor * 3 * x**2, None


@pytest.mark.parametrize("size", [1e-4, 1.0, 100.0])
@pytest.mark.parametrize("factor", [0.5, 0.9985, 0.9995, 1.0, 1.0005, 1.0015, -1.0])
@pytest.mark.parametrize("options", [{}, {"rtol": 0.01}, {"atol": 1e3}, {"rtol": 1e-5}])
def test_wrong_gradients_fail_where_they_fail_in_pytorch(size, factor, options):
    array = size * np.array([0.7, -1.3, 2.0])
    theirs = torch.tensor(array, requires_grad=True)
    expected = torch.autograd.gradcheck(
        lambda x: Scaled.apply(x, factor), theirs, raise_exception=False, **options
    )
    (x,) = leaves([array])
    found = gradcheck(lambda x: scaled(x, factor), x, raise_exception=False, **options)
    assert found is expected
    if not expected:
        with pytest.raises(GradcheckError, match="output 0 with respect to input 0"):
            gradcheck(lambda x: scaled(x, factor), x, **options)


def test_the_error_names_the_output_and_the_input(points):
    with pytest.raises(RuntimeError, match="output 1 with respect to input 1 is not"):
        gradcheck(lambda x, w: (x @ w, scaled(w, 2)), leaves(points))


def test_a_gradient_that_is_lost_is_reported_as_in_pytorch(points):
    def lost(x, w):
        return (x @ w).detach()

    with pytest.raises(RuntimeError, match="expected to be zero"):
        torch.autograd.gradcheck(
            lost, [torch.tensor(p, requires_grad=True) for p in points]
        )
    with pytest.raises(GradcheckError, match="is not its slope; look at the rules"):
        gradcheck(lost, leaves(points))


def test_inputs_that_require_no_gradient_are_left_out(points):
    x, w = leaves(points)
    assert gradcheck(lambda x, w: (x @ w).sum(), (x, w.detach()))
    with pytest.raises(ValueError, match="gradcheck: no input requires a gradient; cr"):
        gradcheck(lambda x, w: x @ w, (x.detach(), w.detach()))


def test_coarse_inputs_are_warned_of_as_in_pytorch(points):
    (x,) = leaves([points[0].astype(np.float32)])
    with pytest.warns(UserWarning, match="gradcheck: inputs in float32 are too coarse"):
        assert not gradcheck(lambda x: x.tanh(), x, raise_exception=False)


def test_nobody_but_copies_gets_a_grad(points):
    x, w = leaves(points)
    gradcheck(lambda x: (x @ w).tanh(), x)
    assert x.grad is None
    assert w.grad is None
    (x @ w).sum().backward()
    assert w.grad is not None


def test_results_are_checked_as_inputs_too(points):
    x, w = leaves(points)
    assert gradcheck(lambda y: y.exp(), x @ w)
    assert x.grad is None


def test_a_row_of_the_jacobian_is_the_gradient_of_one_output(points):
    x, w = leaves(points)
    rows = jacobian(lambda x, w: (x @ w).tanh(), (x, w), 0, 1)
    (x @ w).tanh()[1, 0].backward()
    np.testing.assert_allclose(rows[1, 0], w.grad.array, rtol=1e-12)
    assert rows.shape == (3, 2, 4, 2)


def test_minidls_own_losses_pass(points):
    (x,) = leaves(points[:1])
    classes = minidl.tensor([3, 0, 2])
    assert gradcheck(lambda x: cross_entropy(x, classes), x)
