"""Attention with several heads, each with its own view of queries, keys, values."""

from __future__ import annotations

from typing import Any

from minidl.arguments import check_floats, check_only_defaults
from minidl.creation import empty, zeros
from minidl.functional.attention import added, attention_weights
from minidl.functional.dropout import dropout
from minidl.functional.linear import linear
from minidl.nn import init
from minidl.nn.linear import Linear
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.operators import matmul
from minidl.tensor import Tensor

NAME = "MultiheadAttention"
MASKS = "key_padding_mask", "attn_mask"
LEFT_OUT = {"add_bias_kv": False, "add_zero_attn": False, "kdim": None, "vdim": None}


class MultiheadAttention(Module):
    """What each query takes from the values, by num_heads ways to compare with keys.

    in_proj_weight:  for queries, keys, values one below the other, (3E, E)
    in_proj_bias:    (3E,), or None
    out_proj:        Linear(E, E), for the heads side by side

    Source:  Vaswani et al., Attention Is All You Need, 2017, section 3.2.2
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
        **left_out: Any,
    ) -> None:
        super().__init__()
        check_only_defaults(NAME, left_out, LEFT_OUT)
        if embed_dim < 1 or num_heads < 1 or embed_dim % num_heads:
            raise ValueError(
                f"{NAME}: embed_dim is {embed_dim} and num_heads {num_heads}; pass "
                "a multiple of num_heads"
            )
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.dropout, self.batch_first = dropout, batch_first
        options = {"device": device, "dtype": dtype}
        self.in_proj_weight = Parameter(empty(3 * embed_dim, embed_dim, **options))
        in_proj_bias = Parameter(zeros(3 * embed_dim, **options)) if bias else None
        self.register_parameter("in_proj_bias", in_proj_bias)
        self.out_proj = Linear(embed_dim, embed_dim, bias, **options)
        init.xavier_uniform_(self.in_proj_weight)
        if bias:
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output for each query, and (need_weights) how much it takes of each key.

        key_padding_mask:  True for keys that no query may take of; (N, S)
        attn_mask:         True where a query may not; (L, S) or (N * heads, L, S)
        Floats in a mask are added to the scores. A query without keys takes 0 of all.

        Shapes:  query (L, N, E), key and value (S, N, E)
                 -> (L, N, E), (N, L, S), or (N, heads, L, S) if not averaged
                 batch_first: N first; without batch: no N
        """
        check_only_defaults(NAME, {"is_causal": is_causal}, {"is_causal": False})
        inputs, batched = [query, key, value], self.check_inputs(query, key, value)
        if not batched:
            inputs = [x[None] for x in inputs]
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask[None]
        elif not self.batch_first:
            inputs = [x.transpose(0, 1) for x in inputs]
        y, weights = self.attend(inputs, key_padding_mask, attn_mask)
        weights = weights.mean(1) if average_attn_weights else weights
        if not batched:
            y, weights = y[0], weights[0]
        elif not self.batch_first:
            y = y.transpose(0, 1)
        return y, weights if need_weights else None

    def attend(
        self, inputs: list[Tensor], padding: Tensor | None, attn_mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The output for each query, and how much each head takes of each key.

        Shapes:  queries (N, L, E), keys and values (N, S, E)
                 -> (N, L, E), (N, heads, L, S)
        """
        q, k, v = (self.heads(i, x) for i, x in enumerate(inputs))
        mask = self.mask(q, k, padding, attn_mask)
        weights = attention_weights(NAME, q, k, mask)
        weights = dropout(weights, self.dropout, self.training)
        side_by_side = matmul(weights, v).transpose(1, 2).reshape(*inputs[0].shape)
        return self.out_proj(side_by_side), weights

    def heads(self, i: int, x: Tensor) -> Tensor:
        """Queries (i = 0), keys (1) or values (2) of each head.

        Shapes:  x (N, T, E) -> (N, heads, T, E / heads)
        """
        rows = slice(i * self.embed_dim, (i + 1) * self.embed_dim)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[rows]
        x = linear(x, self.in_proj_weight[rows], bias)
        sizes = self.num_heads, self.embed_dim // self.num_heads
        return x.reshape(*x.shape[:2], *sizes).transpose(1, 2)

    def mask(
        self, q: Tensor, k: Tensor, padding: Tensor | None, attn_mask: Tensor | None
    ) -> Tensor | None:
        """Both masks as numbers to add to the scores (N, heads, L, S), or None."""
        (N, heads, L, _), S = q.shape, k.shape[2]
        each: Any = {(L, S): (L, S), (N * heads, L, S): (N, heads, L, S)}
        both = (padding, {(N, S): (N, 1, 1, S)}), (attn_mask, each)
        total = None
        for name, (mask, shapes) in zip(MASKS, both, strict=True):
            if mask is not None:
                numbers = added(NAME, name, mask, q, takes=False)
                if mask.shape not in shapes:
                    known = " or ".join(map(str, shapes))
                    raise ValueError(f"{NAME}: {name} {mask.shape}; pass {known}")
                numbers = numbers.reshape(*shapes[mask.shape])
                total = numbers if total is None else total + numbers
        return total

    def check_inputs(self, query: Tensor, key: Tensor, value: Tensor) -> bool:
        """Whether there is a batch; an error if the inputs do not fit each other."""
        check_floats(NAME, query=query, key=key, value=value)
        batch = 0 if self.batch_first else 1
        fit = query.ndim in (2, 3) and query.ndim == key.ndim
        fit = fit and query.shape[-1] == key.shape[-1] == self.embed_dim
        fit = fit and (query.ndim == 2 or query.shape[batch] == key.shape[batch])
        if not fit or key.shape != value.shape:
            raise ValueError(
                f"{NAME}: query {query.shape}, key {key.shape}, value {value.shape} do "
                f"not fit; pass (T, N, {self.embed_dim}), batch_first (N, T, ...), "
                "without batch (T, ...); key and value of one shape"
            )
        return query.ndim == 3
