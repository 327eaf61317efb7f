"""What all learning rate schedulers share: epochs, the lr of each group, checks."""

from __future__ import annotations

from typing import Any

from minidl.optim.optimizer import Optimizer


class LRScheduler:
    """The base of all schedulers; a subclass says in get_lr what comes next.

    last_epoch:  how often step was called; the first lr is that of epoch 0
    base_lrs:    for each group of parameters, the lr at the start
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        name = type(self).__name__
        check_optimizer(name, optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"{name}: last_epoch is {last_epoch}, but param_groups[{i}] has no "
                    "'initial_lr'; load the optimizer's state_dict first"
                )
        self.optimizer = optimizer
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The lr of each group for last_epoch."""
        raise NotImplementedError(f"{type(self).__name__}: write get_lr")

    def step(self) -> None:
        """Set the next lr; call it after the optimizer's step."""
        self._step_count += 1
        self.last_epoch += 1
        lrs = self.get_lr()
        for group, lr in zip(self.optimizer.param_groups, lrs, strict=True):
            group["lr"] = lr
        self._last_lr = list(lrs)

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


def check_optimizer(name: str, optimizer: Optimizer) -> None:
    """Raise unless this is an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"{name}: {type(optimizer).__name__} is not an Optimizer; pass one from "
            "minidl.optim"
        )


def check_positive(name: str, kind: Any, **numbers: Any) -> None:
    """Raise unless these are numbers of this kind above 0."""
    for argument, value in numbers.items():
        if not isinstance(value, kind) or not value > 0:
            raise ValueError(
                f"{name}: {argument} is {value!r}; pass a number above 0"
                + (", an integer" if kind is int else "")
            )


def check_one_of(name: str, choices: tuple[str, ...], **arguments: str) -> None:
    """Raise unless each argument is one of the choices."""
    for argument, value in arguments.items():
        if value not in choices:
            raise ValueError(
                f"{name}: {argument} is {value!r}; pass one of {', '.join(choices)}"
            )


def for_each_group(
    name: str, argument: str, optimizer: Optimizer, value: Any
) -> list[Any]:
    """A value for each group of parameters: those in a list, or the same for all."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(
            f"{name}: {argument} has {len(value)} values, but the optimizer {groups} "
            "groups of parameters; pass one for each, or one for all"
        )
    return list(value)
