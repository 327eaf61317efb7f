"""Embedding against PyTorch; what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from against_torch import assert_matches_pytorch, normal
from layers_against_torch import assert_same, pair

from minidl import functional, nn, tensor

INDICES = [
    np.array([2, 0, 2, 4]),
    np.array([[1, 1], [4, 0]]),
    np.array(3),
    np.zeros((0, 2), int),
    np.array([0, 3], np.int32),
]


@pytest.mark.parametrize("x", INDICES, ids=str)
@pytest.mark.parametrize("padding_idx", [None, 0, -1])
def test_embedding_matches_pytorch(x, padding_idx):
    def either(weight):
        ours = not isinstance(weight, torch.Tensor)
        package, make = (
            (functional, tensor) if ours else (torch.nn.functional, torch.tensor)
        )
        return package.embedding(make(x), weight, padding_idx)

    assert_matches_pytorch(either, normal(5, 3))
    assert_same(pair("Embedding", 5, 3, padding_idx=padding_idx), x)


def test_many_equal_indices_add_up():
    rng = np.random.default_rng(0)
    assert_same(pair("Embedding", 7, 3), rng.integers(0, 7, (40, 30)))


def test_the_padding_row_starts_as_zeros_and_the_others_are_normal():
    layer = nn.Embedding(2000, 10, padding_idx=-2000)
    assert layer.padding_idx == 0
    assert np.all(layer.weight.array[0] == 0)
    assert layer.weight.array[1:].std() == pytest.approx(1, abs=0.05)
    assert repr(layer) == repr(torch.nn.Embedding(2000, 10, padding_idx=0))
    assert repr(nn.Embedding(5, 3)) == repr(torch.nn.Embedding(5, 3))


W = tensor(np.zeros((5, 3)))
REFUSED = [
    (([5], W), IndexError, "input has index 5 but weight (5, 3) has rows 0 to 4"),
    (([0, -1], W), IndexError, "input has index -1 but weight (5, 3) has rows"),
    (([1.0], W), TypeError, "input is float32; pass int64 or int32"),
    (([1], tensor(np.zeros(3))), ValueError, "weight (3,); pass a matrix (V, D)"),
    (([1], W, 5), ValueError, "padding_idx is 5 but there are 5 rows"),
    (([1], W, -6), ValueError, "padding_idx is -6 but there are 5 rows"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), REFUSED)
def test_what_does_not_fit_is_explained(arguments, error, message):
    x, *others = arguments
    with pytest.raises(error, match=re.escape(f"embedding: {message}")):
        functional.embedding(tensor(x), *others)


def test_options_that_are_left_out_are_named():
    with pytest.raises(
        NotImplementedError, match=re.escape("max_norm=1.0 is not part")
    ):
        nn.Embedding(5, 3, max_norm=1.0)
    with pytest.raises(NotImplementedError, match="embedding: sparse=True is not part"):
        functional.embedding(tensor([1]), W, sparse=True)
    assert nn.Embedding(5, 3, sparse=False)(tensor([1])).shape == (1, 3)
