"""OneCycleLR: up, and further down, in one run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minidl.optim.optimizer import Group, Optimizer
from minidl.optim.scheduler import (
    LRScheduler,
    check_one_of,
    check_optimizer,
    check_positive,
    for_each_group,
)

PerGroup = float | Sequence[float]


class OneCycleLR(LRScheduler):
    """Raises lr to max_lr and then lowers it far below the start; call it every step.

    lr:        from max_lr / div_factor to max_lr in pct_start of total_steps, then to
               max_lr / div_factor / final_div_factor; with three_phase it comes down
               to the start as fast as it went up, before it goes on
    momentum:  the other way, from max_momentum to base_momentum and back; in Adam,
               beta1
    Source:    Smith, Topin, Super-convergence, 2018
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: PerGroup,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: PerGroup = 0.85,
        max_momentum: PerGroup = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer("OneCycleLR", optimizer)
        check_one_of("OneCycleLR", ("cos", "linear"), anneal_strategy=anneal_strategy)
        self.total_steps = all_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type, self.cycle_momentum = anneal_strategy, cycle_momentum
        self.use_beta1 = "betas" in optimizer.defaults
        bounds = {"max_lr": max_lr}
        if cycle_momentum:
            check_momentum(optimizer)
            bounds |= {"base_momentum": base_momentum, "max_momentum": max_momentum}
        if last_epoch == -1:
            start_groups(optimizer, bounds, div_factor, final_div_factor)
        super().__init__(optimizer, last_epoch)

    def set_momentum(self, group: Group, momentum: float) -> None:
        """Give a group its momentum, which Adam calls beta1."""
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum

    def get_lr(self) -> list[float]:
        """The lr between the ends of the present phase; the momentum is set too."""
        if self.last_epoch > self.total_steps:
            raise ValueError(
                f"OneCycleLR: tried to step {self.last_epoch} times; total_steps is "
                f"{self.total_steps}; build it for as many steps as training takes"
            )
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if self.last_epoch <= end or phase is self._schedule_phases[-1]:
                break
            start = end
        done = (self.last_epoch - start) / (end - start)
        if self._anneal_func_type == "cos":
            done = (1 - math.cos(math.pi * done)) / 2
        lrs = []
        for group in self.optimizer.param_groups:
            low, high = group[phase["start_lr"]], group[phase["end_lr"]]
            lrs.append(low + (high - low) * done)
            if self.cycle_momentum:
                low, high = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self.set_momentum(group, low + (high - low) * done)
        return lrs


def check_momentum(optimizer: Optimizer) -> None:
    """Raise unless the optimizer has a momentum, which Adam calls beta1."""
    if not {"betas", "momentum"} & set(optimizer.defaults):
        raise ValueError(
            f"OneCycleLR: {type(optimizer).__name__} has neither momentum nor betas; "
            "pass cycle_momentum=False"
        )


def start_groups(
    optimizer: Optimizer,
    bounds: dict[str, PerGroup],
    div_factor: float,
    final_div_factor: float,
) -> None:
    """Put the bounds of lr and momentum into the groups."""
    for name, value in bounds.items():
        each = for_each_group("OneCycleLR", name, optimizer, value)
        for group, bound in zip(optimizer.param_groups, each, strict=True):
            group[name] = bound
    for group in optimizer.param_groups:
        group["initial_lr"] = group["max_lr"] / div_factor
        group["min_lr"] = group["initial_lr"] / final_div_factor


def all_steps(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    """The number of steps, given or the product of the other two."""
    if total_steps is not None:
        check_positive("OneCycleLR", int, total_steps=total_steps)
        return int(total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError(
            "OneCycleLR: the number of steps is missing; pass total_steps, or epochs "
            "and steps_per_epoch"
        )
    check_positive("OneCycleLR", int, epochs=epochs, steps_per_epoch=steps_per_epoch)
    return int(epochs * steps_per_epoch)


def phases(total_steps: int, pct_start: float, three: bool) -> list[dict[str, Any]]:
    """For each phase its last step, and the ends of lr and momentum in a group."""
    if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
        raise ValueError(
            f"OneCycleLR: pct_start is {pct_start!r}; pass a float from 0.0 to 1.0"
        )
    ends = [pct_start * total_steps - 1, total_steps - 1]
    lrs = ["initial_lr", "max_lr", "min_lr"]
    momenta = ["max_momentum", "base_momentum", "max_momentum"]
    if three:
        ends.insert(1, 2 * pct_start * total_steps - 2)
        lrs.insert(2, "initial_lr")
        momenta.append("max_momentum")
    return [
        {
            "end_step": end,
            "start_lr": lrs[i],
            "end_lr": lrs[i + 1],
            "start_momentum": momenta[i],
            "end_momentum": momenta[i + 1],
        }
        for i, end in enumerate(ends)
    ]
