"""Chapter 1: other correct ways to write each brick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array, IntArray

# ruff: noqa: D103 -- the name of each function says how it goes about it

Rng = np.random.Generator


def linear_by_einsum(x: Array, W: Array, b: Array) -> Any:
    return np.einsum("nd,md->nm", x, W) + b


def linear_by_loops(x: Array, W: Array, b: Array) -> Array:
    y = np.zeros((len(x), len(W)), x.dtype)
    for n in range(len(x)):
        for m in range(len(W)):
            y[n, m] = sum(x[n, d] * W[m, d] for d in range(x.shape[1])) + b[m]
    return y


def linear_with_a_column_of_ones(x: Array, W: Array, b: Array) -> Array:
    ones = np.ones((len(x), 1), x.dtype)
    return np.hstack([ones, x]) @ np.hstack([b[:, None], W]).T


def linear_in_float64(x: Array, W: Array, b: Array) -> Any:
    y = W.astype(float) @ x.T.astype(float) + b[:, None]
    return y.T.astype(x.dtype)


def linear_backward_by_einsum(g: Array, x: Array, W: Array) -> tuple[Array, ...]:
    dx = np.einsum("nm,md->nd", g, W)
    return dx, np.einsum("nm,nd->md", g, x), np.einsum("nm->m", g)


def linear_backward_by_samples(g: Array, x: Array, W: Array) -> tuple[Array, ...]:
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(len(W), W.dtype)
    for n in range(len(x)):
        dx[n] = W.T @ g[n]
        dW += np.outer(g[n], x[n])
        db += g[n]
    return dx, dW, db


def linear_backward_by_ones(g: Array, x: Array, W: Array) -> tuple[Array, ...]:
    return (W.T @ g.T).T, (x.T @ g).T, np.ones(len(g), g.dtype) @ g


def linear_backward_backwards(g: Array, x: Array, W: Array) -> tuple[Array, ...]:
    dW = g[::-1].T.astype(float) @ x[::-1].astype(float)
    return g @ W, dW.astype(x.dtype), np.sum(g.T, axis=1)


def mse_by_sum(y: Array, target: Array) -> Any:
    return np.sum(np.square(target - y)) / y.size


def mse_by_dot(y: Array, target: Array) -> Any:
    error = (y - target).ravel()
    return error @ error / error.size


def mse_by_loop(y: Array, target: Array) -> Any:
    total = y.dtype.type(0)
    for a, b in zip(y.flat, target.flat, strict=True):
        total += (a - b) * (a - b)
    return total / y.size


def mse_in_float64(y: Array, target: Array) -> Any:
    error = y.astype(float) - target
    return (error * error).mean().astype(y.dtype)


def mse_backward_mean_first(g: Array, y: Array, target: Array) -> Array:
    return (g / y.size) * (y - target) * 2


def mse_backward_twice_flipped(g: Array, y: Array, target: Array) -> Any:
    return -2 / y.size * g * (target - y)


def mse_backward_by_loop(g: Array, y: Array, target: Array) -> Array:
    dy = np.zeros(y.shape, y.dtype)
    for i in np.ndindex(*y.shape):
        dy[i] = 2 * g * (y[i] - target[i]) / y.size
    return dy


def mse_backward_in_float64(g: Array, y: Array, target: Array) -> Array:
    dy: Array = 2.0 * float(g) * (y.astype(float) - target) / np.prod(y.shape)
    return dy.astype(y.dtype)


def standardize_by_columns(train: Array, test: Array) -> tuple[Array, Array]:
    a, b = train.copy(), test.copy()
    for j in range(train.shape[1]):
        a[:, j] -= train[:, j].mean()
        b[:, j] -= train[:, j].mean()
        std = train[:, j].std()
        if std > 0:
            a[:, j] /= std
            b[:, j] /= std
    return a, b


def standardize_by_definition(train: Array, test: Array) -> tuple[Array, ...]:
    mean = train.sum(axis=0) / len(train)
    std = np.sqrt(((train - mean) ** 2).sum(axis=0) / len(train))
    std[std == 0] = 1
    return tuple((table - mean) / std for table in (train, test))


def standardize_at_once(train: Array, test: Array) -> tuple[Array, Array]:
    both = np.concatenate([train, test])
    std = np.std(train, axis=0)
    both = (both - np.mean(train, axis=0)) * (1 / np.where(std > 0, std, 1))
    both = both.astype(train.dtype)
    return both[: len(train)], both[len(train) :]


def standardize_in_float64(train: Array, test: Array) -> tuple[Array, ...]:
    wide = train.astype(np.float64)
    mean, std = wide.mean(axis=0, keepdims=True), wide.std(axis=0, keepdims=True)
    std = std + (std == 0)
    return tuple(((t - mean) / std).astype(t.dtype) for t in (train, test))


def split_by_shuffled_list(x: Any, y: Any, test_size: float, rng: Rng) -> Any:
    order = list(range(len(x)))
    rng.shuffle(order)
    n_train = len(x) - int(np.ceil(len(x) * test_size))
    train = np.array(order[:n_train], int)
    test = np.array(order[n_train:], int)
    return x[train], x[test], y[train], y[test]


def split_by_sorted_noise(x: Any, y: Any, test_size: float, rng: Rng) -> Any:
    order = rng.random(len(x)).argsort()
    n_test = -int(-len(x) * test_size // 1)
    train, test = np.split(order, [len(x) - n_test])
    return [a[rows] for a in (x, y) for rows in (train, test)]


def split_by_choice(x: Any, y: Any, test_size: float, rng: Rng) -> Any:
    n_test = int(np.ceil(test_size * len(x)))
    test = rng.choice(len(x), size=n_test, replace=False)
    train = rng.permutation([i for i in range(len(x)) if i not in test]).astype(int)
    return np.take(x, train, 0), np.take(x, test, 0), y[train], y[test]


def split_by_shuffled_copies(x: Any, y: Any, test_size: float, rng: Rng) -> Any:
    n_test = int(np.ceil(test_size * len(x)))
    state = rng.bit_generator.state
    x = rng.permutation(x)
    rng.bit_generator.state = state
    y = rng.permutation(y)
    return x[n_test:], x[:n_test], y[n_test:], y[:n_test]


def one_hot_by_comparison(labels: IntArray, num_classes: int) -> Any:
    return (labels[:, None] == np.arange(num_classes)).astype(np.int64)


def one_hot_by_assignment(labels: IntArray, num_classes: int) -> IntArray:
    y = np.zeros((len(labels), num_classes), dtype=int)
    y[np.arange(len(labels)), labels] = 1
    return y


def one_hot_by_loop(labels: IntArray, num_classes: int) -> IntArray:
    y = np.zeros((len(labels), num_classes), np.int32)
    for row, label in zip(y, labels, strict=True):
        row[label] = 1
    return y


def one_hot_along_axis(labels: IntArray, num_classes: int) -> IntArray:
    y = np.zeros((labels.size, num_classes), np.uint8)
    np.put_along_axis(y, labels[:, None].astype(int), 1, axis=1)
    return y


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "linear": (
        linear_by_einsum,
        linear_by_loops,
        linear_with_a_column_of_ones,
        linear_in_float64,
    ),
    "linear_backward": (
        linear_backward_by_einsum,
        linear_backward_by_samples,
        linear_backward_by_ones,
        linear_backward_backwards,
    ),
    "mse_loss": (mse_by_sum, mse_by_dot, mse_by_loop, mse_in_float64),
    "mse_loss_backward": (
        mse_backward_mean_first,
        mse_backward_twice_flipped,
        mse_backward_by_loop,
        mse_backward_in_float64,
    ),
    "standardize": (
        standardize_by_columns,
        standardize_by_definition,
        standardize_at_once,
        standardize_in_float64,
    ),
    "train_test_split": (
        split_by_shuffled_list,
        split_by_sorted_noise,
        split_by_choice,
        split_by_shuffled_copies,
    ),
    "one_hot": (
        one_hot_by_comparison,
        one_hot_by_assignment,
        one_hot_by_loop,
        one_hot_along_axis,
    ),
}
