"""Chapter 5 in PyTorch: torch.optim, its schedulers and its DataLoader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, optim
from torch.optim import lr_scheduler
from torch.utils import data

from autograder.bricks.ch05_gradient_descent import drive_loader


def path_of(optimizer: Callable[..., optim.Optimizer]) -> Callable[..., Tensor]:
    """All parameters after each step of the optimizer."""

    def path(
        p: Tensor, g: Tensor, reload_at: int = 0, slower_at: int = 0, **options: Any
    ) -> Tensor:
        params = [row.clone() for row in p]
        running, walked = optimizer(params, **options), []
        for t, gradients in enumerate(g):
            if t and t == reload_at:
                saved = running.state_dict()
                running = optimizer(params, **options)
                running.load_state_dict(saved)
            if t and t == slower_at:
                running.param_groups[0]["lr"] /= 2
            for param, gradient in zip(params, gradients, strict=True):
                param.grad = gradient.clone()
            running.step()
            walked.append(torch.stack(params))
        return torch.stack(walked)

    return path


def rates_of(schedule: Callable[..., Any]) -> Callable[..., Tensor]:
    """The lr of every group in epoch 0, 1, 2, …"""

    def rates(lr: Tensor, epochs: int, **options: Any) -> Tensor:
        groups = [{"params": [torch.zeros(1)], "lr": rate.item()} for rate in lr]
        optimizer = optim.SGD(groups)
        running = schedule(optimizer, **options)
        found = [[group["lr"] for group in optimizer.param_groups]]
        for _ in range(epochs):
            optimizer.step()
            running.step()
            found.append([group["lr"] for group in optimizer.param_groups])
        return torch.tensor(found, dtype=torch.float64)

    return rates


def torch_loader(dataset: Any, batch_size: int, **options: Any) -> Any:
    """PyTorch's DataLoader of the same samples, with a seed drawn from the generator.

    A seed that is drawn once and kept gives the same order for the same seed.
    """
    seed = int(options["generator"].rng.integers(2**62))
    options["generator"] = torch.Generator().manual_seed(seed)
    rows = data.TensorDataset(*(torch.tensor(x.array) for x in dataset.tensors))
    return data.DataLoader(rows, batch_size, **options)


def loader(**inputs: Any) -> tuple[Tensor, ...]:
    """The facts about PyTorch's loader."""
    return tuple(torch.tensor(fact) for fact in drive_loader(torch_loader, **inputs))


ANSWERS: dict[str, Callable[..., Any]] = {
    "SGD": path_of(optim.SGD),
    "RMSprop": path_of(optim.RMSprop),
    "Adam": path_of(optim.Adam),
    "StepLR": rates_of(lr_scheduler.StepLR),
    "CosineAnnealingLR": rates_of(lr_scheduler.CosineAnnealingLR),
    "DataLoader": loader,
}
