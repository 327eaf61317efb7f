"""What the functions of functional.py accept; everything else is explained."""

from __future__ import annotations

import warnings
from typing import Any

from minidl.dtypes import float32, float64
from minidl.operands import array_of
from minidl.operators import check_broadcast
from minidl.tensor import Tensor

FLOATS = {float32, float64}
Weight = Tensor | None
"""What the parts of a loss are multiplied by, if anything."""


def check_floats(name: str, **arguments: Any) -> None:
    """Raise unless all arguments are Tensors of one float dtype."""
    dtypes = {array_of(name, v, argument).dtype for argument, v in arguments.items()}
    if len(dtypes) == 1 and dtypes <= FLOATS:
        return
    for argument, value in arguments.items():
        if value.dtype.kind != "f":
            raise TypeError(
                f"{name}: {argument} is {value.dtype}, not a float dtype; use "
                f"minidl.tensor({argument}, dtype=minidl.float32)"
            )
    facts = ", ".join(f"{argument} {v.dtype}" for argument, v in arguments.items())
    raise TypeError(f"{name}: dtypes differ: {facts}; give all of them one dtype")


def check_tensor(name: str, argument: str, value: Any) -> None:
    """Raise unless value is a Tensor."""
    array_of(name, value, argument)


def check_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise unless linear's arguments fit each other."""
    given = {"input": input, "weight": weight}
    if bias is not None:
        given["bias"] = bias
    check_floats("linear", **given)
    features, outputs = weight.shape[1:], weight.shape[:1]
    fit = weight.ndim == 2 and weight.array.size and input.shape[-1:] == features
    if not fit or (bias is not None and bias.shape != outputs):
        facts = ", ".join(f"{name} {value.shape}" for name, value in given.items())
        raise ValueError(
            f"linear: {facts} do not fit; pass input (..., D), weight (M, D) with "
            "entries and bias (M,)"
        )


def check_pair(
    name: str, input: Tensor, target: Tensor, reduction: str, warn: bool = True
) -> None:
    """Raise unless input and target are float Tensors whose shapes broadcast.

    As in PyTorch, shapes that differ are a warning: the loss is rarely what is meant.
    """
    check_floats(name, input=input, target=target)
    check_reduction(name, input, reduction)
    check_broadcast(name, input.shape, target.shape)
    if warn and input.shape != target.shape:
        warnings.warn(
            f"{name}: input {input.shape} but target {target.shape}: they broadcast, "
            "which will likely lead to incorrect results; give them one shape",
            stacklevel=3,
        )


def check_same_shape(name: str, input: Tensor, target: Tensor, reduction: str) -> None:
    """Raise unless input and target are float Tensors of one shape."""
    check_floats(name, input=input, target=target)
    check_reduction(name, input, reduction)
    if input.shape != target.shape:
        raise ValueError(
            f"{name}: input {input.shape} but target {target.shape}; the shapes must "
            "be equal, reshape one"
        )


def check_reduction(name: str, input: Tensor, reduction: str) -> None:
    """Raise if reduction is no way to reduce, or a mean would be of nothing."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            f'{name}: reduction is {reduction!r}; pass "mean", "sum" or "none"'
        )
    if reduction == "mean" and not input.array.size:
        raise ValueError(
            f"{name}: input {input.shape} is empty; a mean needs at least one entry"
        )


def check_constant(name: str, **arguments: Weight) -> None:
    """Raise if an argument asks for a gradient, which this loss does not give."""
    for argument, value in arguments.items():
        if value is not None:
            array_of(name, value, argument)
        if value is not None and value.requires_grad:
            raise ValueError(
                f"{name}: {argument} requires a gradient, which only input gets; pass "
                f"{argument}.detach()"
            )


def check_classes(
    name: str, x: Tensor, target: Tensor, weight: Weight, ignored: Any, reduction: str
) -> bool:
    """Whether no row is ignored; an error unless target has a class of x for each."""
    check_floats(name, input=x)
    t = array_of(name, target, "target")
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name}: target is {t.dtype}; pass class numbers as integers")
    if not x.ndim or t.shape != x.shape[:1] * (x.ndim > 1) + x.shape[2:]:
        raise ValueError(
            f"{name}: input {x.shape} and target {t.shape}; pass scores (N, C) and "
            "class numbers (N,), or (N, C, ...) and (N, ...)"
        )
    check_reduction(name, x, reduction)
    classes = x.shape[min(x.ndim - 1, 1)]
    check_class_weight(name, x, weight, classes)
    kept = t != ignored
    wrong = t[kept & ((t < 0) | (t >= classes))]
    if wrong.size:
        raise ValueError(
            f"{name}: target has class {wrong[0]}, but input {x.shape} has classes 0 "
            f"to {classes - 1}"
        )
    return bool(kept.all())


def check_class_weight(name: str, x: Tensor, weight: Weight, classes: int) -> None:
    """Raise unless weight, if there is one, is a constant for each class."""
    if weight is None:
        return
    check_constant(name, weight=weight)
    check_floats(name, input=x, weight=weight)
    if weight.shape != (classes,):
        raise ValueError(
            f"{name}: weight {weight.shape} but input {x.shape} has {classes} classes; "
            f"pass weight of shape ({classes},)"
        )


def check_only_defaults(name: str, given: Any, known: Any) -> None:
    """Raise unless PyTorch's options that minidl leaves out have their defaults."""
    for option, value in given.items():
        if option not in known:
            raise TypeError(f"{name}: there is no argument {option!r}")
        default = known[option]
        if value is not default and value != default:
            raise NotImplementedError(
                f"{name}: {option}={value!r:.60} is not part of minidl; leave {option} "
                f"at {default!r}"
            )
