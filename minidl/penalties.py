"""What large weights cost: terms to add to a loss."""

from __future__ import annotations

from collections.abc import Iterable

from minidl.creation import tensor
from minidl.tensor import Tensor


def l1_penalty(parameters: Iterable[Tensor]) -> Tensor:
    """Sum of the absolute values of all entries of all parameters.

    Shapes:   Tensors of any shapes -> (), a Tensor with a gradient
    """
    total = tensor(0.0)
    for p in parameters:
        total = total + p.abs().sum()
    return total


def l2_penalty(parameters: Iterable[Tensor]) -> Tensor:
    """Sum of the squares of all entries of all parameters.

    Added to the loss d/2 times, it does what SGD's weight_decay=d does.

    Shapes:   Tensors of any shapes -> (), a Tensor with a gradient
    """
    total = tensor(0.0)
    for p in parameters:
        total = total + (p * p).sum()
    return total
