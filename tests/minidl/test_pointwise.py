"""Functions of each entry, and choices between entries, as in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from against_torch import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from same_in_torch import assert_both_raise, assert_same

ANY_NUMBERS = ["exp", "sin", "cos", "sigmoid", "tanh", "relu", "abs", "sign"]
POSITIVE = ["log", "sqrt", "rsqrt"]
X, Y = normal(2, 3, 4), normal(3, 1)
INTEGERS = np.array([[3, 0, -2], [1, 7, -5]])
BOOLS = np.array([[True, False, True], [False, False, True]])
TIES = np.array([[1.0, 2.0, 2.0], [2.0, -1.0, 0.0]])

EXPRESSIONS = {
    "softmax over columns": lambda t, x: t.softmax(x, 0),
    "softmax as a method": lambda t, x: x.softmax(dim=-1),
    "softmax in another dtype": lambda t, x: t.softmax(x, 1, dtype=t.float64),
    "log_softmax": lambda t, x: t.log_softmax(x, 1),
    "pow by its method": lambda t, x: x.pow(3),
    "pow of a number": lambda t, x: t.pow(2.5, x),
    "a number to the power of a Tensor": lambda t, x: 2**x,
    "pow 0": lambda t, x: t.pow(x, 0),
    "pow 2.0": lambda t, x: t.pow(x, 2.0),
    "clamp below": lambda t, x: t.clamp(x, min=-0.5),
    "clamp above": lambda t, x: x.clamp(max=0.25),
    "clamp on both sides": lambda t, x: t.clamp(x, -1, 0.5),
    "clamp with crossed bounds": lambda t, x: t.clamp(x, 1, -1),
    "where with a number": lambda t, x: t.where(x > 0, x, -1),
    "where with a number first": lambda t, x: t.where(x > 0, 0.5, x),
    "where as a method": lambda t, x: x.where(x > 0, x * 2),
    "masked_fill": lambda t, x: x.masked_fill(x > 0.3, float("-inf")),
    "masked_fill with a broadcast mask": lambda t, x: t.masked_fill(
        x, t.tensor([[True], [False], [True]]), 2
    ),
    "abs by Python's abs": lambda t, x: abs(x),
}


@pytest.mark.parametrize("name", ANY_NUMBERS)
def test_a_function_of_all_numbers_matches_pytorch(name):
    for x in (X, np.array(-0.5), np.zeros((0, 3)), np.array([0.0, -0.0, 1.0])):
        assert_same(lambda t, x: getattr(t, name)(x), x)
        assert_same(lambda t, x: getattr(x, name)() * 2, x)


@pytest.mark.parametrize("name", POSITIVE)
def test_a_function_of_positive_numbers_matches_pytorch(name):
    for x in (X**2 + 0.1, np.array(2.0), np.zeros((0, 3))):
        assert_same(lambda t, x: getattr(t, name)(x), x)
        assert_same(lambda t, x: getattr(x, name)() * 2, x)


@pytest.mark.parametrize("name", ANY_NUMBERS + POSITIVE)
def test_integers_become_what_they_become_in_pytorch(name):
    assert_same(lambda t, x: getattr(t, name)(x), INTEGERS**2 + 1)
    if name not in ("relu", "abs"):
        with np.errstate(divide="ignore"):
            assert_same(lambda t, x: getattr(t, name)(x), BOOLS)


@pytest.mark.parametrize("name", [*ANY_NUMBERS, *POSITIVE])
def test_the_form_in_place_matches_pytorch(name):
    def expression(t, x):
        y = x * 1
        return getattr(y, f"{name}_")() + y

    assert_same(expression, X**2 + 0.1)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_matches_pytorch(name):
    assert_same(EXPRESSIONS[name], X)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_scores_without_dimensions_or_entries_match_pytorch(name):
    for x, dim in ((np.array(2.0), 0), (np.zeros((0, 3)), 1), (np.zeros((2, 0)), 1)):
        assert_same(lambda t, x, dim=dim: getattr(t, name)(x, dim), x)


def test_isfinite_matches_pytorch():
    x = np.array([1.0, np.inf, -np.inf, np.nan])
    assert_same(lambda t, x: t.isfinite(x), x)
    assert_same(lambda t, x: x.isfinite(), INTEGERS)


def test_powers_of_two_tensors_match_pytorch():
    base, exponent = np.array([0.0, 0.0, 2.0, 3.0, 0.5]), np.array([0.0, 2.0, 0, -1, 3])
    assert_same(lambda t, x, n: t.pow(x, n), base, exponent)
    assert_same(lambda t, x, n: x**n, X**2 + 0.1, Y)
    assert_same(lambda t, x, n: x**n, base, np.array(2))
    assert_same(lambda t, x, n: (x**n, n**x, x**2.5, 3**x), INTEGERS**2, INTEGERS**2)
    assert_same(lambda t, x: (x**2, 2**x), BOOLS)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_equal_entries_share_the_gradient_of_the_greater_and_the_smaller(name):
    assert_same(lambda t, x, y: getattr(t, name)(x, y), TIES, TIES[:, ::-1].copy())
    assert_same(lambda t, x, y: getattr(x, name)(y), TIES, np.array([[2.0], [0.0]]))
    assert_same(lambda t, x, y: getattr(t, name)(x, y), INTEGERS, TIES)


def test_bounds_that_are_tensors_get_their_gradient():
    low, high = np.array([-0.5, 1.0, 0.0]), np.array([[0.0], [0.5]])
    for x in (TIES, normal(2, 3), INTEGERS):
        assert_same(lambda t, x, low, high: t.clamp(x, low, high), x, low, high)
        assert_same(lambda t, x, low: x.clamp(min=low), x, low)
        assert_same(lambda t, x, high: x.clamp(max=high), x, high)
    assert_same(lambda t, x: (x.clamp(0), x.clamp(0.5), x.clamp(max=2)), INTEGERS)


def test_where_and_masked_fill_keep_pytorch_s_dtypes():
    c = BOOLS
    assert_same(lambda t, c: (t.where(c, 1, 2), t.where(c, 1.0, 2)), c)
    assert_same(lambda t, c: (t.where(c, True, False), t.where(c, True, 2)), c)
    assert_same(lambda t, c, i: (t.where(c, i, 0.5), t.where(c, i, 2)), c, INTEGERS)
    assert_same(
        lambda t, c, i: (i.masked_fill(c, 0.5), i.masked_fill(c, 3)), c, INTEGERS
    )
    assert_same(lambda t, c, x, v: x.masked_fill(c, v), c, normal(2, 3), np.array(2.0))
    assert_same(lambda t, c, x: (x * 1).masked_fill_(c, 0.0), c, normal(2, 3))
    assert_same(lambda t, c, x: (x * 1).clamp_(min=0) * c, c, normal(2, 3))


def test_a_masked_entry_stops_an_infinite_gradient():
    with np.errstate(divide="ignore"):
        assert_same(lambda t, x: t.where(x > 0, x, 0).sqrt(), np.array([-1.0, 4.0]))
        assert_same(lambda t, x: x.clamp(min=0).sqrt(), np.array([-1.0, 4.0]))


@settings(deadline=None, max_examples=40)
@given(
    name=st.sampled_from(["maximum", "minimum", "where", "pow"]),
    shapes=mutually_broadcastable_shapes(
        num_shapes=3, min_dims=0, max_dims=3, min_side=0, max_side=3
    ),
)
def test_operands_of_any_shapes_that_broadcast_match_pytorch(name, shapes):
    x, y, z = (np.asarray(normal(*shape)) for shape in shapes.input_shapes)
    if name == "where":
        assert_same(lambda t, c, x, y: t.where(c, x, y), np.asarray(z > 0), x, y)
    else:
        x = np.asarray(np.exp(x))
        assert_same(lambda t, x, y: getattr(t, name)(x, y), x, y)


@pytest.mark.parametrize("name", ["exp", "sqrt", "rsqrt", "sigmoid", "tanh", "relu"])
def test_a_change_of_the_result_that_the_gradient_reads_is_noticed(name):
    def expression(t):
        y = getattr(t, name)(t.ones(3, requires_grad=True))
        y.mul_(2)
        y.sum().backward()

    assert_both_raise(expression, "modified by an inplace operation")


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.log(x),
        lambda t, x: t.sin(x),
        lambda t, x: t.abs(x),
        lambda t, x: x**3,
        lambda t, x: t.maximum(x, t.ones(3)),
        lambda t, x: t.clamp(x, 0, 1),
        lambda t, x: x.norm(3),
    ],
)
def test_a_change_of_the_input_that_the_gradient_reads_is_noticed(call):
    def expression(t):
        x = t.ones(3, requires_grad=True) * 2
        y = call(t, x)
        x.mul_(2)
        y.sum().backward()

    assert_both_raise(expression, "modified by an inplace operation")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda t: t.exp(2.0), r"exp: input is a float, not a Tensor; use minidl\.t"),
        (lambda t: t.log(np.ones(2)), "log: input is a ndarray, not a Tensor"),
        (lambda t: t.relu(t.tensor([True])), "relu: the tensor is bool; pass numbers"),
        (lambda t: abs(t.tensor([True])), "abs: the tensor is bool; pass numbers"),
        (
            lambda t: t.softmax(t.tensor([1, 2]), 0),
            "softmax: the tensor is int64, not a",
        ),
        (lambda t: t.softmax(t.ones(2), 1), r"softmax: dim 1 of a tensor \(2,\)"),
        (lambda t: t.tensor([True]) ** t.tensor([True]), "pow: both are bool"),
        (lambda t: t.tensor([2]) ** -1, "negative integer powers"),
        (lambda t: t.ones(1) ** "2", "pow: the other operand is a str"),
        (lambda t: t.pow(2, 3), "pow: exponent is a int, not a Tensor"),
        (
            lambda t: t.maximum(t.ones(1), 1.0),
            "maximum: other is a float, not a Tensor",
        ),
        (
            lambda t: t.minimum(t.ones(2), t.ones(3)),
            r"minimum: shapes \(2,\) and \(3,\)",
        ),
        (lambda t: t.clamp(t.ones(1)), "clamp: min and max are both None"),
        (
            lambda t: t.where(t.tensor([1]), t.ones(1), 0),
            "where: condition is int64; pa",
        ),
        (
            lambda t: t.where(t.ones(2) > 0, t.ones(3), 0),
            r"where: shapes \(2,\) and \(3",
        ),
        (
            lambda t: t.ones(2).masked_fill(t.ones(2) > 0, t.ones(2)),
            r"masked_fill: value \(2,\) is not a number; use where",
        ),
        (lambda t: t.ones(1).masked_fill(t.ones(1), 0), "masked_fill: mask is float32"),
        (
            lambda t: t.ones(2).masked_fill(t.ones(3) > 0, 0),
            r"shapes \(2,\) and \(3,\)",
        ),
    ],
)
def test_what_pytorch_refuses_is_explained(wrong, message):
    assert_both_raise(wrong, message)
