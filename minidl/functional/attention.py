"""Attention of Tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minidl import kernels
from minidl.arguments import check_floats, check_only_defaults
from minidl.dtypes import FLOAT
from minidl.functional.dropout import dropout
from minidl.operands import array_of
from minidl.operators import AnyArray, matmul, unbroadcast
from minidl.tensor import Tensor


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """The mean of the values for each query, weighted by how well the keys fit it.

    attn_mask:  True where a query may take of a key, or floats added to the scores
    dropout_p:  probability with which a weight becomes 0, also outside training
    is_causal:  whether query i may take only of keys 0 to i
    scale:      of the scores; 1 / sqrt(E) if None

    Shapes:  query (..., L, E), key (..., S, E), value (..., S, V) -> (..., L, V)
    """
    name = "scaled_dot_product_attention"
    check_only_defaults(name, {"enable_gqa": enable_gqa}, {"enable_gqa": False})
    check_floats(name, query=query, key=key, value=value)
    fit = query.shape[-1:] == key.shape[-1:] and key.shape[-2:-1] == value.shape[-2:-1]
    if not fit or min(query.ndim, key.ndim, value.ndim) < 2:
        raise ValueError(
            f"{name}: query {query.shape}, key {key.shape}, value {value.shape} do not "
            "fit; pass (..., L, E), (..., S, E), (..., S, V)"
        )
    if is_causal and attn_mask is not None:
        raise ValueError(
            f"{name}: both attn_mask and is_causal are given; combine them in attn_mask"
        )
    if is_causal:
        attn_mask = Tensor(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    if attn_mask is not None:
        attn_mask = added(name, "attn_mask", attn_mask, query, takes=True)
    weights = attention_weights(name, query, key, attn_mask, scale)
    return matmul(dropout(weights, dropout_p), value)


def attention_weights(
    name: str, query: Tensor, key: Tensor, mask: Tensor | None, scale: Any = None
) -> Tensor:
    """How much each query takes of each key: positive numbers that sum to 1.

    A query that the mask leaves no key takes 0 of all.

    Shapes:  query (..., L, E), key (..., S, E), mask that broadcasts -> (..., L, S)
    """
    q, k, m = query.array, key.array, None if mask is None else mask.array
    factor = 1 / math.sqrt(max(q.shape[-1], 1)) if scale is None else float(scale)
    try:
        w = kernels.attention_weights(q, k, factor, m)
    except ValueError:
        added_mask = "" if m is None else f", attn_mask {m.shape}"
        raise ValueError(
            f"{name}: query {q.shape}, key {k.shape}{added_mask} do not fit; pass "
            "(..., L, E), (..., S, E) and a mask that broadcasts to (..., L, S)"
        ) from None
    others = (key,) if mask is None else (key, mask)
    shapes = [x.shape for x in (query, *others)]

    def backward(g: AnyArray) -> tuple[AnyArray, ...]:
        gradients = kernels.attention_weights_backward(g, w, q, k, factor)
        return tuple(map(unbroadcast, gradients, shapes))

    return query.record(w, backward, *others, saves=(query, key), saves_result=True)


def added(name: str, argument: str, mask: Tensor, query: Tensor, takes: bool) -> Tensor:
    """The mask as numbers to add to the scores; bools that equal takes leave them."""
    m = array_of(name, mask, argument)
    if m.dtype == np.bool_:
        return Tensor(np.where(m == takes, 0, -np.inf).astype(query.dtype))
    if m.dtype not in (FLOAT, query.dtype):
        raise TypeError(
            f"{name}: {argument} is {m.dtype} but query is {query.dtype}; pass bools "
            f"or {query.dtype}"
        )
    return mask.to(query.dtype)
