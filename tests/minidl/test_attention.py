"""Attention against PyTorch: outputs, weights, every gradient; what it refuses."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
import torch
from against_torch import assert_matches_pytorch, normal
from layers_against_torch import assert_same, pair

import minidl
from minidl import functional, nn, tensor

attention = functional.scaled_dot_product_attention
NO_KEY = np.array([[True] * 5, [False] * 5, [True, False] * 2 + [True]])


def twin(**options):
    """A function that calls ours on Tensors and PyTorch's on PyTorch's tensors."""

    def either(query, key, value, mask=None):
        ours = not isinstance(query, torch.Tensor)
        package, make = (
            (functional, tensor) if ours else (torch.nn.functional, torch.tensor)
        )
        given = {
            k: make(v) if isinstance(v, np.ndarray) else v for k, v in options.items()
        }
        if mask is not None:
            given["attn_mask"] = mask
        return package.scaled_dot_product_attention(query, key, value, **given)

    return either


OPTIONS = [
    {},
    {"is_causal": True},
    {"scale": 0.3},
    {"attn_mask": np.arange(15).reshape(3, 5) % 4 > 0},
    {"attn_mask": NO_KEY},
    {"attn_mask": np.where(NO_KEY, 0, -np.inf)},
    {"attn_mask": np.arange(5.0)[None]},
    {"dropout_p": 1.0},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("batch", [(), (2,), (2, 3), (0, 3)])
def test_attention_matches_pytorch(options, batch):
    q, k, v = normal(*batch, 3, 4), normal(*batch, 5, 4), normal(*batch, 5, 6)
    assert_matches_pytorch(twin(**options), q, k, v)


def test_batches_broadcast_and_a_mask_of_floats_has_a_gradient():
    q, k, v = normal(2, 3, 3, 4), normal(1, 3, 5, 4), normal(2, 1, 5, 6)
    assert_matches_pytorch(twin(), q, k, v)
    for mask in (normal(3, 5), normal(2, 1, 3, 5), normal(5)):
        assert_matches_pytorch(twin(), q, normal(2, 3, 5, 4), normal(2, 3, 5, 6), mask)


def test_large_scores_do_not_overflow():
    q, k, v = 100 * normal(3, 4), 100 * normal(5, 4), normal(5, 6)
    assert_matches_pytorch(twin(), q, k, v)
    assert_matches_pytorch(twin(is_causal=True), q, k, v)


def test_dropout_keeps_the_mean_of_the_values():
    minidl.manual_seed(0)
    ones = minidl.ones(200, 50, 4)
    y = attention(ones, ones, ones, dropout_p=0.5).array
    assert y.std() > 0.05
    assert y.mean() == pytest.approx(1, abs=0.02)


def masks(heads, batch, queries, keys):
    """Arguments with masks of every kind, that leave each query a key."""
    rng = np.random.default_rng(0)
    padding = np.zeros((batch, keys), bool)
    padding[:, -1] = True
    each = rng.random((batch * heads, queries, keys)) < 0.3
    each[:, :, 0] = False
    return [
        {},
        {"key_padding_mask": padding},
        {"attn_mask": each[0]},
        {"attn_mask": each, "key_padding_mask": padding},
        {"attn_mask": normal(queries, keys)},
        {"attn_mask": np.where(each, -np.inf, normal(*each.shape))},
        {"attn_mask": normal(queries, keys), "key_padding_mask": normal(batch, keys)},
    ]


@pytest.mark.parametrize("which", range(7))
@pytest.mark.parametrize("weights", ["averaged", "of each head", "none"])
def test_multihead_attention_matches_pytorch(which, weights):
    layers = pair("MultiheadAttention", 6, 2, batch_first=True)
    options = masks(2, 3, 4, 5)[which]
    options["need_weights"] = weights != "none"
    options["average_attn_weights"] = weights == "averaged"
    assert_same(
        layers, normal(3, 4, 6), normal(3, 5, 6), 2 * normal(3, 5, 6), **options
    )


@pytest.mark.grid
@pytest.mark.parametrize("heads", [1, 2, 3, 6])
@pytest.mark.parametrize("which", range(7))
def test_every_combination_matches_pytorch(heads, which):
    for bias, first, need, average in product([True, False], repeat=4):
        layers = pair("MultiheadAttention", 6, heads, bias=bias, batch_first=first)
        options = masks(heads, 3, 4, 5)[which]
        options |= {"need_weights": need, "average_attn_weights": average}
        q, k = (
            (normal(3, 4, 6), normal(3, 5, 6))
            if first
            else (normal(4, 3, 6), normal(5, 3, 6))
        )
        assert_same(layers, q, k, 2 * k, **options)


@pytest.mark.parametrize("bias", [True, False])
def test_time_first_and_no_batch_match_pytorch(bias):
    layers = pair("MultiheadAttention", 6, 3, bias=bias)
    assert_same(layers, normal(4, 2, 6), normal(5, 2, 6), 2 * normal(5, 2, 6))
    mask = np.array([False, False, True, False, False])
    assert_same(
        layers, normal(4, 6), normal(5, 6), 2 * normal(5, 6), key_padding_mask=mask
    )
    own = normal(4, 2, 6)
    assert_same(layers, own, own, own)


def test_float32_is_right_to_the_rounding_of_its_sums():
    layers = pair("MultiheadAttention", 6, 2, dtype=torch.float32)
    x, summed = normal(4, 3, 6).astype(np.float32), 3 * 4 * 3 * 6
    assert_same(layers, x, x, x, tolerance=summed * np.finfo(np.float32).eps)


def test_a_query_that_may_take_of_no_key_gets_the_bias_of_out_proj():
    layer = nn.MultiheadAttention(6, 2)
    x = minidl.randn(4, 6)
    y, weights = layer(x, x, x, attn_mask=tensor(np.ones((4, 4), bool)))
    assert np.all(weights.array == 0)
    assert np.all(y.array == layer.out_proj.bias.array)


def test_dropout_acts_on_the_weights_and_only_in_training():
    layer = nn.MultiheadAttention(6, 2, dropout=1.0)
    x = minidl.randn(4, 6)
    assert np.all(layer(x, x, x)[1].array == 0)
    assert np.allclose(layer.eval()(x, x, x)[1].array.sum(-1), 1)


def test_first_weights_are_xavier_uniform_and_biases_zero():
    layer = nn.MultiheadAttention(24, 2)
    assert 0.21 < np.abs(layer.in_proj_weight.array).max() <= 0.25
    assert np.all(layer.in_proj_bias.array == 0)
    assert np.all(layer.out_proj.bias.array == 0)


Q, K = np.zeros((3, 4), np.float32), np.zeros((5, 4), np.float32)
REFUSED = [
    (
        (Q[0], K, K),
        {},
        ValueError,
        "query (4,), key (5, 4), value (5, 4) do not fit; pass (",
    ),
    (
        (Q, K[:, :2], K),
        {},
        ValueError,
        "query (3, 4), key (5, 2), value (5, 4) do not fit; pass (",
    ),
    (
        (Q, K, K[:4]),
        {},
        ValueError,
        "query (3, 4), key (5, 4), value (4, 4) do not fit; pass (",
    ),
    (
        (Q, K, K.astype(float)),
        {},
        TypeError,
        "dtypes differ: query float32, key float32",
    ),
    (
        (Q, K, K),
        {"attn_mask": Q},
        ValueError,
        "query (3, 4), key (5, 4), attn_mask (3, 4)",
    ),
    (
        (Q, K, K),
        {"attn_mask": np.ones(5, int)},
        TypeError,
        "attn_mask is int64 but query",
    ),
    ((Q, K, K), {"attn_mask": np.ones(5)}, TypeError, "attn_mask is float64 but query"),
    (
        (Q, K, K),
        {"attn_mask": np.ones((3, 5), bool), "is_causal": True},
        ValueError,
        "both attn_mask and is_causal are given",
    ),
    ((Q, K, K), {"dropout_p": 1.5}, ValueError, "1.5; pass a probability"),
    (
        (Q, K, K),
        {"enable_gqa": True},
        NotImplementedError,
        "enable_gqa=True is not part",
    ),
]


@pytest.mark.parametrize(("arrays", "options", "error", "message"), REFUSED)
def test_what_does_not_fit_in_attention_is_explained(arrays, options, error, message):
    if "attn_mask" in options:
        options = {**options, "attn_mask": tensor(options["attn_mask"])}
    with pytest.raises(error, match=re.escape(message)):
        attention(*map(tensor, arrays), **options)


X = np.zeros((4, 3, 6), np.float32)
DO_NOT_FIT = [
    (
        (X, X, X[:2]),
        {},
        ValueError,
        "query (4, 3, 6), key (4, 3, 6), value (2, 3, 6) do",
    ),
    ((X, X[:, :2], X[:, :2]), {}, ValueError, "do not fit; pass (T, N, 6)"),
    ((X[..., :5], X, X), {}, ValueError, "query (4, 3, 5), key (4, 3, 6)"),
    ((X[0], X, X), {}, ValueError, "query (3, 6), key (4, 3, 6)"),
    ((X, X, X), {"attn_mask": X[0]}, ValueError, "(3, 6); pass (4, 4) or (6, 4, 4)"),
    ((X, X, X), {"key_padding_mask": X[0]}, ValueError, "(3, 6); pass (3, 4)"),
    (
        (X, X, X),
        {"attn_mask": np.zeros((4, 4), int)},
        TypeError,
        "MultiheadAttention: attn_mask is int64 but query is float32; pass bools or",
    ),
    ((X, X, X), {"is_causal": True}, NotImplementedError, "is_causal=True is not part"),
]


@pytest.mark.parametrize(("arrays", "options", "error", "message"), DO_NOT_FIT)
def test_what_does_not_fit_multihead_attention_is_explained(
    arrays, options, error, message
):
    options = {k: tensor(v) if k.endswith("mask") else v for k, v in options.items()}
    with pytest.raises(error, match=re.escape(message)):
        nn.MultiheadAttention(6, 2)(*map(tensor, arrays), **options)


def test_sizes_and_options_that_do_not_fit_are_explained():
    with pytest.raises(
        ValueError, match="embed_dim is 6 and num_heads 4; pass a multiple"
    ):
        nn.MultiheadAttention(6, 4)
    with pytest.raises(NotImplementedError, match="kdim=3 is not part of minidl"):
        nn.MultiheadAttention(6, 2, kdim=3)
