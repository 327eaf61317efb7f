"""First weights: random, and scaled so that signals neither fade nor explode."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def kaiming_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, a: float = 0.0
) -> Array:
    """Random float32 weights for layers that relu (or leaky_relu of slope a) follows.

    Shapes:   (M, D) or (M, C, K, K) -> that shape
    Formula:  uniform in (-k, k), k = sqrt(6 / ((1 + a^2) fan_in)),
              fan_in = the number of inputs of one output
    Source:   He, Zhang, Ren, Sun, Delving Deep into Rectifiers, 2015
    """
    fan_in = np.prod(shape[1:])
    bound = np.sqrt(6 / ((1 + a**2) * fan_in))
    return rng.uniform(-bound, bound, shape).astype(np.float32)


def xavier_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, gain: float = 1.0
) -> Array:
    """Random float32 weights for layers that tanh, sigmoid or nothing follows.

    Shapes:   (M, D) or (M, C, K, K) -> that shape
    Formula:  uniform in (-k, k), k = gain sqrt(6 / (fan_in + fan_out))
    Source:   Glorot, Bengio, Understanding the difficulty of training deep
              feedforward neural networks, 2010
    """
    field = np.prod(shape[2:])
    bound = gain * np.sqrt(6 / ((shape[0] + shape[1]) * field))
    return rng.uniform(-bound, bound, shape).astype(np.float32)
