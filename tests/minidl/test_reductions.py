"""Sums, means, spreads and norms over any dimensions, as in PyTorch and NumPy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from against_torch import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from same_in_torch import assert_both_raise, assert_same

import minidl

X = normal(2, 3, 4)
DIMS = [None, 0, 1, -1, (0, 2), [-2, -1], (0, 1, 2), ()]
REDUCTIONS = ["sum", "mean", "std", "var", "norm"]
# PyTorch's gradients are infinite, and "fro" is for two dimensions at most.
UNLIKE = [("std", ()), ("var", ()), ("norm", (0, 1, 2))]
INTEGERS = np.array([[3, 0, -2], [1, 7, -5]])
BOOLS = np.array([[True, False, True], [True, False, False]])
ZEROS = np.array([[0.0, 0.0], [3.0, -3.0], [0.0, -1.0]])
ORDERS = ["fro", 0, 0.5, 1, 1.5, 2, 3, -1, np.inf, -np.inf]


@pytest.mark.parametrize(
    ("name", "dim", "keepdim"),
    [
        case
        for case in itertools.product(REDUCTIONS, DIMS, [False, True])
        if case[:2] not in UNLIKE
    ],
)
def test_a_reduction_over_any_dimensions_matches_pytorch(name, dim, keepdim):
    assert_same(lambda t, x: getattr(t, name)(input=x, dim=dim, keepdim=keepdim), X)
    assert_same(lambda t, x: getattr(x, name)(dim=dim, keepdim=keepdim), X)


@pytest.mark.parametrize("name", ["sum", "mean", "norm", "all", "any"])
def test_a_reduction_of_one_number_or_of_none_matches_pytorch(name):
    for x in (np.array(-2.0), np.zeros(0), np.zeros((0, 3)), np.array([[5.0]])):
        assert_same(lambda t, x: getattr(t, name)(x), x)
        assert_same(lambda t, x: getattr(t, name)(x, dim=0), x)


@pytest.mark.parametrize("name", ["var", "std"])
def test_every_correction_of_a_variance_matches_pytorch(name):
    calls = (
        lambda f, x: f(x, unbiased=False),
        lambda f, x: f(x, False),
        lambda f, x: f(x, 1, False),
        lambda f, x: f(x, (0, 1), True, True),
        lambda f, x: f(x, dim=1, correction=0),
        lambda f, x: f(x, correction=0.5, keepdim=True),
    )
    for call in calls:
        assert_same(lambda t, x, call=call: call(getattr(t, name), x), X)
    constant = np.array([[1.0, 1.0], [2.0, 4.0]])
    assert_same(lambda t, x: getattr(x, name)(1), constant)


@pytest.mark.filterwarnings("ignore:std.*degrees of freedom:UserWarning")
@pytest.mark.filterwarnings("ignore:var.*degrees of freedom:UserWarning")
@pytest.mark.parametrize("name", ["var", "std"])
def test_a_variance_of_too_few_entries_warns_as_in_pytorch(name):
    for x in (np.array([2.0]), np.zeros(0), np.array([1.0, 3.0])):
        with pytest.warns(
            UserWarning, match=f"{name}: {x.size} entries, less the corr"
        ):
            assert_same(
                lambda t, x: getattr(x.detach(), name)(correction=max(x.numel(), 1)), x
            )


@pytest.mark.parametrize("p", ORDERS)
def test_a_norm_of_any_order_matches_pytorch(p):
    for dim in (None, 0, (1, 2)):
        assert_same(lambda t, x, dim=dim: t.norm(x, p, dim), X)
    assert_same(lambda t, x: x.norm(p, dim=1, keepdim=True), ZEROS[1:2])
    if p not in (-1, 0.5):
        assert_same(lambda t, x: x.norm(p, dim=1), ZEROS)
        assert_same(lambda t, x: x.norm(p), ZEROS * 0)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_a_running_sum_matches_pytorch(dim):
    assert_same(lambda t, x: t.cumsum(x, dim), X)
    assert_same(lambda t, x: x.cumsum(dim), INTEGERS)
    assert_same(lambda t, x: x.cumsum(dim=dim), BOOLS)
    assert_same(lambda t, x: x.cumsum(dim), np.zeros((0, 3)))
    assert_same(lambda t, x: x.cumsum(0), np.array(2.0))


def test_a_dtype_to_reduce_in_matches_pytorch():
    for x in (INTEGERS, BOOLS):
        assert_same(lambda t, x: x.mean(dtype=t.float32), x)
        assert_same(lambda t, x: t.cumsum(x, 0, dtype=t.float64), x)
        assert_same(lambda t, x: t.cumsum(x, 0, dtype=t.int32), x)
        assert_same(lambda t, x: (x.sum(), x.all(), x.any()), x)
    assert_same(lambda t, x: t.mean(x, 1, dtype=t.float64), X)
    assert_same(lambda t, x: t.norm(x, dtype=t.float64), X)


@pytest.mark.parametrize("dim", [None, 0, -1, (0, 1)])
def test_all_and_any_match_pytorch(dim):
    for x in (BOOLS, INTEGERS, ZEROS, np.zeros((0, 2))):
        assert_same(lambda t, x: (t.all(x, dim), t.any(x, dim, keepdim=True)), x)


def test_equal_and_allclose_match_pytorch():
    near, with_nan = X + 1e-9, np.array([1.0, np.nan])
    assert_same(lambda t, x, y: (t.equal(x, x), x.equal(y)), X, near)
    assert_same(lambda t, x, i: t.equal(x, i), np.array([1.0, 2.0]), np.array([1, 2]))
    assert_same(lambda t, x: t.equal(x, x[0]), X)
    for y in (near, X + 1e-3, X[:1]):
        assert_same(lambda t, x, y: (t.allclose(x, y), x.allclose(y, 0.1, 0.0)), X, y)
    assert_same(lambda t, x: t.allclose(x, x, equal_nan=True), with_nan)
    assert_same(lambda t, x: t.allclose(x, x), with_nan)


@pytest.mark.parametrize("name", ["std", "norm"])
def test_a_change_of_the_result_that_the_gradient_reads_is_noticed(name):
    def expression(t):
        y = getattr(t.arange(4.0, dtype=t.float64).requires_grad_(), name)()
        y.mul_(2)
        y.backward()

    assert_both_raise(expression, "modified by an inplace operation")


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(["sum", "mean", "var", "std", "max", "min", "all", "any"]),
    keepdim=st.booleans(),
    data=st.data(),
)
def test_a_reduction_of_any_shape_is_numpy_s(name, keepdim, data):
    shape = data.draw(array_shapes(max_dims=4, max_side=4))
    one = name in ("max", "min")
    dims = st.lists(st.sampled_from(range(len(shape))), unique=True, min_size=1)
    dim = tuple(data.draw(dims))[: 1 if one else None]
    x = minidl.tensor(normal(*shape))
    options = {"correction": 0} if name in ("var", "std") else {}
    y = getattr(x, name)(dim[0] if one else dim, keepdim=keepdim, **options)
    expected = getattr(np, name)(x.array, axis=dim, keepdims=keepdim)
    np.testing.assert_allclose((y.values if one else y).array, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda t: t.mean(t.tensor([1, 2])),
            "mean: the tensor is int64, not a float dt",
        ),
        (lambda t: t.tensor([1, 2]).var(), "var: the tensor is int64"),
        (lambda t: t.tensor([1]).norm(dtype=t.float32), "norm: the tensor is int64"),
        (lambda t: t.norm(t.ones(2), "nuc"), "norm: p='nuc' is not part of minidl"),
        (lambda t: t.norm(t.ones(0), np.inf), r"norm: the tensor \(0,\) is empty"),
        (lambda t: t.mean(t.ones(2), 1), r"mean: dim 1 of a tensor \(2,\)"),
        (lambda t: t.ones(2).std(dim=(0, 0)), "std: dim .* names one dimension of"),
        (lambda t: t.cumsum(t.ones(2), 1), "cumsum: dim 1"),
        (lambda t: t.all(1), "all: input is a int, not a Tensor"),
        (lambda t: t.equal(t.ones(1), 1.0), "equal: other is a float"),
        (
            lambda t: t.allclose(t.ones(1), t.ones(1, dtype=t.float64)),
            "allclose: the tensors are float32 and float64; give both one dtype",
        ),
        (lambda t: t.allclose(t.ones(2), t.ones(3)), "allclose: shapes"),
    ],
)
def test_what_pytorch_refuses_is_explained(wrong, message):
    assert_both_raise(wrong, message)
