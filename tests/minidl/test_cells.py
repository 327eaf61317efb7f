"""Single steps, any cell through time, and arrays that count operations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import normal

from minidl import kernels, nn, tensor
from minidl.counting import count_operations
from minidl.data.story import load_story
from minidl.nn.cells import unroll

N, D, H = 3, 2, 4


def weights(gates):
    shapes = (gates * H, D), (gates * H, H), (gates * H,), (gates * H,)
    return [normal(*shape) for shape in shapes]


def leaves(*arrays):
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def test_an_rnn_cell_and_its_gradients_match_pytorch():
    x, h, W, g = normal(N, D), normal(N, H), weights(1), normal(N, H)
    theirs = leaves(x, h, *W)
    expected = torch.rnn_tanh_cell(*theirs)
    y = kernels.rnn_cell(x, h, *W)
    np.testing.assert_allclose(y, expected.detach(), rtol=1e-12)
    due = torch.autograd.grad(expected, theirs, torch.tensor(g))
    found = kernels.rnn_cell_backward(g, x, h, y, *W[:2])
    for ours, gradient in zip(found, due, strict=False):
        np.testing.assert_allclose(ours, gradient, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(due[4], due[5])


def test_an_lstm_cell_and_its_gradients_match_pytorch():
    x, h, c, W = normal(N, D), normal(N, H), 2 * normal(N, H), weights(4)
    dh, dc = normal(N, H), 3 * normal(N, H)
    given = leaves(x, h, c, *W)
    expected = torch.lstm_cell(given[0], given[1:3], *given[3:])
    *states, gates = kernels.lstm_cell(x, h, c, *W)
    for ours, theirs in zip(states, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-12)
    upstream = [torch.tensor(dh), torch.tensor(dc)]
    due = torch.autograd.grad(expected, given, upstream)
    found = kernels.lstm_cell_backward(dh, dc, x, h, c, gates, *W[:2])
    for ours, gradient in zip(found, due, strict=False):
        np.testing.assert_allclose(ours, gradient, rtol=1e-11, atol=1e-12)


def test_cells_keep_float32_and_change_no_input():
    inputs = [np.float32(v) for v in (normal(N, D), normal(N, H), normal(N, H))]
    W = [w.astype(np.float32) for w in weights(4)]
    before = [v.copy() for v in (*inputs, *W)]
    results = kernels.lstm_cell(*inputs, *W)
    back = kernels.lstm_cell_backward(*inputs[1:], *inputs, results[2], *W[:2])
    assert {v.dtype for v in (*results, *back)} == {np.dtype(np.float32)}
    for now, then in zip((*inputs, *W), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_unrolling_a_cell_is_the_layer(name):
    layer, cell = getattr(nn, name)(D, H), getattr(nn, f"{name}Cell")(D, H)
    cell.load_state_dict({k[:-3]: p for k, p in layer.state_dict().items()})
    x = tensor(np.float32(normal(5, N, D)), requires_grad=True)
    y, last = layer(x)
    (y * y).sum().backward()
    due, x.grad = x.grad.numpy(), None
    ours, states = unroll(cell, x)
    (ours * ours).sum().backward()
    np.testing.assert_allclose(ours.detach(), y.detach(), atol=1e-6)
    np.testing.assert_allclose(x.grad.numpy(), due, atol=1e-5)
    for found, expected in zip(pair(states), pair(last), strict=True):
        np.testing.assert_allclose(found.detach(), expected.detach()[0], atol=1e-6)


def pair(states):
    return states if isinstance(states, tuple) else (states,)


def test_operations_are_counted_as_multiplications_and_additions():
    x, W, b = normal(3, 5), normal(2, 5), normal(2)
    assert count_operations(np.matmul, x, W.T) == 2 * 3 * 5 * 2
    assert count_operations(lambda x, b: np.tanh(x[:, :2] + b), x, b) == 2 * 6
    assert count_operations(lambda x: x.sum(axis=0), x) == 15
    assert count_operations(lambda x: np.hstack([x, x]).T.copy(), x) == 0


def test_counting_changes_no_result_and_counts_in_place():
    x = normal(3, 4)
    seen = []

    def grow(x):
        x += 1
        seen.append(np.asarray(x))

    before = x.copy()
    assert count_operations(grow, x) == 12
    np.testing.assert_array_equal(seen[0], before + 1)


def test_the_story_is_one_text_of_small_letters():
    story = load_story()
    assert set(story) <= set("abcdefghijklmnopqrstuvwxyz ,.:?\n")
    assert 6000 < len(story) < 8000
    assert story.endswith(".\n")
