"""Recurrent layers: one rule for every step of a sequence, and back through time.

An RNN takes all of x at once and goes step by step for h only. Inside LSTM and GRU the
batch is the last dimension: each gate is then one block of memory. The steps lie as
rows of x, a 1 and h, so that one product does x, biases and h.
"""

from __future__ import annotations

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import relu, tanh

Cache = tuple[Array, ...]
Gradients = tuple[Array | None, ...]


def rnn(
    x: Array,
    h: Array,
    W_ih: Array,
    W_hh: Array,
    b_ih: Array,
    b_hh: Array,
    nonlinearity: str = "tanh",
) -> Array:
    """The hidden state after every step.

    Shapes:   x (T, N, D), h (N, H), W_ih (H, D), W_hh (H, H), b (H,) -> (T, N, H)
    Formula:  h = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu instead of tanh
    Source:   Elman, Finding Structure in Time, 1990
    """
    bend = tanh if nonlinearity == "tanh" else relu
    y = x @ W_ih.T + (b_ih + b_hh)
    for t in range(len(x)):
        y[t] = h = bend(y[t] + h @ W_hh.T)
    return y


def rnn_backward(
    g: Array,
    x: Array,
    h: Array,
    y: Array,
    W_ih: Array,
    W_hh: Array,
    nonlinearity: str = "tanh",
) -> tuple[Array, Array, Array, Array, Array]:
    """Gradients dx, dh, dW_ih, dW_hh, db of rnn at output y, times upstream g.

    h is the state before the first step; db is that of b_ih and of b_hh.

    Shapes:    g and y (T, N, H) -> those of rnn's arguments, db (H,)
    Backward:  da = (g + dh) (1 - y^2), or (y > 0) for relu;  dh before = da W_hh
    """
    da, dh = np.empty_like(y), np.zeros_like(h)
    slope = 1 - y * y if nonlinearity == "tanh" else y > 0
    for t in reversed(range(len(x))):
        da[t] = (g[t] + dh) * slope[t]
        dh = da[t] @ W_hh
    before = np.concatenate([h[None], y[:-1]])
    dW_ih, dW_hh = (np.tensordot(da, v, ((0, 1), (0, 1))) for v in (x, before))
    return da @ W_ih, dh, dW_ih, dW_hh, da.sum(axis=(0, 1))


def lstm(
    x: Array, h: Array, c: Array, W_ih: Array, W_hh: Array, b_ih: Array, b_hh: Array
) -> tuple[Array, Cache]:
    """The hidden state after every step, then the last cell state; and the cache.

    Shapes:   x (T, N, D), h and c (N, H), W_ih (4H, D), W_hh (4H, H), b (4H,)
              -> (T + 1, N, H)
    Formula:  i, f, g, o = W_ih x + b_ih + W_hh h + b_hh, through sigmoid, g tanh;
              c = f c + i g,  h = o tanh(c)
    Source:   Hochreiter, Schmidhuber, Long Short-Term Memory, 1997; the gate f:
              Gers, Schmidhuber, Cummins, Learning to Forget, 2000
    """
    T, (N, H) = len(x), h.shape
    W, steps = np.hstack([W_ih, (b_ih + b_hh)[:, None], W_hh]), laid_out(x, h, 1)
    gates = np.empty((T, 4, H, N), x.dtype)
    cells, bent = np.empty((T + 1, H, N), x.dtype), np.empty((T, H, N), x.dtype)
    cells[0] = c.T
    # sigmoid(a) = (tanh(a/2) + 1) / 2, so one tanh serves all four gates
    halved = W * np.repeat(np.array([0.5, 0.5, 1, 0.5], x.dtype), H)[:, None]
    for t in range(T):
        np.matmul(halved, steps[t], out=gates[t].reshape(4 * H, N))
        np.tanh(gates[t], out=gates[t])
        for squashed in (gates[t, :2], gates[t, 3]):
            squashed *= 0.5
            squashed += 0.5
        i, f, g, o = gates[t]
        np.multiply(f, cells[t], out=cells[t + 1])
        cells[t + 1] += i * g
        np.tanh(cells[t + 1], out=bent[t])
        np.multiply(o, bent[t], out=steps[t + 1, -H:])
    steps[T + 1, -H:] = cells[T]
    return steps[1:, -H:].swapaxes(1, 2), (W, steps, gates, cells, bent)


def lstm_backward(g: Array, cache: Cache, needs_dx: bool = True) -> Gradients:
    """Gradients dx, dh, dc, dW_ih, dW_hh, db_ih, db_hh of lstm, times upstream g.

    Shapes:    g (T + 1, N, H) -> those of lstm's arguments; dx is None if not needed
    Backward:  do = dh tanh(c),  dc += dh o (1 - tanh(c)^2),  di = dc g,  dg = dc i,
               df = dc c before,  dc before = dc f; then through sigmoid and tanh
    """
    W, steps, gates, cells, bent = cache
    way = WayBack(g[:-1], W, steps, needs_dx)
    da, dc = np.empty_like(gates[0]), np.ascontiguousarray(g[-1].T)
    for t in reversed(range(len(gates))):
        i, f, c_in, o = gates[t]
        way.dh += g[t].T
        through = way.dh * o
        dc = dc + through * (1 - bent[t] * bent[t])
        np.multiply(through * bent[t], 1 - o, out=da[3])
        through = dc * i
        np.multiply(through, 1 - c_in * c_in, out=da[2])
        through *= c_in
        np.multiply(through, 1 - i, out=da[0])
        dc *= f
        np.multiply(dc * cells[t], 1 - f, out=da[1])
        way.dh = way.step(t, da.reshape(len(way.dW), -1))
    dW_ih, db, dW_hh = way.split(way.dW)
    return way.dx, way.dh.T, dc.T, dW_ih, dW_hh, db, db.copy()


