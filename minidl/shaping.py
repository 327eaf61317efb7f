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

__all__ = [
    "cat",
    "chunk",
    "flatten",
    "permute",
    "reshape",
    "split",
    "squeeze",
    "stack",
    "transpose",
    "unsqueeze",
]


def reshape(input: Tensor, *sizes: Any, shape: Any = ()) -> Tensor:
    """The entries in another shape, row by row; one size may be -1: what is left.

    A view of the same memory where that is possible, else a copy.
    """
    x, before = array_of("reshape", input), input.shape
    asked = listed("reshape", sizes or (shape,))
    try:
        y = x.reshape(asked)
    except ValueError:
        raise ValueError(
            f"reshape: {x.size} numbers of a tensor {before} do not fit {asked}; the "
            "product of the sizes must be the same, one may be -1"
        ) from None
    record = input.record_view if np.may_share_memory(x, y) else input.record
    return record(y, lambda g: (g.reshape(before),))


def view(input: Tensor, *sizes: Any) -> Tensor:
    """The entries in another shape, in the same memory.

    A result that a kernel left in another order, as conv2d does, is copied.
    """
    y = reshape(input, *sizes)
    if input.base is not None and y.base is None and y.array.size:
        raise RuntimeError(
            f"view: the tensor {input.shape} is itself a view, whose entries do not "
            f"lie in memory as {y.shape} needs; use reshape"
        )
    return y


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """The entries in the shape of other, in the same memory."""
    return view(input, other.shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The entries with the dimensions from start_dim to end_dim as one."""
    array_of("flatten", input)
    start = dimension("flatten", input, start_dim)
    end = dimension("flatten", input, end_dim)
    if end < start:
        raise ValueError(
            f"flatten: start_dim {start_dim} comes after end_dim {end_dim} in a "
            f"tensor {input.shape}; exchange them"
        )
    shape = input.shape
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
    if not -x.ndim - 1 <= dim <= x.ndim:
        raise IndexError(
            f"unsqueeze: dim {dim} for a tensor {shape}; it must be from "
            f"{-x.ndim - 1} to {x.ndim}"
        )
    return input.record_view(np.expand_dims(x, dim), lambda g: (g.reshape(shape),))


def permute(input: Tensor, *order: Any, dims: Any = ()) -> Tensor:
    """The same entries with the dimensions in this order."""
    x, asked = array_of("permute", input), listed("permute", order or (dims,))
    axes = [dimension("permute", input, d) for d in asked]
    if sorted(axes) != list(range(x.ndim)):
        raise ValueError(
            f"permute: dims {asked} are not the {x.ndim} dimensions of a tensor "
            f"{x.shape}, each once"
        )
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
    new = len(asked) - x.ndim
    full = tuple(
        shape[i - new] if size == -1 and i >= new else size
        for i, size in enumerate(asked)
    )
    fits = all(a in (1, b) for a, b in zip(shape, full[max(new, 0) :], strict=False))
    if new < 0 or -1 in full or not fits:
        raise ValueError(
            f"expand: a tensor {shape} does not expand to {asked}; only sizes of 1 "
            "may change, and new dimensions come first"
        )
    y = np.broadcast_to(x, full)
    return input.record_view(y, lambda g: (unbroadcast(g, shape),))


def repeat(input: Tensor, *sizes: Any) -> Tensor:
    """The tensor laid beside itself this many times along each dimension."""
    x, times = input.array, listed("repeat", sizes)
    new = len(times) - x.ndim
    if new < 0 or min(times, default=0) < 0:
        raise ValueError(
            f"repeat: {times} for a tensor {x.shape}; give a number of times, from 0 "
            f"on, for each of its {x.ndim} dimensions at least"
        )
    padded = (1,) * new + x.shape
    pairs = tuple(itertools.chain(*zip(times, padded, strict=True)))

    def rule(g: AnyArray) -> tuple[AnyArray]:
        total = g.reshape(pairs).sum(tuple(range(0, len(pairs), 2)))
        return (total.reshape(x.shape),)

    return input.record(np.tile(x, times), rule)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors one after another along dim; the other sizes are equal."""
    tensors = alike("cat", tensors)
    some = [t for t in tensors if t.shape != (0,)] or tensors[:1]  # as in PyTorch
    axis = dimension("cat", some[0], dim)
    rest = {t.shape[:axis] + t.shape[axis + 1 :] for t in some}
    if len(rest) > 1 or len({t.ndim for t in some}) > 1 or not some[0].ndim:
        raise ValueError(
            f"cat: shapes {', '.join(str(t.shape) for t in some)} do not join along "
            f"dim {dim}; all other sizes must be equal"
        )
    arrays = [t.array for t in some]
    cuts = list(itertools.accumulate(x.shape[axis] for x in arrays))[:-1]
    y = np.concatenate(arrays, axis)
    return some[0].record(y, lambda g: tuple(np.split(g, cuts, axis)), *some[1:])


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape beside each other, along a new dimension dim."""
    tensors = alike("stack", tensors)
    shapes = {t.shape for t in tensors}
    if len(shapes) > 1:
        raise ValueError(
            f"stack: shapes {', '.join(str(t.shape) for t in tensors)} differ; stack "
            "needs one shape, cat joins along a dimension that there is"
        )
    ndim = tensors[0].ndim
    if not -ndim - 1 <= dim <= ndim:
        raise IndexError(
            f"stack: dim {dim} for tensors {shapes.pop()}; it must be from "
            f"{-ndim - 1} to {ndim}"
        )
    y = np.stack([t.array for t in tensors], dim)
    return tensors[0].record(y, lambda g: tuple(np.moveaxis(g, dim, 0)), *tensors[1:])


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
    array_of("split", tensor, "tensor")
    axis, asked = dimension("split", tensor, dim), split_size_or_sections
    total = tensor.shape[axis] if tensor.ndim else 0
    if isinstance(asked, int):
        count = max(math.ceil(total / asked), 1) if asked > 0 else 1
        sizes = [asked] * (count - 1) + [min(asked, total - asked * (count - 1))]
    else:
        sizes = list(asked)
    fits = sum(sizes) == total and min(sizes, default=0) >= 0
    if not fits or not tensor.ndim:
        raise ValueError(
            f"split: {asked} for a tensor {tensor.shape} along dim {dim}; pass a size "
            "from 1 on, or sizes that sum to what there is"
        )
    ends, before = itertools.accumulate(sizes, initial=0), (slice(None),) * axis
    return tuple(
        getitem(tensor, (*before, slice(a, b))) for a, b in itertools.pairwise(ends)
    )


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of at most this many parts along dim, all of one size but the last."""
    array_of("chunk", input)
    axis = dimension("chunk", input, dim)
    if chunks < 1 or not input.ndim:
        raise ValueError(
            f"chunk: {chunks} parts of a tensor {input.shape}; pass at least 1, and a "
            "tensor with dimensions"
        )
    total = input.shape[axis]
    return split(input, math.ceil(total / chunks) if total else [0] * chunks, dim)
