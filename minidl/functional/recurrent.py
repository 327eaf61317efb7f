"""Recurrent layers of Tensors: a whole sequence is one step on the tape, or a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minidl import kernels
from minidl.operators import AnyArray
from minidl.tensor import Tensor


def through_time(nonlinearity: str) -> tuple[Any, Any]:
    """kernels.rnn and its backward, in the form that those of LSTM and GRU have."""

    def forward(x: AnyArray, h: AnyArray, *W: Any) -> tuple[AnyArray, Any]:
        W_ih, W_hh, b_ih, b_hh = W
        y = kernels.rnn(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity)
        return y, (x, h, y, W_ih, W_hh)

    def backward(g: AnyArray, cache: Any, needs_dx: bool) -> tuple[AnyArray, ...]:
        x, h, y, W_ih, W_hh = cache
        *others, db = kernels.rnn_backward(g, x, h, y, W_ih, W_hh, nonlinearity)
        return (*others, db, db.copy())

    return forward, backward


RULES: dict[str, tuple[Any, Any]] = {
    "RNN_TANH": through_time("tanh"),
    "RNN_RELU": through_time("relu"),
    "LSTM": (kernels.lstm, kernels.lstm_backward),
    "GRU": (kernels.gru, kernels.gru_backward),
}


def recurrent(
    rule: str, input: Tensor, states: list[Tensor], weights: list[Tensor], reverse: bool
) -> tuple[Tensor, ...]:
    """The hidden state after every step, and each state after the last one.

    rule:     RNN_TANH, RNN_RELU, LSTM or GRU
    states:   h before the first step, and for an LSTM c
    weights:  W_ih, W_hh and, if the layer has biases, b_ih, b_hh
    reverse:  whether to go from the end of the input to its beginning

    Shapes:  input (T, N, D), states (N, H) -> (T, N, H), then (N, H) for each state
    """
    forward, backward = RULES[rule]
    order = slice(None, None, -1) if reverse else slice(None)
    others, needs_dx, T = (*states, *weights), input.requires_grad, len(input.array)
    count = len(others)
    y, cache = forward(input.array[order], *arrays(states, weights))

    def gradients(g: AnyArray) -> tuple[AnyArray | None, ...]:
        dx, *rest = backward(g, cache, needs_dx=needs_dx)
        return (None if dx is None else dx[order], *rest[:count])

    through_time = input.record(y, gradients, *others, saves=others)
    steps = slice(T - 1, None, -1) if reverse else slice(T)
    lasts = range(T - 1, T - 1 + len(states))
    return tuple(part(through_time, index) for index in (steps, *lasts))


def rnn_cell(input: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
    """The hidden state after one more step; weights as in recurrent.

    Shapes:  input (N, D), h (N, H) -> (N, H)
    """
    others, x = (h, *weights), input.array
    before, *W = arrays([h], weights)
    y = kernels.rnn_cell(x, before, *W)

    def gradients(g: AnyArray) -> tuple[AnyArray, ...]:
        *found, db = kernels.rnn_cell_backward(g, x, before, y, *W[:2])
        return (*found, db, db.copy())[: 1 + len(others)]

    saves = input, *others
    return input.record(y, gradients, *others, saves=saves, saves_result=True)


def lstm_cell(
    input: Tensor, h: Tensor, c: Tensor, *weights: Tensor
) -> tuple[Tensor, Tensor]:
    """The hidden and the cell state after one more step; weights as in recurrent.

    Shapes:  input (N, D), h and c (N, H) -> (N, H), (N, H)
    """
    others, x = (h, c, *weights), input.array
    h_before, c_before, *W = arrays([h, c], weights)
    after_h, after_c, gates = kernels.lstm_cell(x, h_before, c_before, *W)

    def gradients(g: AnyArray) -> tuple[AnyArray, ...]:
        step = x, h_before, c_before, gates, *W[:2]
        *found, db = kernels.lstm_cell_backward(g[0], g[1], *step)
        return (*found, db, db.copy())[: 1 + len(others)]

    both = np.stack([after_h, after_c])
    states = input.record(both, gradients, *others, saves=(input, *others))
    return part(states, 0), part(states, 1)


def arrays(states: Sequence[Tensor], weights: Sequence[Tensor]) -> list[AnyArray]:
    """What the kernels take: states, W_ih, W_hh and two biases, zeros if without."""
    W = [x.array for x in weights]
    return [*(x.array for x in states), *W, *[np.zeros_like(W[0][:, 0])] * (4 - len(W))]


def part(x: Tensor, index: int | slice) -> Tensor:
    """A copy of x[index]: changing it in place is no harm to x."""
    whole = x.array

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = np.zeros_like(whole)  # in whole's order of memory, where it is read
        dx[index] = g
        return (dx,)

    return x.record(whole[index].copy(order="K"), backward)
