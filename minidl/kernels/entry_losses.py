"""Losses before a batch is summed up: one number for each entry of x and target.

Of each, `_backward` is the gradient at x times g, and `_target_backward`, where it
is not just the negative of that, the gradient at target.
"""

from __future__ import annotations

import numpy as np

from minidl.array import Array
from minidl.kernels.activations import sigmoid

LEAST = float(np.float32(1e-12))  # PyTorch has it in float32, for float64 too


def squared_error(x: Array, target: Array) -> Array:
    """(x - target)^2."""
    difference = x - target
    return difference * difference


def squared_error_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dx = 2 (x - target)."""
    return g * 2 * (x - target)


def absolute_error(x: Array, target: Array) -> Array:
    """|x - target|."""
    return np.abs(x - target)


def absolute_error_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dx = sign(x - target), 0 at the kink."""
    return g * np.sign(x - target)


def smooth_error(x: Array, target: Array, beta: float) -> Array:
    """|d| - beta/2 for d = x - target; below |d| = beta the parabola d^2 / 2 beta.

    Source:   Girshick, Fast R-CNN, 2015, equation 3 (for beta 1)
    """
    size = np.abs(x - target)
    inside = np.minimum(size, beta)
    return size - inside + (0.5 / beta) * inside * inside if beta else size


def smooth_error_backward(g: Array, x: Array, target: Array, beta: float) -> Array:
    """Backward:  dx = d / beta between -1 and 1, else the sign of d."""
    d = x - target
    return g * (np.clip(d / beta, -1, 1) if beta else np.sign(d))


def binary_entropy(x: Array, target: Array) -> Array:
    """-target log x - (1 - target) log(1 - x); each logarithm is at least -100."""
    with np.errstate(divide="ignore"):
        log, other = np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)
    return (target - 1) * other - target * log


def binary_entropy_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dx = (x - target) / x (1 - x); the divisor is at least 1e-12."""
    return g * (x - target) / np.maximum(x * (1 - x), LEAST)


def binary_entropy_target_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dtarget = log(1 - x) - log x."""
    with np.errstate(divide="ignore"):
        return g * (np.log1p(-x) - np.log(x))


def logistic(x: Array, target: Array, positive: Array) -> Array:
    """-positive target log s - (1 - target) log(1 - s), s = sigmoid(x), no overflow."""
    tail = np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0)  # -log s
    return (1 - target) * x + (1 + (positive - 1) * target) * tail


def logistic_backward(g: Array, x: Array, target: Array, positive: Array) -> Array:
    """Backward:  dx = (1 - target) s - positive target (1 - s)."""
    s = sigmoid(x)
    return g * ((1 - target) * s - positive * target * (1 - s))


def logistic_target_backward(
    g: Array, x: Array, target: Array, positive: Array
) -> Array:
    """Backward:  dtarget = log(1 - s) - positive log s."""
    tail = np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0)
    return g * ((positive - 1) * tail - x)


def divergence(x: Array, target: Array) -> Array:
    """target (log target - x) for log-probabilities x; 0 where target is 0."""
    return target * (np.log(np.where(target == 0, 1, target)) - x)


def divergence_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dx = -target."""
    return -g * target


def divergence_target_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dtarget = log target + 1 - x."""
    with np.errstate(divide="ignore"):
        return g * (np.log(target) + 1 - x)


def log_divergence(x: Array, target: Array) -> Array:
    """e^target (target - x): divergence for targets given as logarithms."""
    return np.exp(target) * (target - x)


def log_divergence_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dx = -e^target."""
    return -g * np.exp(target)


def log_divergence_target_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dtarget = e^target (target - x + 1)."""
    return g * np.exp(target) * (target - x + 1)


def hinge_embedding(x: Array, target: Array, margin: float) -> Array:
    """The distance x of an alike pair (target 1); what a pair apart (-1) lacks."""
    return np.where(target == 1, x, np.maximum(margin - x, 0))


def hinge_embedding_backward(g: Array, x: Array, target: Array, margin: float) -> Array:
    """Backward:  dx = 1 for alike pairs, -1 for those apart and closer than margin."""
    return g * np.where(target == 1, 1.0, -1.0 * (x < margin)).astype(x.dtype)
