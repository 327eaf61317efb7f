"""Normalization of Tensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minidl import kernels
from minidl.arguments import check_floats
from minidl.functional.parameters import record_with
from minidl.operators import AnyArray
from minidl.tensor import Tensor


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Every channel of input with mean 0 and variance 1, scaled by weight, plus bias.

    In training they are the batch's, and the running ones move towards them by
    momentum; else they are the running ones.

    Shapes:  input (N, C, ...), the others (C,) -> as input
    """
    running = running_mean, running_var
    check_batch_norm(input, running, (weight, bias), training)
    x, C = input.array, input.shape[1]
    if training:
        mean, var = kernels.moments(x)
        sample = var * (x.size / (x.size - C))  # the batch is a sample of the data
        for tensor, new in zip(running, (mean, sample), strict=True):
            if tensor is not None:
                tensor.array += momentum * (new - tensor.array)
    else:
        mean, var = (t.array.copy() for t in running if t is not None)
    W = np.ones(C, x.dtype) if weight is None else weight.array
    b = np.zeros(C, x.dtype) if bias is None else bias.array
    y = kernels.batch_norm(x, mean, var, W, b, eps)

    def backward(g: AnyArray) -> tuple[AnyArray, ...]:
        return kernels.batch_norm_backward(g, x, mean, var, W, eps, training)

    return record_with(input, weight, bias, y, backward)


def layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Every sample of input with mean 0 and variance 1, scaled by weight, plus bias.

    A sample fills the last dimensions, those of normalized_shape.

    Shapes:  input (..., *normalized_shape), weight and bias normalized_shape -> input
    """
    sizes = normalized_shape
    shape = (sizes,) if isinstance(sizes, int) else tuple(sizes)
    check_affine("layer_norm", shape, input=input, weight=weight, bias=bias)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ValueError(
            f"layer_norm: input {input.shape} does not end in normalized_shape "
            f"{shape}; pass its last sizes"
        )
    x = input.array
    W = np.ones(shape, x.dtype) if weight is None else weight.array
    b = np.zeros(shape, x.dtype) if bias is None else bias.array
    y = kernels.layer_norm(x, W, b, eps)
    gradients = kernels.layer_norm_backward
    return record_with(input, weight, bias, y, lambda g: gradients(g, x, W, eps))


def check_batch_norm(
    input: Tensor,
    running: tuple[Tensor | None, ...],
    affine: tuple[Tensor | None, ...],
    training: bool,
) -> None:
    """Raise unless batch_norm's arguments fit each other."""
    check_floats("batch_norm", input=input)
    if input.ndim < 2:
        raise ValueError(
            f"batch_norm: input {input.shape} has no channels; pass (N, C, ...)"
        )
    names = "running_mean", "running_var", "weight", "bias"
    others = dict(zip(names, (*running, *affine), strict=True))
    check_affine("batch_norm", input.shape[1:2], input=input, **others)
    if not training and None in running:
        raise ValueError(
            "batch_norm: training is False but running_mean or running_var is None; "
            "pass both"
        )
    values = input.array.size // max(input.shape[1], 1)
    if training and values < 2:
        raise ValueError(
            f"batch_norm: input {input.shape} has {values} value for each channel; its "
            "variance in training needs 2 or more"
        )


def check_affine(
    name: str, shape: tuple[int, ...], input: Tensor, **others: Tensor | None
) -> None:
    """Raise unless the others have this shape, and all of them input's dtype."""
    given = {key: value for key, value in others.items() if value is not None}
    check_floats(name, input=input, **given)
    for key, value in given.items():
        if value.shape != shape:
            raise ValueError(
                f"{name}: {key} {value.shape} for input {input.shape}; pass shape "
                f"{shape}"
            )
