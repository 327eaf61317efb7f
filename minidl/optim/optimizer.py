"""What all optimizers share: groups of parameters, their state, one step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, ClassVar

import numpy as np

from minidl.arguments import check_only_defaults, check_tensor
from minidl.dtypes import FLOAT
from minidl.operators import AnyArray
from minidl.tape import enable_grad
from minidl.tensor import Tensor

Group = dict[str, Any]
State = dict[str, Any]
Params = Iterable[Tensor] | Iterable[Group]

# PyTorch's options that choose how a step is computed, not what it computes.
LEFT_OUT: Group = {"foreach": None, "fused": None}
LEFT_OUT |= {"capturable": False, "differentiable": False}


class Optimizer:
    """The base of all optimizers; a subclass says in update what one step does.

    param_groups:  dicts of "params", a list of tensors, and the options for them
    state:         for each parameter, what its last steps left behind
    """

    nonnegative: ClassVar[tuple[str, ...]] = ()  # options that are numbers from 0 on
    counts: ClassVar[bool] = True  # whether state["step"] says which step this is

    def __init__(self, params: Params, defaults: Group, **left_out: Any) -> None:
        self.name = type(self).__name__
        check_only_defaults(self.name, left_out, LEFT_OUT)
        self.defaults = defaults
        self.state: defaultdict[Tensor, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        # Schedulers ask whether step was called; a step of a subclass does not tell.
        self._opt_called = type(self).step is not Optimizer.step
        if isinstance(params, Tensor) or not isinstance(params, Iterable):
            raise TypeError(
                f"{self.name}: params is a {type(params).__name__}; pass a list of "
                "Tensors or of dicts with a list under 'params'"
            )
        given: list[Any] = list(params)
        if not given:
            raise ValueError(f"{self.name}: params is an empty list; pass Tensors")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Optimize the tensors under "params" too; other keys override defaults.

        A pair instead of a tensor also names it, in the list "param_names".
        """
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise TypeError(
                f"{self.name}: the group {param_group!r:.60} is not a dict with a key "
                "'params'; do not mix Tensors and groups"
            )
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(f"{self.name}: params is a set, unordered; pass a list")
        params = [params] if isinstance(params, Tensor) else list(params)
        group = {**self.defaults, **param_group, "params": params}
        named = ["param_names" in other for other in self.param_groups]
        named += [isinstance(p, tuple) for p in params]
        if any(named):
            if not all(named):
                raise ValueError(
                    f"{self.name}: some parameters have names, some have none; pass "
                    "named_parameters() or parameters() for all"
                )
            group["param_names"] = [name for name, _ in params]
            group["params"] = [p for _, p in params]
        self.check_options(group)
        self.check_parameters(group["params"])
        self.param_groups.append(group)

    def check_options(self, group: Group) -> None:
        """Raise unless the options in nonnegative are numbers; lr may be a Tensor."""
        for option in self.nonnegative:
            value = group[option]
            kinds = (int, float, Tensor) if option == "lr" else (int, float)
            if not isinstance(value, kinds):
                raise TypeError(f"{self.name}: {option} is {value!r}; pass a number")
            if not float(value) >= 0:
                raise ValueError(f"{self.name}: {option} is {value}; it must be >= 0")

    def check_parameters(self, params: list[Tensor]) -> None:
        """Raise unless params are leaves, each new and there once."""
        seen = {p for group in self.param_groups for p in group["params"]}
        for i, p in enumerate(params):
            check_tensor(self.name, f"params[{i}]", p)
            if not p.is_leaf:
                raise ValueError(
                    f"{self.name}: can't optimize a non-leaf Tensor {p.shape}: it is "
                    "computed from others; pass those, or detach() it"
                )
            if p in seen:
                raise ValueError(f"{self.name}: a parameter {p.shape} appears twice")
            seen.add(p)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change each parameter that has a gradient; return closure(), a new loss."""
        self._opt_called, loss = True, None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            if isinstance(group.get("lr"), Tensor):
                group = {**group, "lr": group["lr"].item()}
            decay = group.get("weight_decay", 0)
            for p in group["params"]:
                if p.grad is None:
                    continue
                array, state = p.array, self.state[p]
                g = -p.grad.array if group.get("maximize") else p.grad.array
                if group.get("decoupled_weight_decay"):
                    array *= 1 - group["lr"] * decay
                elif decay:
                    g = g + decay * array
                if self.counts:
                    state["step"] = state.get("step", 0) + 1
                self.update(array, g, state, group)
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
        groups = [
            {**group, "params": [number[p] for p in group["params"]]}
            for group in self.param_groups
        ]
        states = {number[p]: shown(state) for p, state in self.state.items() if state}
        return {"state": states, "param_groups": groups}

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
            if "param_names" in mine:
                group.setdefault("param_names", mine["param_names"])
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


def options(arguments: dict[str, Any]) -> Group:
    """The options among the locals() of an optimizer's __init__: all but these."""
    others = {"self", "params", "left_out", "__class__"}
    return {name: value for name, value in arguments.items() if name not in others}


def kept(state: State, name: str, p: AnyArray) -> Any:
    """The array that a parameter's state has under this name, at first of zeros."""
    if state.get(name) is None:
        state[name] = Tensor(np.zeros_like(p))
    return state[name].array


def shown(state: State) -> State:
    """A state as PyTorch shows it: the count of steps is a tensor."""
    step = {"step": Tensor(np.array(state["step"], FLOAT))} if "step" in state else {}
    return {**state, **step}


def own(key: str, value: Any, p: Tensor) -> Any:
    """A loaded value as this optimizer keeps it: a number, or an array of its own."""
    if key == "step":
        return float(value)
    return Tensor(value.array.astype(p.dtype)) if isinstance(value, Tensor) else value
