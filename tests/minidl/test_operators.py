"""Operators on Tensors: values and every entry of every gradient, as in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from against_torch import assert_matches_pytorch, normal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from minidl.operators import unbroadcast

BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
UNARY = {
    "a number from the left": lambda a: 2 - (1 + (3 * (1.5 / a))),
    "a number from the right": lambda a: ((a - 2) * 3 + 1) / 1.5,
    "NumPy's numbers": lambda a: a * np.float64(2) + np.int64(1),
    "-": lambda a: -a,
    "exp": lambda a: a.exp(),
    "log": lambda a: (a * a + 0.1).log(),
    "power 3": lambda a: a**3,
    "power 2.0": lambda a: a**2.0,
    "power 1": lambda a: a**1,
    "power 0": lambda a: a**0,
    "power -2": lambda a: a**-2,
    "power 1/2": lambda a: (a * a) ** 0.5,
    "sum": lambda a: a.sum(),
    "sum over the rows": lambda a: a.sum(dim=0),
    "sum over a kept dimension": lambda a: a.sum(-1, keepdim=True),
    "sum over two dimensions": lambda a: a.sum(dim=(2, 0)),
    "sum over no dimension": lambda a: a.sum(dim=()),
    "mean": lambda a: a.mean(),
    "mean over one dimension": lambda a: a.mean(dim=1),
    "mean over kept dimensions": lambda a: a.mean((0, -1), keepdim=True),
    "reshape": lambda a: a.reshape(4, 6),
    "reshape by a tuple": lambda a: a.reshape((3, -1)),
    "transpose": lambda a: a.transpose(0, -1) * 2,
    "T": lambda a: a.reshape(4, 6).T,
    "a tensor used several times": lambda a: a * a + a / (a + a) - a,
}


@pytest.mark.parametrize("name", UNARY)
def test_an_operation_on_one_tensor_matches_pytorch(name):
    assert_matches_pytorch(UNARY[name], normal(2, 3, 4))


@pytest.mark.parametrize("name", ["sum", "mean", "sum over the rows", "exp", "power 3"])
def test_an_operation_on_a_single_number_matches_pytorch(name):
    assert_matches_pytorch(UNARY[name], np.array(-0.7))


@pytest.mark.parametrize("name", ["sum", "sum over the rows", "exp", "reshape"])
def test_an_operation_on_an_empty_tensor_matches_pytorch(name):
    function = UNARY[name] if name != "reshape" else lambda a: a.reshape(3, 0)
    assert_matches_pytorch(function, np.zeros((0, 3)))


def test_powers_of_zero_have_pytorch_s_gradients():
    for exponent in (0, 1, 2):
        assert_matches_pytorch(lambda a, e=exponent: a**e, np.array([0.0, -1.0, 2.0]))


@settings(deadline=None, max_examples=100)
@given(
    operator=st.sampled_from(sorted(BINARY)),
    shapes=mutually_broadcastable_shapes(
        num_shapes=2, min_dims=0, max_dims=4, min_side=0, max_side=3
    ),
)
def test_operands_of_any_shapes_that_broadcast_match_pytorch(operator, shapes):
    first, second = shapes.input_shapes
    a, b = normal(*first), normal(*second)
    assert_matches_pytorch(BINARY[operator], a, b)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((2, 3), (3, 4)),
        ((0, 3), (3, 4)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((3,), (3,)),
        ((5, 2, 3), (3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((2, 3), (5, 3, 4)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((1, 5, 2, 3), (6, 1, 3, 4)),
    ],
)
def test_a_matrix_product_matches_pytorch(first, second):
    assert_matches_pytorch(lambda a, b: a @ b, normal(*first), normal(*second))


def test_unbroadcast_sums_where_an_array_was_repeated():
    g = np.array([[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(unbroadcast(g, (3,)), [5, 7, 9])
    np.testing.assert_array_equal(unbroadcast(g, (2, 1)), [[6], [15]])
    np.testing.assert_array_equal(unbroadcast(g, (1, 1)), [[21]])
    np.testing.assert_array_equal(unbroadcast(g, ()), 21)
    assert unbroadcast(g, (2, 3)) is g
