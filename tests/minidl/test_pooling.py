"""Pooling and padding against PyTorch: values, every gradient, every argument."""

from __future__ import annotations

import re
import weakref
from itertools import product

import numpy as np
import pytest
import torch
from against_torch import (
    assert_both_refuse,
    assert_float32_matches_pytorch,
    assert_matches_pytorch,
    normal,
    twin,
)

from minidl import nn, tensor

IMAGES = normal(3, 2, 7, 6)
TIES = np.round(IMAGES)
MAX = [
    {"kernel_size": 2},
    {"kernel_size": (3, 2), "stride": (3, 2)},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 2, "stride": 3, "ceil_mode": True},
    {"kernel_size": (3, 2), "stride": 2, "padding": (1, 0), "ceil_mode": True},
    {"kernel_size": 2, "stride": 1, "dilation": (2, 3)},
    {"kernel_size": 2, "dilation": 2, "padding": 1},
]
AVERAGE = [
    {"kernel_size": 2},
    {"kernel_size": (3, 2), "stride": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 3, "padding": 1, "count_include_pad": False},
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel_size": 2, "padding": 1, "divisor_override": 3},
]
SIZES = [1, 3, (2, 5), (None, 4), 9, (7, 6)]
PADS = [
    ((1, 2), {}),
    ((0, 0), {}),
    ((1, 0, 2, 3), {"value": 1.5}),
    ((-1, 2, 1, -3), {}),
    ((1, 1, 0, 2, 3, 0, 0, 1), {"value": -1.0}),
    *product(
        [(2, 1, 3, 0), (-1, 2, 0, 0), (1, -1, -2, -1), (-3, 3, -1, 2), (-5, 0, 1, 1)],
        [{"mode": mode} for mode in ("reflect", "replicate", "circular")],
    ),
]


@pytest.mark.parametrize("options", MAX, ids=str)
@pytest.mark.parametrize("x", [IMAGES, TIES, IMAGES[0], IMAGES[:0]])
def test_max_pool2d_matches_pytorch(x, options):
    assert_matches_pytorch(twin("max_pool2d", **options), x)
    assert_float32_matches_pytorch(twin("max_pool2d", **options), x)


@pytest.mark.parametrize("options", AVERAGE, ids=str)
@pytest.mark.parametrize("x", [IMAGES, IMAGES[0]])
def test_avg_pool2d_matches_pytorch(x, options):
    assert_matches_pytorch(twin("avg_pool2d", **options), x)
    assert_float32_matches_pytorch(twin("avg_pool2d", **options), x)


@pytest.mark.parametrize("size", SIZES)
def test_adaptive_avg_pool2d_matches_pytorch(size):
    function = twin("adaptive_avg_pool2d", output_size=size)
    for x in (IMAGES, IMAGES[0]):
        assert_matches_pytorch(function, x)
    assert_float32_matches_pytorch(function, IMAGES)


@pytest.mark.parametrize(("pad", "options"), PADS)
def test_pad_matches_pytorch(pad, options):
    assert_matches_pytorch(twin("pad", pad=pad, **options), normal(3, 4, 5, 6))


def test_pad_takes_sequences_and_integers():
    assert_matches_pytorch(twin("pad", pad=(2, 1), mode="reflect"), normal(2, 3, 4))
    padded = nn.functional.pad(tensor([[1, 2]]), (1, 0), value=7)
    assert padded.tolist() == [[7, 1, 2]]
    assert padded.dtype == np.int64


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_padding_keeps_no_hold_of_its_input(mode):
    leaf = tensor(IMAGES, requires_grad=True)
    input = leaf * 2
    watched = weakref.ref(input.array)
    y = nn.functional.pad(input, (1, 1, 1, 1), mode)
    del input
    assert watched() is None
    y.sum().backward()


