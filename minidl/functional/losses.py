"""Losses of Tensors that compare each entry of input with one of target."""

from __future__ import annotations

import math

import numpy as np

from minidl import kernels
from minidl.arguments import Weight, check_constant, check_pair, check_same_shape
from minidl.array import Array
from minidl.choosing import where
from minidl.creation import zeros_like
from minidl.functional.activations import relu, softplus
from minidl.kernels import entry_losses
from minidl.pointwise import abs, exp
from minidl.tensor import Tensor


def reduced(entries: Tensor, reduction: str, count: float | None = None) -> Tensor:
    """The entries of a loss ("none"), their sum, or the sum over count ("mean")."""
    if reduction == "none":
        return entries
    x, shape = entries.array, entries.shape
    divisor = 1 if reduction == "sum" else count or x.size
    y = x.sum() / divisor
    return entries.record(y, lambda g: (np.broadcast_to(g / divisor, shape),))


def in_one_step(name: str, input: Tensor, target: Tensor, reduction: str) -> Tensor:
    """The loss by the kernel of this name, with a gradient for input alone.

    The kernel averages; the sum is that times the number of targets.
    """
    x, t = input.array, target.array
    count = 1 if reduction == "mean" else t.size
    loss, backward = getattr(kernels, name)(x, t), getattr(kernels, f"{name}_backward")
    return input.record(
        loss * count, lambda g: (backward(g * count, x, t),), saves=(input, target)
    )


def is_one_step(input: Tensor, target: Tensor, reduction: str) -> bool:
    """Whether in_one_step gives all that is wanted."""
    fits = input.shape == target.shape and input.array.size > 0
    return fits and reduction != "none" and not target.requires_grad


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Mean squared difference between input and target, over all entries."""
    check_pair("mse_loss", input, target, reduction)
    if input.shape != target.shape or target.requires_grad:
        input = input - target  # which passes the gradient on to both
        target = zeros_like(input)
    if is_one_step(input, target, reduction):
        return in_one_step("mse_loss", input, target, reduction)
    difference = input - target
    return reduced(difference * difference, reduction)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Mean absolute difference between input and target, over all entries."""
    check_pair("l1_loss", input, target, reduction)
    return reduced(abs(input - target), reduction)


def smooth_l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0
) -> Tensor:
    """l1_loss with a parabola in place of the kink, where differences are below beta.

    Source:  Girshick, Fast R-CNN, 2015, equation 3 (for beta 1)
    """
    check_pair("smooth_l1_loss", input, target, reduction)
    if beta < 0:
        raise ValueError(f"smooth_l1_loss: beta is {beta}; it must be 0 or more")
    difference = input - target
    d, backward = difference.array, entry_losses.smooth_error_backward
    y = entry_losses.smooth_error(d, float(beta))
    entries = difference.record(y, lambda g: (backward(g, d, float(beta)),))
    return reduced(entries, reduction)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Weight = None, *, reduction: str = "mean"
) -> Tensor:
    """Mean cross-entropy of probabilities against targets from 0 to 1."""
    name = "binary_cross_entropy"
    check_same_shape(name, input, target, reduction)
    check_constant(name, weight=weight)
    x, t, asks = input.array, target.array, target.requires_grad
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            f"{name}: input has entries from {x.min()} to {x.max()}; it must be a "
            "probability, 0 to 1: take the sigmoid, or use the function with_logits"
        )

    def rule(g: Array) -> tuple[Array, Array | None]:
        dt = entry_losses.binary_entropy_target_backward(g, x) if asks else None
        return entry_losses.binary_entropy_backward(g, x, t), dt

    y = entry_losses.binary_entropy(x, t)
    entries = input.record(y, rule, target, saves=(input, target))
    return reduced(entries if weight is None else entries * weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Weight = None,
    *,
    reduction: str = "mean",
    pos_weight: Weight = None,
) -> Tensor:
    """Mean cross-entropy of sigmoid(input) against targets from 0 to 1.

    weight scales the entries of the loss, pos_weight the part of them for target 1.

    Formula:  -pos_weight target log s - (1 - target) log(1 - s), s = sigmoid(input)
    """
    name = "binary_cross_entropy_with_logits"
    check_same_shape(name, input, target, reduction)
    check_constant(name, weight=weight, pos_weight=pos_weight)
    plain = weight is None and pos_weight is None
    if plain and is_one_step(input, target, reduction):
        return in_one_step(name, input, target, reduction)
    tail = softplus(-input, threshold=math.inf)  # -log s
    if pos_weight is not None:
        tail = tail * (1 + (pos_weight - 1) * target)
    entries = (1 - target) * input + tail
    return reduced(entries if weight is None else entries * weight, reduction)


def kl_div(
    input: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False
) -> Tensor:
    """Divergence of distribution target from log-probabilities input.

    reduction:   "batchmean" is the definition; "mean" divides by all entries
    log_target:  target holds log-probabilities too

    Formula:  target (log target - input)
    """
    batch = reduction == "batchmean"
    check_pair("kl_div", input, target, "sum" if batch else reduction, warn=False)
    if log_target:
        entries = exp(target) * (target - input)
    else:
        t = target.array
        y, backward = entry_losses.x_log_x(t), entry_losses.x_log_x_backward
        own = target.record(y, lambda g: (backward(g, t),), saves=(target,))
        entries = own - target * input
    count = input.shape[0] if batch and input.ndim else None
    return reduced(entries, "mean" if batch else reduction, count)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, *, reduction: str = "mean"
) -> Tensor:
    """Mean of distances input of alike pairs (target 1), and what the others lack.

    A pair apart (target -1) has the loss max(0, margin - distance).
    """
    if isinstance(target, Tensor) and target.dtype.kind in "iu":
        target = target.to(input.dtype)
    check_pair("hinge_embedding_loss", input, target, reduction, warn=False)
    check_signs("hinge_embedding_loss", target)
    return reduced(where(target == 1, input, relu(margin - input)), reduction)


def hinge_loss(input: Tensor, target: Tensor) -> Tensor:
    """Mean shortfall of target * input below a margin of 1; targets are -1 or +1."""
    check_same_shape("hinge_loss", input, target, "mean")
    check_signs("hinge_loss", target)
    return in_one_step("hinge_loss", input, target, "mean")


def check_signs(name: str, target: Tensor) -> None:
    """Raise unless targets are constants -1 or +1."""
    check_constant(name, target=target)
    wrong = target.array[np.abs(target.array) != 1]
    if wrong.size:
        raise ValueError(
            f"{name}: target has an entry {wrong[0]}; classes must be -1 or +1"
        )
