"""Activations against PyTorch: values, every gradient, both dtypes, extremes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from against_torch import leaf, normal, upstream
from functions_against_torch import assert_like_torch

from minidl import nn, tensor
from minidl.kernels.smooth import erf

WIDE = np.array([[-30.0, -6.0, -1.5, -1e-8], [0.0, 0.4, 3.0, 25.0]])
OPTIONS = {
    "relu": [{}],
    "leaky_relu": [{}, {"negative_slope": 0.2}, {"negative_slope": 0}],
    "elu": [{}, {"alpha": 0.3}, {"alpha": 2}],
    "silu": [{}],
    "gelu": [{}, {"approximate": "tanh"}],
    "softplus": [{}, {"beta": 2}, {"beta": 0.5, "threshold": 1}],
    "sigmoid": [{}],
    "tanh": [{}],
    "softmax": [{"dim": dim} for dim in (-1, 0, 1)],
    "log_softmax": [{"dim": dim} for dim in (-1, 0, 1)],
}
CALLS = [(name, each) for name, options in OPTIONS.items() for each in options]
INPLACE = [(name, each) for name, each in CALLS if name in "relu leaky_relu elu silu"]
MODULES = {
    "ReLU": [{}, {"inplace": True}],
    "LeakyReLU": [{}, {"negative_slope": 0.3}],
    "ELU": [{}, {"alpha": 0.5}],
    "GELU": [{}, {"approximate": "tanh"}],
    "SiLU": [{}],
    "Softplus": [{}, {"beta": 3, "threshold": 5}],
    "Sigmoid": [{}],
    "Tanh": [{}],
    "Softmax": [{"dim": 1}],
    "LogSoftmax": [{"dim": 0}],
}


@pytest.mark.parametrize(("name", "options"), CALLS)
@pytest.mark.parametrize("x", [normal(3, 4), WIDE, 3 * normal(2, 3, 2)])
def test_an_activation_and_its_gradient_match_pytorch(name, options, x):
    assert_like_torch(name, x, **options)


@pytest.mark.parametrize(("name", "options"), CALLS)
def test_an_activation_takes_one_number_and_an_empty_batch(name, options):
    if options.get("dim") != 1:
        assert_like_torch(name, np.array(-0.7), **options)
    assert_like_torch(name, np.zeros((0, 3)), **options)


@pytest.mark.parametrize(("name", "options"), INPLACE)
def test_in_place_changes_the_input_and_has_the_same_gradient(name, options):
    function = getattr(nn.functional, name)
    x, y = leaf(normal(3, 4)), leaf(normal(3, 4))
    g = tensor(upstream((3, 4)))
    function(x * 2, **options).backward(g)
    hidden = y * 2
    result = function(hidden, inplace=True, **options)
    assert result is hidden
    np.testing.assert_array_equal(result.array, function(x * 2, **options).array)
    result.backward(g)
    np.testing.assert_array_equal(x.grad.array, y.grad.array)


def test_in_place_on_a_leaf_that_requires_a_gradient_is_an_error():
    with pytest.raises(RuntimeError, match="relu: a leaf Variable that requires grad"):
        nn.functional.relu(leaf(normal(3)), inplace=True)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_prints_and_computes_as_pytorch_s(name):
    for options in MODULES[name]:
        ours, theirs = getattr(nn, name)(**options), getattr(torch.nn, name)(**options)
        assert repr(ours) == repr(theirs)
        expected = theirs(torch.tensor(normal(3, 4))).numpy()
        got = ours(tensor(normal(3, 4))).array
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)
        assert not ours.state_dict()


def test_a_module_takes_its_options_by_position_and_explains_unknown_ones():
    assert nn.LeakyReLU(0.2).negative_slope == 0.2
    assert nn.Softmax(-1).dim == -1
    with pytest.raises(TypeError, match=r"ReLU\(inplace.*unexpected.*'size_average'"):
        nn.ReLU(size_average=True)


def test_erf_is_exact_to_rounding_and_odd():
    x = np.concatenate([np.linspace(-7, 7, 5001), np.geomspace(1e-300, 0.5, 999)])
    expected = np.array([math.erf(each) for each in x])
    np.testing.assert_allclose(erf(x), expected, rtol=1e-15, atol=0)
    np.testing.assert_array_equal(erf(-x), -erf(x))
    np.testing.assert_array_equal(erf(np.array([np.inf, -np.inf])), [1, -1])
    single = x.astype(np.float32)
    assert erf(single).dtype == np.float32
    np.testing.assert_allclose(erf(single), expected, rtol=0, atol=4 * 2.0**-24)


def test_erf_does_not_hide_a_nan():
    assert np.isnan(erf(np.array(np.nan)))


@pytest.mark.grid
@pytest.mark.parametrize(("name", "options"), CALLS)
@pytest.mark.parametrize("scale", [1e-6, 0.1, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("shape", [(7,), (1, 1), (5, 6), (2, 3, 4), (2, 1, 3, 2)])
def test_every_activation_matches_pytorch_at_every_scale(name, options, scale, shape):
    if options.get("dim") != 1 or len(shape) > 1:
        assert_like_torch(name, scale * normal(*shape), **options)
