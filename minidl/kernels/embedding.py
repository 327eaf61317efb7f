"""Embedding: a row of learned numbers for each word, class or other index."""

from __future__ import annotations

import numpy as np

from minidl.array import Array, IntArray


def embedding(x: IntArray, W: Array) -> Array:
    """The row of W for each index in x.

    Shapes:  x any, W (V, D) -> x's and (D,)
    """
    return W[x]


def embedding_backward(g: Array, x: IntArray, rows: int) -> Array:
    """Gradient dW of embedding, times upstream g, for a W of this many rows.

    Shapes:    g x's and (D,), x any -> (rows, D)
    Backward:  dW_i = sum of g over the places where x is i
    """
    dW = np.zeros((rows, g.shape[-1]), g.dtype)
    order = np.argsort(x, axis=None, kind="stable")
    found, starts = np.unique(x.ravel()[order], return_index=True)
    if found.size:  # sums of neighbours: several times faster than np.add.at
        dW[found] = np.add.reduceat(g.reshape(-1, g.shape[-1])[order], starts)
    return dW
