"""DeZero: the library of "Deep Learning from Scratch 3", in NumPy.

Its last release, of 2020, names np.int, which NumPy has since given up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

vars(np).setdefault("int", int)
from dezero import Variable  # noqa: E402
from dezero.functions import (  # noqa: E402
    leaky_relu,
    relu,
    sigmoid,
    sigmoid_cross_entropy,
    tanh,
    transpose,
)
from dezero.functions import linear as linear_of_transpose  # noqa: E402
from dezero.functions import softmax_cross_entropy as cross_entropy  # noqa: E402
from dezero.functions_conv import conv2d as conv  # noqa: E402
from dezero.functions_conv import pooling  # noqa: E402

__all__ = ["conv", "cross_entropy", "leaky_relu", "relu", "sigmoid", "tanh"]

WORKLOADS = ("mlp", "cnn", "lstm", "gan", "tiny")


def value_and_gradients(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Return the loss and the gradient of each of its weights, as a function."""

    def both(arrays: list[Any], *others: Any) -> tuple[Any, list[Any]]:
        weights = [Variable(array) for array in arrays]
        value = loss(weights, *others)
        value.backward()
        return value.data, [w.grad.data for w in weights]

    return both


def plain(x: Any) -> Any:
    """Return the array in a variable."""
    return x.data


def linear(x: Any, W: Any, b: Any) -> Any:
    """Return x Wᵀ + b."""
    return linear_of_transpose(x, transpose(W), b)


def pool(x: Any) -> Any:
    """Return the largest of every 2 × 2 entries."""
    return pooling(x, 2, 2)


def binary_cross_entropy(z: Any, y: Any) -> Any:
    """Return the mean cross-entropy of sigmoid(z)."""
    return sigmoid_cross_entropy(z, np.full(z.shape, y, np.float32))
