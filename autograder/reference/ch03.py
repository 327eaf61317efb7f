"""Chapter 3 in PyTorch: losses of scores, and torch.nn.init."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional, init

from autograder.bricks.ch03_forward_pass import drive_initializer

aten: Any = torch.ops.aten


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    """Log-softmax along the last axis, unless another is named."""
    return torch.log_softmax(x, dim)


def log_softmax_backward(g: Tensor, y: Tensor, dim: int = -1) -> Any:
    """The last argument is the dtype of the input."""
    return aten._log_softmax_backward_data(g, y, dim, y.dtype)


def hinge_loss(score: Tensor, target: Tensor) -> Tensor:
    """PyTorch's hinge loss of two classes, of scores 0 and `score`.

    It divides by the two classes, hence the factor 2. Its gradient at the margin is 0;
    that of margin_ranking_loss, which has the same values, is not.
    """
    score, target = score.flatten(), target.flatten()
    pairs = torch.stack([torch.zeros_like(score), score], dim=1)
    return 2 * functional.multi_margin_loss(pairs, (target > 0).long())


def gradient(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The gradient of loss with respect to its first argument, times upstream g."""

    def backward(g: Tensor, x: Tensor, target: Tensor) -> Tensor:
        x = x.requires_grad_()
        return torch.autograd.grad(loss(x, target), x, g)[0]

    return backward


def described(fill: Callable[..., Tensor]) -> Callable[..., tuple[Tensor, ...]]:
    """The statistics of weights that fill(weights, generator=…) draws."""

    def initializer(
        shape: tuple[int, ...], rng: np.random.Generator, **params: float
    ) -> Tensor:
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        return fill(torch.empty(shape), generator=generator, **params)

    def describe(**inputs: Any) -> tuple[Tensor, ...]:
        return tuple(torch.tensor(s) for s in drive_initializer(initializer, **inputs))

    return describe


ANSWERS: dict[str, Callable[..., Any]] = {
    "kaiming_uniform": described(init.kaiming_uniform_),
    "xavier_uniform": described(init.xavier_uniform_),
    "log_softmax": log_softmax,
    "log_softmax_backward": log_softmax_backward,
    "cross_entropy": functional.cross_entropy,
    "cross_entropy_backward": gradient(functional.cross_entropy),
    "binary_cross_entropy_with_logits": functional.binary_cross_entropy_with_logits,
    "binary_cross_entropy_with_logits_backward": gradient(
        functional.binary_cross_entropy_with_logits
    ),
    "hinge_loss": hinge_loss,
    "hinge_loss_backward": gradient(hinge_loss),
}
