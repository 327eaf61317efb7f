"""What is done to the gradients of a network before a step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minidl.tensor import Tensor


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """The norm of all gradients together, which are scaled down if it is too large.

    Formula:  g <- g min(1, max_norm / (norm + 1e-6))
    Source:   Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural
              networks, 2013
    """
    tensors = [parameters] if isinstance(parameters, Tensor) else parameters
    grads = [tensor.grad for tensor in tensors if tensor.grad is not None]
    if not grads:
        return Tensor(np.zeros((), np.float32))
    norms = np.array([np.linalg.norm(g.array.ravel(), norm_type) for g in grads])
    norm = np.linalg.norm(norms, norm_type)
    if error_if_nonfinite:
        check_finite(norm)
    scale = float(max_norm) / (norm + 1e-6)
    if not scale >= 1:  # nan included
        for g in grads:
            g.mul_(scale.item())
    return Tensor(np.asarray(norm, grads[0].dtype))


def check_finite(norm: np.floating[Any]) -> None:
    """Raise unless gradients of this norm can be scaled."""
    if not np.isfinite(norm):
        raise RuntimeError(
            f"clip_grad_norm_: the norm of the gradients is {norm}, so they cannot be "
            "scaled; lower the learning rate, or pass error_if_nonfinite=False"
        )
