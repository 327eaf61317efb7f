"""Padding: entries put around a tensor, or taken away from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minidl.arguments import check_tensor
from minidl.operators import AnyArray
from minidl.tensor import Tensor

MODES = "constant", "reflect", "replicate", "circular"
Width = tuple[int, int]
"""How many entries to put before and after those along a dimension."""


def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: Any = None
) -> Tensor:
    """Input with more entries before and after it in its last dimensions.

    pad counts them, (before, after) of the last dimension first; a negative count takes
    entries away. They are value (None: 0) in mode constant, else those inside the edge
    (reflect), at it (replicate), or at the other end (circular).
    """
    check_tensor("pad", "input", input)
    if mode not in MODES:
        raise NotImplementedError(f"pad: mode is {mode!r}; pass one of {MODES}")
    if mode != "constant" and value is not None:
        raise ValueError(f"pad: mode {mode} takes no value; value is {value}")
    widths = widths_of(input, pad, mode)
    if mode == "constant":
        return pad_with(input, widths, value or 0)
    for axis, width in enumerate(widths):
        if width != (0, 0):
            positions = positions_along(input.shape[axis], width, mode)
            input = input[(slice(None),) * axis + (positions,)]
    return input


def pad_with(input: Tensor, widths: list[Width], value: float) -> Tensor:
    """Input within entries of this value."""
    size = input.shape
    shape = [n + a + b for n, (a, b) in zip(size, widths, strict=True)]
    place = tuple(slice(max(a, 0), -b if b > 0 else None) for a, b in widths)
    kept = tuple(slice(max(-a, 0), b if b < 0 else None) for a, b in widths)
    y = np.full_like(input.array, value, shape=shape)
    y[place] = input.array[kept]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = np.zeros_like(g, shape=size)
        dx[kept] = g[place]
        return (dx,)

    return input.record(y, backward)


def positions_along(n: int, width: Width, mode: str) -> Any:
    """Which of n entries stand along a dimension that is so much wider."""
    before, after = width
    positions = np.arange(-before, n + after)
    if mode == "reflect":
        return n - 1 - abs(n - 1 - abs(positions))
    if mode == "replicate":
        return positions.clip(0, n - 1)
    first, left = max(-before, 0), n + min(before, 0) + min(after, 0)
    return first + (positions - first) % left


def widths_of(input: Tensor, pad: Sequence[int], mode: str) -> list[Width]:
    """The widths of all dimensions, first to last; an error if pad does not fit."""
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise ValueError(
            f"pad: pad has {len(pad)} numbers for input {input.shape}; pass two a side"
        )
    numbers = [0] * (2 * input.ndim - len(pad)) + [*pad][::-1]
    widths = [*zip(numbers[1::2], numbers[::2], strict=True)]
    for n, (before, after) in zip(input.shape, widths, strict=True):
        more, left = max(before, after, 0), n + min(before, 0) + min(after, 0)
        most = {"reflect": n - 1, "circular": n}.get(mode, more)
        least = mode != "constant" and (before, after) != (0, 0)
        if more > most or left < least:
            raise ValueError(
                f"pad: pad {tuple(pad)} in mode {mode} is too much for input "
                f"{input.shape}; a side of {n} entries has ({before}, {after})"
            )
    return widths
