"""What the functions on images accept: sizes, pairs, and shapes that fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from minidl.arguments import check_floats
from minidl.kernels.windows import Pair
from minidl.tensor import Tensor

Function = Callable[..., Tensor]


def of_batches(shape: str) -> Callable[[Function], Function]:
    """Decorates functions of a batch: input may be one sample, of this shape, too."""

    def decorate(function: Function) -> Function:
        name, dims = function.__name__, 2 + shape.count(",")

        @wraps(function)
        def batched(input: Tensor, *args: Any, **options: Any) -> Tensor:
            check_floats(name, input=input)
            if input.ndim == dims:
                return function(input, *args, **options)
            if input.ndim == dims - 1:
                return function(input.unsqueeze(0), *args, **options).squeeze(0)
            raise ValueError(
                f"{name}: input {input.shape} has {input.ndim} dimensions; pass "
                f"(N, {shape}) or ({shape})"
            )

        return batched

    return decorate


def pair(name: str, argument: str, value: Any, least: int = 1, dims: int = 2) -> Pair:
    """Rows and columns: two integers, or one for both, neither below least.

    With dims = 1 there is one, of columns, and rows get the least.
    """
    values = value if isinstance(value, tuple | list) else (value,) * dims
    if len(values) != dims or not all(
        isinstance(n, int | np.integer) and n >= least for n in values
    ):
        two = " or two, for rows and columns" if dims == 2 else ""
        raise ValueError(
            f"{name}: {argument} is {value!r}; pass an integer{two}, not below {least}"
        )
    rows, columns = values if dims == 2 else (least, *values)
    return int(rows), int(columns)


def check_places(name: str, input: Tensor, span: Pair, count: Pair) -> None:
    """Raise unless the window has a place in input and its padding."""
    if min(count) < 1:
        raise ValueError(
            f"{name}: input {input.shape}, padded, is smaller than the window, "
            f"{span[0]} by {span[1]}; pass larger input, more padding, a smaller kernel"
        )
