"""Tensors as text, as PyTorch prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.dtypes import FLOAT, bool_, int64
from minidl.operators import AnyArray

if TYPE_CHECKING:
    from minidl.tensor import Tensor

PREFIX, LINE = "tensor(", 80
THRESHOLD, EDGE = 1000, 3  # more numbers than this: only 3 from each end


def text(x: Tensor) -> str:
    """The numbers, and after them what cannot be seen from the numbers."""
    text = PREFIX + (rows(x.array) if x.array.size else "[]")
    for suffix in suffixes(x):
        column = len(text) - text.rfind("\n") - 1
        fits = column + len(suffix) + 4 <= LINE
        text += (", " if fits else ",\n" + " " * len(PREFIX)) + suffix
    return text + ")"


def suffixes(x: Tensor) -> list[str]:
    """Shape and dtype where they do not show, and where the gradient flows to."""
    found = []
    if not x.array.size and x.ndim != 1:
        found.append(f"size={x.shape}")
    if x.dtype not in ((FLOAT, int64, bool_) if x.array.size else (FLOAT,)):
        found.append(f"dtype=minidl.{x.dtype}")
    if x.is_leaf:
        return found + ["requires_grad=True"] * x.requires_grad
    name = getattr(x.node.rule, "__qualname__", "").partition(".")[0]  # type: ignore[union-attr]
    name = name.removesuffix("_number").title().replace("_", "")
    return [*found, f"grad_fn=<{name}Backward0>"]


def rows(data: AnyArray) -> str:
    """Numbers in brackets, a bracket a dimension, lines of at most 80 characters."""
    shown = data
    for dim, size in enumerate(data.shape):
        if data.size > THRESHOLD and size > 2 * EDGE:
            shown = shown.take([*range(EDGE), *range(size - EDGE, size)], dim)
    if data.dtype.kind == "f":
        shown = shown[np.isfinite(shown) & (shown != 0)]  # which set style and width
    write = number_format(shown)
    width = max((len(write(n)) for n in shown.flat), default=1) + 2  # with ", "
    brackets = data.ndim - 1
    columns = max(1, (LINE - len(PREFIX) - brackets) // width)
    written = np.array2string(
        data,
        len(PREFIX) + columns * width + 2 * brackets,
        separator=", ",
        prefix=PREFIX,
        suffix="",
        threshold=THRESHOLD,
        edgeitems=EDGE,
        formatter={"all": lambda n: write(n).rjust(width - 2)},
    )
    return written.replace(", ...", ",  ...")


def number_format(shown: AnyArray) -> Any:
    """The function that writes one number, in a style that suits all those shown."""
    if shown.dtype.kind != "f":
        return str
    sizes = np.abs(shown).astype(np.float64) if shown.size else np.ones(1)
    low, high = sizes.min(), sizes.max()
    if high / low > 1000 or high > 1e8 or low < 1e-4:
        return "{:.4e}".format
    if np.any(sizes != np.ceil(sizes)):
        return "{:.4f}".format
    return lambda n: f"{n:.0f}." if np.isfinite(n) else str(n)
