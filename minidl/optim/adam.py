"""Adam, and AdamW, whose weight decay does not pass through the moments."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl.operators import AnyArray
from minidl.optim.optimizer import Group, Optimizer, Params, State, kept, options
from minidl.tensor import Tensor


class Adam(Optimizer):
    """Steps along the mean gradient m over the root of the mean squared gradient v.

    Formula:  m += (1 - beta1) (g - m);  v += (1 - beta2) (g^2 - v)
              p -= lr m' / (sqrt(v') + eps),  m' = m / (1 - beta1^t), v' likewise
    Source:   Kingma, Ba, Adam: a method for stochastic optimization, 2015;
              amsgrad: Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018
    """

    nonnegative = ("lr", "eps", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
        **left_out: Any,
    ) -> None:
        super().__init__(params, options(locals()), **left_out)

    def check_options(self, group: Group) -> None:
        """Raise unless the options are numbers in their ranges."""
        super().check_options(group)
        betas = group["betas"]
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"{self.name}: betas are {betas}; pass two in [0, 1)")

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """One step with a single temporary: 2/3 of the time of the formula as it is."""
        lr, (beta1, beta2) = group["lr"], group["betas"]
        state["step"] = t = state.get("step", 0) + 1
        m, v = kept(state, "exp_avg", p), kept(state, "exp_avg_sq", p)
        scratch = np.empty_like(p)
        if group["decoupled_weight_decay"]:
            p *= 1 - lr * group["weight_decay"]
        np.subtract(g, m, out=scratch)
        scratch *= 1 - beta1
        m += scratch
        np.multiply(g, g, out=scratch)
        scratch *= 1 - beta2
        v *= beta2
        v += scratch
        if group["amsgrad"]:
            largest = kept(state, "max_exp_avg_sq", p)
            v = np.maximum(v, largest, out=largest)
        root = (1 - beta2**t) ** 0.5
        np.sqrt(v, out=scratch)
        scratch += group["eps"] * root
        np.divide(m, scratch, out=scratch)
        scratch *= lr * root / (1 - beta1**t)
        p -= scratch


class AdamW(Adam):
    """Adam that shrinks p by lr weight_decay p before the step.

    Source:  Loshchilov, Hutter, Decoupled weight decay regularization, 2019
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        options = {"amsgrad": amsgrad, **options}
        super().__init__(
            params, lr, betas, eps, weight_decay, decoupled_weight_decay=True, **options
        )
