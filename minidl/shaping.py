"""The same entries in another shape or order, joined, parted or repeated."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.dtypes import STRENGTH
from minidl.indexing import getitem
from minidl.operands import array_of, listed
from minidl.operators import AnyArray, dimension, unbroadcast

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["cat", "chunk", "flatten", "permute", "reshape", "split", "squeeze"]
__all__ += ["stack", "transpose", "unsqueeze"]


def reshape(input: Tensor, *sizes: Any, shape: Any = ()) -> Tensor:
    """The entries in another shape, row by row; one size may be -1: what is left.

    A view of the same memory where that is possible, else a copy.
    """
    x, before = array_of("reshape", input), input.shape
    asked = listed("reshape", sizes or (shape,))
    try:
        y = x.reshape(asked)
    except ValueError:
        raise ValueError(f"reshape: a tensor {before} does not fit {asked}") from None
    record = input.record_view if np.may_share_memory(x, y) else input.record
    return record(y, lambda g: (g.reshape(before),))


def view(input: Tensor, *sizes: Any) -> Tensor:
    """The entries in another shape, in the same memory.

    A result that a kernel left in another order, as conv2d does, is copied.
    """
    y = reshape(input, *sizes)
    if input.base is not None and y.base is None and y.array.size:
        raise RuntimeError(
            f"view: the tensor {input.shape} is itself a view; use reshape, it copies"
        )
    return y


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """The entries in the shape of other, in the same memory."""
    return view(input, other.shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The entries with the dimensions from start_dim to end_dim as one.

    Shapes:  (N, C, H, W) with start_dim 1 -> (N, C H W)
    """
    shape = array_of("flatten", input).shape
    start, end = (dimension("flatten", input, dim) for dim in (start_dim, end_dim))
    if end < start:
        raise ValueError(
            f"flatten: start_dim {start_dim} comes after end_dim {end_dim} in {shape}"
        )
    one = math.prod(shape[start : end + 1])
    return reshape(input, (*shape[:start], one, *shape[end + 1 :]))


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """The entries without the dimensions of size 1: all of them, or those in dim."""
    x, shape = array_of("squeeze", input), input.shape
    dims = range(x.ndim) if dim is None else listed("squeeze", (dim,))
    gone = {dimension("squeeze", input, d) for d in dims}
    sizes = [n for axis, n in enumerate(shape) if n != 1 or axis not in gone]
    return input.record_view(x.reshape(sizes), lambda g: (g.reshape(shape),))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """The entries with a new dimension of size 1 at dim."""
    x, shape = array_of("unsqueeze", input), input.shape
    y = np.expand_dims(x, new_dimension("unsqueeze", shape, dim))
    return input.record_view(y, lambda g: (g.reshape(shape),))


def new_dimension(name: str, shape: tuple[int, ...], dim: int) -> int:
    """The dim at which a tensor of this shape gets a new dimension, if it can."""
    n = len(shape)
    if not -n - 1 <= dim <= n:
        raise IndexError(
            f"{name}: dim {dim} for a tensor {shape}; it must be from {-n - 1} to {n}"
        )
    return dim


def permute(input: Tensor, *order: Any, dims: Any = ()) -> Tensor:
    """The same entries with the dimensions in this order."""
    x, asked = array_of("permute", input), listed("permute", order or (dims,))
    axes = [dimension("permute", input, d) for d in asked]
    if sorted(axes) != list(range(x.ndim)):
        raise ValueError(f"permute: dims {asked} of {x.shape}; name each dim once")
    back = np.argsort(axes)
    return input.record_view(x.transpose(axes), lambda g: (g.transpose(back),))


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """The same entries with two dimensions swapped."""
    x = array_of("transpose", input)
    a, b = (dimension("transpose", input, dim) for dim in (dim0, dim1))
    y = x.swapaxes(a, b) if x.ndim else x[...]
    return input.record_view(y, lambda g: (g.swapaxes(a, b) if g.ndim else g,))


