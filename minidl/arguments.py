"""What the functions of functional.py accept; everything else is explained."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minidl.dtypes import float32, float64
from minidl.tensor import Tensor

FLOATS = {float32, float64}


def check_floats(name: str, **arguments: Any) -> None:
    """Raise unless all arguments are Tensors of one float dtype."""
    dtypes = {v.dtype if isinstance(v, Tensor) else None for v in arguments.values()}
    if len(dtypes) == 1 and dtypes <= FLOATS:
        return
    for argument, value in arguments.items():
        check_tensor(name, argument, value)
        if value.dtype.kind != "f":
            raise TypeError(
                f"{name}: {argument} is {value.dtype}, not a float dtype; use "
                f"minidl.tensor({argument}, dtype=minidl.float32)"
            )
    facts = ", ".join(f"{argument} {v.dtype}" for argument, v in arguments.items())
    raise TypeError(f"{name}: dtypes differ: {facts}; give all of them one dtype")


def check_tensor(name: str, argument: str, value: Any) -> None:
    """Raise unless value is a Tensor."""
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{name}: {argument} is a {type(value).__name__}, not a Tensor; use "
            f"minidl.tensor({argument})"
        )


def check_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise unless linear's arguments fit each other."""
    arguments = {"input": input, "weight": weight}
    check_floats("linear", **arguments, **({} if bias is None else {"bias": bias}))
    if weight.ndim != 2 or not weight.array.size:
        raise ValueError(
            f"linear: weight {weight.shape} is not a matrix with entries; pass a "
            "row for each output and a column for each feature"
        )
    outputs, features = weight.shape
    if not input.ndim:
        raise ValueError(
            f"linear: input () has no features but weight {weight.shape} expects "
            f"{features}; pass input of shape (N, {features})"
        )
    found = input.shape[-1]
    if found != features:
        raise ValueError(
            f"linear: input has {found} features but weight {weight.shape} expects "
            f"{features}; pass weight of shape ({outputs}, {found}) or input of shape "
            f"(N, {features})"
        )
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(
            f"linear: bias {bias.shape} but weight {weight.shape} has {outputs} rows; "
            f"pass bias of shape ({outputs},)"
        )


def check_pair(
    name: str, input: Tensor, target: Tensor, reduction: str, warn: bool = True
) -> None:
    """Raise unless input and target are float Tensors whose shapes broadcast.

    As in PyTorch, shapes that differ are a warning: the loss is rarely what is meant.
    """
    check_floats(name, input=input, target=target)
    check_reduction(name, input, reduction)
    if input.shape == target.shape:
        return
    try:
        np.broadcast_shapes(input.shape, target.shape)
    except ValueError:
        check_same_shape(name, input, target, reduction)
    if warn:
        warnings.warn(
            f"{name}: input {input.shape} but target {target.shape}: they broadcast, "
            "which will likely lead to incorrect results; give them one shape",
            stacklevel=3,
        )


def check_same_shape(name: str, input: Tensor, target: Tensor, reduction: str) -> None:
    """Raise unless input and target are float Tensors of one shape."""
    check_floats(name, input=input, target=target)
    if input.shape != target.shape:
        raise ValueError(
            f"{name}: input {input.shape} but target {target.shape}; the shapes must "
            "be equal, reshape one"
        )
    check_reduction(name, input, reduction)


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


def check_constant(name: str, **arguments: Tensor | None) -> None:
    """Raise if an argument asks for a gradient, which this loss does not give."""
    for argument, value in arguments.items():
        if value is None:
            continue
        check_tensor(name, argument, value)
        if value.requires_grad:
            raise ValueError(
                f"{name}: {argument} requires a gradient, which only input gets; pass "
                f"{argument}.detach()"
            )


def check_classes(
    name: str,
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int | None,
    reduction: str,
) -> bool:
    """Raise unless target names a class of input for each of its rows.

    Returns whether all rows count: none has ignore_index.
    """
    check_floats(name, input=input)
    check_tensor(name, "target", target)
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: target is {target.dtype}; pass class numbers as integers"
        )
    expected = input.shape[:1] * (input.ndim > 1) + input.shape[2:]
    if not input.ndim or target.shape != expected:
        raise ValueError(
            f"{name}: input {input.shape} and target {target.shape}; pass scores "
            "(N, C) and class numbers (N,), or (N, C, ...) and (N, ...)"
        )
    check_reduction(name, input, reduction)
    classes = input.shape[min(input.ndim - 1, 1)]
    check_class_weight(name, input, weight, classes)
    t = target.array
    t = t if ignore_index is None else t[t != ignore_index]
    low, high = (t.min(), t.max()) if t.size else (0, 0)
    if low < 0 or high >= classes:
        raise ValueError(
            f"{name}: target has class {low if low < 0 else high}, but input "
            f"{input.shape} has classes 0 to {classes - 1}"
        )
    return t.size == target.array.size


def check_class_weight(
    name: str, input: Tensor, weight: Tensor | None, classes: int
) -> None:
    """Raise unless weight, if there is one, is a constant for each class."""
    if weight is None:
        return
    check_constant(name, weight=weight)
    check_floats(name, input=input, weight=weight)
    if weight.shape != (classes,):
        raise ValueError(
            f"{name}: weight {weight.shape} but input {input.shape} has {classes} "
            f"classes; pass weight of shape ({classes},)"
        )


def check_only_defaults(
    name: str, given: dict[str, Any], known: dict[str, Any]
) -> None:
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
