"""Chapter 8: what learners get wrong about a recurrent network."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.activations import sigmoid


def linear(x: Array, h: Array, W: tuple[Array, ...]) -> Array:
    """What goes into tanh."""
    W_ih, W_hh, b_ih, b_hh = W
    return x @ W_ih.T + b_ih + h @ W_hh.T + b_hh


def overwritten(x: Array, h: Array, *W: Array) -> Array:
    """The state is computed from the input as it was overwritten: the state itself."""
    x = np.tanh(linear(x, h, W))
    return np.tanh(x + h @ W[1].T)


RNN_CELL = (
    Mistake(
        "no tanh",
        "The sum goes through tanh before it becomes the state.",
        lambda x, h, *W: linear(x, h, W),
    ),
    Mistake(
        "sigmoid",
        "This is a sigmoid. The state of this cell goes through tanh.",
        lambda x, h, *W: sigmoid(linear(x, h, W)),
    ),
    Mistake(
        "state forgotten",
        "The state before this step plays no part: the cell has no memory.",
        lambda x, h, *W: np.tanh(x @ W[0].T + W[2] + W[3]),
    ),
    Mistake(
        "one bias",
        "b_hh is missing. PyTorch's cell has two biases and adds both.",
        lambda x, h, *W: np.tanh(x @ W[0].T + W[2] + h @ W[1].T),
    ),
    Mistake(
        "no biases",
        "Both biases are missing.",
        lambda x, h, *W: np.tanh(x @ W[0].T + h @ W[1].T),
    ),
    Mistake(
        "W_hh not transposed",
        "W_hh has a row for each new unit, as every weight here: transpose it.",
        lambda x, h, *W: np.tanh(x @ W[0].T + W[2] + h @ W[1] + W[3]),
    ),
    Mistake(
        "input overwritten",
        "The state goes through the cell a second time, in place of the input: keep "
        "x, and give the new state a name of its own.",
        overwritten,
    ),
    Mistake(
        "tanh of each",
        "tanh is taken of both products and then summed. Sum first, then tanh.",
        lambda x, h, *W: np.tanh(x @ W[0].T + W[2]) + np.tanh(h @ W[1].T + W[3]),
    ),
)

Back = tuple[Array, Array, Array, Array, Array]


def back(da: Array, x: Array, h: Array, W_ih: Array, W_hh: Array) -> Back:
    """The right answer, for this gradient of what goes into tanh."""
    return da @ W_ih, da @ W_hh, da.T @ x, da.T @ h, da.sum(0)


def of_tanh(g: Array, y: Array) -> Array:
    """Through tanh, at output y."""
    return g * (1 - y * y)


def summed_over_units(
    g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array
) -> Any:
    """db with one entry a sample."""
    found = back(of_tanh(g, y), x, h, W_ih, W_hh)
    return (*found[:4], of_tanh(g, y).sum(1))


def averaged(g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array) -> Any:
    """Means over the batch in place of sums."""
    dx, dh, *others = back(of_tanh(g, y), x, h, W_ih, W_hh)
    n = g.dtype.type(max(1, len(g)))
    return (dx, dh, *(other / n for other in others))


def swapped(g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array) -> Any:
    """dW_ih and dW_hh change places."""
    dx, dh, dW_ih, dW_hh, db = back(of_tanh(g, y), x, h, W_ih, W_hh)
    return dx, dh, dW_hh, dW_ih, db


RNN_CELL_BACKWARD = (
    Mistake(
        "no slope",
        "The slope of tanh is missing: g comes through tanh before it meets a weight.",
        lambda g, x, h, y, *W: back(g, x, h, *W),
    ),
    Mistake(
        "slope of tanh of y",
        "y is the output of tanh already. Its slope there needs no tanh any more.",
        lambda g, x, h, y, *W: back(of_tanh(g, np.tanh(y)), x, h, *W),
    ),
    Mistake(
        "slope of sigmoid",
        "y (1 - y) is the slope of a sigmoid; this is a tanh.",
        lambda g, x, h, y, *W: back(g * y * (1 - y), x, h, *W),
    ),
    Mistake(
        "not squared",
        "The slope of tanh falls with the square of y.",
        lambda g, x, h, y, *W: back(g * (1 - y), x, h, *W),
    ),
    Mistake(
        "dW_hh from the new state",
        "dW_hh takes the state before the step, h, not the one after it.",
        lambda g, x, h, y, *W: back(of_tanh(g, y), x, y, *W),
    ),
    Mistake(
        "mean over the batch",
        "The gradients of weights and bias are divided by the batch size. Sum; the "
        "loss has divided already.",
        averaged,
    ),
    Mistake(
        "weights swapped",
        "dW_ih and dW_hh are in each other's place.",
        swapped,
    ),
    Mistake(
        "bias summed over units",
        "db has an entry for each sample. Each unit has its bias: sum over the batch.",
        summed_over_units,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "rnn_cell": RNN_CELL,
    "rnn_cell_backward": RNN_CELL_BACKWARD,
}
