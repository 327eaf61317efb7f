"""The kernels that learners write, against PyTorch: values, gradients, dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from against_torch import assert_equal_to_rounding, forward_and_gradients, upstream
from torch.nn import functional

from autograder.bricks import CHAPTERS
from minidl import kernels

Arrays = tuple[np.ndarray, ...]


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    return np.random.default_rng(shape).normal(scale=scale, size=shape)


def spaced(array: np.ndarray) -> np.ndarray:
    """The same numbers, not contiguous in memory."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def labels(count: int, classes: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, classes, count)


def bits(*shape: int) -> np.ndarray:
    return (normal(*shape, scale=2.0) > 0).astype(float)


SCORES = {
    "ordinary": normal(4, 3),
    "a batch of one": normal(1, 5),
    "an empty batch": np.zeros((0, 3)),
    "one column": normal(4, 1),
    "zeros": np.zeros((2, 3)),
    "±1000": np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, 999.0]]),
    "not contiguous": spaced(normal(4, 3)),
    "three dimensions": normal(2, 3, 4),
}
NUMBERS = SCORES | {"a single number": np.array(-0.7)}
FULL = {name: x for name, x in SCORES.items() if x.size}

Backward = Callable[..., Any]
TRIALS: dict[str, tuple[Callable[..., Any], Backward, dict[str, Arrays]]] = {
    "linear": (
        functional.linear,
        lambda g, y, x, W, b: kernels.linear_backward(g, x, W),
        {
            "ordinary": (normal(5, 4), normal(3, 4), normal(3)),
            "a batch of one": (normal(1, 4), normal(3, 4), normal(3)),
            "an empty batch": (np.zeros((0, 4)), normal(3, 4), normal(3)),
            "large": (normal(5, 4, scale=1000.0), normal(3, 4), normal(3)),
            "not contiguous": (spaced(normal(5, 4)), spaced(normal(3, 4)), normal(3)),
        },
    ),
    "sigmoid": (
        torch.sigmoid,
        lambda g, y, x: kernels.sigmoid_backward(g, y),
        {name: (x,) for name, x in NUMBERS.items()},
    ),
    "tanh": (
        torch.tanh,
        lambda g, y, x: kernels.tanh_backward(g, y),
        {name: (x,) for name, x in NUMBERS.items()},
    ),
    "relu": (
        torch.relu,
        lambda g, y, x: kernels.relu_backward(g, y),
        {name: (x,) for name, x in NUMBERS.items()},
    ),
    "leaky_relu": (
        functional.leaky_relu,
        lambda g, y, x: kernels.leaky_relu_backward(g, x),
        {name: (x,) for name, x in NUMBERS.items()},
    ),
    "softmax": (
        lambda x: torch.softmax(x, -1),
        lambda g, y, x: kernels.softmax_backward(g, y),
        {name: (x,) for name, x in NUMBERS.items()},
    ),
    "log_softmax": (
        lambda x: torch.log_softmax(x, -1),
        lambda g, y, x: kernels.log_softmax_backward(g, y),
        {name: (x,) for name, x in NUMBERS.items()},
    ),
    "mse_loss": (
        functional.mse_loss,
        lambda g, y, x, t: kernels.mse_loss_backward(g, x, t),
        {name: (x, normal(*x.shape, scale=2.0)) for name, x in FULL.items()},
    ),
    "cross_entropy": (
        functional.cross_entropy,
        lambda g, y, x, t: kernels.cross_entropy_backward(g, x, t),
        {name: (x, labels(*x.shape)) for name, x in FULL.items() if x.ndim == 2},
    ),
    "binary_cross_entropy_with_logits": (
        functional.binary_cross_entropy_with_logits,
        lambda g, y, x, t: kernels.binary_cross_entropy_with_logits_backward(g, x, t),
        {name: (x, bits(*x.shape)) for name, x in FULL.items()},
    ),
    "hinge_loss": (
        lambda x, t: torch.relu(1 - t * x).mean(),
        lambda g, y, x, t: kernels.hinge_loss_backward(g, x, t),
        {name: (x, 2 * bits(*x.shape) - 1) for name, x in FULL.items()}
        | {"at the margin": (np.array([1.0, -1.0, 1.0]), np.array([1.0, -1.0, -1.0]))},
    ),
}
CASES = [
    pytest.param(name, arrays, id=f"{name}, {case}")
    for name, (_, _, cases) in TRIALS.items()
    for case, arrays in cases.items()
]
LOSSES = {name for name in TRIALS if "loss" in name or "entropy" in name}


