"""What all optimizers share: groups of parameters, their state, one step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, ClassVar

import numpy as np

from minidl.arguments import check_only_defaults
from minidl.dtypes import FLOAT
from minidl.operators import AnyArray
from minidl.tape import enable_grad
from minidl.tensor import Tensor

Group = dict[str, Any]
State = dict[str, Any]
Params = Iterable[Tensor] | Iterable[Group]

# PyTorch's options that choose how a step is computed, not what it computes.
LEFT_OUT = {
    "foreach": None,
    "capturable": False,
    "differentiable": False,
    "fused": None,
}


class Optimizer:
    """The base of all optimizers; a subclass says in update what one step does.

    param_groups:  dicts of "params", a list of tensors, and the options for them
    state:         for each parameter, what its last steps left behind
    """

    not_negative: ClassVar[tuple[str, ...]] = ()  # options that are numbers from 0 on

    def __init__(self, params: Params, defaults: Group, **left_out: Any) -> None:
        self.name = type(self).__name__
        check_only_defaults(self.name, left_out, LEFT_OUT)
        self.defaults = defaults
        self.state: defaultdict[Tensor, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        if isinstance(params, Tensor) or not isinstance(params, Iterable):
            raise TypeError(
                f"{self.name}: params is a {type(params).__name__}; pass a list of "
                "Tensors or of dicts with a list under 'params'"
            )
        given: list[Any] = list(params)
        if not given:
            raise ValueError(f"{self.name}: params is an empty list; pass Tensors")
        groups = given if isinstance(given[0], dict) else [{"params": given}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Optimize the tensors under "params" too; other keys override defaults."""
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise TypeError(
                f"{self.name}: the group {param_group!r:.60} is not a dict with a key "
                "'params'; do not mix Tensors and groups"
            )
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                f"{self.name}: params is a set, whose order changes; pass a list"
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        group = {**self.defaults, **param_group, "params": params}
        self.check_options(group)
        self.check_parameters(params)
        self.param_groups.append(group)

    def check_options(self, group: Group) -> None:
        """Raise unless the options in not_negative are numbers from 0 on."""
        for option in self.not_negative:
            value = group[option]
            if not isinstance(value, int | float):
                raise TypeError(
                    f"{self.name}: {option} is a {type(value).__name__}; pass a number"
                )
            if not value >= 0:
                raise ValueError(f"{self.name}: {option} is {value}; it must be >= 0")

    def check_parameters(self, params: list[Tensor]) -> None:
        """Raise unless params are leaves, each new and there once."""
        seen = {id(p) for group in self.param_groups for p in group["params"]}
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(
                    f"{self.name}: a parameter is a {type(p).__name__}, not a Tensor; "
                    "pass model.parameters()"
                )
            if not p.is_leaf:
                raise ValueError(
                    f"{self.name}: can't optimize a non-leaf Tensor {p.shape}: it is "
                    "computed from others; pass those, or detach() it"
                )
            if id(p) in seen:
                raise ValueError(
                    f"{self.name}: a parameter {p.shape} appears twice; pass it once"
                )
            seen.add(id(p))

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change each parameter that has a gradient; return closure(), a new loss."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            decay = group.get("weight_decay", 0)
            if group.get("decoupled_weight_decay"):
                decay = 0  # update sees to it
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = -p.grad.array if group.get("maximize") else p.grad.array
                if decay:
                    g = g + decay * p.array
                self.update(p.array, g, self.state[p], group)
                p.version[0] += 1
        return loss

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """Change p in place along its gradient g, which stays as it is."""
        raise NotImplementedError(f"{self.name}: write update, or step")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to 0."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad.zero_()

    def state_dict(self) -> dict[str, Any]:
        """The state and the groups, with numbers 0, 1, … in place of parameters."""
        params = [p for group in self.param_groups for p in group["params"]]
        number = {p: i for i, p in enumerate(params)}
        return {
            "state": {
                number[p]: {key: shown(key, value) for key, value in state.items()}
                for p, state in self.state.items()
                if state
            },
            "param_groups": [
                {**group, "params": [number[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a copy of a state_dict of the same parameters in the same order."""
        saved, groups = deepcopy(state_dict["param_groups"]), self.param_groups
        found, sizes = ([len(g["params"]) for g in x] for x in (saved, groups))
        if found != sizes:
            raise ValueError(
                f"load_state_dict: the groups have {found} parameters, but those of "
                f"the optimizer {sizes}; build it as the one that was saved"
            )
        numbered: dict[Any, Tensor] = {}
        for mine, group in zip(groups, saved, strict=True):
            left_out = {key: group.pop(key) for key in LEFT_OUT if key in group}
            check_only_defaults("load_state_dict", left_out, LEFT_OUT)
            numbered |= zip(group["params"], mine["params"], strict=True)
            group["params"] = mine["params"]
        if unknown := state_dict["state"].keys() - numbered.keys():
            raise ValueError(
                f"load_state_dict: there is state of parameters {unknown}, but no "
                "group has them; the state_dict is not one that an optimizer made"
            )
        self.state = defaultdict(dict)
        for i, state in state_dict["state"].items():
            p = numbered[i]
            self.state[p] = {key: own(key, value, p) for key, value in state.items()}
        self.param_groups = [{**self.defaults, **group} for group in saved]

    def __repr__(self) -> str:
        lines = [f"{self.name} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {k}: {group[k]}" for k in sorted(group) if k != "params"]
        return "\n".join([*lines, ")"])


def begin(state: State, p: AnyArray, *names: str) -> None:
    """Fill the state of a parameter before its first step: a count, arrays of zeros."""
    state["step"] = 0
    for name in names:
        state[name] = Tensor(np.zeros_like(p))


def shown(key: str, value: Any) -> Any:
    """A value of the state as PyTorch shows it: the count of steps is a tensor."""
    return Tensor(np.array(value, FLOAT)) if key == "step" else value


def own(key: str, value: Any, p: Tensor) -> Any:
    """A loaded value as this optimizer keeps it: a number, or an array of its own."""
    if key == "step":
        return float(value.item() if isinstance(value, Tensor) else value)
    return Tensor(value.array.astype(p.dtype)) if isinstance(value, Tensor) else value
