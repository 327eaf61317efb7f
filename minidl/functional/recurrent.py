"""Recurrent layers of Tensors: a whole sequence is one step on the tape."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from minidl import kernels
from minidl.operators import AnyArray
from minidl.tensor import Tensor

RELU: dict[str, Any] = {"nonlinearity": "relu"}
RULES: dict[str, tuple[Any, Any]] = {
    "RNN_TANH": (kernels.rnn, kernels.rnn_backward),
    "RNN_RELU": (partial(kernels.rnn, **RELU), partial(kernels.rnn_backward, **RELU)),
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
    no_bias = [np.zeros(len(weights[0].array), input.dtype)] * (4 - len(weights))
    y, cache = forward(input.array[order], *[x.array for x in others], *no_bias)

    def gradients(g: AnyArray) -> tuple[AnyArray | None, ...]:
        dx, *rest = backward(g, cache, needs_dx=needs_dx)
        return (None if dx is None else dx[order], *rest[:count])

    through_time = input.record(y, gradients, *others, saves=others)
    steps = slice(T - 1, None, -1) if reverse else slice(T)
    lasts = range(T - 1, T - 1 + len(states))
    return tuple(part(through_time, index) for index in (steps, *lasts))


def part(x: Tensor, index: int | slice) -> Tensor:
    """A copy of x[index]: changing it in place is no harm to x."""
    whole = x.array

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = np.zeros_like(whole)  # in whole's order of memory, where it is read
        dx[index] = g
        return (dx,)

    return x.record(whole[index].copy(order="K"), backward)
