"""Embedding of Tensors of indices."""

from __future__ import annotations

from typing import Any

from minidl import kernels
from minidl.arguments import check_floats, check_only_defaults
from minidl.dtypes import int32, int64
from minidl.operands import array_of
from minidl.operators import AnyArray
from minidl.tensor import Tensor

LEFT_OUT = {"max_norm": None, "norm_type": 2.0, "sparse": False}
LEFT_OUT["scale_grad_by_freq"] = False


def embedding(
    input: Tensor, weight: Tensor, padding_idx: int | None = None, **left_out: Any
) -> Tensor:
    """The row of weight for each index in input; row padding_idx gets no gradient.

    Shapes:  input any, weight (V, D) -> input's and (D,)
    """
    check_only_defaults("embedding", left_out, LEFT_OUT)
    x, rows = check_indices(input, weight), len(weight.array)
    padding = check_padding("embedding", padding_idx, rows)

    def backward(g: AnyArray) -> tuple[AnyArray, None]:
        dW = kernels.embedding_backward(g, x, rows)
        if padding is not None:
            dW[padding] = 0
        return dW, None

    y = kernels.embedding(x, weight.array)
    return weight.record(y, backward, input, saves=(input,))


def check_padding(name: str, padding_idx: int | None, rows: int) -> int | None:
    """The row padding_idx from 0; it may count from the end."""
    if padding_idx is None or -rows <= padding_idx < rows:
        return padding_idx if padding_idx is None else padding_idx % rows
    raise ValueError(
        f"{name}: padding_idx is {padding_idx} but there are {rows} rows; pass one of "
        "them"
    )


def check_indices(input: Tensor, weight: Tensor) -> AnyArray:
    """The array of input; an error unless it holds numbers of weight's rows."""
    x = array_of("embedding", input)
    check_floats("embedding", weight=weight)
    if x.dtype not in (int32, int64):
        raise TypeError(f"embedding: input is {x.dtype}; pass int64 or int32")
    if weight.ndim != 2:
        raise ValueError(f"embedding: weight {weight.shape}; pass a matrix (V, D)")
    wrong = x[(x < 0) | (x >= len(weight.array))]
    if wrong.size:
        raise IndexError(
            f"embedding: input has index {wrong[0]} but weight {weight.shape} has rows "
            f"0 to {len(weight.array) - 1}"
        )
    return x
