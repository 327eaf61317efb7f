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
from minidl.optim.plateau import ReduceLROnPlateau
from minidl.optim.scheduler import LRScheduler, check_positive, for_each_group

__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "MultiStepLR",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "StepLR",
]


class StepLR(LRScheduler):
    """Multiplies lr by gamma every step_size epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        step_size: int,
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        check_positive("StepLR", int, step_size=step_size)
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
        check_positive("CosineAnnealingLR", (int, float), T_max=T_max)
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
        self.lr_lambdas = for_each_group("LambdaLR", "lr_lambda", optimizer, lr_lambda)
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
