"""The layer that learns a row of numbers for each index."""

from __future__ import annotations

from typing import Any

from minidl.arguments import check_only_defaults
from minidl.creation import empty
from minidl.functional.embedding import LEFT_OUT, check_padding, embedding
from minidl.nn import init
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.tape import no_grad
from minidl.tensor import Tensor


class Embedding(Module):
    """The row of weight for each index; row padding_idx stays as it is.

    weight:  (num_embeddings, embedding_dim), at first normal; row padding_idx is 0
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        device: Any = None,
        dtype: Any = None,
        **left_out: Any,
    ) -> None:
        super().__init__()
        check_only_defaults("Embedding", left_out, LEFT_OUT)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = check_padding("Embedding", padding_idx, num_embeddings)
        weight = empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
        self.weight = Parameter(weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the first rows."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def forward(self, input: Tensor) -> Tensor:
        """Shapes:  input any -> input's and (embedding_dim,)."""
        return embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """The sizes, and padding_idx if there is one."""
        row = self.padding_idx
        padding = "" if row is None else f", padding_idx={row}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
