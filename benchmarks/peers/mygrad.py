"""MyGrad: NumPy with a tape, and a few fused functions for networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mygrad as mg
import numpy as np
from mygrad import tanh
from mygrad.nnet.activations import leaky_relu as leaky_relu_of_slope
from mygrad.nnet.activations import relu, sigmoid
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy as cross_entropy

__all__ = ["cross_entropy", "relu", "sigmoid", "tanh"]

WORKLOADS = ("mlp", "cnn", "lstm", "gan", "tiny")
mg.turn_memory_guarding_off()  # as its manual says to do for speed


def value_and_gradients(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Return the loss and the gradient of each of its weights, as a function."""

    def both(arrays: list[Any], *others: Any) -> tuple[Any, list[Any]]:
        weights = [mg.tensor(array, copy=False) for array in arrays]
        value = loss(weights, *others)
        value.backward()
        return value.item(), [w.grad for w in weights]

    return both


def plain(x: Any) -> Any:
    """Return the array in a tensor."""
    return np.asarray(x)


def linear(x: Any, W: Any, b: Any) -> Any:
    """Return x Wᵀ + b."""
    return mg.matmul(x, W.T) + b


def leaky_relu(x: Any) -> Any:
    """Return x where it is positive, else 0.2 x."""
    return leaky_relu_of_slope(x, 0.2)


def conv(x: Any, W: Any, b: Any) -> Any:
    """Return the convolution of x by W, plus b."""
    return conv_nd(x, W, stride=1) + b.reshape(1, -1, 1, 1)


def pool(x: Any) -> Any:
    """Return the largest of every 2 × 2 entries."""
    rows, columns = (size // 2 * 2 for size in x.shape[2:])  # an odd rest is an error
    return max_pool(x[:, :, :rows, :columns], (2, 2), 2)


def binary_cross_entropy(z: Any, y: Any) -> Any:
    """Return the mean cross-entropy of sigmoid(z)."""
    return mg.mean(mg.logaddexp(np.float32(0), z) - z * y)
