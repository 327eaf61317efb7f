"""The dtypes of new tensors and of results, as in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import assert_equal_to_rounding, assert_matches_pytorch, leaf, normal

import minidl
from minidl import Tensor, tensor


@pytest.mark.parametrize(
    "data",
    [
        1.5,
        3,
        True,
        [1.0, 2.0],
        [[1, 2], [3, 4]],
        (True, False),
        [1, 2.5],
        [],
        np.float64(1.5),
        [np.float64(1.5)],
        [np.float32(1.5)],
        np.arange(3.0),
        np.arange(3, dtype=np.float32),
        np.arange(3),
        np.arange(3, dtype=np.uint8),
    ],
    ids=repr,
)
def test_a_tensor_of_these_data_has_pytorch_s_dtype_and_numbers(data):
    got, expected = tensor(data), torch.tensor(data).numpy()
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got.numpy(), expected)


def test_a_dtype_can_be_asked_for():
    assert tensor([1, 2], dtype=minidl.float64).dtype == minidl.float64
    assert tensor(np.zeros(2), dtype=minidl.float32).dtype == minidl.float32
    assert tensor([1.0, 2.0], dtype=minidl.int64).dtype == minidl.int64


def test_tensor_copies_and_Tensor_shares_an_array():  # noqa: N802
    array = np.zeros(2)
    copied, shared, again = tensor(array), Tensor(array), tensor(Tensor(array))
    array[0] = 1
    assert copied.array[0] == again.array[0] == 0
    assert shared.array[0] == shared.numpy()[0] == 1


ARRAYS = {
    "float64": np.ones(2),
    "float32": np.ones(2, np.float32),
    "int64": np.ones(2, np.int64),
    "uint8": np.ones(2, np.uint8),
    "bool": np.ones(2, bool),
    "one float64": np.array(1.0),
    "one float32": np.array(1.0, np.float32),
    "one int64": np.array(1),
}
OPERATORS = {"+": lambda a, b: a + b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("second", ARRAYS)
@pytest.mark.parametrize("first", ARRAYS)
def test_two_tensors_give_pytorch_s_dtype(first, second, operator):
    function, a, b = OPERATORS[operator], ARRAYS[first], ARRAYS[second]
    expected = function(torch.tensor(a), torch.tensor(b)).numpy()
    assert_equal_to_rounding(function(tensor(a), tensor(b)).numpy(), expected)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("number", [1.5, 2, True])
@pytest.mark.parametrize("name", ARRAYS)
def test_a_tensor_and_a_number_give_pytorch_s_dtype(name, number, operator):
    function, a = OPERATORS[operator], ARRAYS[name]
    expected = function(torch.tensor(a), number).numpy()
    assert_equal_to_rounding(function(tensor(a), number).numpy(), expected)
    expected = function(number, torch.tensor(a)).numpy()
    assert_equal_to_rounding(function(number, tensor(a)).numpy(), expected)


@pytest.mark.parametrize("number", [np.float64(2), np.float32(2), np.int64(2)])
def test_numpy_s_numbers_count_as_python_s(number):
    x = leaf([1.0, 3.0])
    for y in (x * number, number * x, x**number):
        assert y.dtype == minidl.float32
    np.testing.assert_array_equal((number * x).detach().numpy(), [2, 6])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.exp(),
        lambda x: x.log(),
        lambda x: x.sum(),
        lambda x: x**2,
        lambda x: x**0.5,
        lambda x: x @ x,
        lambda x: -x,
    ],
)
def test_integers_give_pytorch_s_dtype(function):
    data = np.array([1, 2, 3])
    expected = function(torch.tensor(data)).numpy()
    assert_equal_to_rounding(function(tensor(data)).numpy(), expected)


def test_float32_stays_float32_through_values_and_gradients():
    x, w = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([0.5, -1.0])
    y = ((2 * x @ w - 1) ** 2 / 3).exp().log().reshape(2, 1).mean()
    y.backward()
    assert {y.dtype, x.grad.dtype, w.grad.dtype} == {minidl.float32}


def test_operands_of_two_dtypes_get_gradients_of_their_own():
    assert_matches_pytorch(lambda a, b: a * b, normal(2), normal(2).astype(np.float32))
