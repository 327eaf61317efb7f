"""OneCycleLR: up, and further down, in one run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from minidl.optim.optimizer import Optimizer
from minidl.optim.scheduler import LRScheduler

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
        self.attach(optimizer)
        self.check_one_of("cos", "linear", anneal_strategy=anneal_strategy)
        self.total_steps = self.all_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type, self.cycle_momentum = anneal_strategy, cycle_momentum
        self.use_beta1 = "betas" in optimizer.defaults
        if cycle_momentum and not {"betas", "momentum"} & optimizer.defaults.keys():
            raise ValueError(
                f"OneCycleLR: {type(optimizer).__name__} has neither momentum nor "
                "betas; pass cycle_momentum=False"
            )
        momenta = {"base_momentum": base_momentum, "max_momentum": max_momentum}
        if last_epoch == -1:
            self.put(max_lr=max_lr, **(momenta if cycle_momentum else {}))
            for group in optimizer.param_groups:
                group["initial_lr"] = group["max_lr"] / div_factor
                group["min_lr"] = group["initial_lr"] / final_div_factor
        super().__init__(optimizer, last_epoch)

    def put(self, **bounds: PerGroup) -> None:
        """Put the bounds of lr and momentum into the groups."""
        for name, value in bounds.items():
            each = self.per_group(name, value)
            for group, bound in zip(self.optimizer.param_groups, each, strict=True):
                group[name] = bound

    def all_steps(self, total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
        """The number of steps, given or the product of the other two."""
        if total_steps is not None:
            factors = {"total_steps": total_steps}
        elif epochs is not None and steps_per_epoch is not None:
            factors = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
        else:
            raise ValueError(
                "OneCycleLR: the number of steps is missing; pass total_steps, or "
                "epochs and steps_per_epoch"
            )
        self.check_positive(int, **factors)
        return math.prod(factors.values())

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
                momentum = low + (high - low) * done
                if self.use_beta1:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum
        return lrs


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
    keys = "end_step", "start_lr", "end_lr", "start_momentum", "end_momentum"
    rows = zip(ends, pairwise(lrs), pairwise(momenta), strict=True)
    return [dict(zip(keys, (end, *lr, *m), strict=True)) for end, lr, m in rows]
