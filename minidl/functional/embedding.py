"""Embedding of Tensors of indices."""

from __future__ import annotations

from typing import Any

from minidl import kernels
from minidl.arguments import check_floats, check_only_defaults, check_tensor
from minidl.dtypes import int32, int64
from minidl.operators import AnyArray
from minidl.tensor import Tensor

LEFT_OUT = {
    "max_norm": None,
    "norm_type": 2.0,
    "scale_grad_by_freq": False,
    "sparse": False,
}


def embedding(
    input: Tensor, weight: Tensor, padding_idx: int | None = None, **left_out: Any
) -> Tensor:
    """The row of weight for each index in input; row padding_idx gets no gradient.

    Shapes:  input any, weight (V, D) -> input's and (D,)
    """
    check_only_defaults("embedding", left_out, LEFT_OUT)
    check_indices(input, weight)
    rows = len(weight.array)
    padding = check_padding("embedding", padding_idx, rows)
    x = input.array

    def backward(g: AnyArray) -> tuple[AnyArray, None]:
        dW = kernels.embedding_backward(g, x, rows)
        if padding is not None:
            dW[padding] = 0
        return dW, None

    y = kernels.embedding(x, weight.array)
    return weight.record(y, backward, input, saves=(input,))


def check_padding(name: str, padding_idx: int | None, rows: int) -> int | None:
    """The row padding_idx from 0; it may count from the end."""
    if padding_idx is None or 0 <= padding_idx < rows:
        return padding_idx
    if not -rows <= padding_idx < 0:
        raise ValueError(
            f"{name}: padding_idx is {padding_idx} but there are {rows} rows; pass "
            "one of them"
        )
    return padding_idx + rows


def check_indices(input: Tensor, weight: Tensor) -> None:
    """Raise unless input holds numbers of weight's rows."""
    check_tensor("embedding", "input", input)
    check_floats("embedding", weight=weight)
    if input.dtype not in (int32, int64):
        raise TypeError(
            f"embedding: input is {input.dtype}; pass indices as int64 or int32"
        )
    if weight.ndim != 2:
        raise ValueError(
            f"embedding: weight {weight.shape} is not a matrix; pass (V, D)"
        )
    x, rows = input.array, len(weight.array)
    wrong = x[(x < 0) | (x >= rows)]
    if wrong.size:
        raise IndexError(
            f"embedding: input has index {wrong[0]} but weight {weight.shape} has rows "
            f"0 to {rows - 1}"
        )
