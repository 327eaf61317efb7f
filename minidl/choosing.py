"""Entrywise choices: the greater, the smaller, the allowed, the one a mask names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.operands import array_of
from minidl.operators import AnyArray, Number, check_broadcast, unbroadcast
from minidl.promotion import constant, promoted

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["clamp", "masked_fill", "maximum", "minimum", "where"]


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Entrywise the greater of two; equal entries share the gradient."""
    return chosen("maximum", np.maximum, np.greater, input, other)


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Entrywise the smaller of two; equal entries share the gradient."""
    return chosen("minimum", np.minimum, np.less, input, other)


def chosen(name: str, choose: Any, wins: Any, input: Tensor, other: Tensor) -> Tensor:
    """Entrywise one of two; the gradient goes where it wins, half to each if equal."""
    array_of(name, input)
    array_of(name, other, "other")
    a, b = promoted(name, input, other)
    x, y = a.array, b.array

    def rule(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        half = np.where(x == y, 0.5 * g, 0)
        dx, dy = half + np.where(wins(x, y), g, 0), half + np.where(wins(y, x), g, 0)
        return unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)

    return a.record(choose(x, y), rule, b, saves=(a, b))


def clamp(
    input: Tensor,
    min: Tensor | Number | None = None,
    max: Tensor | Number | None = None,
) -> Tensor:
    """Entrywise x, but no less than min and no more than max.

    A gradient flows to what the result is: x, or the bound that took its place.
    """
    array_of("clamp", input)
    if min is None and max is None:
        raise ValueError("clamp: min and max are both None; pass one of them")
    a, low = (input, None) if min is None else promoted("clamp", input, min)
    a, high = (a, None) if max is None else promoted("clamp", a, max)
    low = low if low is None else low.to(a.dtype)
    bounds = [bound for bound in (low, high) if bound is not None]
    x = a.array
    least, most = (None if bound is None else bound.array for bound in (low, high))

    def rule(g: AnyArray) -> tuple[AnyArray, ...]:
        below = np.False_ if least is None else x < least
        above = np.False_ if most is None else x > most
        flows: list[tuple[AnyArray, Any]] = [(x, ~(below | above))]
        if least is not None:
            flows.append((least, below if most is None else below & (least < most)))
        if most is not None:
            flows.append((most, above if least is None else above | (least > most)))
        return tuple(unbroadcast(np.where(c, g, 0), z.shape) for z, c in flows)

    return a.record(np.clip(x, least, most), rule, *bounds, saves=(a, *bounds))


def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """Entries of input where the condition holds, of other elsewhere; broadcast."""
    c = mask_of("where", condition, "condition")
    if not hasattr(input, "record") and not hasattr(other, "record"):
        input = constant("where", condition, input)
    if hasattr(input, "record"):
        a, b = promoted("where", input, other)
    else:
        b, a = promoted("where", other, input)
    x, y = a.array, b.array
    check_broadcast("where", c.shape, np.broadcast_shapes(x.shape, y.shape))

    def rule(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        dx, dy = np.where(c, g, 0), np.where(c, 0, g)
        return unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)

    return a.record(np.where(c, x, y), rule, b, saves=(condition,))


def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number) -> Tensor:
    """One number where the mask holds, the entries of input elsewhere."""
    x, m = array_of("masked_fill", input), mask_of("masked_fill", mask, "mask")
    fill: Any = value if hasattr(value, "record") else input.wrap(np.asarray(value))
    if fill.ndim:
        raise ValueError(f"masked_fill: value {fill.shape} is not a number; use where")
    check_broadcast("masked_fill", x.shape, m.shape)
    return where(mask, fill.to(x.dtype), input)


def mask_of(name: str, value: Any, argument: str) -> AnyArray:
    """The array of an argument, which must be a Tensor of bools."""
    array = array_of(name, value, argument)
    if array.dtype.kind != "b":
        raise TypeError(f"{name}: {argument} is {array.dtype}; pass bools, as x > 0")
    return array
