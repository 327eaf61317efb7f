"""Chapter 8: other correct ways to write a recurrent network, and its way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array

# ruff: noqa: D103 -- the name of each says how it goes about it

Back = tuple[Array, Array, Array, Array, Array]


def cell_by_joining(x: Array, h: Array, *W: Array) -> Array:
    return np.tanh(np.hstack([x, h]) @ np.hstack(W[:2]).T + (W[2] + W[3]))


def cell_by_samples(x: Array, h: Array, *W: Array) -> Array:
    W_ih, W_hh, b_ih, b_hh = W
    after = np.empty_like(h)
    for n in range(len(x)):
        after[n] = np.tanh(W_ih @ x[n] + b_ih + W_hh @ h[n] + b_hh)
    return after


def cell_by_einsum(x: Array, h: Array, *W: Array) -> Array:
    a = np.einsum("nd,hd->nh", x, W[0]) + np.einsum("nk,hk->nh", h, W[1])
    after: Array = np.tanh(a + W[2] + W[3])
    return after


def cell_back_by_einsum(
    g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array
) -> Back:
    da = g - g * y**2
    dW = (np.einsum("nh,nd->hd", da, v) for v in (x, h))
    return da.dot(W_ih), da.dot(W_hh), *dW, np.einsum("nh->h", da)


def cell_back_by_samples(
    g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array
) -> Back:
    dx, dh = np.empty_like(x), np.empty_like(h)
    dW_ih, dW_hh, db = (np.zeros_like(p) for p in (W_ih, W_hh, W_hh[:, 0]))
    for n in range(len(x)):
        da = g[n] * (1 - y[n]) * (1 + y[n])
        dx[n], dh[n] = W_ih.T @ da, W_hh.T @ da
        dW_ih += np.outer(da, x[n])
        dW_hh += np.outer(da, h[n])
        db += da
    return dx, dh, dW_ih, dW_hh, db


def cell_back_by_joining(
    g: Array, x: Array, h: Array, y: Array, W_ih: Array, W_hh: Array
) -> Back:
    da, D = g * (1 - np.square(y)), x.shape[1]
    both, W = np.hstack([x, h, np.ones_like(h[:, :1])]), np.hstack([W_ih, W_hh])
    dW, d = da.T @ both, da @ W
    return d[:, :D], d[:, D:], dW[:, :D], dW[:, D:-1], dW[:, -1]


def bent(a: Array, nonlinearity: str) -> Array:
    return np.tanh(a) if nonlinearity == "tanh" else np.maximum(a, 0)


def rnn_by_cells(x: Array, h: Array, *W: Array, nonlinearity: str = "tanh") -> Array:
    states = []
    for step in x:
        h = bent(step @ W[0].T + W[2] + h @ W[1].T + W[3], nonlinearity)
        states.append(h)
    return np.stack(states)


def rnn_by_samples(x: Array, h: Array, *W: Array, nonlinearity: str = "tanh") -> Array:
    y = np.empty((len(x), *h.shape), x.dtype)
    for n in range(h.shape[0]):
        state = h[n]
        for t in range(len(x)):
            a = W[0] @ x[t, n] + W[1] @ state + W[2] + W[3]
            state = y[t, n] = bent(a, nonlinearity)
    return y


def rnn_by_recursion(
    x: Array, h: Array, *W: Array, nonlinearity: str = "tanh"
) -> Array:
    if not len(x):
        return np.empty((0, *h.shape), x.dtype)
    both = np.hstack([x[0], h]) @ np.hstack(W[:2]).T
    first = bent(both + W[2] + W[3], nonlinearity)
    return np.vstack(
        [first[None], rnn_by_recursion(x[1:], first, *W, nonlinearity=nonlinearity)]
    )


def slope_of(y: Array, nonlinearity: str) -> Array:
    return 1 - y**2 if nonlinearity == "tanh" else (y > 0).astype(y.dtype)


def rnn_back_by_cells(
    g: Array,
    x: Array,
    h: Array,
    y: Array,
    W_ih: Array,
    W_hh: Array,
    nonlinearity: str = "tanh",
) -> Back:
    dx, dh = np.empty_like(x), np.zeros_like(h)
    dW_ih, dW_hh, db = (np.zeros_like(p) for p in (W_ih, W_hh, W_hh[:, 0]))
    for t in range(len(x) - 1, -1, -1):
        before = y[t - 1] if t else h
        da = (g[t] + dh) * slope_of(y[t], nonlinearity)
        dx[t], dh = da @ W_ih, da @ W_hh
        dW_ih += da.T @ x[t]
        dW_hh += da.T @ before
        db += da.sum(0)
    return dx, dh, dW_ih, dW_hh, db


def rnn_back_by_samples(
    g: Array,
    x: Array,
    h: Array,
    y: Array,
    W_ih: Array,
    W_hh: Array,
    nonlinearity: str = "tanh",
) -> Back:
    dx, dh = np.zeros_like(x), np.zeros_like(h)
    dW_ih, dW_hh, db = (np.zeros_like(p) for p in (W_ih, W_hh, W_hh[:, 0]))
    for n in range(h.shape[0]):
        for t in reversed(range(len(x))):
            da = (g[t, n] + dh[n]) * slope_of(y[t, n], nonlinearity)
            dx[t, n], dh[n] = W_ih.T @ da, W_hh.T @ da
            dW_ih += np.outer(da, x[t, n])
            dW_hh += np.outer(da, y[t - 1, n] if t else h[n])
            db += da
    return dx, dh, dW_ih, dW_hh, db


def rnn_back_by_einsum(
    g: Array,
    x: Array,
    h: Array,
    y: Array,
    W_ih: Array,
    W_hh: Array,
    nonlinearity: str = "tanh",
) -> Back:
    slopes, dh, later = slope_of(y, nonlinearity), np.zeros_like(h), []
    for upstream, slope in zip(g[::-1], slopes[::-1], strict=True):
        later.append((upstream + dh) * slope)
        dh = later[-1] @ W_hh
    da, before = np.stack(later[::-1]), np.vstack([h[None], y])[:-1]
    dW = (np.einsum("tnh,tnd->hd", da, v) for v in (x, before))
    return np.einsum("tnh,hd->tnd", da, W_ih), dh, *dW, da.sum((0, 1))


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "rnn_cell": (cell_by_joining, cell_by_samples, cell_by_einsum),
    "rnn": (rnn_by_cells, rnn_by_samples, rnn_by_recursion),
    "rnn_cell_backward": (
        cell_back_by_einsum,
        cell_back_by_samples,
        cell_back_by_joining,
    ),
    "rnn_backward": (rnn_back_by_cells, rnn_back_by_samples, rnn_back_by_einsum),
}
