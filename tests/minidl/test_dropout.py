"""Dropout: how much, what it scales, and that its gradient uses the same draw."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import upstream

import minidl
from minidl import nn, tensor
from minidl.nn import functional

ONES = np.ones((400, 50), np.float32)
IMAGES = np.ones((40, 50, 3, 2), np.float32)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_share_of_p_is_zero_and_the_rest_grows_to_keep_the_mean(p):
    minidl.manual_seed(0)
    y = functional.dropout(tensor(ONES), p).array
    assert y.dtype == np.float32
    np.testing.assert_allclose(np.unique(y), [0, 1 / (1 - p)], rtol=1e-6)
    assert abs((y == 0).mean() - p) < 4 * np.sqrt(p * (1 - p) / y.size)


def test_the_gradient_flows_where_the_numbers_did():
    x = tensor(ONES, requires_grad=True)
    y = functional.dropout(x, 0.3)
    g = upstream(y.shape).astype(np.float32)
    y.backward(tensor(g))
    np.testing.assert_array_equal(x.grad.array, g * y.array)


def test_dropout2d_drops_whole_channels_of_single_images():
    minidl.manual_seed(0)
    x = tensor(IMAGES, requires_grad=True)
    y = functional.dropout2d(x, 0.4)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.array, y.array)
    assert np.ptp(y.array, axis=(2, 3)).max() == 0
    dropped = y.array[:, :, 0, 0] == 0
    assert abs(dropped.mean() - 0.4) < 4 * np.sqrt(0.24 / dropped.size)
    assert np.ptp(dropped.mean(0)) > 0
    assert np.ptp(dropped.mean(1)) > 0


def test_a_seed_repeats_the_draw_and_the_next_draw_differs():
    minidl.manual_seed(3)
    first, second = (functional.dropout(tensor(ONES)).array for _ in range(2))
    minidl.manual_seed(3)
    np.testing.assert_array_equal(functional.dropout(tensor(ONES)).array, first)
    assert (first != second).any()


@pytest.mark.parametrize("p", [0, 1, 0.0, 1.0])
def test_dropping_nothing_or_everything_is_exact(p):
    x = tensor(ONES, requires_grad=True)
    y = functional.dropout(x, p)
    y.sum().backward()
    expected = torch.nn.functional.dropout(torch.tensor(ONES), p).numpy()
    np.testing.assert_array_equal(y.array, expected)
    np.testing.assert_array_equal(x.grad.array, expected)


@pytest.mark.parametrize(
    ("layer", "x"), [(nn.Dropout(), ONES), (nn.Dropout2d(), IMAGES)]
)
def test_a_layer_drops_in_training_only(layer, x):
    x = tensor(x)
    assert (layer(x).array == 0).any()
    assert layer.eval()(x) is x
    assert repr(layer) == repr(getattr(torch.nn, type(layer).__name__)())


def test_in_place_changes_the_tensor_itself():
    x = tensor(ONES)
    y = functional.dropout(x, 0.5, inplace=True)
    assert y is x
    assert (x.array == 0).any()
    leaf = tensor(ONES, requires_grad=True)
    doubled = leaf * 2
    nn.Dropout(0.5, inplace=True)(doubled).sum().backward()
    np.testing.assert_array_equal(leaf.grad.array, doubled.array)


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_p_must_be_a_probability(p):
    message = f"p is {p}; pass a probability, 0 to 1"
    with pytest.raises(ValueError, match=f"dropout: {message}"):
        functional.dropout(tensor(ONES), p, training=False)
    for name in ("Dropout", "Dropout2d"):
        with pytest.raises(ValueError, match=f"{name}: {message}"):
            getattr(nn, name)(p)
        with pytest.raises(ValueError, match="dropout probability"):
            getattr(torch.nn, name)(p)


def test_dropout2d_takes_images_only():
    with pytest.raises(ValueError, match=r"dropout2d: input \(400, 50\); pass images"):
        functional.dropout2d(tensor(ONES))