def test_images_that_are_stored_batch_last_are_pooled_the_same():
    x = np.ascontiguousarray(IMAGES.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    for y in (IMAGES, x):
        pooled = nn.functional.max_pool2d(tensor(y), 2).array
        np.testing.assert_array_equal(pooled, nn.MaxPool2d(2)(tensor(x)).array)


def test_nan_stays_nan_in_a_maximum():
    x = np.array([[[[1.0, np.nan], [2.0, 3.0]]]])
    assert np.isnan(nn.functional.max_pool2d(tensor(x), 2).item())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MaxPool2d", (3, 2, 1, 1, False, True)),
        ("AvgPool2d", (3, 2, 1, True, False, 5)),
        ("AdaptiveAvgPool2d", ((2, None),)),
    ],
)
def test_a_layer_takes_its_arguments_in_pytorch_s_order(name, arguments):
    ours, theirs = getattr(nn, name)(*arguments), getattr(torch.nn, name)(*arguments)
    expected = theirs(torch.tensor(IMAGES)).numpy()
    np.testing.assert_allclose(ours(tensor(IMAGES)).array, expected, rtol=1e-12)


@pytest.mark.grid
@pytest.mark.parametrize("kernel", [1, 2, 3, (2, 3)])
@pytest.mark.parametrize("stride", [None, 1, 2, 3, (1, 4)])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_every_combination_of_arguments_matches_pytorch(kernel, stride, ceil_mode):
    window = {"kernel_size": kernel, "stride": stride, "ceil_mode": ceil_mode}
    paddings = (0, 1) if kernel != 1 else (0,)
    for padding, dilation, x in product(paddings, (1, 2), (IMAGES, TIES)):
        options = {"padding": padding, "dilation": dilation}
        assert_matches_pytorch(twin("max_pool2d", **window, **options), x)
    for padding, include, divisor in product(paddings, (True, False), (None, 7)):
        options = {"padding": padding, "count_include_pad": include}
        options["divisor_override"] = divisor
        assert_matches_pytorch(twin("avg_pool2d", **window, **options), IMAGES)


BAD = [
    ("max_pool2d", (2, 2, 2), "padding 2 is more than half of kernel_size 2"),
    (
        "max_pool2d",
        (8,),
        "input (3, 2, 7, 6), padded, is smaller than the window, 8 by",
    ),
    ("max_pool2d", ((1, 2, 3),), "kernel_size is (1, 2, 3); pass an integer or two"),
    ("max_pool2d", (2, 0), "stride is 0; pass an integer or two, for rows and columns"),
    ("avg_pool2d", (2, 2, 0, False, True, 0), "divisor_override is 0; pass another"),
    ("adaptive_avg_pool2d", ((2, 3, 4),), "output_size is"),
    (
        "pad",
        ((1, 2, 3),),
        "pad has 3 numbers for input (3, 2, 7, 6); pass two a side",
    ),
    ("pad", ((6, 0), "reflect"), "pad (6, 0) in mode reflect is too much for input"),
    ("pad", ((7, 0), "circular"), "pad (7, 0) in mode circular is too much for input"),
    ("pad", ((-4, -3),), "a side of 6 entries has (-4, -3)"),
    ("pad", ((-4, -3, 0, 0), "reflect"), "a side of 6 entries has (-4, -3)"),
    ("pad", ((-7, 8),), "a side of 6 entries has (-7, 8)"),
    ("pad", ((1, 1), "reflect", 1.0), "mode reflect takes no value; value is 1.0"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), BAD)
def test_bad_arguments_are_explained_and_pytorch_refuses_them_too(
    name, arguments, message
):
    assert_both_refuse(name, (IMAGES, *arguments), message)


def test_what_minidl_leaves_out_is_named():
    with pytest.raises(NotImplementedError, match="max_pool2d: return_indices is True"):
        nn.MaxPool2d(2, return_indices=True)(tensor(IMAGES))
    with pytest.raises(NotImplementedError, match="pad: mode is 'symmetric'; pass one"):
        nn.functional.pad(tensor(IMAGES), (1, 1), "symmetric")
    with pytest.raises(
        ValueError, match=re.escape("has 2 dimensions; pass (N, C, H, W)")
    ):
        nn.functional.max_pool2d(tensor(IMAGES[0, 0]), 2)
