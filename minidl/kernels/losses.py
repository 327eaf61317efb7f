"""Losses: one number that says how wrong a batch of predictions is."""

from __future__ import annotations

import numpy as np

from minidl.array import Array, IntArray
from minidl.kernels.activations import log_softmax, sigmoid, softmax


def mse_loss(y: Array, target: Array) -> Array:
    """Mean squared difference between y and target, over all entries.

    Shapes:   y and target of one shape -> ()
    Formula:  (1/n) sum (y - target)^2
    """
    return np.mean((y - target) ** 2)


def mse_loss_backward(g: Array, y: Array, target: Array) -> Array:
    """Gradient of mse_loss with respect to y, times upstream g.

    Shapes:    g (), y and target of one shape -> that shape
    Backward:  dy = (2/n) (y - target)
    """
    return g * 2 * (y - target) / y.size


def cross_entropy(x: Array, target: IntArray) -> Array:
    """Mean negative log-probability that softmax(x) gives the true classes.

    Shapes:   x (N, C) scores, target (N,) class numbers -> ()
    Formula:  -(1/N) sum_n log_softmax(x_n)[target_n]
    """
    rows = np.arange(len(target))
    return -np.mean(log_softmax(x)[rows, target])


def cross_entropy_backward(g: Array, x: Array, target: IntArray) -> Array:
    """Gradient of cross_entropy with respect to the scores x, times upstream g.

    Shapes:    g (), x (N, C), target (N,) -> (N, C)
    Backward:  dx = (softmax(x) - one_hot(target)) / N
    """
    dx = softmax(x)
    dx[np.arange(len(target)), target] -= 1
    return g * dx / len(target)


def binary_cross_entropy_with_logits(x: Array, target: Array) -> Array:
    """Mean cross-entropy of sigmoid(x) against targets 0 or 1, without overflow.

    Shapes:   x and target of one shape -> ()
    Formula:  mean of -target log s - (1 - target) log(1 - s), s = sigmoid(x)
    """
    return np.mean(np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x))))


def binary_cross_entropy_with_logits_backward(
    g: Array, x: Array, target: Array
) -> Array:
    """Gradient of binary_cross_entropy_with_logits at x, times upstream g.

    Shapes:    g (), x and target of one shape -> that shape
    Backward:  dx = (sigmoid(x) - target) / n
    """
    return g * (sigmoid(x) - target) / x.size


def hinge_loss(score: Array, target: Array) -> Array:
    """Mean shortfall of target * score below a margin of 1.

    Shapes:   score and target (each -1 or +1) of one shape -> ()
    Formula:  mean of max(0, 1 - target * score)
    """
    return np.mean(np.maximum(0, 1 - target * score))


def hinge_loss_backward(g: Array, score: Array, target: Array) -> Array:
    """Gradient of hinge_loss with respect to the scores, times upstream g.

    Shapes:    g (), score and target of one shape -> that shape
    Backward:  -target / n where target * score < 1, else 0
    """
    return g * np.where(target * score < 1, -target, 0) / score.size
