"""Dropout of Tensors."""

from __future__ import annotations

from minidl import kernels
from minidl.arguments import check_floats
from minidl.generator import default_generator
from minidl.inplace import in_place
from minidl.tensor import Tensor


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """In training, input with random entries 0, each with probability p.

    The others are 1 / (1 - p) of what they were, so that the mean stays.
    """
    return drop("dropout", input, p, training, inplace, False)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """In training, input with random channels 0, each with probability p.

    Shapes:  input (N, C, H, W) -> as input
    """
    return drop("dropout2d", input, p, training, inplace, True)


def drop(
    name: str, input: Tensor, p: float, training: bool, inplace: bool, images: bool
) -> Tensor:
    """Input times 0 or 1 / (1 - p), drawn for each entry, or each channel of images."""
    check_floats(name, input=input)
    if images and input.ndim != 4:
        raise ValueError(f"{name}: input {input.shape}; pass images (N, C, H, W)")
    check_probability(name, p)
    if not training or not p:
        return input
    rng = default_generator.rng

    def compute(x: Tensor) -> Tensor:
        if images:  # one factor for each channel of each image
            _, factors = kernels.dropout(x.array[:, :, :1, :1], p, rng)
            y = x.array * factors
        else:
            y, factors = kernels.dropout(x.array, p, rng)
        return x.record(y, lambda g: (kernels.dropout_backward(g, factors),))

    return in_place(name, compute)(input) if inplace else compute(input)


def check_probability(name: str, p: float) -> None:
    """Raise unless p is a probability."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is {p}; pass a probability, 0 to 1")
