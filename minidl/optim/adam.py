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
        """One step: change p in place, and g not at all.

        Shapes:  p, g, m and v are of one shape
        Given:   kept(state, "exp_avg", p) is m and kept(state, "exp_avg_sq", p) is v,
                 zeros before the first step; state["step"] is t, 1 in the first step;
                 self.largest(v, state, group) is v, unless the options want more
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = kept(state, "exp_avg", p), kept(state, "exp_avg_sq", p)
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        root = (1 - beta2**t) ** 0.5
        step = np.sqrt(self.largest(v, state, group), out=np.empty_like(p))
        step += group["eps"] * root
        np.divide(m, step, out=step)
        step *= group["lr"] * root / (1 - beta1**t)
        p -= step

    def largest(self, v: AnyArray, state: State, group: Group) -> AnyArray:
        """The mean square v, or with amsgrad the largest that each entry has had."""
        if not group["amsgrad"]:
            return v
        most: AnyArray = kept(state, "max_exp_avg_sq", v)
        return np.maximum(v, most, out=most)


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
