"""Normalization of Tensors."""

from __future__ import annotations

import math
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
    check_floats("batch_norm", input=input)
    if input.ndim < 2:
        raise ValueError(f"batch_norm: input {input.shape}; pass (N, C, ...)")
    running = {"running_mean": running_mean, "running_var": running_var}
    shape, x = input.shape[1:2], input.array
    W, b = affine("batch_norm", shape, input, weight=weight, bias=bias, **running)
    if training:
        check_batch(x.shape)
        y, mean, var = kernels.batch_norm(x, W, b, eps=eps)
        sample = var * (x.size / (x.size - len(W)))  # the batch is a sample of the data
        follow(running_mean, mean, momentum)
        follow(running_var, sample, momentum)
    elif running_mean is None or running_var is None:
        raise ValueError(
            "batch_norm: without training, pass running_mean and running_var"
        )
    else:
        mean, var = running_mean.array.copy(), running_var.array.copy()
        y, *_ = kernels.batch_norm(x, W, b, mean, var, eps)
    gradients, read = kernels.batch_norm_backward, (x, mean, var, W, eps, training)
    return record_with(input, weight, bias, y, lambda g: gradients(g, *read))


def follow(running: Tensor | None, new: AnyArray, momentum: float) -> None:
    """Move a running value, if there is one, towards a new one."""
    if running is not None:
        running.array += momentum * (new - running.array)


def check_batch(shape: tuple[int, ...]) -> None:
    """Raise unless each channel of a batch has two entries: one has no variance."""
    count = math.prod(shape) // max(shape[1], 1)
    if count < 2:
        raise ValueError(
            f"batch_norm: input {shape} has {count} value for each channel; its "
            "variance in training needs 2 or more"
        )


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
    W, b = affine("layer_norm", shape, input, weight=weight, bias=bias)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ValueError(
            f"layer_norm: input {input.shape} does not end in normalized_shape {shape}"
        )
    x, gradients = input.array, kernels.layer_norm_backward
    y = kernels.layer_norm(x, W, b, eps)
    return record_with(input, weight, bias, y, lambda g: gradients(g, x, W, eps))


def affine(
    name: str, shape: tuple[int, ...], input: Tensor, **given: Tensor | None
) -> tuple[AnyArray, AnyArray]:
    """The arrays of weight and bias, or ones and zeros; an error unless given fits."""
    there = {key: value for key, value in given.items() if value is not None}
    check_floats(name, input=input, **there)
    for key, value in there.items():
        if value.shape != shape:
            raise ValueError(
                f"{name}: {key} {value.shape} for input {input.shape}; pass {shape}"
            )
    weight, bias = given["weight"], given["bias"]
    W = np.ones(shape, input.dtype) if weight is None else weight.array
    return W, np.zeros(shape, input.dtype) if bias is None else bias.array