def expand(input: Tensor, *sizes: Any) -> Tensor:
    """A view in which dimensions of size 1, and new ones in front, are repeated.

    A size of -1 keeps the size that there is.
    """
    x, shape, asked = input.array, input.shape, listed("expand", sizes)
    before = (-1,) * (len(asked) - x.ndim) + shape
    full = tuple(n if m == -1 else m for n, m in zip(before, asked, strict=False))
    try:
        y = np.broadcast_to(x, full)
    except ValueError:
        raise ValueError(
            f"expand: a tensor {shape} does not expand to {asked}; only 1s may change"
        ) from None
    return input.record_view(y, lambda g: (unbroadcast(g, shape),))


def repeat(input: Tensor, *sizes: Any) -> Tensor:
    """The tensor laid beside itself this many times along each dimension."""
    x, times, shape = input.array, listed("repeat", sizes), input.shape
    new = len(times) - x.ndim
    if new < 0 or min(times, default=0) < 0:
        raise ValueError(
            f"repeat: {times} for a tensor {shape}; give a number for each dimension"
        )
    pairs = tuple(itertools.chain(*zip(times, (1,) * new + shape, strict=True)))

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (g.reshape(pairs).sum(tuple(range(0, len(pairs), 2))).reshape(shape),)

    return input.record(np.tile(x, times), rule)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors one after another along dim; the other sizes are equal."""
    tensors = alike("cat", tensors)
    some = [t for t in tensors if t.shape != (0,)] or tensors[:1]  # as in PyTorch
    axis, arrays = dimension("cat", some[0], dim), [t.array for t in some]
    try:
        y = np.concatenate(arrays, axis)
    except ValueError as error:
        shapes = ", ".join(str(t.shape) for t in some)
        raise ValueError(
            f"cat: shapes {shapes} do not join along dim {dim}: {error}"
        ) from None
    cuts = list(itertools.accumulate(x.shape[axis] for x in arrays))[:-1]
    return some[0].record(y, lambda g: tuple(np.split(g, cuts, axis)), *some[1:])


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape beside each other, along a new dimension dim."""
    first, *others = tensors = alike("stack", tensors)
    if any(t.shape != first.shape for t in others):
        shapes = ", ".join(str(t.shape) for t in tensors)
        raise ValueError(f"stack: shapes {shapes} differ; give one, or use cat")
    dim = new_dimension("stack", first.shape, dim)
    y = np.stack([t.array for t in tensors], dim)
    return first.record(y, lambda g: tuple(np.moveaxis(g, dim, 0)), *others)


def alike(name: str, tensors: Sequence[Tensor]) -> list[Tensor]:
    """The Tensors in their common dtype."""
    if not isinstance(tensors, Sequence) or not tensors:
        raise ValueError(f"{name}: pass a list or tuple of at least one Tensor")
    dtypes = {array_of(name, tensor, "tensors").dtype for tensor in tensors}
    strongest = max(STRENGTH[dtype.kind] for dtype in dtypes)
    dtype = np.result_type(*(d for d in dtypes if STRENGTH[d.kind] == strongest))
    return [tensor.to(dtype) for tensor in tensors]


def split(
    tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0
) -> tuple[Tensor, ...]:
    """Views of the parts along dim: all of one size but the last, or of these sizes."""
    return parts(tensor, split_size_or_sections, dim)


def parts(input: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the parts along dim: all of one size but the last, or of these sizes."""
    shape, sizes = array_of("split", input, "tensor").shape, split_size
    axis = dimension("split", input, dim)
    total = shape[axis] if shape else 0
    if isinstance(sizes, int):
        starts = range(0, total or 1, max(sizes, 1))
        sizes = [min(split_size, total - start) for start in starts]
    if not shape or sum(sizes) != total or min(sizes, default=0) < 0:
        raise ValueError(
            f"split: {split_size} for a tensor {shape} along dim {dim}; pass a size "
            "from 1 on, or sizes that sum to what there is"
        )
    ends, before = itertools.accumulate(sizes, initial=0), (slice(None),) * axis
    return tuple(
        getitem(input, (*before, slice(a, b))) for a, b in itertools.pairwise(ends)
    )


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of at most this many parts along dim, all of one size but the last."""
    shape, axis = array_of("chunk", input).shape, dimension("chunk", input, dim)
    if chunks < 1 or not shape:
        raise ValueError(f"chunk: {chunks} parts of a tensor {shape}; pass at least 1")
    size = math.ceil(shape[axis] / chunks)
    return parts(input, size or [0] * chunks, dim)
