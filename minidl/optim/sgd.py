"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from minidl.operators import AnyArray
from minidl.optim.optimizer import Group, Optimizer, Params, State, kept, options
from minidl.tensor import Tensor


class SGD(Optimizer):
    """Steps along the gradient, or along a decaying sum b of gradients (momentum).

    Formula:  b = momentum b + (1 - dampening) g, b = g in the first step;  p -= lr b
              nesterov: p -= lr (g + momentum b)
    Source:   Sutskever et al., On the importance of initialization and momentum in
              deep learning, 2013
    """

    nonnegative = ("lr", "momentum", "weight_decay")
    counts = False

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **left_out: Any,
    ) -> None:
        super().__init__(params, options(locals()), **left_out)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                f"SGD: nesterov with momentum {momentum} and dampening {dampening}; "
                "it requires a momentum and zero dampening"
            )

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """One step: change p in place, and g not at all.

        Shapes:  p, g and b are of one shape
        Given:   kept(state, "momentum_buffer", p) is b, zeros before the first step
        """
        if momentum := group["momentum"]:
            first = state.get("momentum_buffer") is None
            b = kept(state, "momentum_buffer", p)
            b *= momentum
            b += g if first else (1 - group["dampening"]) * g
            g = g + momentum * b if group["nesterov"] else b
        p -= group["lr"] * g
