"""Tables before a network sees them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import assert_equal_to_rounding

from minidl.data import one_hot, standardize, train_test_split


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_both_tables_are_measured_in_deviations_of_train(dtype):
    rng = np.random.default_rng(0)
    train, test = rng.normal(5, 3, (8, 3)), rng.normal(5, 3, (4, 3))
    train, test = train.astype(dtype), test.astype(dtype)
    std, mean = torch.std_mean(torch.tensor(train), dim=0, correction=0)
    for got, table in zip(standardize(train, test), (train, test), strict=True):
        assert_equal_to_rounding(got, ((torch.tensor(table) - mean) / std).numpy())


@pytest.mark.parametrize("constant", [0.0, 0.1, -1.7, 1000.1])
@pytest.mark.parametrize("rows", [1, 3, 10, 101])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_constant_column_is_only_shifted(constant, rows, dtype):
    train, test = np.full((rows, 1), constant, dtype), np.full((2, 1), constant, dtype)
    test[1] += 1
    near_zero = rows * np.spacing(np.abs(test[1, 0]))
    train_scaled, test_scaled = standardize(train, test)
    np.testing.assert_allclose(train_scaled, 0, atol=near_zero)
    np.testing.assert_allclose(test_scaled, test - train[0], atol=near_zero)
    assert train_scaled.dtype == test_scaled.dtype == dtype


def test_standardize_leaves_its_inputs_alone_and_takes_an_empty_test_table():
    train = np.arange(6.0).reshape(3, 2)
    before = train.copy()
    _, test = standardize(train, np.zeros((0, 2)))
    np.testing.assert_array_equal(train, before)
    assert test.shape == (0, 2)


@pytest.mark.parametrize(
    ("rows", "test_size", "held_out"), [(10, 0.25, 3), (5, 0.2, 1)]
)
def test_a_split_keeps_rows_whole_and_rounds_the_test_part_up(
    rows, test_size, held_out
):
    x, y = np.arange(2 * rows).reshape(rows, 2), np.arange(rows)
    rng = np.random.default_rng(0)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size, rng)
    assert len(x_test) == len(y_test) == held_out
    np.testing.assert_array_equal(np.sort([*y_train, *y_test]), y)
    np.testing.assert_array_equal(x_train, x[y_train])
    np.testing.assert_array_equal(x_test, x[y_test])
    assert list(y_train) != sorted(y_train)


def test_one_hot_matches_pytorch():
    labels = np.array([2, 0, 3, 3])
    expected = torch.nn.functional.one_hot(torch.tensor(labels), 5).numpy()
    got = one_hot(labels, 5)
    np.testing.assert_array_equal(got, expected)
    assert got.dtype == np.int64
    assert one_hot(labels[:0], 5).shape == (0, 5)
