"""Padding: entries put around a tensor, or taken away from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minidl.arguments import check_tensor
from minidl.operators import AnyArray
from minidl.tensor import Tensor

MODES = "constant", "reflect", "replicate", "circular"
Widths = list[tuple[int, int]]
"""Entries before and after a tensor along each of its dimensions."""


def pad(
    input: Tensor,
    pad: Sequence[int],
    mode: str = "constant",
    value: float | None = None,
) -> Tensor:
    """Input with more entries before and after it in its last dimensions.

    pad counts them, (before, after) of the last dimension first. They are value (None:
    0) in mode constant, in which a negative count takes entries away; else those
    inside the edge (reflect), at it (replicate), or at the other end (circular).
    """
    widths = check_pad(input, pad, mode, value)
    if mode == "constant":
        return pad_with(input, widths, value or 0)
    for axis, width in enumerate(widths):
        if width != (0, 0):
            input = pad_along(input, axis, width, mode)
    return input


def pad_with(input: Tensor, widths: Widths, value: float) -> Tensor:
    """Input within entries of this value."""
    sizes = zip(input.shape, widths, strict=True)
    shape = [n + before + after for n, (before, after) in sizes]
    place = tuple(slice(max(a, 0), -b if b > 0 else None) for a, b in widths)
    kept = tuple(slice(max(-a, 0), b if b < 0 else None) for a, b in widths)
    y = np.full_like(input.array, value, shape=shape)
    y[place] = input.array[kept]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = np.zeros_like(g, shape=input.shape)
        dx[kept] = g[place]
        return (dx,)

    return input.record(y, backward)


def pad_along(input: Tensor, axis: int, width: tuple[int, int], mode: str) -> Tensor:
    """Input with entries of its own before and after it along one dimension."""
    last = input.shape[axis] - 1
    positions = np.arange(-width[0], last + 1 + width[1])
    source = {
        "reflect": last - abs(last - abs(positions)),
        "replicate": positions.clip(0, last),
        "circular": positions % (last + 1),
    }[mode]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        dx = np.zeros_like(g, shape=input.shape)
        np.add.at(dx.swapaxes(0, axis), source, g.swapaxes(0, axis))
        return (dx,)

    return input.record(input.array.take(source, axis), backward)


def check_pad(
    input: Tensor, pad: Sequence[int], mode: str, value: float | None
) -> Widths:
    """The widths of all dimensions, first to last; an error if pad does not fit."""
    check_tensor("pad", "input", input)
    if mode not in MODES:
        raise NotImplementedError(f"pad: mode is {mode!r}; pass one of {MODES}")
    if mode != "constant" and value is not None:
        raise ValueError(f"pad: mode {mode} takes no value; value is {value}")
    if mode != "constant" and min(pad, default=0) < 0:
        raise ValueError(f"pad: mode {mode} takes nothing away; pad is {tuple(pad)}")
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise ValueError(
            f"pad: pad has {len(pad)} numbers for input {input.shape}; pass two for "
            "each dimension from the last on"
        )
    widths = [*zip(pad[::2], pad[1::2], strict=True)][::-1]
    widths = [(0, 0)] * (input.ndim - len(widths)) + widths
    for n, (before, after) in zip(input.shape, widths, strict=True):
        most = {"reflect": n - 1, "circular": n}.get(mode, max(before, after))
        if max(before, after) > most or before + after < -n:
            raise ValueError(
                f"pad: pad {tuple(pad)} in mode {mode} is too much for input "
                f"{input.shape}; a side of {n} entries has ({before}, {after})"
            )
    return widths
