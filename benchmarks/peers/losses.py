"""The workloads as functions of weights, in operators that each peer offers.

`ops` is the peer's file. The first argument after it holds the weights that learn, in
the order of PyTorch's state_dict; others are plain arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import halves, labels, normal

Weights = list[Any]

GENERATOR = ((128, 64), (128,), (784, 128), (784,))
DISCRIMINATOR = ((128, 784), (128,), (1, 128), (1,))
SHAPES = {
    "mlp": ((128, 784), (128,), (10, 128), (10,)),
    "cnn": (
        *((32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), (64, 64, 3, 3), (64,)),
        *((64, 576), (64,), (10, 64), (10,)),
    ),
    "lstm": ((512, 28), (512, 128), (512,), (512,), (10, 128), (10,)),
    "tiny": ((16, 2), (16,), (16, 16), (16,), (1, 16), (1,)),
}


def mlp(ops: Any, weights: Weights) -> Any:
    """Loss of 784-128-10."""
    W1, b1, W2, b2 = weights
    hidden = ops.relu(ops.linear(normal(128, 784), W1, b1))
    return ops.cross_entropy(ops.linear(hidden, W2, b2), labels(128))


def cnn(ops: Any, weights: Weights) -> Any:
    """Loss of 1-32-64-64."""
    K1, c1, K2, c2, K3, c3, W1, b1, W2, b2 = weights
    x = ops.pool(ops.relu(ops.conv(normal(128, 1, 28, 28), K1, c1)))
    x = ops.pool(ops.relu(ops.conv(x, K2, c2)))
    x = ops.relu(ops.conv(x, K3, c3)).reshape(128, 576)
    x = ops.relu(ops.linear(x, W1, b1))
    return ops.cross_entropy(ops.linear(x, W2, b2), labels(128))


def lstm(ops: Any, weights: Weights) -> Any:
    """Loss of the LSTM, one operator after the other for each row of the image."""
    W_x, W_h, b_x, b_h, W, b = weights
    x, h, c = normal(128, 28, 28), np.zeros((128, 128), "f"), np.zeros((128, 128), "f")
    for t in range(28):
        gates = ops.linear(x[:, t], W_x, b_x) + ops.linear(h, W_h, b_h)
        i, f = ops.sigmoid(gates[:, :128]), ops.sigmoid(gates[:, 128:256])
        g, o = ops.tanh(gates[:, 256:384]), ops.sigmoid(gates[:, 384:])
        c = f * c + i * g
        h = o * ops.tanh(c)
    return ops.cross_entropy(ops.linear(h, W, b), labels(128))


def generated(ops: Any, weights: Weights) -> Any:
    """Images of the generator 64-128-784."""
    W1, b1, W2, b2 = weights
    return ops.tanh(ops.linear(ops.relu(ops.linear(normal(128, 64), W1, b1)), W2, b2))


def judged(ops: Any, x: Any, weights: Weights) -> Any:
    """Scores of the discriminator 784-128-1."""
    W1, b1, W2, b2 = weights
    return ops.linear(ops.leaky_relu(ops.linear(x, W1, b1)), W2, b2)


def gan_discriminator(ops: Any, weights: Weights, fake: Any) -> Any:
    """Real images are to score high, generated ones low."""
    real = ops.binary_cross_entropy(judged(ops, normal(128, 784), weights), 1)
    return real + ops.binary_cross_entropy(judged(ops, fake, weights), 0)


def gan_generator(ops: Any, weights: Weights, discriminator: Weights) -> Any:
    """Generated images are to score high."""
    return ops.binary_cross_entropy(
        judged(ops, generated(ops, weights), discriminator), 1
    )


def tiny(ops: Any, weights: Weights) -> Any:
    """Loss of 2-16-16-1."""
    W1, b1, W2, b2, W3, b3 = weights
    x = ops.relu(ops.linear(normal(100, 2), W1, b1))
    x = ops.linear(ops.relu(ops.linear(x, W2, b2)), W3, b3)
    return ops.binary_cross_entropy(x, halves(100))
