"""Losses of Tensors that compare each entry of input with one of target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl import kernels
from minidl.arguments import check_constant, check_pair, check_same_shape
from minidl.array import Array
from minidl.kernels import entry_losses
from minidl.operators import unbroadcast
from minidl.tensor import Tensor

Gradients = Callable[[Array], tuple[Array | None, ...]]


def reduced(
    input: Tensor,
    others: tuple[Tensor, ...],
    entries: Array,
    gradients: Gradients,
    reduction: str,
    count: float | None = None,
) -> Tensor:
    """The entries of a loss ("none"), their sum, or the sum over count ("mean").

    gradients is the rule of the entries; it gets one number where all have the same.
    """
    saves = (input, *others)
    if reduction == "none":
        return input.record(entries, gradients, *others, saves=saves)
    divisor = 1 if reduction == "sum" else entries.size if count is None else count
    total = entries.sum() / divisor
    return input.record(total, lambda g: gradients(g / divisor), *others, saves=saves)


def entry_loss(
    name: str,
    input: Tensor,
    target: Tensor,
    reduction: str,
    *options: Any,
    weight: Tensor | None = None,
    count: float | None = None,
) -> Tensor:
    """The loss with the kernels of this name, reduced; input and target broadcast."""
    x, t = input.array, target.array
    if x.shape != t.shape:
        x, t = np.broadcast_arrays(x, t)
    kernel, backward = (getattr(entry_losses, name + end) for end in ("", "_backward"))
    to_target = getattr(entry_losses, f"{name}_target_backward", None)
    entries = kernel(x, t, *options)
    scale = None if weight is None else weight.array
    asks = target.requires_grad

    def gradients(g: Array) -> tuple[Array | None, Array | None]:
        g = g if scale is None else g * scale
        dx, dt = backward(g, x, t, *options), None
        if asks:
            dt = to_target(g, x, t, *options) if to_target else -dx
            dt = unbroadcast(dt, target.shape)
        return unbroadcast(dx, input.shape), dt

    entries = entries if scale is None else entries * scale
    return reduced(input, (target,), entries, gradients, reduction, count)


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Mean squared difference between input and target, over all entries."""
    check_pair("mse_loss", input, target, reduction)
    if reduction != "mean" or input.shape != target.shape:
        return entry_loss("squared_error", input, target, reduction)
    y, t = input.array, target.array

    def backward(g: Array) -> tuple[Array, Array]:
        dy = kernels.mse_loss_backward(g, y, t)
        return dy, -dy

    loss, saves = kernels.mse_loss(y, t), (input, target)
    return input.record(loss, backward, target, saves=saves)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Mean absolute difference between input and target, over all entries."""
    check_pair("l1_loss", input, target, reduction)
    return entry_loss("absolute_error", input, target, reduction)


def smooth_l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0
) -> Tensor:
    """l1_loss with a parabola in place of the kink, where differences are below beta.

    Source:  Girshick, Fast R-CNN, 2015
    """
    check_pair("smooth_l1_loss", input, target, reduction)
    if beta < 0:
        raise ValueError(f"smooth_l1_loss: beta is {beta}; it must be 0 or more")
    return entry_loss("smooth_error", input, target, reduction, float(beta))


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
) -> Tensor:
    """Mean cross-entropy of probabilities against targets from 0 to 1."""
    name = "binary_cross_entropy"
    check_same_shape(name, input, target, reduction)
    check_constant(name, weight=weight)
    x = input.array
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            f"{name}: input has entries from {x.min()} to {x.max()}; it must be a "
            "probability, 0 to 1: take the sigmoid, or use the function with_logits"
        )
    return entry_loss("binary_entropy", input, target, reduction, weight=weight)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Mean cross-entropy of sigmoid(input) against targets from 0 to 1.

    weight scales the entries of the loss, pos_weight the part of them for target 1.
    """
    name = "binary_cross_entropy_with_logits"
    check_same_shape(name, input, target, reduction)
    check_constant(name, weight=weight, pos_weight=pos_weight)
    x, t = input.array, target.array
    weighted = weight is not None or pos_weight is not None
    if weighted or reduction != "mean" or target.requires_grad:
        positive = np.ones((), x.dtype) if pos_weight is None else pos_weight.array
        return entry_loss("logistic", input, target, reduction, positive, weight=weight)
    loss = kernels.binary_cross_entropy_with_logits(x, t)
    gradient = kernels.binary_cross_entropy_with_logits_backward
    return input.record(loss, lambda g: (gradient(g, x, t),), saves=(input, target))


def kl_div(
    input: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False
) -> Tensor:
    """Divergence of distribution target from log-probabilities input.

    reduction:   "batchmean" is the definition; "mean" divides by all entries
    log_target:  target holds log-probabilities too
    """
    batch = reduction == "batchmean"
    check_pair("kl_div", input, target, "sum" if batch else reduction, warn=False)
    name = "log_divergence" if log_target else "divergence"
    count = input.shape[0] if batch and input.ndim else None
    return entry_loss(name, input, target, "mean" if batch else reduction, count=count)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, *, reduction: str = "mean"
) -> Tensor:
    """Mean of distances input of alike pairs (target 1), and what the others lack.

    A pair apart (target -1) has the loss max(0, margin - distance).
    """
    if isinstance(target, Tensor) and target.dtype.kind in "iu":
        target = Tensor(target.array.astype(input.dtype))
    check_pair("hinge_embedding_loss", input, target, reduction, warn=False)
    check_signs("hinge_embedding_loss", target)
    return entry_loss("hinge_embedding", input, target, reduction, float(margin))


def hinge_loss(input: Tensor, target: Tensor) -> Tensor:
    """Mean shortfall of target * input below a margin of 1; targets are -1 or +1."""
    check_same_shape("hinge_loss", input, target, "mean")
    check_signs("hinge_loss", target)
    x, t = input.array, target.array
    loss, gradient = kernels.hinge_loss(x, t), kernels.hinge_loss_backward
    return input.record(loss, lambda g: (gradient(g, x, t),), saves=(input, target))


def check_signs(name: str, target: Tensor) -> None:
    """Raise unless targets are constants -1 or +1."""
    check_constant(name, target=target)
    if not np.all(np.abs(target.array) == 1):
        wrong = target.array[np.abs(target.array) != 1][0]
        raise ValueError(
            f"{name}: target has an entry {wrong}; classes must be -1 or +1"
        )
