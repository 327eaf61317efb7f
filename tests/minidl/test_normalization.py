"""Batch and layer normalization against PyTorch, in training and after it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import (
    assert_both_refuse,
    assert_equal_to_rounding,
    assert_float32_matches_pytorch,
    assert_matches_pytorch,
    normal,
    twin,
)

import minidl
from minidl import nn, tensor

W, B = 1 + normal(3), normal(3)
BATCHES = [normal(5, 3), normal(4, 3, 6), normal(2, 3, 4, 5), 50 + normal(7, 3)]


@pytest.mark.parametrize("x", BATCHES, ids=lambda x: str(x.shape))
@pytest.mark.parametrize("affine", [(), (W,), (W, B)], ids=len)
def test_batch_norm_of_a_batch_matches_pytorch(x, affine):
    batch_norm = twin("batch_norm", training=True, eps=1e-3)

    def function(x, *affine):
        return batch_norm(x, None, None, *affine)

    assert_matches_pytorch(function, x, *affine)
    assert_float32_matches_pytorch(function, x, *affine)


def test_batch_norm_by_running_statistics_matches_pytorch():
    mean, var = normal(3), 0.5 + normal(3) ** 2

    def function(x, *affine):
        make = torch.tensor if isinstance(x, torch.Tensor) else tensor
        return twin("batch_norm")(x, make(mean), make(var), *affine)

    for x in BATCHES:
        assert_matches_pytorch(function, x, W, B)
        assert_matches_pytorch(function, x)


OPTIONS = [
    {},
    {"eps": 0.1, "momentum": 0.7},
    {"momentum": None},
    {"affine": False},
    {"track_running_stats": False},
    {"bias": False},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("BatchNorm1d", (5, 3)),
        ("BatchNorm1d", (2, 3, 4)),
        ("BatchNorm2d", (2, 3, 4, 5)),
    ],
)
def test_a_batch_norm_layer_keeps_pytorch_s_statistics(name, shape, options):
    ours = getattr(nn, name)(3, **options, dtype=minidl.float64)
    theirs = getattr(torch.nn, name)(3, **options, dtype=torch.float64)
    assert repr(ours) == repr(theirs)

    def layer(x):
        return (theirs if isinstance(x, torch.Tensor) else ours)(x)

    for seed in range(3):
        assert_matches_pytorch(layer, (seed + 1) * normal(*shape) + seed)
        same_state(ours, theirs)
    ours.eval(), theirs.eval()
    assert_matches_pytorch(layer, normal(*shape))
    same_state(ours, theirs)
    for mine, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_equal_to_rounding(mine.grad.array, their.grad.numpy())


def same_state(ours, theirs):
    """The same names, shapes, dtypes and numbers."""
    expected = theirs.state_dict()
    assert list(ours.state_dict()) == list(expected)
    for name, value in ours.state_dict().items():
        assert_equal_to_rounding(value.array, expected[name].numpy())


def test_reset_forgets_the_batches():
    layer = nn.BatchNorm1d(3)
    fresh = {name: value.array.copy() for name, value in layer.state_dict().items()}
    layer(tensor(normal(5, 3), dtype=minidl.float32))
    layer.weight.array[...] = 7
    layer.reset_parameters()
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.array, fresh[name])


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_layer_norm_matches_pytorch(shape):
    x, weight, bias = 10 + normal(2, 3, 4), 1 + normal(*shape), 2 + normal(*shape)
    function = twin("layer_norm", normalized_shape=shape, eps=1e-3)

    def affine(x, *others):
        return (
            function.__call__(x)
            if not others
            else twin("layer_norm")(x, shape, *others)
        )

    assert_matches_pytorch(affine, x)
    assert_matches_pytorch(affine, x, weight)
    assert_matches_pytorch(affine, x, weight, bias)
    assert_float32_matches_pytorch(affine, x, weight, bias)


@pytest.mark.parametrize(
    "options",
    [{}, {"eps": 0.1}, {"elementwise_affine": False}, {"bias": False}],
    ids=str,
)
@pytest.mark.parametrize("shape", [4, (3, 4)])
def test_a_layer_norm_layer_matches_pytorch(shape, options):
    ours = nn.LayerNorm(shape, **options, dtype=minidl.float64)
    theirs = torch.nn.LayerNorm(shape, **options, dtype=torch.float64)
    assert repr(ours) == repr(theirs)
    same_state(ours, theirs)
    assert_matches_pytorch(
        lambda x: (theirs if isinstance(x, torch.Tensor) else ours)(x), normal(2, 3, 4)
    )
    for mine, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_equal_to_rounding(mine.grad.array, their.grad.numpy())


X, ONE = normal(2, 3), normal(1, 3)
BAD = [
    (
        "batch_norm",
        (ONE, None, None, None, None, True),
        "input (1, 3) has 1 value for each channel; its variance in training needs 2",
    ),
    (
        "batch_norm",
        (X, None, None),
        "without training, pass running_mean and running_var",
    ),
    (
        "batch_norm",
        (X, B[:2], W),
        "running_mean (2,) for input (2, 3); pass (3,)",
    ),
    ("batch_norm", (X, B, W, W[:1]), "weight (1,) for input (2, 3); pass (3,)"),
    ("batch_norm", (B, B, W), "input (3,); pass (N, C, ...)"),
    (
        "layer_norm",
        (X, (2,)),
        "input (2, 3) does not end in normalized_shape (2,)",
    ),
    ("layer_norm", (X, (3,), W[:2]), "weight (2,) for input (2, 3); pass (3,)"),
    ("layer_norm", (X, ()), "input (2, 3) does not end in normalized_shape ()"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), BAD)
def test_bad_arguments_are_explained_and_pytorch_refuses_them_too(
    name, arguments, message
):
    assert_both_refuse(name, arguments, message)


def test_a_layer_for_images_takes_images_only():
    for name, shape, dims in (
        ("BatchNorm2d", (2, 3), "4"),
        ("BatchNorm1d", (2, 3, 4, 5), "2 or 3"),
    ):
        with pytest.raises(
            ValueError,
            match=f"{name}: input .* pass {dims} dimensions, the channels second",
        ):
            getattr(nn, name)(3)(tensor(normal(*shape)))
        with pytest.raises(ValueError, match="expected"):
            getattr(torch.nn, name)(3)(torch.tensor(normal(*shape)))