def gru(
    x: Array, h: Array, W_ih: Array, W_hh: Array, b_ih: Array, b_hh: Array
) -> tuple[Array, Cache]:
    """The hidden state after every step, and what gru_backward needs.

    Shapes:   x (T, N, D), h (N, H), W_ih (3H, D), W_hh (3H, H), b (3H,) -> (T, N, H)
    Formula:  r, z = sigmoid(W_ih x + b_ih + W_hh h + b_hh), with their rows of W, b;
              n = tanh(W_ih x + b_ih + r (W_hh h + b_hh)),  h = (1 - z) n + z h
    Source:   Cho et al., Learning Phrase Representations using RNN Encoder-Decoder,
              2014; r after the product, as in PyTorch
    """
    T, (N, H), D = len(x), h.shape, x.shape[2]
    # r and z take x and h together; n takes them apart: rows for x, rows for h
    W = np.zeros((4 * H, D + 1 + H), x.dtype)
    W[: 3 * H, :D], W[: 3 * H, D] = W_ih, b_ih
    W[: 2 * H, D] += b_hh[: 2 * H]
    W[: 2 * H, D + 1 :], W[3 * H :, D + 1 :] = W_hh[: 2 * H], W_hh[2 * H :]
    W[3 * H :, D] = b_hh[2 * H :]
    steps, gates = laid_out(x, h), np.empty((T, 4, H, N), x.dtype)
    for t in range(T):
        r, z, n, of_h = gates[t]
        np.matmul(W[: 2 * H], steps[t], out=gates[t, :2].reshape(2 * H, N))
        np.matmul(W[2 * H : 3 * H, : D + 1], steps[t, : D + 1], out=n)
        np.matmul(W[3 * H :, D:], steps[t, D:], out=of_h)
        gates[t, :2] = 0.5 * (1 + np.tanh(0.5 * gates[t, :2]))
        n += r * of_h
        np.tanh(n, out=n)
        np.add(n, z * (steps[t, -H:] - n), out=steps[t + 1, -H:])
    return steps[1:, -H:].swapaxes(1, 2), (W, steps, gates)


def gru_backward(g: Array, cache: Cache, needs_dx: bool = True) -> Gradients:
    """Gradients dx, dh, dW_ih, dW_hh, db_ih, db_hh of gru, times upstream g.

    Shapes:    g (T, N, H) -> those of gru's arguments; dx is None if not needed
    Backward:  dn = dh (1 - z),  dz = dh (h before - n),  dr = dn (W_hh h + b_hh),
               through sigmoid and tanh; to h also directly, dh z
    """
    W, steps, gates = cache
    way, H = WayBack(g, W, steps, needs_dx), g.shape[2]
    da = np.empty_like(gates[0])
    for t in reversed(range(len(g))):
        r, z, n, of_h = gates[t]
        way.dh += g[t].T
        da[2] = way.dh * (1 - z) * (1 - n * n)
        da[3] = da[2] * r
        da[1] = way.dh * (steps[t, -H:] - n) * z * (1 - z)
        da[0] = da[3] * of_h * (1 - r)
        way.dh = way.dh * z + way.step(t, da.reshape(len(way.dW), -1))
    dW_ih, db_ih, _ = way.split(way.dW[: 3 * H])
    _, db_hh, dW_hh = way.split(np.delete(way.dW, np.s_[2 * H : 3 * H], axis=0))
    return way.dx, way.dh.T, dW_ih, dW_hh, db_ih, db_hh


def laid_out(x: Array, h: Array, more: int = 0) -> Array:
    """Rows x, 1 and h of every step, batch last: h is known before the first only.

    Shapes:  x (T, N, D), h (N, H) -> (T + 1 + more, D + 1 + H, N)
    """
    (T, N, D), H = x.shape, h.shape[1]
    steps = np.empty((T + 1 + more, D + 1 + H, N), x.dtype)
    steps[:T, :D], steps[:, D], steps[0, D + 1 :] = x.swapaxes(1, 2), 1, h.T
    return steps


class WayBack:
    """The gradients that grow on the way from the last step to the first.

    dW:  of the joined weights, (gates * H, D + 1 + H)
    dh:  of the hidden state, (H, N)
    dx:  of x, (T, N, D), or None if not needed
    """

    def __init__(self, g: Array, W: Array, steps: Array, needs_dx: bool) -> None:
        (T, N, H), self.W, self.steps = g.shape, W, steps
        self.D = W.shape[1] - 1 - H
        self.dW, self.dh = np.zeros_like(W), np.zeros((H, N), W.dtype)
        dx = np.empty((T, self.D, N), W.dtype) if needs_dx else None
        self.dx = None if dx is None else dx.swapaxes(1, 2)

    def step(self, t: int, da: Array) -> Array:
        """Take in step t, da the gradient of W [x, 1, h]; return that of h."""
        self.dW += da @ self.steps[t].T
        if self.dx is None:
            return self.W[:, self.D + 1 :].T @ da
        d = self.W.T @ da
        self.dx[t] = d[: self.D].T
        return d[self.D + 1 :]

    def split(self, dW: Array) -> tuple[Array, Array, Array]:
        """The columns of the joined weights that belong to W_ih, the bias, W_hh."""
        return dW[:, : self.D], dW[:, self.D].copy(), dW[:, self.D + 1 :]
