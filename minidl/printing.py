"""Tensors as text, as PyTorch prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.dtypes import FLOAT, bool_, int64
from minidl.operators import AnyArray

if TYPE_CHECKING:
    from minidl.tensor import Tensor

PREFIX, LINE, PRECISION = "tensor(", 80, 4
THRESHOLD, EDGE = 1000, 3  # more numbers than this: only 3 from each end
ELLIPSIS = [" ..."]


def text(x: Tensor) -> str:
    """The numbers, and after them what cannot be seen from the numbers."""
    indent, data = len(PREFIX), x.array
    shown = edges(data) if data.size > THRESHOLD else data
    written = PREFIX + rows(data, number_format(shown), indent) if data.size else ""
    lines = [written or PREFIX + "[]"]
    for suffix in suffixes(x):
        if len(lines[-1]) - lines[-1].rfind("\n") + 1 + len(suffix) + 2 > LINE:
            lines[-1] += ","
            lines.append(" " * indent + suffix)
        else:
            lines[-1] += ", " + suffix
    return "\n".join(lines) + ")"


def suffixes(x: Tensor) -> list[str]:
    """Shape and dtype where they do not show, and where the gradient flows to."""
    found = []
    if not x.array.size and x.ndim != 1:
        found.append(f"size={x.shape}")
    if x.dtype not in ((FLOAT, int64, bool_) if x.array.size else (FLOAT,)):
        found.append(f"dtype=minidl.{x.dtype}")
    if x.is_leaf:
        return found + ["requires_grad=True"] * x.requires_grad
    assert x.node is not None
    name = getattr(x.node.rule, "__qualname__", "").partition(".")[0]
    name = name.removesuffix("_number").title().replace("_", "")
    return [*found, f"grad_fn=<{name}Backward0>"]


def edges(data: AnyArray) -> AnyArray:
    """The first and the last numbers along each dimension."""
    for dim, size in enumerate(data.shape):
        if size > 2 * EDGE:
            ends = [*range(EDGE), *range(size - EDGE, size)]
            data = data.take(ends, axis=dim)
    return data


def number_format(shown: AnyArray) -> Any:
    """The function that writes one number, as wide as the widest of those shown."""
    if shown.dtype.kind != "f":
        width = max(len(str(n)) for n in shown.ravel().tolist())
        return lambda n: str(n).rjust(width)
    finite = np.abs(shown[np.isfinite(shown) & (shown != 0)]).astype(np.float64)
    low, high = (finite.min(), finite.max()) if finite.size else (1.0, 1.0)
    whole = bool(np.all(finite == np.ceil(finite)))
    if high / low > 1000 or high > 1e8 or low < 1e-4:
        style = f".{PRECISION}e"
    else:
        style = ".0f" if whole else f".{PRECISION}f"

    def written(n: float) -> str:
        return f"{n:{style}}" + "." * (style == ".0f" and bool(np.isfinite(n)))

    numbers = shown[np.isfinite(shown) & (shown != 0)].tolist()
    width = max((len(written(n)) for n in numbers), default=1)
    return lambda n: written(n).rjust(width)


def rows(data: AnyArray, write: Any, indent: int) -> str:
    """Numbers in brackets, a bracket a dimension, lines of at most 80 characters."""
    if data.ndim == 0:
        return str(write(data.item()))
    few = data.size <= THRESHOLD
    return block(data, write, indent, few)


def block(data: AnyArray, write: Any, indent: int, few: bool) -> str:
    """One bracket; if there are not few numbers, with dots in the middle."""
    cut = not few and len(data) > 2 * EDGE
    ends = [data[:EDGE], data[-EDGE:]] if cut else [data]
    if data.ndim == 1:
        words = [[write(n) for n in end.tolist()] for end in ends]
        flat = words[0] + ELLIPSIS + words[1] if cut else words[0]
        count = max(1, (LINE - indent) // (len(words[0][0]) + 2))
        lines = [", ".join(flat[i : i + count]) for i in range(0, len(flat), count)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = [[block(part, write, indent + 1, few) for part in end] for end in ends]
    between = "," + "\n" * (data.ndim - 1) + " " * (indent + 1)
    return "[" + between.join([*parts[0], "...", *parts[1]] if cut else parts[0]) + "]"
