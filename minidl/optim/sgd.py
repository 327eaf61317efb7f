"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl.operators import AnyArray
from minidl.optim.optimizer import Group, Optimizer, Params, State
from minidl.tensor import Tensor


class SGD(Optimizer):
    """Steps along the gradient, or along a decaying sum b of gradients (momentum).

    Formula:  b = momentum b + (1 - dampening) g, b = g in the first step;  p -= lr b
              nesterov: p -= lr (g + momentum b)
    Source:   Sutskever et al., On the importance of initialization and momentum in
              deep learning, 2013
    """

    not_negative = ("lr", "momentum", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **left_out: Any,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **left_out)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                f"SGD: nesterov with momentum {momentum} and dampening {dampening}; "
                "it requires a momentum and zero dampening"
            )

    def update(self, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        """p -= lr g, with g replaced by its running sum if there is momentum."""
        momentum = group["momentum"]
        if momentum and state.get("momentum_buffer") is None:
            state["momentum_buffer"] = Tensor(np.array(g))
        elif momentum:
            b = state["momentum_buffer"].array
            b *= momentum
            b += (1 - group["dampening"]) * g
        if momentum:
            b = state["momentum_buffer"].array
            g = g + momentum * b if group["nesterov"] else b
        p -= group["lr"] * g
