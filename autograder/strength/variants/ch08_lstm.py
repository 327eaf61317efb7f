"""Chapter 8: other correct ways to write a cell with gates, and its way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import sigmoid, sigmoid_backward, tanh_backward
from minidl.kernels.linear import linear, linear_backward

# ruff: noqa: D103 -- the name of each says how it goes about it

States = tuple[Array, Array, Array]
Back = tuple[Array, Array, Array, Array, Array, Array]


def cell_gate_by_gate(x: Array, h: Array, c: Array, *W: Array) -> States:
    H, gates = h.shape[1], []
    for k in range(4):
        rows = slice(k * H, (k + 1) * H)
        a = x @ W[0][rows].T + W[2][rows] + (h @ W[1][rows].T + W[3][rows])
        gates.append(np.tanh(a) if k == 2 else 0.5 * (1 + np.tanh(0.5 * a)))
    c = gates[1] * c + gates[0] * gates[2]
    return gates[3] * np.tanh(c), c, np.concatenate(gates, axis=1)


def cell_in_place(x: Array, h: Array, c: Array, *W: Array) -> States:
    H = h.shape[1]
    gates = linear(x, W[0], W[2]) + linear(h, W[1], W[3])
    for part in (gates[:, : 2 * H], gates[:, 3 * H :]):
        part[...] = sigmoid(part)
    gates[:, 2 * H : 3 * H] = np.tanh(gates[:, 2 * H : 3 * H])
    i, f, g, o = (gates[:, k * H : (k + 1) * H] for k in range(4))
    after = c * f
    after += i * g
    return np.tanh(after) * o, after, gates


def cell_by_samples(x: Array, h: Array, c: Array, *W: Array) -> States:
    after_h, after_c = np.empty_like(h), np.empty_like(c)
    gates = np.empty((len(h), 4 * h.shape[1]), h.dtype)
    for n in range(len(h)):
        i, f, g, o = (W[0] @ x[n] + W[1] @ h[n] + W[2] + W[3]).reshape(4, -1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        after_c[n] = f * c[n] + i * g
        after_h[n] = o * np.tanh(after_c[n])
        gates[n] = np.concatenate([i, f, g, o])
    return after_h, after_c, gates


def back_in_blocks(
    dh: Array,
    dc: Array,
    x: Array,
    h: Array,
    c: Array,
    gates: Array,
    W_ih: Array,
    W_hh: Array,
) -> Back:
    H = h.shape[1]
    i, f, g, o = (gates[:, k * H : (k + 1) * H] for k in range(4))
    b = np.tanh(f * c + i * g)
    total = dc + dh * o * (1 - b**2)
    da = np.empty_like(gates)
    da[:, :H] = total * g * i * (1 - i)
    da[:, H : 2 * H] = total * c * f * (1 - f)
    da[:, 2 * H : 3 * H] = total * i * (1 - g**2)
    da[:, 3 * H :] = dh * b * o * (1 - o)
    return da @ W_ih, da @ W_hh, total * f, da.T @ x, da.T @ h, da.sum(0)


def back_by_bricks(
    dh: Array,
    dc: Array,
    x: Array,
    h: Array,
    c: Array,
    gates: Array,
    W_ih: Array,
    W_hh: Array,
) -> Back:
    i, f, g, o = np.split(gates, 4, axis=1)
    b = np.tanh(f * c + i * g)
    dc = dc + tanh_backward(dh * o, b)
    slopes = (
        sigmoid_backward(dc * g, i),
        sigmoid_backward(dc * c, f),
        tanh_backward(dc * i, g),
        sigmoid_backward(dh * b, o),
    )
    da = np.concatenate(slopes, axis=1)
    dx, dW_ih, db = linear_backward(da, x, W_ih)
    dh, dW_hh, _ = linear_backward(da, h, W_hh)
    return dx, dh, dc * f, dW_ih, dW_hh, db


def back_by_samples(
    dh: Array,
    dc: Array,
    x: Array,
    h: Array,
    c: Array,
    gates: Array,
    W_ih: Array,
    W_hh: Array,
) -> Back:
    dx, dh_before, dc_before = (np.empty_like(v) for v in (x, h, c))
    dW_ih, dW_hh, db = (np.zeros_like(p) for p in (W_ih, W_hh, W_hh[:, 0]))
    for n in range(len(h)):
        i, f, g, o = gates[n].reshape(4, -1)
        b = np.tanh(f * c[n] + i * g)
        d = dc[n] + dh[n] * o * (1 - b * b)
        da = np.concatenate(
            [
                d * g * (i - i * i),
                d * c[n] * (f - f * f),
                d * i * (1 - g * g),
                dh[n] * b * (o - o * o),
            ]
        )
        dx[n], dh_before[n], dc_before[n] = W_ih.T @ da, W_hh.T @ da, d * f
        dW_ih += np.outer(da, x[n])
        dW_hh += np.outer(da, h[n])
        db += da
    return dx, dh_before, dc_before, dW_ih, dW_hh, db


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "lstm_cell": (cell_gate_by_gate, cell_in_place, cell_by_samples),
    "lstm_cell_backward": (back_in_blocks, back_by_bricks, back_by_samples),
}