def as_tuple(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize(("name", "arrays"), CASES)
def test_a_kernel_and_its_gradient_match_pytorch(name, arrays):
    reference, backward, _ = TRIALS[name]
    expected, gradients = forward_and_gradients(reference, *arrays)
    y = getattr(kernels, name)(*arrays)
    assert_equal_to_rounding(y, expected)
    got = as_tuple(backward(upstream(expected.shape), y, *arrays))
    if name in LOSSES:  # the targets are given: they get no gradient
        gradients = gradients[:1]
    for dx, expected_dx in zip(got, gradients, strict=True):
        assert_equal_to_rounding(dx, expected_dx)


@pytest.mark.parametrize(("name", "arrays"), CASES)
def test_float32_stays_float32(name, arrays):
    arrays = tuple(x.astype(np.float32) if x.dtype == float else x for x in arrays)
    y = getattr(kernels, name)(*arrays)
    assert y.dtype == np.float32
    g = np.asarray(upstream(y.shape), np.float32)
    for dx in as_tuple(TRIALS[name][1](g, y, *arrays)):
        assert dx.dtype == np.float32


@pytest.mark.parametrize(("name", "arrays"), CASES)
def test_inputs_are_never_changed(name, arrays):
    y = np.asarray(getattr(kernels, name)(*arrays))
    given = [upstream(y.shape), y, *arrays]
    before = [x.copy() for x in given]
    getattr(kernels, name)(*arrays)
    TRIALS[name][1](*given)
    for x, x_before in zip(given, before, strict=True):
        np.testing.assert_array_equal(x, x_before)


def test_every_kernel_of_the_first_chapters_is_compared_with_pytorch():
    # The other kernels are compared through the functions that they serve.
    compared = TRIALS.keys() | {f"{name}_backward" for name in TRIALS}
    written = {
        brick.name
        for chapter in CHAPTERS[:3]
        for brick in chapter.bricks
        if brick.module.startswith("minidl.kernels") and not brick.draws
    }
    assert compared == written


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -3])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_along_another_dimension_matches_pytorch(name, dim):
    x = normal(2, 3, 4)
    reference = getattr(torch, name)
    expected, (gradient,) = forward_and_gradients(lambda t: reference(t, dim), x)
    y = getattr(kernels, name)(x, dim=dim)
    assert_equal_to_rounding(y, expected)
    backward = getattr(kernels, f"{name}_backward")
    assert_equal_to_rounding(backward(upstream(x.shape), y, dim=dim), gradient)


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0, 3.0])
def test_leaky_relu_with_another_slope_matches_pytorch(slope):
    x = np.array([-2.0, -0.0, 0.0, 1.5])
    expected, (gradient,) = forward_and_gradients(
        lambda t: functional.leaky_relu(t, slope), x
    )
    assert_equal_to_rounding(kernels.leaky_relu(x, slope), expected)
    got = kernels.leaky_relu_backward(upstream(x.shape), x, slope)
    assert_equal_to_rounding(got, gradient)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_values_at_a_thousand_are_right(dtype):
    x = np.array([[1000.0, -1000.0]], dtype)
    right, wrong = np.array([0]), np.array([1])
    one_zero = np.array([[1.0, 0.0]], dtype)
    np.testing.assert_array_equal(kernels.sigmoid(x), one_zero)
    np.testing.assert_array_equal(kernels.softmax(x), one_zero)
    np.testing.assert_array_equal(kernels.log_softmax(x), [[0.0, -2000.0]])
    assert kernels.cross_entropy(x, right) == 0
    assert kernels.cross_entropy(x, wrong) == 2000
    binary_cross_entropy = kernels.binary_cross_entropy_with_logits
    assert binary_cross_entropy(x, one_zero) == 0
    assert binary_cross_entropy(x, 1 - one_zero) == 1000


def test_sigmoid_is_right_to_rounding_of_one_in_both_tails():
    x = np.linspace(-60, 60, 1001)
    expected = torch.sigmoid(torch.tensor(x)).numpy()
    np.testing.assert_allclose(kernels.sigmoid(x), expected, rtol=0, atol=2.3e-16)


@pytest.mark.parametrize("shape", [(200, 300), (300, 50), (16, 8, 5, 5)])
@pytest.mark.parametrize("setting", [0.0, 0.2, 2.0])
def test_first_weights_are_uniform_within_pytorch_s_bounds(shape, setting):
    rng = np.random.default_rng(0)
    weights = torch.empty(shape, dtype=torch.float64)
    pairs = [
        (
            kernels.kaiming_uniform(shape, rng, a=setting),
            torch.nn.init.kaiming_uniform_(weights.clone(), a=setting),
        ),
        (
            kernels.xavier_uniform(shape, rng, gain=setting + 1),
            torch.nn.init.xavier_uniform_(weights.clone(), gain=setting + 1),
        ),
    ]
    for got, reference in pairs:
        expected = np.sort(reference.numpy().ravel())
        bound = np.abs(expected).max()
        assert got.shape == shape
        assert got.dtype == np.float32
        # two samples of 3200 and more uniform numbers: quantiles differ by 0.05 at most
        assert np.abs(np.sort(got.ravel()) - expected).max() < 0.05 * 2 * bound
        assert np.abs(got).max() == pytest.approx(bound, rel=0.002)
        assert got.std() == pytest.approx(bound / np.sqrt(3), rel=0.02)


def test_first_weights_differ_from_draw_to_draw_and_repeat_with_the_seed():
    def draws() -> Arrays:
        rng = np.random.default_rng(7)
        return tuple(kernels.kaiming_uniform((3, 4), rng) for _ in range(2))

    first, second = draws()
    assert (first != second).all()
    np.testing.assert_array_equal(draws()[1], second)
