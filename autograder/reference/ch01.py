"""Chapter 1 as PyTorch answers it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def linear_backward(g: Tensor, x: Tensor, W: Tensor) -> tuple[Tensor, ...]:
    """Gradients of PyTorch's linear with respect to x, W and a bias."""
    x, W = x.requires_grad_(), W.requires_grad_()
    b = W.new_zeros(len(W), requires_grad=True)
    return torch.autograd.grad(functional.linear(x, W, b), (x, W, b), g)


def mse_loss_backward(g: Tensor, y: Tensor, target: Tensor) -> Tensor:
    """Gradient of PyTorch's mse_loss with respect to y."""
    y = y.requires_grad_()
    return torch.autograd.grad(functional.mse_loss(y, target), y, g)[0]


def standardize(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Both tables in units of train's deviation (of N, not N - 1) from its mean."""
    std, mean = torch.std_mean(train, dim=0, correction=0)
    std = torch.where(std == 0, 1, std)
    return (train - mean) / std, (test - mean) / std


def train_test_split(
    x: Tensor, y: Tensor, test_size: float, seed: int, draws: int
) -> tuple[Tensor, ...]:
    """The facts that the driver reports, about splits drawn by torch.randperm."""
    n_test = math.ceil(test_size * len(x))

    def draw(number: int) -> tuple[list[int], list[int]]:
        generator = torch.Generator().manual_seed(number)
        order = torch.randperm(len(x), generator=generator).tolist()
        return order[n_test:], order[:n_test]

    train, test = draw(seed)
    sizes = torch.tensor([len(x[train]), len(x[test]), len(y[train]), len(y[test])])
    once = sorted(train + test) == list(range(len(x)))
    again = [draw(seed + i) for i in range(draws)]
    ever = [len({row for d in again for row in d[i]}) for i in (0, 1)]
    mixed = [any(d[i] != sorted(d[i]) for d in again) for i in (0, 1)]
    varying = (*ever, *mixed, *mixed) if draws > 1 else (0,) * 6
    facts = (once, once, True, *varying, again[0] == (train, test))
    return sizes, *(torch.tensor(int(fact)) for fact in facts)


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    """PyTorch's one_hot, which takes int64 labels only."""
    return functional.one_hot(labels.long(), num_classes)


ANSWERS: dict[str, Callable[..., Any]] = {
    "linear": functional.linear,
    "linear_backward": linear_backward,
    "mse_loss": functional.mse_loss,
    "mse_loss_backward": mse_loss_backward,
    "standardize": standardize,
    "train_test_split": train_test_split,
    "one_hot": one_hot,
}
