"""ReduceLROnPlateau: a smaller lr when a measured number gets no better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minidl.optim.optimizer import Optimizer
from minidl.optim.scheduler import (
    LRScheduler,
    check_one_of,
    check_optimizer,
    for_each_group,
)
from minidl.tensor import Tensor


class ReduceLROnPlateau(LRScheduler):
    """Multiplies lr by factor after more than patience epochs without a better metric.

    mode:       "min", lower is better, or "max"
    threshold:  by how much it must be better: a share of the best ("rel"), or "abs"
    cooldown:   epochs after a reduction that do not count
    eps:        a reduction by no more than this is left out
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        name = "ReduceLROnPlateau"
        check_optimizer(name, optimizer)
        check_one_of(name, ("min", "max"), mode=mode)
        check_one_of(name, ("rel", "abs"), threshold_mode=threshold_mode)
        if factor >= 1:
            raise ValueError(f"{name}: factor is {factor}; it must be below 1")
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.min_lrs = for_each_group(name, "min_lr", optimizer, min_lr)
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = self.last_epoch = 0
        self._last_lr = self.scaled(1)

    def step(self, metrics: Any) -> None:  # type: ignore[override]
        """Take note of what was measured; reduce lr if it is time."""
        metric = float(metrics.item() if isinstance(metrics, Tensor) else metrics)
        self.last_epoch += 1
        if self.is_better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self.scaled(1)

    def is_better(self, metric: float) -> bool:
        """Whether the metric beats the best by the threshold."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bound = self.best * (1 + sign * self.threshold)
        else:
            bound = self.best + sign * self.threshold
        return sign * metric > sign * bound

    def reduce(self) -> None:
        """Multiply each lr by factor, not below its min_lr."""
        groups = self.optimizer.param_groups
        for group, least in zip(groups, self.min_lrs, strict=True):
            lr = max(group["lr"] * self.factor, least)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr
