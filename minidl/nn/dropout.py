"""Layers that, in training, set random numbers to zero."""

from __future__ import annotations

from minidl import functional
from minidl.functional.dropout import check_probability
from minidl.nn.module import Module
from minidl.tensor import Tensor


class Dropout(Module):
    """Sets each number to zero with probability p; scales the others by 1 / (1 - p)."""

    drop = staticmethod(functional.dropout)

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(type(self).__name__, p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        """Input with zeros in training, else input."""
        return self.drop(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout2d(Dropout):
    """Sets each channel to zero with probability p; scales the others."""

    drop = staticmethod(functional.dropout2d)
