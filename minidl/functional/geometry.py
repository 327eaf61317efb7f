"""What the functions on images accept: sizes, pairs, and shapes that fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl.arguments import check_floats
from minidl.kernels.windows import Pair
from minidl.tensor import Tensor


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


def check_images(name: str, input: Tensor, dims: int = 2) -> tuple[int, ...]:
    """The axes that input lacks to be images (N, C, H, W); an error if it is neither.

    A batch may be missing, and with dims = 1 the rows.
    """
    check_floats(name, input=input)
    shape = "C, L" if dims == 1 else "C, H, W"
    if input.ndim not in (dims + 1, dims + 2):
        raise ValueError(
            f"{name}: input {input.shape} has {input.ndim} dimensions; pass "
            f"(N, {shape}) or ({shape})"
        )
    batch = (0,) if input.ndim == dims + 1 else ()
    return (*batch, 2) if dims == 1 else batch


def check_places(name: str, input: Tensor, span: Pair, count: Pair) -> None:
    """Raise unless the window has a place in input and its padding."""
    if min(count) < 1:
        raise ValueError(
            f"{name}: input {input.shape}, padded, is smaller than the window, "
            f"{span[0]} by {span[1]}; pass larger input, more padding or a smaller "
            "kernel"
        )
