"""Chapter 3: other correct ways to write each brick."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array, IntArray
from minidl.kernels.activations import log_softmax, sigmoid, softmax

# ruff: noqa: D103 -- the name of each function says how it goes about it

Generator = np.random.Generator
Shape = tuple[int, ...]


def kaiming_by_gain(shape: Shape, rng: Generator, a: float = 0.0) -> Array:
    gain = math.sqrt(2 / (1 + a * a))
    fan_in = math.prod(shape[1:])
    std = gain / math.sqrt(fan_in)
    return ((2 * rng.random(shape) - 1) * math.sqrt(3) * std).astype("float32")


def kaiming_in_float32(shape: Shape, rng: Generator, a: float = 0.0) -> Array:
    weights = rng.random(shape, dtype=np.float32) * 2 - 1
    weights *= np.float32(math.sqrt(6 / (1 + a**2) / weights[0].size))
    return weights


def kaiming_in_a_loop(shape: Shape, rng: Generator, a: float = 0.0) -> Array:
    fan_in = 1
    for size in shape[1:]:
        fan_in *= size
    k = (6 / fan_in / (1 + a**2)) ** 0.5
    rows = [rng.uniform(low=-k, high=k, size=shape[1:]) for _ in range(shape[0])]
    return np.array(rows, dtype=np.float32)


def xavier_by_deviation(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
    places = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * places, shape[0] * places
    std = gain * math.sqrt(2 / (fan_in + fan_out))
    k = math.sqrt(3) * std
    return rng.uniform(-k, k, size=shape).astype(np.float32)


def xavier_in_float32(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
    weights = rng.random(shape, dtype=np.float32) - np.float32(0.5)
    fan_in = weights[0].size
    fan_out = weights[:, 0].size
    return weights * np.float32(2 * gain * math.sqrt(6 / (fan_in + fan_out)))


def xavier_by_cases(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
    fan_out, fan_in = shape[0], shape[1]
    if len(shape) == 4:
        fan_out *= shape[2] * shape[3]
        fan_in *= shape[2] * shape[3]
    k = gain * 6**0.5 / (fan_in + fan_out) ** 0.5
    return np.asarray(rng.uniform(-k, k, shape), dtype=np.float32)


def log_softmax_adding_the_shift_back(x: Array, dim: int = -1) -> Any:
    high = np.max(x, axis=dim, keepdims=True)
    total = np.sum(np.exp(x - high), axis=dim, keepdims=True)
    return x - (high + np.log(total))


def log_softmax_by_logaddexp(x: Array, dim: int = -1) -> Any:
    return x - np.logaddexp.reduce(x, axis=dim, keepdims=True)


def log_softmax_row_by_row(x: Array, dim: int = -1) -> Any:
    y = np.moveaxis(x, dim, -1).copy()
    for i in np.ndindex(y.shape[:-1]):
        row = y[i] - max(y[i])
        y[i] = row - math.log(sum(math.exp(v) for v in row))
    return np.moveaxis(y, -1, dim)


def log_softmax_in_float64(x: Array, dim: int = -1) -> Any:
    wide = x.astype(np.float64)
    shifted = wide - wide.max(axis=dim, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(dim, keepdims=True))).astype(x.dtype)


def log_softmax_backward_by_softmax(g: Array, y: Array, dim: int = -1) -> Any:
    return g - softmax(y, dim) * np.sum(g, axis=dim, keepdims=True)


def log_softmax_backward_row_by_row(g: Array, y: Array, dim: int = -1) -> Any:
    g, y = np.moveaxis(g, dim, -1), np.moveaxis(y, dim, -1)
    dx = np.zeros_like(y)
    for i in np.ndindex(y.shape[:-1]):
        dx[i] = g[i] - math.fsum(g[i]) * np.exp(y[i])
    return np.moveaxis(dx, -1, dim)


def log_softmax_backward_by_moved_axis(g: Array, y: Array, dim: int = -1) -> Any:
    total = np.expand_dims(np.moveaxis(g, dim, 0).sum(axis=0), dim)
    dx = np.exp(y)
    dx *= -total
    dx += g
    return dx


def cross_entropy_of_one_hot(x: Array, target: IntArray) -> Any:
    y = np.eye(x.shape[1], dtype=x.dtype)[target]
    return -np.sum(y * log_softmax(x)) / len(x)


def cross_entropy_in_a_loop(x: Array, target: IntArray) -> Any:
    loss = x.dtype.type(0)
    for n, row in enumerate(x):
        high = row.max()
        loss += high + np.log(np.sum(np.exp(row - high))) - row[target[n]]
    return loss / len(x)


def cross_entropy_by_take_along_axis(x: Array, target: IntArray) -> Any:
    picked = np.take_along_axis(log_softmax(x, dim=1), target[:, None], axis=1)
    return np.negative(picked).mean()


def cross_entropy_by_differences(x: Array, target: IntArray) -> Any:
    own = x[range(len(x)), target]
    return np.mean(np.logaddexp.reduce(x - own[:, None], axis=1))


def cross_entropy_backward_of_one_hot(g: Array, x: Array, target: IntArray) -> Any:
    y = np.eye(x.shape[1], dtype=x.dtype)[target]
    return (softmax(x) - y) * (g / len(x))


def cross_entropy_backward_in_a_loop(g: Array, x: Array, target: IntArray) -> Any:
    dx = np.zeros_like(x)
    for n in range(len(x)):
        for c in range(x.shape[1]):
            p = np.exp(x[n, c] - x[n].max()) / np.exp(x[n] - x[n].max()).sum()
            dx[n, c] = g * (p - (c == target[n])) / len(x)
    return dx


def cross_entropy_backward_by_comparison(g: Array, x: Array, target: IntArray) -> Any:
    truth = target[:, None] == np.arange(x.shape[1])
    return g / x.shape[0] * (np.exp(log_softmax(x)) - truth)


def binary_cross_entropy_by_logaddexp(x: Array, target: Array) -> Any:
    return np.mean(np.logaddexp(x.dtype.type(0), x) - x * target)


def binary_cross_entropy_by_sides(x: Array, target: Array) -> Any:
    signed = np.where(target == 1, x, -x)
    return np.mean(np.log1p(np.exp(-np.abs(signed))) + np.maximum(-signed, 0))


def binary_cross_entropy_in_a_loop(x: Array, target: Array) -> Any:
    loss = 0.0
    for v, t in zip(x.ravel().tolist(), target.ravel().tolist(), strict=True):
        loss += max(v, 0) - v * t + math.log1p(math.exp(-abs(v)))
    return x.dtype.type(loss / x.size)


def binary_cross_entropy_of_two_classes(x: Array, target: Array) -> Any:
    pairs = np.stack([np.zeros_like(x), x], axis=-1)
    y = log_softmax(pairs)
    return -np.mean(target * y[..., 1] + (1 - target) * y[..., 0])


def binary_cross_entropy_backward_by_sides(g: Array, x: Array, target: Array) -> Any:
    s = sigmoid(x)
    return g / x.size * np.where(target == 1, s - 1, s)


def binary_cross_entropy_backward_in_a_loop(g: Array, x: Array, target: Array) -> Any:
    dx = np.zeros_like(x)
    for i, v in np.ndenumerate(x):
        e = math.exp(-abs(v))
        s = 1 / (1 + e) if v >= 0 else e / (1 + e)
        dx[i] = g * (s - target[i]) / x.size
    return dx


def binary_cross_entropy_backward_by_tanh(g: Array, x: Array, target: Array) -> Any:
    return (np.tanh(x / 2) + 1 - 2 * target) * (g / (2 * x.size))


def hinge_of_positive(score: Array, target: Array) -> Any:
    short = 1 - score * target
    return np.sum(short[short > 0], dtype=score.dtype) / score.size


def hinge_by_where(score: Array, target: Array) -> Any:
    margin = target * score
    return np.mean(np.where(margin < 1, 1 - margin, 0))


def hinge_in_a_loop(score: Array, target: Array) -> Any:
    loss = 0.0
    for s, t in zip(score.ravel().tolist(), target.ravel().tolist(), strict=True):
        loss += max(0.0, 1 - t * s)
    return score.dtype.type(loss / score.size)


def hinge_backward_by_mask(g: Array, score: Array, target: Array) -> Any:
    short = (1 - target * score) > 0
    return -(g / score.size) * target * short


def hinge_backward_by_zeroing(g: Array, score: Array, target: Array) -> Any:
    dscore = -target / score.size
    dscore[score * target >= 1] = 0
    return g * dscore


def hinge_backward_in_a_loop(g: Array, score: Array, target: Array) -> Any:
    dscore = np.zeros_like(score)
    for i, s in np.ndenumerate(score):
        if target[i] * s < 1:
            dscore[i] = -g * target[i] / score.size
    return dscore


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "kaiming_uniform": (kaiming_by_gain, kaiming_in_float32, kaiming_in_a_loop),
    "xavier_uniform": (xavier_by_deviation, xavier_in_float32, xavier_by_cases),
    "log_softmax": (
        log_softmax_adding_the_shift_back,
        log_softmax_by_logaddexp,
        log_softmax_row_by_row,
        log_softmax_in_float64,
    ),
    "log_softmax_backward": (
        log_softmax_backward_by_softmax,
        log_softmax_backward_row_by_row,
        log_softmax_backward_by_moved_axis,
    ),
    "cross_entropy": (
        cross_entropy_of_one_hot,
        cross_entropy_in_a_loop,
        cross_entropy_by_take_along_axis,
        cross_entropy_by_differences,
    ),
    "cross_entropy_backward": (
        cross_entropy_backward_of_one_hot,
        cross_entropy_backward_in_a_loop,
        cross_entropy_backward_by_comparison,
    ),
    "binary_cross_entropy_with_logits": (
        binary_cross_entropy_by_logaddexp,
        binary_cross_entropy_by_sides,
        binary_cross_entropy_in_a_loop,
        binary_cross_entropy_of_two_classes,
    ),
    "binary_cross_entropy_with_logits_backward": (
        binary_cross_entropy_backward_by_sides,
        binary_cross_entropy_backward_in_a_loop,
        binary_cross_entropy_backward_by_tanh,
    ),
    "hinge_loss": (hinge_of_positive, hinge_by_where, hinge_in_a_loop),
    "hinge_loss_backward": (
        hinge_backward_by_mask,
        hinge_backward_by_zeroing,
        hinge_backward_in_a_loop,
    ),
}
