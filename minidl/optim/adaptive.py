"""RMSprop, Adagrad, Adadelta: steps divided by the size of the gradients before."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl.operators import AnyArray
from minidl.optim.optimizer import Group, Optimizer, Params, State, kept, options
from minidl.tensor import Tensor


class RMSprop(Optimizer):
    """Steps along the gradient over the root of its mean square v.

    Formula:  v = alpha v + (1 - alpha) g^2;  p -= lr g / (sqrt(v) + eps)
              centered: v minus the square of the mean gradient, a variance
              momentum: b = momentum b + g / (sqrt(v) + eps);  p -= lr b
    Source:   Tieleman, Hinton, Neural networks for machine learning, lecture 6.5,
              2012; centered: Graves, Generating sequences with recurrent neural
              networks, 2013
    """

    nonnegative = ("lr", "eps", "momentum", "weight_decay", "alpha")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **left_out: Any,
    ) -> None:
        super().__init__(params, options(locals()), **left_out)

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """One step: change p in place, and g not at all.

        Shapes:  p, g and v are of one shape
        Given:   kept(state, "square_avg", p) is v, zeros before the first step;
                 self.spread(v, g, state, group) and self.along(step, state, group)
                 are v and step, unless the options want something else
        """
        alpha = group["alpha"]
        v = kept(state, "square_avg", p)
        v *= alpha
        v += (1 - alpha) * g * g
        root = np.sqrt(self.spread(v, g, state, group))
        step = g / (root + group["eps"])
        p -= group["lr"] * self.along(step, state, group)

    def spread(self, v: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
        """The mean square v, or the variance if centered."""
        if not group["centered"]:
            return v
        mean = kept(state, "grad_avg", v)
        mean += (1 - group["alpha"]) * (g - mean)
        return v - mean * mean

    def along(self, step: AnyArray, state: State, group: Group) -> Any:
        """The step, or the decaying sum of the steps if there is momentum."""
        if group["momentum"] == 0:
            return step
        b = kept(state, "momentum_buffer", step)
        b *= group["momentum"]
        b += step
        return b


class Adagrad(Optimizer):
    """Steps along the gradient over the root of the sum s of all its squares.

    Formula:  s += g^2;  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
    Source:   Duchi, Hazan, Singer, Adaptive subgradient methods for online learning
              and stochastic optimization, 2011
    """

    nonnegative = ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **left_out: Any,
    ) -> None:
        super().__init__(params, options(locals()), **left_out)

    def add_param_group(self, param_group: Group) -> None:
        """Optimize these too; their sums start at initial_accumulator_value."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        for p in group["params"]:
            total = np.full_like(p.array, group["initial_accumulator_value"])
            self.state[p] = {"step": 0, "sum": Tensor(total)}

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """p -= lr g / (sqrt(s) + eps), with an lr that decays."""
        s = state["sum"].array
        s += g * g
        lr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        p -= lr * g / (np.sqrt(s) + group["eps"])


class Adadelta(Optimizer):
    """Steps along the gradient, as long as the steps before were, in the mean.

    Formula:  v = rho v + (1 - rho) g^2;  d = g sqrt(u + eps) / sqrt(v + eps)
              u = rho u + (1 - rho) d^2;  p -= lr d
    Source:   Zeiler, ADADELTA: an adaptive learning rate method, 2012
    """

    nonnegative = ("lr", "rho", "eps", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        **left_out: Any,
    ) -> None:
        super().__init__(params, options(locals()), **left_out)

    def check_options(self, group: Group) -> None:
        """Raise unless the options are numbers in their ranges."""
        super().check_options(group)
        if group["rho"] > 1:
            raise ValueError(f"{self.name}: rho is {group['rho']}; it must be <= 1")

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """p -= lr d, where d has the root mean square of the steps before."""
        rho, eps = group["rho"], group["eps"]
        v, u = kept(state, "square_avg", p), kept(state, "acc_delta", p)
        v *= rho
        v += (1 - rho) * g * g
        d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u *= rho
        u += (1 - rho) * d * d
        p -= group["lr"] * d
