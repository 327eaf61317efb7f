"""First values of parameters, written in place; each function returns the tensor."""

from __future__ import annotations

import math
import warnings

import numpy as np

from minidl import kernels
from minidl.arguments import check_floats
from minidl.array import Array
from minidl.generator import Generator, rng_of
from minidl.tape import no_grad
from minidl.tensor import Tensor

LINEAR = ("linear", "sigmoid", "conv1d", "conv2d", "conv_transpose2d")
GAINS = dict.fromkeys(LINEAR, 1.0) | {"tanh": 5 / 3, "relu": 2**0.5, "selu": 3 / 4}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much a layer's weights grow to make up for the nonlinearity after it.

    param is the slope of leaky_relu, 0.01 if None.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise ValueError(
            f"calculate_gain: no gain is known for {nonlinearity!r}; pass one of "
            f"leaky_relu, {', '.join(GAINS)}"
        )
    return GAINS[nonlinearity]


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Draw from the uniform distribution between a and b."""
    return filled(tensor, rng_of(generator).uniform(a, b, tensor.shape))


def normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    generator: Generator | None = None,
) -> Tensor:
    """Draw from the normal distribution with this mean and standard deviation."""
    return filled(tensor, rng_of(generator).normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Draw from the normal distribution, again and again until all are in [a, b]."""
    if not max(a, mean - 3 * std) < min(b, mean + 3 * std):
        raise ValueError(
            f"trunc_normal_: from {a} to {b} there is next to nothing of a normal "
            f"distribution with mean {mean} and std {std}; widen a and b"
        )
    rng = rng_of(generator)
    values = rng.normal(mean, std, tensor.shape)
    while (outside := (values < a) | (values > b)).any():
        values[outside] = rng.normal(mean, std, int(outside.sum()))
    return filled(tensor, values)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Set every number to val."""
    return filled(tensor, np.array(val))


def ones_(tensor: Tensor) -> Tensor:
    """Set every number to 1."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Set every number to 0."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Make a matrix the identity, as far as it goes."""
    if tensor.ndim != 2:
        raise ValueError(f"eye_: the tensor {tensor.shape} is not a matrix; pass one")
    return filled(tensor, np.eye(len(tensor.array), tensor.shape[1]))


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Draw from (-k, k) so that tanh or linear layers keep the size of signals.

    Formula:  k = gain sqrt(6 / (fan_in + fan_out))
    """
    fans("xavier_uniform_", tensor)
    rng = rng_of(generator)
    return filled(tensor, kernels.xavier_uniform(tensor.shape, rng, gain))


def xavier_normal_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """xavier_uniform_ with normal numbers: std = gain sqrt(2 / (fan_in + fan_out))."""
    std = gain * math.sqrt(2 / max(sum(fans("xavier_normal_", tensor)), 1))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Draw from (-k, k) so that layers before relu keep the size of signals.

    mode: whether signals ("fan_in") or gradients ("fan_out") keep their size

    Formula:  k = gain sqrt(3 / fan), gain = calculate_gain(nonlinearity, a)
    """
    std = kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    if mode == "fan_in" and nonlinearity == "leaky_relu" and tensor.array.size:
        rng = rng_of(generator)
        return filled(tensor, kernels.kaiming_uniform(tensor.shape, rng, a))
    bound = math.sqrt(3) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """kaiming_uniform_ with normal numbers: std = gain / sqrt(fan)."""
    std = kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity)
    return normal_(tensor, 0.0, std, generator)


def orthogonal_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Draw rows (or columns, whichever are fewer) of length gain, at right angles.

    Source:  Saxe, McClelland, Ganguli, Exact Solutions to the Nonlinear Dynamics of
             Learning in Deep Linear Neural Networks, 2014
    """
    fans("orthogonal_", tensor)
    rows, columns = len(tensor.array), tensor.array[0].size
    shape = max(rows, columns), min(rows, columns)
    q, r = np.linalg.qr(rng_of(generator).normal(size=shape))
    q *= np.sign(np.diag(r))  # makes every orthogonal matrix as likely as another
    flat = q if rows >= columns else q.T
    return filled(tensor, gain * flat.reshape(tensor.shape))


def kaiming_std(
    name: str, tensor: Tensor, a: float, mode: str, nonlinearity: str
) -> float:
    """The standard deviation that the kaiming functions draw with."""
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'{name}: mode is {mode!r}; pass "fan_in" or "fan_out"')
    fan = fans(name, tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))


def fans(name: str, tensor: Tensor) -> tuple[int, int]:
    """How many inputs an output of these weights has, and outputs an input."""
    if tensor.ndim < 2:
        raise ValueError(
            f"{name}: the tensor {tensor.shape} has no inputs and outputs; pass "
            "weights of 2 dimensions or more"
        )
    if not tensor.array.size:
        warnings.warn(f"{name}: a tensor {tensor.shape} without numbers", stacklevel=3)
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def filled(tensor: Tensor, values: Array) -> Tensor:
    """The tensor, after its numbers have been replaced."""
    check_floats("init", tensor=tensor)
    with no_grad():
        return tensor.copy_(Tensor(values))
