"""Convolutions against PyTorch: values, every gradient, every argument."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
import torch
from against_torch import (
    assert_float32_matches_pytorch,
    assert_matches_pytorch,
    normal,
    twin,
)

import minidl
from minidl import kernels, nn, tensor
from minidl.kernels import windows

IMAGES, KERNELS, BIAS = normal(3, 4, 7, 6), normal(6, 4, 3, 2), normal(6)


def weights(groups, transposed=False):
    """Kernels of 4 channels and 6 outputs in this many groups."""
    shape = (4, 6 // groups) if transposed else (6, 4 // groups)
    return normal(*shape, 3, 2)


CONV2D = [
    {},
    {"stride": 2},
    {"stride": (1, 3), "padding": (2, 1)},
    {"padding": 3},
    {"padding": "valid", "stride": 2},
    {"padding": "same"},
    {"padding": "same", "dilation": (2, 3)},
    {"dilation": 2},
    {"dilation": (1, 3), "stride": (2, 1), "padding": (0, 2)},
    {"groups": 2},
    {"groups": 2, "stride": 2, "padding": 1, "dilation": 2},
]
TRANSPOSED = [
    {},
    {"stride": 2},
    {"stride": (1, 3), "padding": (2, 1), "output_padding": (0, 2)},
    {"padding": 1, "groups": 2},
    {"dilation": (2, 3), "output_padding": (1, 2)},
    {"stride": 2, "padding": 1, "dilation": 2, "output_padding": 1, "groups": 2},
]


EVEN = pytest.mark.filterwarnings("ignore:Using padding='same'")  # a note of PyTorch's


@EVEN
@pytest.mark.parametrize("options", CONV2D, ids=str)
def test_conv2d_matches_pytorch(options):
    W = weights(options.get("groups", 1))
    assert_matches_pytorch(twin("conv2d", **options), IMAGES, W, BIAS)
    assert_matches_pytorch(twin("conv2d", **options), IMAGES[0], W)
    assert_float32_matches_pytorch(twin("conv2d", **options), IMAGES, W, BIAS)


@pytest.mark.parametrize("options", TRANSPOSED, ids=str)
def test_conv_transpose2d_matches_pytorch(options):
    W = weights(options.get("groups", 1), transposed=True)
    function = twin("conv_transpose2d", **options)
    assert_matches_pytorch(function, IMAGES, W, BIAS)
    assert_matches_pytorch(function, IMAGES[0], W)
    assert_float32_matches_pytorch(function, IMAGES, W, BIAS)


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (3, 4)])
def test_spread_lays_kernels_down_as_conv_transpose2d_does(stride):
    image, kernel = normal(3, 4), normal(3, 2)
    size = windows.transposed_size(image.shape, kernel.shape, stride)
    x, W = image[None, None], kernel[None, None]
    whole = kernels.conv_transpose2d(x, W, None, size, stride)
    y = kernels.spread(image, kernel, stride)
    assert y.shape == size
    np.testing.assert_allclose(y, whole[0, 0], rtol=1e-12, atol=1e-12)


@EVEN
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": 2, "padding": 1},
        {"padding": "same"},
        {"padding": "same", "dilation": (3,)},
        {"groups": 2, "dilation": 2, "padding": (3,)},
    ],
    ids=str,
)
def test_conv1d_matches_pytorch(options):
    x, W = normal(3, 4, 9), normal(6, 4 // options.get("groups", 1), 4)
    assert_matches_pytorch(twin("conv1d", **options), x, W, BIAS)
    assert_matches_pytorch(twin("conv1d", **options), x[0], W)


@pytest.mark.grid
@pytest.mark.parametrize("stride", [1, 2, 3, (1, 2), (3, 1)])
@pytest.mark.parametrize("dilation", [1, 2, (1, 3)])
@pytest.mark.parametrize("groups", [1, 2])
def test_every_combination_of_arguments_matches_pytorch(stride, dilation, groups):
    window = {"stride": stride, "dilation": dilation, "groups": groups}
    for padding, biases in product((0, 1, 4, (2, 0), "valid"), ((), (BIAS,))):
        function = twin("conv2d", padding=padding, **window)
        assert_matches_pytorch(function, IMAGES, weights(groups), *biases)
    smaller = [
        max(s, d) - 1
        for s, d in zip(np.full(2, stride), np.full(2, dilation), strict=True)
    ]
    for padding, more, biases in product((0, 1, (2, 1)), (0, smaller), ((), (BIAS,))):
        function = twin(
            "conv_transpose2d", padding=padding, output_padding=more, **window
        )
        assert_matches_pytorch(function, IMAGES, weights(groups, True), *biases)


LAYERS = [
    ("Conv1d", (4, 6, 3), {"padding": 1, "padding_mode": "reflect", "bias": False}),
    ("Conv1d", (4, 6, 4), {"padding": "same", "padding_mode": "circular"}),
    ("Conv2d", (4, 6, 3), {}),
    ("Conv2d", (4, 6, (3, 2), (1, 2), (2, 1), 2, 2, False), {}),
    ("Conv2d", (4, 6, 3), {"padding": (1, 2), "padding_mode": "replicate"}),
    ("Conv2d", (4, 6, 3, 1, "valid"), {"padding_mode": "reflect"}),
    ("Conv2d", (4, 6, 3, 1, "same"), {"dilation": 2}),
    ("ConvTranspose2d", (4, 6, 3, 2, 1, 1, 2, False), {}),
    ("ConvTranspose2d", (4, 6, (3, 2)), {"stride": (2, 3), "dilation": 2}),
]


def pair_of_layers(name, arguments, options):
    """Ours and PyTorch's in float64, with the same parameters."""
    torch.manual_seed(0)
    theirs = getattr(torch.nn, name)(*arguments, **options, dtype=torch.float64)
    ours = getattr(nn, name)(*arguments, **options, dtype=minidl.float64)
    state = {key: tensor(v.numpy()) for key, v in theirs.state_dict().items()}
    ours.load_state_dict(state)
    return ours, theirs


