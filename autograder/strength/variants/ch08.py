"""Chapter 8: other correct ways to write each brick."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.strength.variants import ch08_lstm, ch08_rnn
from minidl.array import Array, IntArray
from minidl.nn.recurrent import States
from minidl.nn.utils import check_finite
from minidl.shaping import cat, stack
from minidl.tape import no_grad
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each says how it goes about it


def clip_by_squares(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    grads = [p.grad.array for p in tensors if p.grad is not None]
    if not grads:
        return Tensor(np.array(0.0))
    sizes = np.concatenate([abs(g).ravel() for g in grads])
    if norm_type == float("inf"):
        norm = float(sizes.max())
    else:
        norm = float((sizes**norm_type).sum() ** (1 / norm_type))
    if error_if_nonfinite:
        check_finite(np.float64(norm))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / (norm + 1e-6)
    return Tensor(np.array(norm, grads[0].dtype))


def clip_with_new_gradients(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    several = (parameters,) if isinstance(parameters, Tensor) else tuple(parameters)
    given = [(p, p.grad) for p in several if p.grad is not None]
    every = np.concatenate([np.zeros(0), *(g.array.ravel() for _, g in given)])
    norm = np.linalg.norm(every, norm_type)
    if error_if_nonfinite:
        check_finite(norm)
    factor = min(1.0, float(max_norm / (norm + 1e-6)))
    for p, g in given:
        p.grad = Tensor(g.array * g.array.dtype.type(factor))
    return Tensor(np.asarray(norm, every.dtype))


def clip_on_tensors(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    grads = [p.grad for p in tensors if p.grad is not None]
    with no_grad():
        norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in grads]
        whole = np.linalg.norm(norms, norm_type)
        if error_if_nonfinite:
            check_finite(whole)
        for g in grads:
            if whole > max_norm:
                g *= float(max_norm / (whole + 1e-6))
    return Tensor(np.array(whole, grads[0].dtype if grads else np.float32))


def unroll_by_index(
    cell: Callable[..., Any], input: Tensor, hx: States | None = None
) -> tuple[Tensor, Any]:
    states: list[Any] = [hx]
    for t in range(len(input)):
        states.append(cell(input[t], states[-1]))
    first = [s[0] if isinstance(s, tuple) else s for s in states[1:]]
    return stack(first, 0), states[-1]


def unroll_by_joining(
    cell: Callable[..., Any], input: Tensor, hx: States | None = None
) -> tuple[Tensor, Any]:
    y: Any = None
    for x in input:
        hx = cell(x, hx)
        h = (hx[0] if isinstance(hx, tuple) else hx)[None]
        y = h if y is None else cat([y, h])
    return y, hx


def unroll_by_slices(
    cell: Callable[..., Any], input: Tensor, hx: States | None = None
) -> tuple[Tensor, Any]:
    shown = []
    for part in input.split(1):
        hx = cell(part.squeeze(0), hx)
        h, *_ = hx if isinstance(hx, tuple) else (hx,)
        shown.append(h.unsqueeze(0))
    return cat(shown, 0), hx


def rows_by_take(x: IntArray, W: Array) -> Array:
    return np.take(W, x, axis=0)


def rows_by_one_hot(x: IntArray, W: Array) -> Array:
    return np.eye(len(W), dtype=W.dtype)[x] @ W


def rows_in_a_loop(x: IntArray, W: Array) -> Array:
    y = np.empty((*x.shape, W.shape[1]), W.dtype)
    for place in np.ndindex(x.shape):
        y[place] = W[x[place]]
    return y


def table_by_add_at(g: Array, x: IntArray, rows: int) -> Array:
    dW = np.zeros((rows, g.shape[-1]), g.dtype)
    np.add.at(dW, x, g)
    return dW


def table_by_one_hot(g: Array, x: IntArray, rows: int) -> Array:
    marks = np.eye(rows, dtype=g.dtype)[x.ravel()]
    return marks.T @ g.reshape(x.size, g.shape[-1])


def table_in_a_loop(g: Array, x: IntArray, rows: int) -> Array:
    dW = np.zeros((rows, g.shape[-1]), g.dtype)
    for place in np.ndindex(x.shape):
        dW[x[place]] += g[place]
    return dW


def table_by_masks(g: Array, x: IntArray, rows: int) -> Array:
    return np.stack([g[x == row].sum(axis=0) for row in range(rows)])


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "clip_grad_norm_": (clip_by_squares, clip_with_new_gradients, clip_on_tensors),
    "unroll": (unroll_by_index, unroll_by_joining, unroll_by_slices),
    "embedding": (rows_by_take, rows_by_one_hot, rows_in_a_loop),
    "embedding_backward": (
        table_by_add_at,
        table_by_one_hot,
        table_in_a_loop,
        table_by_masks,
    ),
    **ch08_lstm.VARIANTS,
    **ch08_rnn.VARIANTS,
}
