"""Attention: how much each query takes of each key."""

from __future__ import annotations

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import softmax_backward


def attention_weights(
    q: Array, k: Array, scale: float, mask: Array | None = None
) -> Array:
    """Softmax over the keys of each query's scaled products with them, plus mask.

    A query that the mask (-inf: not this key) leaves no key takes 0 of all.

    Shapes:   q (..., L, E), k (..., S, E), mask that broadcasts -> (..., L, S)
    Formula:  softmax(scale q k^T + mask)
    Source:   Vaswani et al., Attention Is All You Need, 2017, section 3.2.1
    """
    scores = np.matmul(q * q.dtype.type(scale), k.swapaxes(-1, -2))
    if mask is not None:
        scores = scores + mask
    highest = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    scores -= np.where(highest == -np.inf, 0, highest)
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)
    scores /= np.where(total == 0, 1, total)
    return scores


def attention_weights_backward(
    g: Array, w: Array, q: Array, k: Array, scale: float
) -> tuple[Array, Array, Array]:
    """Gradients dq, dk, dmask of attention_weights at output w, times upstream g.

    dmask is that of the scores: where q, k or mask was broadcast, sum what repeats.

    Shapes:    g and w (..., L, S), q (..., L, E), k (..., S, E)
    Backward:  ds through softmax,  dq = scale ds k,  dk = scale ds^T q,  dmask = ds
    """
    ds = softmax_backward(g, w)
    factor = ds.dtype.type(scale)
    return factor * (ds @ k), factor * (ds.swapaxes(-1, -2) @ q), ds
