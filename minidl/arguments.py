"""What the functions of functional.py accept; everything else is explained."""

from __future__ import annotations

from minidl.operators import dimension
from minidl.tensor import Tensor


def check_floats(name: str, **arguments: Tensor) -> None:
    """Raise unless all arguments are Tensors of one float dtype."""
    for argument, value in arguments.items():
        if not isinstance(value, Tensor):
            raise TypeError(
                f"{name}: {argument} is a {type(value).__name__}, not a Tensor; use "
                f"minidl.tensor({argument})"
            )
        if value.dtype.kind != "f":
            raise TypeError(
                f"{name}: {argument} is {value.dtype}, not a float dtype; use "
                f"minidl.tensor({argument}, dtype=minidl.float32)"
            )
    dtypes = {argument: str(value.dtype) for argument, value in arguments.items()}
    if len(set(dtypes.values())) > 1:
        facts = ", ".join(f"{argument} {dtype}" for argument, dtype in dtypes.items())
        raise TypeError(f"{name}: dtypes differ: {facts}; give all of them one dtype")


def check_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise unless linear's arguments fit each other."""
    arguments = {"input": input, "weight": weight}
    check_floats("linear", **arguments, **({} if bias is None else {"bias": bias}))
    if weight.ndim != 2 or not weight.data.size:
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


def scores_dimension(name: str, input: Tensor, dim: int) -> int:
    """The dimension of the scores, from 0; an error if there is no score in it."""
    check_floats(name, input=input)
    dim = dimension(name, input, dim)
    if input.ndim and input.shape[dim] == 0:
        raise ValueError(
            f"{name}: input {input.shape} has no scores along dim {dim}; there must "
            "be at least one"
        )
    return dim


def check_pair(name: str, input: Tensor, target: Tensor) -> None:
    """Raise unless input and target are float Tensors of one shape, not empty."""
    check_floats(name, input=input, target=target)
    if input.shape != target.shape:
        raise ValueError(
            f"{name}: input {input.shape} but target {target.shape}; the shapes must "
            "be equal, reshape one"
        )
    check_not_empty(name, input)


def check_not_empty(name: str, input: Tensor) -> None:
    """Raise if input has no entries: a mean of nothing is no number."""
    if not input.data.size:
        raise ValueError(
            f"{name}: input {input.shape} is empty; a mean needs at least one entry"
        )


def check_constant(name: str, target: Tensor) -> None:
    """Raise if the target asks for a gradient, which this loss does not give."""
    if target.requires_grad:
        raise ValueError(
            f"{name}: target requires a gradient, which only input gets; pass "
            "target.detach()"
        )


def check_classes(name: str, input: Tensor, target: Tensor) -> None:
    """Raise unless target names a column of input for each of its rows."""
    check_floats(name, input=input)
    if not isinstance(target, Tensor):
        raise TypeError(
            f"{name}: target is a {type(target).__name__}, not a Tensor; use "
            "minidl.tensor(target)"
        )
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: target is {target.dtype}; pass class numbers as integers, not "
            "probabilities or one-hot rows"
        )
    if input.ndim != 2 or target.shape != input.shape[:1]:
        raise ValueError(
            f"{name}: input {input.shape} and target {target.shape}; pass scores "
            "(N, C) and class numbers (N,)"
        )
    check_not_empty(name, input)
    low, high, classes = target.data.min(), target.data.max(), input.shape[1]
    if low < 0 or high >= classes:
        raise ValueError(
            f"{name}: target has class {low if low < 0 else high}, but input "
            f"{input.shape} has classes 0 to {classes - 1}"
        )
