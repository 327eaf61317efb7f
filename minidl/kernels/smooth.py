"""Smooth relatives of relu: softplus, elu, silu, gelu."""

from __future__ import annotations

import math

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import sigmoid
from minidl.kernels.erf import erf


def softplus(x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """A relu with a round corner, sharper for a larger beta.

    Shapes:   any -> the same
    Formula:  log(1 + e^(beta x)) / beta where beta x <= threshold, else x
    """
    z = beta * x
    y = (np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)) / beta
    return np.where(z > threshold, x, y)


def softplus_backward(
    g: Array, x: Array, beta: float = 1.0, threshold: float = 20.0
) -> Array:
    """Gradient of softplus at input x, times g.  dy/dx = sigmoid(beta x), or 1."""
    z = beta * x
    return np.where(z > threshold, g, g * sigmoid(z))


def elu(x: Array, alpha: float = 1.0) -> Array:
    """Keep positive entries of x; bend the others towards -alpha.

    Shapes:   any -> the same
    Formula:  x where x > 0, else alpha (e^x - 1)
    Source:   Clevert, Unterthiner, Hochreiter, Fast and Accurate Deep Network
              Learning by Exponential Linear Units, 2016
    """
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(g: Array, x: Array, alpha: float = 1.0) -> Array:
    """Gradient of elu at input x, times g.  dy/dx = 1 where x > 0, else alpha e^x."""
    return np.where(x > 0, g, g * alpha * np.exp(np.minimum(x, 0)))


def silu(x: Array) -> Array:
    """Each entry of x times its own sigmoid.

    Shapes:   any -> the same
    Source:   Elfwing, Uchibe, Doya, Sigmoid-Weighted Linear Units for Neural
              Network Function Approximation in Reinforcement Learning, 2018
    """
    return x * sigmoid(x)


def silu_backward(g: Array, x: Array) -> Array:
    """Gradient of silu at input x, times g.

    Backward:  dy/dx = s + x s (1 - s), s = sigmoid(x)
    """
    s = sigmoid(x)
    return g * s * (1 + x * (1 - s))


def gelu(x: Array) -> Array:
    """Each entry of x times the share of normal numbers below it.

    Shapes:   any -> the same
    Formula:  x (1 + erf(x / sqrt 2)) / 2
    Source:   Hendrycks, Gimpel, Gaussian Error Linear Units, 2016
    """
    return 0.5 * x * (1 + erf(x * math.sqrt(0.5)))


def gelu_backward(g: Array, x: Array) -> Array:
    """Gradient of gelu at input x, times g.

    Backward:  dy/dx = (1 + erf(x / sqrt 2)) / 2 + x e^(-x^2 / 2) / sqrt(2 pi)
    """
    density = np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
    return g * (0.5 * (1 + erf(x * math.sqrt(0.5))) + x * density)


def gelu_tanh(x: Array) -> Array:
    """The usual approximation of gelu, within 0.0005.

    Formula:  x (1 + tanh u) / 2, u = sqrt(2 / pi) (x + 0.044715 x^3)
    """
    return 0.5 * x * (1 + np.tanh(cubic(x)))


def gelu_tanh_backward(g: Array, x: Array) -> Array:
    """Gradient of gelu_tanh at input x, times g.

    Backward:  dy/dx = (1 + t) / 2 + x (1 - t^2) u' / 2, t = tanh u
    """
    t = np.tanh(cubic(x))
    slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return 0.5 * g * (1 + t + x * (1 - t * t) * slope)


def cubic(x: Array) -> Array:
    """The polynomial u inside gelu_tanh."""
    return math.sqrt(2 / math.pi) * x * (1 + 0.044715 * x * x)
