"""Learning rate schedulers: how lr changes from one epoch, or step, to the next.

Each step starts from the lr that the optimizer has, so several schedulers can act on
one optimizer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any

from minidl.optim.one_cycle import OneCycleLR
from minidl.optim.optimizer import Optimizer
from minidl.optim.scheduler import LRScheduler, set_lr

__all__ = ["CosineAnnealingLR", "ExponentialLR", "LRScheduler", "LambdaLR"]
__all__ += ["MultiStepLR", "OneCycleLR", "ReduceLROnPlateau", "StepLR"]


class StepLR(LRScheduler):
    """Multiplies lr by gamma every step_size epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        step_size: int,
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.check_positive(int, step_size=step_size)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Smaller by gamma at multiples of step_size."""
        due = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return self.scaled(self.gamma if due else 1)


class MultiStepLR(LRScheduler):
    """Multiplies lr by gamma at each of the milestones, given in epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Smaller by gamma at a milestone, twice if it is there twice."""
        return self.scaled(self.gamma ** self.milestones[self.last_epoch])


class ExponentialLR(LRScheduler):
    """Multiplies lr by gamma every epoch."""

    def __init__(
        self, optimizer: Optimizer, gamma: float, last_epoch: int = -1
    ) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Smaller by gamma, but not when the scheduler is made."""
        return self.scaled(1 if self._step_count == 1 else self.gamma)


class CosineAnnealingLR(LRScheduler):
    """Lowers lr to eta_min along half a period of a cosine, T_max epochs, and back.

    Formula:  eta_min + (lr at the start - eta_min) (1 + cos(pi epoch / T_max)) / 2
    Source:   Loshchilov, Hutter, SGDR: stochastic gradient descent with warm
              restarts, 2017 (without the restarts)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.check_positive((int, float), T_max=T_max)
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The lr before, times the ratio of two neighbours on the cosine."""
        if self._step_count == 1:
            return self.scaled(1)
        before, now = (
            1 + math.cos(math.pi * epoch / self.T_max)
            for epoch in (self.last_epoch - 1, self.last_epoch)
        )
        pairs = zip(self.base_lrs, self.scaled(1), strict=True)
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            # From the lowest point, where before is 0, the ratio leads nowhere.
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [lr + (base - self.eta_min) * rise for base, lr in pairs]
        return [now / before * (lr - self.eta_min) + self.eta_min for _, lr in pairs]


class LambdaLR(LRScheduler):
    """Multiplies the lr at the start by a function of the epoch, one for each group."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.attach(optimizer)
        self.lr_lambdas = self.per_group("lr_lambda", lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The lr at the start, times the function's value."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * factor(self.last_epoch) for base, factor in pairs]

    def state_dict(self) -> dict[str, Any]:
        """All but the optimizer and functions; of callable objects, what they hold."""
        held = [
            None if isinstance(factor, FunctionType) else dict(vars(factor))
            for factor in self.lr_lambdas
        ]
        return {**super().state_dict(), "lr_lambdas": held}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where that scheduler was, with the functions of this one."""
        pairs = zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True)
        for factor, held in pairs:
            vars(factor).update(held or {})
        super().load_state_dict({**state_dict, "lr_lambdas": self.lr_lambdas})


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
        self.attach(optimizer)
        self.check_one_of("min", "max", mode=mode)
        self.check_one_of("rel", "abs", threshold_mode=threshold_mode)
        if factor >= 1:
            raise ValueError(f"ReduceLROnPlateau: factor is {factor}; it must be < 1")
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.min_lrs = self.per_group("min_lr", min_lr)
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = self.last_epoch = 0
        self._last_lr = self.scaled(1)

    def step(self, metrics: Any) -> None:  # type: ignore[override]
        """Take note of what was measured; reduce lr if it is time."""
        metric = float(metrics)
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
            old = float(group["lr"])
            lr = max(old * self.factor, least)
            if old - lr > self.eps:
                set_lr(group, lr)
