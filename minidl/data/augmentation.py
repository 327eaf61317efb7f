"""New images from old ones, for training."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def augment(x: Array, max_shift: int, rng: np.random.Generator) -> Array:
    """Move every image by whole pixels of its own; zeros come in at the edges.

    How far down and how far right an image moves are two numbers, each drawn from
    -max_shift to max_shift, all equally likely.

    Shapes:  x (N, H, W) or (N, C, H, W) -> the same; the channels move together
    """
    H, W = x.shape[-2:]
    edges = [(0, 0)] * (x.ndim - 2) + [(max_shift, max_shift)] * 2
    padded, moved = np.pad(x, edges), np.empty_like(x)
    starts = rng.integers(0, 2 * max_shift + 1, (len(x), 2))
    for i, (top, left) in enumerate(starts):
        moved[i] = padded[i, ..., top : top + H, left : left + W]
    return moved
