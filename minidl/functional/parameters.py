"""Layers with a weight and a bias, either of which may be absent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress

from minidl.operators import AnyArray
from minidl.tensor import Tensor


def record_with(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    y: AnyArray,
    backward: Callable[[AnyArray], tuple[AnyArray | None, ...]],
) -> Tensor:
    """A tensor of y, computed from those that are there; backward gives dx, dW, db.

    backward reads input and weight, not bias.
    """
    there = [x is not None for x in (input, weight, bias)]
    others = [x for x in (weight, bias) if x is not None]
    saves = (input,) if weight is None else (input, weight)
    return input.record(
        y, lambda g: tuple(compress(backward(g), there)), *others, saves=saves
    )
