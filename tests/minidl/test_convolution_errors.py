"""Arguments of convolutions that do not fit, and what is said about them."""

from __future__ import annotations

import re

import pytest
from against_torch import assert_both_refuse, normal

from minidl import nn

IMAGES, KERNELS, BIAS = normal(3, 4, 7, 6), normal(6, 4, 3, 2), normal(6)

BAD = [
    (
        "conv2d",
        (IMAGES[0, 0], KERNELS),
        "has 2 dimensions; pass (N, C, H, W) or (C, H, W)",
    ),
    (
        "conv2d",
        (IMAGES[:, :3], KERNELS),
        "has 3 channels but weight (6, 4, 3, 2) with groups 1 expects 4; change",
    ),
    (
        "conv2d",
        (IMAGES, KERNELS[0]),
        "weight (4, 3, 2) with groups 1; pass 4 dimensions",
    ),
    ("conv2d", (IMAGES, KERNELS, BIAS[:5]), "bias (5,); pass (6,), one a kernel"),
    ("conv2d", (IMAGES, KERNELS, BIAS, 0), "stride is 0; pass an integer or two"),
    ("conv2d", (IMAGES, KERNELS, BIAS, 1, -1), "padding is -1; pass an integer or two"),
    (
        "conv2d",
        (IMAGES, KERNELS, BIAS, 1, "full"),
        "padding is 'full'; pass an integer",
    ),
    (
        "conv2d",
        (IMAGES, KERNELS, BIAS, 2, "same"),
        "padding is 'same' but stride 2; pass 1",
    ),
    ("conv2d", (IMAGES, KERNELS, BIAS, 1, 0, 4), "is smaller than the window, 9 by 5"),
    ("conv2d", (IMAGES, KERNELS, BIAS, 1, 0, 1, 0), "groups is 0; pass an integer"),
    (
        "conv2d",
        (IMAGES, KERNELS, BIAS, 1, 0, 1, 4),
        "weight (6, 4, 3, 2) with groups 4",
    ),
    (
        "conv1d",
        (IMAGES[0], normal(4, 7, 2), None, (1, 1)),
        "stride is (1, 1); pass an integer, not below 1",
    ),
    (
        "conv_transpose2d",
        (IMAGES, KERNELS[:4], None, 2, 0, 2),
        "output_padding (2, 2) with stride (2, 2) and dilation (1, 1); it must",
    ),
    (
        "conv_transpose2d",
        (IMAGES, KERNELS[:4], None, 1, 4),
        "is smaller than the window",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "message"), BAD)
def test_bad_arguments_are_explained_and_pytorch_refuses_them_too(
    name, arguments, message
):
    assert_both_refuse(name, arguments, message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": 3}, "groups 3 does not divide both channels (4, 6)"),
        (
            {"padding_mode": "mirror"},
            "padding_mode is 'mirror'; pass zeros or ('reflect',",
        ),
        ({"padding": "full"}, "padding is 'full'; pass 'same', 'valid' or numbers"),
        ({"padding": "same", "stride": 2}, "padding is 'same' but stride (2, 2); pass"),
        (
            {"kernel_size": (1, 2, 3)},
            "kernel_size is (1, 2, 3); pass an integer or two",
        ),
    ],
)
def test_a_layer_explains_arguments_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=re.escape(f"Conv2d: {message}")):
        nn.Conv2d(4, 6, **{"kernel_size": 3, **options})
    with pytest.raises(ValueError, match="ConvTranspose2d: padding 'same', 'zeros'"):
        nn.ConvTranspose2d(4, 6, 3, padding="same")
