"""RNN, GRU, LSTM and their cells against PyTorch; what they refuse."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
import torch
from against_torch import normal
from layers_against_torch import assert_same, pair

import minidl
from minidl import nn, tensor

D, H = 3, 4
LAYERS = [("RNN", {}), ("RNN", {"nonlinearity": "relu"}), ("GRU", {}), ("LSTM", {})]
CELLS = [(f"{name}Cell", options) for name, options in LAYERS]


def first_states(name, *shape):
    """States to start with: h, or h and c."""
    h = normal(*shape, H)
    return (h, normal(1, *shape, H)[0]) if name.startswith("LSTM") else h


@pytest.mark.parametrize(("name", "options"), LAYERS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_two_layers_match_pytorch(name, options, bias, bidirectional, given):
    layers = pair(name, D, H, 2, bias=bias, bidirectional=bidirectional, **options)
    inputs = [normal(5, 2, D)]
    if given:
        inputs.append(first_states(name, 2 * (1 + bidirectional), 2))
    assert_same(layers, *inputs)


@pytest.mark.grid
@pytest.mark.parametrize(("name", "options"), LAYERS)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(("steps", "batch"), [(1, 1), (1, 3), (4, 1), (6, 3)])
def test_every_combination_matches_pytorch(name, options, layers, steps, batch):
    for bias, both, first, given in product([True, False], repeat=4):
        twins = pair(
            name,
            D,
            H,
            layers,
            bias=bias,
            batch_first=first,
            bidirectional=both,
            **options,
        )
        x = normal(batch, steps, D) if first else normal(steps, batch, D)
        states = [first_states(name, layers * (1 + both), batch)] if given else []
        assert_same(twins, x, *states)
        states = [first_states(name, layers * (1 + both))] if given else []
        assert_same(twins, normal(steps, D), *states)


@pytest.mark.parametrize(("name", "options"), LAYERS)
def test_batch_first_and_no_batch_match_pytorch(name, options):
    layers = pair(name, D, H, 1, batch_first=True, bidirectional=True, **options)
    assert_same(layers, normal(2, 5, D), first_states(name, 2, 2))
    assert_same(layers, normal(5, D), first_states(name, 2))
    assert_same(layers, normal(5, D))


@pytest.mark.parametrize(("name", "options"), LAYERS)
def test_an_empty_batch_gives_empty_outputs(name, options):
    layers = pair(name, D, H, **options)
    assert_same(layers, normal(5, 0, D))


@pytest.mark.parametrize(("name", "options"), LAYERS)
def test_float32_is_right_to_the_rounding_of_its_sums(name, options):
    layers = pair(name, D, H, 2, dtype=torch.float32, **options)
    steps, batch = 6, 5
    summed = 2 * steps * batch * (D + 1 + H)  # entries that a weight's gradient sums
    tolerance = summed * np.finfo(np.float32).eps
    x = normal(steps, batch, D).astype(np.float32)
    assert_same(layers, x, tolerance=tolerance)


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_a_long_sequence_of_large_inputs_matches_pytorch(name):
    assert_same(pair(name, D, H), 100 * normal(50, 2, D))


@pytest.mark.parametrize(("name", "options"), CELLS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (1,), (3,), (0,)])
def test_a_cell_matches_pytorch(name, options, bias, batch):
    layers = pair(name, D, H, bias=bias, **options)
    assert_same(layers, normal(*batch, D))
    assert_same(layers, normal(*batch, D), first_states(name, *batch))


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_cells_in_a_loop_are_the_layer(name):
    layer, cell = getattr(nn, name)(D, H), getattr(nn, f"{name}Cell")(D, H)
    cell.load_state_dict({k[:-3]: x for k, x in layer.state_dict().items()})
    x = minidl.randn(4, 2, D)
    output, last = layer(x)
    state = None
    for t in range(4):
        state = cell(x[t], state)
        h = state[0] if name == "LSTM" else state
        np.testing.assert_allclose(h.array, output.array[t], atol=1e-6)
    c = state[1] if name == "LSTM" else state
    np.testing.assert_allclose(c.array, last[-1].array.reshape(2, H), atol=1e-6)


def test_dropout_acts_between_layers_and_only_in_training():
    layer = nn.LSTM(D, H, 2, dropout=1.0)
    x = minidl.randn(5, 2, D)
    trained, _ = layer(x)
    nothing, _ = layer(100 * x)
    assert np.array_equal(trained.array, nothing.array)
    layer.eval()
    assert not np.allclose(layer(x)[0].array, trained.array)
    with pytest.warns(UserWarning, match="LSTM: dropout=0.5 acts between layers"):
        nn.LSTM(D, H, dropout=0.5)


def test_dropped_numbers_get_no_gradient():
    layer = nn.GRU(D, H, 2, dropout=1.0)
    layer(minidl.randn(5, 2, D))[0].sum().backward()
    assert np.all(layer.weight_ih_l0.grad.array == 0)
    assert np.all(layer.weight_ih_l1.grad.array == 0)
    assert np.any(layer.weight_hh_l1.grad.array != 0)


def test_changing_the_output_in_place_changes_no_state_and_no_gradient():
    layer = nn.GRU(D, H)
    x = minidl.randn(5, 2, D)
    output, last = layer(x)
    output.sum().backward()
    expected, layer.weight_hh_l0.grad = layer.weight_hh_l0.grad.array, None
    output, last = layer(x)
    before = last.array.copy()
    output *= 2
    assert np.array_equal(last.array, before)
    output.sum().backward()
    np.testing.assert_allclose(layer.weight_hh_l0.grad.array, 2 * expected, rtol=1e-5)


def test_a_second_backward_gives_the_same_gradient():
    layer = nn.LSTM(D, H, 2, bidirectional=True)
    loss = layer(minidl.randn(5, 2, D))[0].sum()
    loss.backward(retain_graph=True)
    once = layer.weight_hh_l0.grad.array.copy()
    loss.backward()
    np.testing.assert_allclose(layer.weight_hh_l0.grad.array, 2 * once, rtol=1e-6)


def test_first_weights_are_within_one_over_the_root_of_the_hidden_size():
    for layer in (nn.LSTM(30, 25, 2), nn.GRUCell(30, 25)):
        for parameter in layer.parameters():
            size = np.abs(parameter.array)
            assert size.max() <= 0.2
            assert size.mean() == pytest.approx(0.1, rel=0.4)


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("LSTM", (4, 6, 2, False, True, 0.5, True), {}),
        ("RNN", (4, 6, 1, "relu"), {"bias": False}),
        ("GRU", (4, 6), {"batch_first": True}),
        ("LSTMCell", (4, 6), {}),
        ("RNNCell", (4, 6, False, "relu"), {}),
        ("GRUCell", (4, 6), {"bias": False}),
    ],
)
def test_print_shows_what_pytorch_shows(name, arguments, options):
    theirs = getattr(torch.nn, name)(*arguments, **options)
    ours = getattr(nn, name)(*arguments, **options)
    assert repr(ours) == repr(theirs)
    shapes = {key: tuple(x.shape) for key, x in theirs.state_dict().items()}
    assert {key: x.shape for key, x in ours.state_dict().items()} == shapes


X = np.zeros((5, 2, D), np.float32)
STATE = np.zeros((1, 2, H), np.float32)
THEIR_ERRORS = (AttributeError, IndexError, RuntimeError, TypeError, ValueError)
REFUSED = [
    ("LSTM", X[..., :2], None, "LSTM: input (5, 2, 2) but input_size is 3; pass 3"),
    ("GRU", X[0, 0], None, "GRU: input (3,) but input_size is 3; pass 3 dimensions"),
    ("RNN", X[None], None, "RNN: input (1, 5, 2, 3) but"),
    ("RNN", X[:0], None, "RNN: input (0, 2, 3) has no steps"),
    ("RNN", X.astype(float), None, "RNN: dtypes differ: input float64, weight float32"),
    ("RNN", X, STATE[:, :1], "RNN: hx has a state (1, 1, 4) but input (5, 2, 3) needs"),
    (
        "RNN",
        X[:, 0],
        STATE,
        "RNN: hx has a state (1, 2, 4) but input (5, 3) needs (1, 4)",
    ),
    ("GRU", X, (STATE, STATE), "GRU: hx is a tuple; pass a Tensor"),
    ("LSTM", X, STATE, "LSTM: hx is a Tensor; pass two Tensors (h, c)"),
    ("LSTM", X, (STATE,), "LSTM: hx is a tuple; pass two Tensors (h, c)"),
    ("LSTM", X, (STATE, STATE[..., :3]), "LSTM: hx has a state (1, 2, 3)"),
    ("GRUCell", X, None, "GRUCell: input (5, 2, 3) but input_size is 3; pass 2"),
    ("LSTMCell", X[0], STATE[0], "LSTMCell: hx is a Tensor; pass two Tensors (h, c)"),
    (
        "RNNCell",
        X[0, 0],
        STATE[0],
        "RNNCell: hx has a state (2, 4) but input (3,) needs",
    ),
]


@pytest.mark.parametrize(("name", "x", "hx", "message"), REFUSED)
def test_inputs_and_states_that_do_not_fit_are_explained(name, x, hx, message):
    def given(make):
        states = tuple(map(make, hx)) if isinstance(hx, tuple) else hx
        return make(x), make(states) if isinstance(states, np.ndarray) else states

    with pytest.raises(THEIR_ERRORS):
        getattr(torch.nn, name)(D, H)(*given(torch.tensor))
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        getattr(nn, name)(D, H)(*given(tensor))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.LSTM(D, H, proj_size=2), NotImplementedError, "proj_size=2 is not"),
        (
            lambda: nn.LSTM(D, H, 2, dropout=2.0),
            ValueError,
            "LSTM: dropout is 2.0; pass",
        ),
        (lambda: nn.LSTM(D, H, 2, dropout=True), ValueError, "LSTM: dropout is True"),
        (lambda: nn.GRU(D, 0), ValueError, "GRU: hidden_size is 0; pass an integer"),
        (lambda: nn.GRU(D, H, 0), ValueError, "GRU: num_layers is 0; pass an integer"),
        (
            lambda: nn.GRU(D, 4.0),
            ValueError,
            "GRU: hidden_size is 4.0; pass an integer",
        ),
        (lambda: nn.GRUCell(0, H), ValueError, "GRUCell: input_size is 0"),
        (
            lambda: nn.RNN(D, H, nonlinearity="x"),
            ValueError,
            "RNN: nonlinearity is 'x'",
        ),
        (
            lambda: nn.RNNCell(D, H, True, "x"),
            ValueError,
            "RNNCell: nonlinearity is 'x'",
        ),
    ],
)
def test_sizes_and_options_that_do_not_fit_are_explained(make, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make()
