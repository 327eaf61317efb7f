"""Extremes, orders and entries taken by their place, as in PyTorch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from against_torch import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from same_in_torch import assert_both_raise, assert_same

import minidl
from minidl.nn.functional import one_hot

X = normal(2, 3, 4)
TIES = np.array([[1.0, 2.0, 2.0], [2.0, -1.0, 0.0]])
INTEGERS = np.array([[3, 0, -2], [1, 7, 3]])
BOOLS = np.array([[True, False, True], [False, False, True]])
PICK = np.array([[2, 0, 1, 1], [0, 0, 2, 1]])
BOTH = ["max", "min"]


@pytest.mark.parametrize(
    ("name", "dim", "keepdim"), list(itertools.product(BOTH, [0, 1, -1], [False, True]))
)
def test_an_extreme_along_a_dimension_matches_pytorch(name, dim, keepdim):
    def expression(t, x):
        found = getattr(x, name)(dim, keepdim=keepdim)
        return found.values, found.indices

    for x in (X, TIES, INTEGERS, BOOLS, np.array([[4.0]]), np.zeros((2, 3, 0, 1))):
        assert_same(expression, x)
    assert_same(lambda t, x: getattr(t, name)(x, 0), np.array(4.0))


@pytest.mark.parametrize("name", BOTH)
def test_the_extreme_of_all_shares_its_gradient_between_equals(name):
    for x in (X, TIES, INTEGERS, BOOLS, np.array(3.0)):
        assert_same(lambda t, x: (getattr(t, name)(x), getattr(x, name)()), x)


@pytest.mark.parametrize("name", BOTH)
def test_the_extreme_of_two_tensors_matches_pytorch(name):
    assert_same(lambda t, x, y: getattr(t, name)(x, y), TIES, TIES[:, ::-1].copy())
    assert_same(lambda t, x, y: getattr(x, name)(other=y), TIES, np.array([2.0, 0, 0]))


@pytest.mark.parametrize(
    ("name", "dim", "keepdim"),
    list(itertools.product(["argmax", "argmin"], [None, 0, -1], [False, True])),
)
def test_the_index_of_an_extreme_matches_pytorch(name, dim, keepdim):
    for x in (X, TIES, INTEGERS, np.array(1.0)):
        assert_same(lambda t, x: getattr(t, name)(x, dim, keepdim), x)
        assert_same(lambda t, x: getattr(x, name)(dim=dim, keepdim=keepdim), x)


@pytest.mark.parametrize(
    ("dim", "descending"), list(itertools.product([0, 1, -1], [0, 1]))
)
def test_a_sort_matches_pytorch(dim, descending):
    for x in (X, TIES, INTEGERS, BOOLS, np.zeros((0, 3))):
        assert_same(
            lambda t, x: t.sort(x, dim=dim, descending=bool(descending), stable=True), x
        )
    assert_same(lambda t, x: tuple(t.sort(x)), np.array(2.0))
    assert_same(lambda t, x: x.sort(0, True), np.array([np.nan, 1.0, np.inf]))


@pytest.mark.parametrize(
    ("dim", "largest"), list(itertools.product([0, 1, -1], [0, 1]))
)
def test_the_k_greatest_and_smallest_match_pytorch(dim, largest):
    for k in (0, 1, 2):
        assert_same(lambda t, x, k=k: t.topk(x, k, dim, bool(largest)), X)
        assert_same(lambda t, x, k=k: x.topk(k, dim=dim, largest=bool(largest)), X)
    assert_same(lambda t, x: x.topk(1), np.array(2.0))
    assert_same(lambda t, x: x.topk(3), np.array([4, 6, 1, 9]))


def test_entries_gathered_by_index_match_pytorch():
    assert_same(lambda t, x, i: t.gather(x, 1, i), normal(2, 3), PICK)
    assert_same(lambda t, x, i: x.gather(0, i), normal(3, 5), PICK)
    assert_same(lambda t, x, i: x.gather(-1, i), X, np.array([[[3, 3, 0], [1, 2, 0]]]))
    assert_same(lambda t, x, i: x.gather(1, i), X, np.array([[[2]], [[0]]]))
    assert_same(lambda t, x, i: x.gather(0, i), np.array(2.0), np.array([0, 0]))
    assert_same(lambda t, x, i: x.gather(0, i), normal(4), np.array(3))
    assert_same(lambda t, x, i: x.gather(0, i), normal(4), np.zeros(0, int))


def test_the_picked_scores_of_labels_have_pytorch_s_gradient():
    labels = np.array([2, 0])
    assert_same(
        lambda t, x, i: t.log_softmax(x, 1).gather(1, i.unsqueeze(1)),
        normal(2, 3),
        labels,
    )


def test_one_hot_matches_pytorch():
    for labels in (np.array([2, 0, 1]), np.array([[1, 1], [0, 2]]), np.array(3)):
        for classes in (-1, 5):
            ours = one_hot(minidl.tensor(labels), classes).array
            theirs = torch.nn.functional.one_hot(torch.tensor(labels), classes).numpy()
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), descending=st.booleans())
def test_a_sort_of_any_shape_is_numpy_s(data, descending):
    x = normal(*data.draw(array_shapes(max_dims=4, max_side=4)))
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    values, indices = minidl.tensor(x).sort(dim, descending)
    expected = np.sort(x, dim)
    expected = np.flip(expected, dim) if descending else expected
    np.testing.assert_array_equal(values.array, expected)
    np.testing.assert_array_equal(np.take_along_axis(x, indices.array, dim), expected)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda t: t.max(t.ones(0)), r"max: keepdim is False, the tensor \(0,\) has 0"),
        (lambda t: t.max(t.ones(2), keepdim=True), "max: keepdim is True.* pass dim"),
        (
            lambda t: t.min(t.ones(0, 2), 0),
            r"min: the tensor \(0, 2\) has no entries al",
        ),
        (lambda t: t.max(t.ones(2), dim=(0,)), r"max: dim is \(0,\), not an integer"),
        (lambda t: t.argmax(t.ones(0)), r"argmax: the tensor \(0,\) has no entries"),
        (lambda t: t.argmin(t.tensor([True])), "argmin: the tensor is bool; pass num"),
        (lambda t: t.argmax(t.ones(2), 1), "argmax: dim 1"),
        (lambda t: t.sort(t.ones(2), 1), "sort: dim 1"),
        (lambda t: t.topk(t.ones(2), 3), r"topk: k is 3, but dim -1 .* has 2 entries"),
        (lambda t: t.topk(t.tensor([True]), 1), "topk: the tensor is bool"),
        (
            lambda t: t.gather(t.ones(2), 0, t.tensor([2])),
            "gather: index 2 is not one of",
        ),
        (
            lambda t: t.gather(t.ones(2), 0, t.tensor([-1])),
            "gather: index -1 is not one",
        ),
        (
            lambda t: t.gather(t.ones(2), 0, t.ones(1)),
            "gather: index is float32; pass in",
        ),
        (
            lambda t: t.gather(t.ones(2, 2), 0, t.tensor([0])),
            r"gather: index \(1,\) does not fit the tensor \(2, 2\)",
        ),
        (
            lambda t: t.gather(t.ones(2, 2), 0, t.tensor([[0, 0, 0]])),
            r"gather: index \(1, 3\) does not fit the tensor \(2, 2\)",
        ),
        (lambda t: t.nn.functional.one_hot(t.ones(1)), "one_hot: tensor is float32"),
        (
            lambda t: t.nn.functional.one_hot(t.tensor([3]), 3),
            "one_hot: index 3 is not",
        ),
        (lambda t: t.nn.functional.one_hot(t.tensor([-1])), "one_hot: index -1 is not"),
        (
            lambda t: t.nn.functional.one_hot(t.ones(0, dtype=t.int64)),
            "one_hot: no labels, and num_classes not given",
        ),
    ],
)
def test_what_pytorch_refuses_is_explained(wrong, message):
    assert_both_raise(wrong, message)
