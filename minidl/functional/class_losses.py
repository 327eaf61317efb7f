"""Losses of scores against the classes that are true; they are along dimension 1."""

from __future__ import annotations

import numpy as np

from minidl.arguments import Weight, check_class_weight, check_classes, check_same_shape
from minidl.choosing import where
from minidl.functional.activations import log_softmax, relu
from minidl.functional.losses import in_one_step, reduced
from minidl.ordering import found
from minidl.tensor import Tensor


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Weight = None,
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
    name, options = "cross_entropy", (weight, ignore_index, reduction, label_smoothing)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(
            f"{name}: label_smoothing is {label_smoothing}; it must be from 0 to 1"
        )
    if isinstance(target, Tensor) and target.dtype.kind == "f":
        return soft_cross_entropy(input, target, *options)
    all_count = check_classes(name, input, target, *options[:3])
    plain = weight is None and not label_smoothing and target.array.size > 0
    if plain and all_count and input.ndim == 2 and reduction != "none":
        return in_one_step(name, input, target, reduction)
    logs = log_softmax(input, min(input.ndim - 1, 1))
    return nll(logs, target, *options)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Weight = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """cross_entropy for input that holds log-probabilities already."""
    check_classes("nll_loss", input, target, weight, ignore_index, reduction)
    return nll(input, target, weight, ignore_index, reduction, 0.0)


def nll(
    x: Tensor, target: Tensor, weight: Weight, skip: int, reduction: str, spread: float
) -> Tensor:
    """Minus the log-probability x of the target's classes, weighted and reduced.

    skip is the target that does not count, spread the share of all classes alike.
    """
    dim, kept = min(x.ndim - 1, 1), target.array != skip
    t, C = np.where(kept, target.array, 0), x.shape[dim]
    w = np.ones(C, x.dtype) if weight is None else weight.array
    count = float(w[t[kept]].sum())
    if reduction == "mean" and not count:
        raise ValueError(
            f"cross_entropy, nll_loss: the {t.size} targets all are ignore_index "
            f"{skip} or have weight 0; a mean needs at least one that counts"
        )
    true = found(x, np.expand_dims(t, dim), dim, t.shape).values
    entries = true * Tensor.wrap((spread - 1) * w[t])
    if spread:
        share = along_classes(Tensor.wrap(-spread / C * w), x.ndim)
        entries = entries + (x * share).sum(dim)
    if not kept.all():
        entries = where(Tensor.wrap(kept), entries, 0)
    return reduced(entries, reduction, count)


def soft_cross_entropy(
    x: Tensor, target: Tensor, weight: Weight, skip: int, reduction: str, spread: float
) -> Tensor:
    """cross_entropy against probabilities; its mean is over the rows."""
    check_same_shape("cross_entropy", x, target, reduction)
    dim = 1 if x.ndim > 1 else 0
    classes = x.shape[dim] if x.ndim else 0
    check_class_weight("cross_entropy", x, weight, classes)
    if skip >= 0:
        raise ValueError(
            f"cross_entropy: ignore_index is {skip} but target holds probabilities; "
            "leave it out, or pass class numbers"
        )
    share = target * (1 - spread) + spread / classes
    if weight is not None:
        share = share * along_classes(weight, x.ndim)
    return reduced(-(log_softmax(x, dim) * share).sum(dim), reduction)


def along_classes(weight: Tensor, ndim: int) -> Tensor:
    """A number for each class, shaped to broadcast against (N, C, ...)."""
    return weight.reshape(-1, *[1] * (ndim - 2))


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Weight = None,
    *,
    reduction: str = "mean",
) -> Tensor:
    """Mean of how far other scores come within margin of the true class's, to power p.

    Shapes:   input (N, C), target (N,) class numbers -> (); without N too
    Formula:  weight[t] / C sum_{j != t} max(0, margin - x_t + x_j)^p for a row x
    """
    check_classes("multi_margin_loss", input, target, weight, None, reduction)
    if p not in (1, 2) or input.ndim > 2:
        raise ValueError(
            f"multi_margin_loss: p is {p} and input {input.shape}; p must be 1 or 2, "
            "input (N, C) or (C,)"
        )
    t = np.expand_dims(target.array, -1)
    true = found(input, t, input.ndim - 1, t.shape).values
    others = Tensor.wrap(t != np.arange(input.shape[-1]))
    entries = where(others, relu(margin - true + input) ** p, 0).mean(-1)
    if weight is not None:
        entries = entries * Tensor.wrap(weight.array[target.array])
    return reduced(entries, reduction)
