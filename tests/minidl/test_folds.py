"""Folds against scikit-learn's KFold."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.model_selection import KFold

from minidl.data import k_fold


@st.composite
def sizes(draw):
    """A number of samples, and a number of folds that it allows."""
    n_samples = draw(st.integers(2, 60))
    return n_samples, draw(st.integers(2, n_samples))


@settings(deadline=None)
@given(sizes())
def test_blocks_in_order_are_those_of_scikit_learn(size):
    n_samples, n_splits = size
    expected = list(KFold(n_splits).split(np.zeros(n_samples)))
    for got, fold in zip(k_fold(n_samples, n_splits), expected, strict=True):
        for part, rows in zip(got, fold, strict=True):
            assert_array_equal(part, rows)


@settings(deadline=None)
@given(sizes(), st.integers(0, 2**32 - 1))
def test_drawn_folds_have_the_sizes_and_the_order_of_scikit_learn(size, seed):
    n_samples, n_splits = size
    got = k_fold(n_samples, n_splits, np.random.default_rng(seed))
    shuffled = KFold(n_splits, shuffle=True, random_state=seed)
    expected = list(shuffled.split(np.zeros(n_samples)))
    assert [tuple(map(len, fold)) for fold in got] == [
        tuple(map(len, fold)) for fold in expected
    ]
    everything = np.arange(n_samples)
    assert_array_equal(np.sort(np.concatenate([test for _, test in got])), everything)
    for train, test in got:
        assert_array_equal(np.sort(np.concatenate([train, test])), everything)
        assert_array_equal(train, np.sort(train))
        assert_array_equal(test, np.sort(test))


def test_the_generator_decides_which_rows_are_held_out():
    def held_out(seed):
        folds = k_fold(30, 3, np.random.default_rng(seed))
        return [test.tolist() for _, test in folds]

    assert held_out(1) == held_out(1) != held_out(2)
    ever = {row for seed in range(30) for row in held_out(seed)[0]}
    assert ever == set(range(30))


def test_folds_are_indices():
    for fold in k_fold(7, 3, np.random.default_rng(0)):
        assert [part.dtype.kind for part in fold] == ["i", "i"]


@pytest.mark.parametrize(("n_samples", "n_splits"), [(5, 1), (3, 5), (0, 2), (4, -1)])
def test_a_number_of_folds_that_scikit_learn_refuses_is_named(n_samples, n_splits):
    said = f"k_fold: {n_splits} folds of {n_samples} samples; pass n_splits from 2 to"
    with pytest.raises(ValueError, match=re.escape(said)):
        k_fold(n_samples, n_splits)
    with pytest.raises(ValueError, match="split"):
        list(KFold(n_splits).split(np.zeros(n_samples)))
