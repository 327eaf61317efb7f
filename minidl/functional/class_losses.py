"""Losses of scores against the classes that are true."""

from __future__ import annotations

import numpy as np

from minidl import kernels
from minidl.arguments import check_class_weight, check_classes, check_same_shape
from minidl.array import Array, IntArray
from minidl.functional.activations import log_softmax
from minidl.functional.losses import reduced
from minidl.kernels import class_losses
from minidl.tensor import Tensor


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Mean negative log-probability that softmax(input) gives the true classes.

    weight:           of each class; the mean is then a weighted one
    ignore_index:     rows with this target do not count
    label_smoothing:  how much of the target is spread evenly over all classes

    Shapes:  input (N, C, ...) scores, target (N, ...) class numbers or as input
             probabilities -> (); without N too
    """
    name = "cross_entropy"
    if not 0 <= label_smoothing <= 1:
        raise ValueError(
            f"{name}: label_smoothing is {label_smoothing}; it must be from 0 to 1"
        )
    if isinstance(target, Tensor) and target.dtype.kind == "f":
        return soft_cross_entropy(
            input, target, weight, ignore_index, reduction, label_smoothing
        )
    all_count = check_classes(name, input, target, weight, ignore_index, reduction)
    plain = reduction == "mean" and weight is None and not label_smoothing
    if not (plain and all_count and input.ndim == 2):
        logs = log_softmax(input, 1 if input.ndim > 1 else 0)
        return nll(logs, target, weight, ignore_index, reduction, label_smoothing)
    x, t = input.array, target.array
    loss, gradient = kernels.cross_entropy(x, t), kernels.cross_entropy_backward
    return input.record(loss, lambda g: (gradient(g, x, t),), saves=(input, target))


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """cross_entropy for input that holds log-probabilities already."""
    check_classes("nll_loss", input, target, weight, ignore_index, reduction)
    return nll(input, target, weight, ignore_index, reduction, 0.0)


def nll(
    logs: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    smoothing: float,
) -> Tensor:
    """Negative log-probability of classes, weighted, smoothed and reduced."""
    x, t = batched(logs.array, target.array, logs.ndim == 1)
    w = np.ones(x.shape[1], x.dtype) if weight is None else weight.array
    kept = t != ignore_index
    share = class_losses.shares(t, kept, w, smoothing)
    entries = class_losses.nll(x, share).reshape(target.shape)

    def gradients(g: Array) -> tuple[Array]:
        g = g.reshape(t.shape) if reduction == "none" else g
        return (class_losses.nll_backward(g, share).reshape(logs.shape),)

    count = float(w[t[kept]].sum())
    if reduction == "mean" and not count:
        raise ValueError(
            f"cross_entropy, nll_loss: the {t.size} targets all are ignore_index "
            f"{ignore_index} or have weight 0; a mean needs at least one that counts"
        )
    return reduced(logs, (), entries, gradients, reduction, count)


def soft_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    smoothing: float,
) -> Tensor:
    """cross_entropy against probabilities; its mean is over the rows."""
    name = "cross_entropy"
    check_same_shape(name, input, target, reduction)
    dim = 1 if input.ndim > 1 else 0
    classes = input.shape[dim] if input.ndim else 0
    check_class_weight(name, input, weight, classes)
    if ignore_index >= 0:
        raise ValueError(
            f"{name}: ignore_index is {ignore_index} but target holds probabilities; "
            "leave it out, or pass class numbers"
        )
    share = target * (1 - smoothing) + smoothing / classes
    if weight is not None:
        share = share * weight.reshape(-1, *[1] * (input.ndim - 2))
    entries = -(log_softmax(input, dim) * share).sum(dim)
    if reduction == "none":
        return entries
    return entries.sum() / (entries.array.size if reduction == "mean" else 1)


def batched(x: Array, t: IntArray, single: bool) -> tuple[Array, IntArray]:
    """The arrays with a batch dimension: of one row, if they are a single one."""
    return (x[None], t[None]) if single else (x, t)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
) -> Tensor:
    """Mean of how far other scores come within margin of the true class's, to power p.

    Shapes:  input (N, C), target (N,) class numbers -> (); without N too
    """
    check_classes("multi_margin_loss", input, target, weight, None, reduction)
    if p not in (1, 2) or input.ndim > 2:
        raise ValueError(
            f"multi_margin_loss: p is {p} and input {input.shape}; p must be 1 or 2, "
            "input (N, C) or (C,)"
        )
    x, t = batched(input.array, target.array, input.ndim == 1)
    w = np.ones(x.shape[1], x.dtype) if weight is None else weight.array
    entries = class_losses.multi_margin(x, t, p, margin, w).reshape(target.shape)

    def gradients(g: Array) -> tuple[Array]:
        dx = class_losses.multi_margin_backward(g, x, t, p, margin, w)
        return (dx.reshape(input.shape),)

    return reduced(input, (), entries, gradients, reduction)
