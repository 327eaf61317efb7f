"""What all learning rate schedulers share: epochs, the lr of each group, checks."""

from __future__ import annotations

import warnings
from typing import Any

from minidl.optim.optimizer import Group, Optimizer
from minidl.tensor import Tensor


class LRScheduler:
    """The base of all schedulers; a subclass says in get_lr what comes next.

    last_epoch:  how often step was called; the first lr is that of epoch 0
    base_lrs:    for each group of parameters, the lr at the start
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.attach(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"] * 1)  # a Tensor's copy
            elif "initial_lr" not in group:
                raise KeyError(
                    f"{type(self).__name__}: param_groups[{i}] has no 'initial_lr' for "
                    f"last_epoch={last_epoch}; load the optimizer's state_dict first"
                )
        self.base_lrs = [group["initial_lr"] * 1 for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The lr of each group for last_epoch."""
        raise NotImplementedError(f"{type(self).__name__}: write get_lr")

    def step(self) -> None:
        """Set the next lr; call it after the optimizer's step."""
        if self._step_count == 1 and not self.optimizer._opt_called:
            warnings.warn(
                f"{type(self).__name__}: detected call of `lr_scheduler.step()` before "
                "`optimizer.step()`, which skips the first lr; swap them",
                stacklevel=2,
            )
        self._step_count += 1
        self.last_epoch += 1
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            set_lr(group, lr)
        self._last_lr = self.scaled(1)

    def get_last_lr(self) -> list[float]:
        """The lr of each group as the last step set it."""
        return self._last_lr

    def scaled(self, factor: float) -> list[float]:
        """The lr that each group has, times factor."""
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All that the scheduler remembers, but not the optimizer."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where the scheduler that gave this state_dict was."""
        vars(self).update(state_dict)

    def attach(self, optimizer: Optimizer) -> None:
        """Act on this optimizer; raise unless it is one."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__}: {type(optimizer).__name__} is not an "
                "Optimizer; pass one from minidl.optim"
            )
        self.optimizer = optimizer

    def check_positive(self, kind: Any, **numbers: Any) -> None:
        """Raise unless these are numbers of this kind above 0."""
        for name, value in numbers.items():
            if not isinstance(value, kind) or not value > 0:
                raise ValueError(
                    f"{type(self).__name__}: {name} is {value!r}; pass "
                    f"{'an integer' if kind is int else 'a number'} above 0"
                )

    def check_one_of(self, *choices: str, **arguments: str) -> None:
        """Raise unless each argument is one of the choices."""
        for name, value in arguments.items():
            if value not in choices:
                raise ValueError(
                    f"{type(self).__name__}: {name} is {value!r}; pass one of "
                    f"{', '.join(choices)}"
                )

    def per_group(self, name: str, value: Any) -> list[Any]:
        """A value for each group of parameters: those in a list, or one for all."""
        groups = len(self.optimizer.param_groups)
        values = list(value) if isinstance(value, list | tuple) else [value] * groups
        if len(values) != groups:
            raise ValueError(
                f"{type(self).__name__}: {name} has {len(values)} values, but the "
                f"optimizer {groups} groups of parameters; pass one for each, or one "
                "for all"
            )
        return values


def set_lr(group: Group, lr: Any) -> None:
    """Give a group of parameters this lr; one that is a Tensor stays that Tensor."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(lr)
    else:
        group["lr"] = lr
