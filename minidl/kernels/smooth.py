"""Smooth relatives of relu: softplus, elu, silu, gelu, with the erf NumPy lacks."""

from __future__ import annotations

import math

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import sigmoid


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


def coefficients(text: str) -> Array:
    """A row for P and one for Q, highest power first; there are as many of both."""
    return np.array(text.split(), float).reshape(2, -1)


SMALL = coefficients("""
1.85777706184603153e-1 3.16112374387056560 1.13864154151050156e2
    3.77485237685302021e2 3.20937758913846947e3
1.0 2.36012909523441209e1 2.44024637934444173e2
    1.28261652607737228e3 2.84423683343917062e3
""")
LARGE = coefficients("""
2.15311535474403846e-8 5.64188496988670089e-1 8.88314979438837594
    6.61191906371416295e1 2.98635138197400131e2 8.81952221241769090e2
    1.71204761263407058e3 2.05107837782607147e3 1.23033935479799725e3
1.0 1.57449261107098347e1 1.17693950891312499e2
    5.37181101862009858e2 1.62138957456669019e3 3.29079923573345963e3
    4.36261909014324716e3 3.43936767414372164e3 1.23033935480374942e3
""")


def erf(x: Array) -> Array:
    """Twice the area under e^-t^2 / sqrt(pi) from 0 to x, within 1e-15.

    Shapes:   any -> the same
    Formula:  x P(x^2) / Q(x^2) for |x| < 0.46875, else 1 - e^-x^2 P(|x|) / Q(|x|)
    Source:   Cody, Rational Chebyshev Approximations for the Error Function,
              Mathematics of Computation 23, 1969
    """
    # Cody has a third formula above 4; the second still gives what is left of 1
    # there, 1e-8, to half its digits, and above 6 nothing is left.
    size = np.minimum(np.abs(x), 6)
    small = np.minimum(size, 0.46875)
    tail = np.exp(-size * size) * quotient(size, LARGE)
    inner = small * quotient(small * small, SMALL)
    return np.copysign(np.where(size > small, 1 - tail, inner), x)


def quotient(x: Array, powers: Array) -> Array:
    """P(x) / Q(x) for two polynomials, given by their coefficients."""
    P, Q = powers.astype(x.dtype)
    return np.polyval(P, x) / np.polyval(Q, x)
