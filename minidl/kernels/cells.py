"""One step of a recurrent layer: the plain form of what recurrent.py does in a row."""

from __future__ import annotations

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import sigmoid, tanh


def rnn_cell(
    x: Array, h: Array, W_ih: Array, W_hh: Array, b_ih: Array, b_hh: Array
) -> Array:
    """The hidden state after one more step.

    Shapes:   x (N, D), h (N, H), W_ih (H, D), W_hh (H, H), b (H,) -> (N, H)
    Formula:  tanh(x W_ih^T + b_ih + h W_hh^T + b_hh)
    Source:   Elman, Finding Structure in Time, 1990
    """
    return tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)


def rnn_cell_backward(
    g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Gradients dx, dh, dW_ih, dW_hh, db of rnn_cell at output y, times upstream g.

    db is that of b_ih and of b_hh: both are added at the same place.

    Shapes:    g and y (N, H) -> those of the arguments, db (H,)
    Backward:  da = g (1 - y^2),  dx = da W_ih,  dh = da W_hh,  dW = da^T x or da^T h
    """
    da = g * (1 - y * y)
    return da @ W_ih, da @ W_hh, da.T @ x, da.T @ h, da.sum(axis=0)


def lstm_cell(
    x: Array, h: Array, c: Array, W_ih: Array, W_hh: Array, b_ih: Array, b_hh: Array
) -> tuple[Array, Array, Array]:
    """The hidden state and the cell state after one more step, and the gates.

    Shapes:   x (N, D), h and c (N, H), W_ih (4H, D), W_hh (4H, H), b (4H,)
              -> h (N, H), c (N, H), the gates i, f, g, o side by side (N, 4H)
    Formula:  i, f, g, o = x W_ih^T + b_ih + h W_hh^T + b_hh, through sigmoid, g tanh;
              c = f c + i g,  h = o tanh(c)
    Source:   Hochreiter, Schmidhuber, Long Short-Term Memory, 1997; the gate f:
              Gers, Schmidhuber, Cummins, Learning to Forget, 2000
    """
    a = np.split(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh, 4, axis=1)
    i, f, g, o = sigmoid(a[0]), sigmoid(a[1]), tanh(a[2]), sigmoid(a[3])
    after = f * c + i * g
    return o * tanh(after), after, np.hstack([i, f, g, o])


def lstm_cell_backward(
    dh: Array,
    dc: Array,
    x: Array,
    h: Array,
    c: Array,
    gates: Array,
    W_ih: Array,
    W_hh: Array,
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Gradients dx, dh, dc, dW_ih, dW_hh, db of lstm_cell, times upstream dh and dc.

    The upstream dh and dc belong to the states after the step, h and c are those
    before it, gates those of the step. db is that of b_ih and of b_hh.

    Shapes:    dh, dc, h, c (N, H), x (N, D), gates (N, 4H) -> those of lstm_cell's
               arguments, db (4H,)
    Backward:  do = dh tanh(c'),  dc' = dc + dh o (1 - tanh(c')^2),  c' = f c + i g;
               di = dc' g,  df = dc' c,  dg = dc' i,  dc = dc' f; then through the
               slopes of sigmoid and tanh, and on as in rnn_cell_backward
    """
    i, f, g, o = np.split(gates, 4, axis=1)
    bent = tanh(f * c + i * g)
    dc = dc + dh * o * (1 - bent * bent)
    di, df, dg, do = dc * g, dc * c, dc * i, dh * bent
    slopes = np.hstack([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)])
    da = np.hstack([di, df, dg, do]) * slopes
    return da @ W_ih, da @ W_hh, dc * f, da.T @ x, da.T @ h, da.sum(axis=0)
