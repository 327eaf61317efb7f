"""Pieces of losses before a batch is summed up: one number for each entry."""

from __future__ import annotations

import numpy as np

from minidl.array import Array

LEAST = float(np.float32(1e-12))  # PyTorch has it in float32, for float64 too


def smooth_error(d: Array, beta: float) -> Array:
    """|d| - beta/2; below |d| = beta the parabola d^2 / 2 beta."""
    size = np.abs(d)
    inside = np.minimum(size, beta)
    return size - inside + (0.5 / beta) * inside * inside if beta else size


def smooth_error_backward(g: Array, d: Array, beta: float) -> Array:
    """Backward:  dd = d / beta between -1 and 1, else the sign of d."""
    return g * (np.clip(d / beta, -1, 1) if beta else np.sign(d))


def binary_entropy(x: Array, target: Array) -> Array:
    """-target log x - (1 - target) log(1 - x); each logarithm is at least -100."""
    with np.errstate(divide="ignore"):
        log, other = np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)
    return (target - 1) * other - target * log


def binary_entropy_backward(g: Array, x: Array, target: Array) -> Array:
    """Backward:  dx = (x - target) / x (1 - x); the divisor is at least 1e-12."""
    return g * (x - target) / np.maximum(x * (1 - x), LEAST)


def binary_entropy_target_backward(g: Array, x: Array) -> Array:
    """Backward:  dtarget = log(1 - x) - log x."""
    with np.errstate(divide="ignore"):
        return g * (np.log1p(-x) - np.log(x))


def x_log_x(x: Array) -> Array:
    """Entrywise x log x, which is 0 for 0."""
    return x * np.log(np.where(x == 0, 1, x))


def x_log_x_backward(g: Array, x: Array) -> Array:
    """Backward:  dx = log x + 1."""
    with np.errstate(divide="ignore"):
        return g * (np.log(x) + 1)