@EVEN
@pytest.mark.parametrize(("name", "arguments", "options"), LAYERS)
def test_a_layer_matches_pytorch(name, arguments, options):
    ours, theirs = pair_of_layers(name, arguments, options)
    x = normal(3, 4, 9) if name == "Conv1d" else IMAGES
    assert repr(ours) == repr(theirs)
    assert_matches_pytorch(lambda x: (ours if hasattr(x, "record") else theirs)(x), x)
    for mine, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(
            mine.grad.array, their.grad.numpy(), rtol=1e-10, atol=1e-10
        )


def test_output_size_chooses_among_the_sizes_that_stride_leaves_open():
    ours, theirs = pair_of_layers("ConvTranspose2d", (4, 6, 3, 2, 1), {})
    for size in ([13, 11], [14, 12], (3, 6, 14, 11)):
        expected = theirs(torch.tensor(IMAGES), output_size=size).detach().numpy()
        y = ours(tensor(IMAGES), output_size=size)
        np.testing.assert_allclose(y.array, expected, rtol=1e-10)
    message = "output_size (15, 11) for input (3, 4, 7, 6); pass (13, 11), or more by"
    with pytest.raises(ValueError, match=re.escape(message)):
        ours(tensor(IMAGES), output_size=(15, 11))


def test_first_weights_and_biases_are_as_wide_as_pytorch_s():
    minidl.manual_seed(0)
    for name in ("Conv2d", "ConvTranspose2d"):
        layer = getattr(nn, name)(8, 64, 5)
        bound = 1 / np.sqrt(layer.weight.array[0].size)
        for values in (layer.weight.array, layer.bias.array):
            assert 0.95 * bound < np.abs(values).max() <= bound
            assert abs(values.mean()) < 0.3 * bound


def test_a_first_layer_gets_no_gradient_of_its_input_and_weights_the_same_ones():
    x, W = tensor(IMAGES), tensor(KERNELS, requires_grad=True)
    nn.functional.conv2d(x, W).sum().backward()
    assert x.grad is None
    first = W.grad.array.copy()
    x, W.grad = tensor(IMAGES, requires_grad=True), None
    nn.functional.conv2d(x, W).sum().backward()
    np.testing.assert_array_equal(W.grad.array, first)


@pytest.mark.parametrize(
    "sizes", [((7, 6), (3, 2)), ((4, 5), (4, 5)), ((1, 3), (1, 1))]
)
def test_cross_correlate_is_conv2d_of_one_image_and_one_channel(sizes):
    image, kernel = (normal(*size) for size in sizes)
    expected = torch.conv2d(*(torch.tensor(a)[None, None] for a in (image, kernel)))
    got = kernels.cross_correlate(image, kernel)
    np.testing.assert_allclose(got, expected[0, 0].numpy(), rtol=1e-12, atol=1e-12)


def test_scatter_is_gather_backwards():
    x, shape = normal(4, 7, 6, 3), ((3, 2), (2, 2), (2, 1), (1, 3))
    columns = windows.gather(x, *shape, 2)
    g, back = normal(*columns.shape), np.zeros_like(x)
    windows.scatter(g, back, *shape)
    np.testing.assert_allclose((g * columns).sum(), (back * x).sum(), rtol=1e-12)


def test_many_strips_give_what_one_gives(monkeypatch):
    x, W = IMAGES, KERNELS
    whole = kernels.conv2d(x, W, BIAS)
    gradients = kernels.conv2d_backward(whole, x, W)
    monkeypatch.setattr("minidl.kernels.windows.STRIP", 1)
    np.testing.assert_allclose(kernels.conv2d(x, W, BIAS), whole, rtol=1e-12)
    for got, expected in zip(
        kernels.conv2d_backward(whole, x, W), gradients, strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "shape", "before"),
    [("conv2d", (6, 4, 3, 2), ()), ("layer_norm", (6,), ((6,),))],
)
def test_a_weight_that_changes_before_backward_is_noticed(name, shape, before):
    weight = tensor(np.ones(shape), requires_grad=True)
    y = getattr(nn.functional, name)(tensor(IMAGES), *before, weight)
    with minidl.no_grad():
        weight += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_an_empty_batch_goes_through():
    assert_matches_pytorch(twin("conv2d"), IMAGES[:0], KERNELS, BIAS)
    assert_matches_pytorch(twin("conv_transpose2d"), IMAGES[:0], weights(1, True), BIAS)
