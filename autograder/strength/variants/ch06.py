"""Chapter 6: other correct ways to write each brick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np

from autograder.strength.variants import ch06_measuring
from minidl import functional
from minidl.array import Array
from minidl.nn.containers import Sequential
from minidl.nn.linear import Linear
from minidl.nn.module import Module

# ruff: noqa: D101, D102, D103 -- the name of each says how it goes about it

Named = Iterator[tuple[str, Any]]
Rng = np.random.Generator


class ModuleByRecursion(Module):
    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Named:
        def walk(part: Module, path: str, seen: list[Any]) -> Named:
            if remove_duplicate and any(part is s for s in seen):
                return
            seen.append(part)
            for name, p in part._parameters.items():
                if p is None or (remove_duplicate and any(p is s for s in seen)):
                    continue
                seen.append(p)
                yield path + name, p
            if recurse:
                for name, below in part._modules.items():
                    if below is not None:
                        yield from walk(below, f"{path}{name}.", seen)

        return walk(self, prefix + "." if prefix else "", [])


class ModuleByList(Module):
    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Any:
        everything = list(self.named_modules(prefix=prefix, remove_duplicate=False))
        found = [
            (".".join(filter(None, (path, name))), p)
            for path, module in (everything if recurse else everything[:1])
            for name, p in module._parameters.items()
            if p is not None
        ]
        if remove_duplicate:
            first = {id(p): pair for pair in reversed(found) for p in [pair[1]]}
            return [pair for pair in found if first[id(pair[1])] is pair]
        return found


class ModuleByDict(Module):
    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Named:
        found: dict[Any, tuple[str, Any]] = {}
        parts = self.named_modules(None, prefix, remove_duplicate)
        for path, module in parts if recurse else [(prefix, self)]:
            for name, p in vars(module)["_parameters"].items():
                place = f"{path}.{name}" if path else name
                if p is not None:
                    found.setdefault(id(p) if remove_duplicate else place, (place, p))
        yield from found.values()


class LinearByOperators(Linear):
    def forward(self, input: Any) -> Any:
        y = input @ self.weight.T
        return y if self.bias is None else y + self.bias


class LinearBySum(Linear):
    def forward(self, input: Any) -> Any:
        y = (input.unsqueeze(-2) * self.weight).sum(-1)
        if self.bias is not None:
            y = self.bias + y
        return y


class LinearByOptions(Linear):
    def forward(self, input: Any) -> Any:
        options = {} if self.bias is None else {"bias": self.bias}
        return functional.linear(input, weight=self.weight, **options)


class SequentialByReduce(Sequential):
    def forward(self, input: Any) -> Any:
        return reduce(lambda x, part: part(x), self, input)


class SequentialByNumber(Sequential):
    def forward(self, input: Any) -> Any:
        output = input
        for i in range(len(self)):
            output = self[i].forward(output)
        return output


class SequentialByTable(Sequential):
    def forward(self, input: Any) -> Any:
        for part in self._modules.values():
            assert part is not None
            input = part(input)
        return input


def dropout_by_choice(x: Array, p: float, rng: Rng) -> Any:
    factors = np.zeros_like(x)
    kept = rng.random(x.shape) < 1 - p
    if p < 1:
        factors[kept] = 1 / (1 - p)
    return factors * x, factors


def dropout_by_binomial(x: Array, p: float, rng: Rng) -> Any:
    factors = rng.binomial(1, 1 - p, x.shape).astype(x.dtype)
    factors /= max(1 - p, 1e-9)
    return x * factors, factors


def dropout_by_where(x: Array, p: float, rng: Rng) -> Any:
    if p == 1:
        return np.zeros_like(x), np.zeros_like(x)
    dropped = rng.uniform(size=x.shape) < p
    return (
        np.where(dropped, 0, x / (1 - p)).astype(x.dtype),
        np.where(dropped, 0, 1 / (1 - p)).astype(x.dtype),
    )


def dropout_backward_by_where(g: Array, factors: Array) -> Any:
    return np.where(factors == 0, 0, g * factors)


def dropout_backward_by_multiply(g: Array, factors: Array) -> Any:
    return np.multiply(factors, g)


def dropout_backward_in_a_loop(g: Array, factors: Array) -> Any:
    dx = np.zeros_like(g)
    wide = np.broadcast_to(factors, g.shape)
    for place in np.ndindex(g.shape):
        dx[place] = g[place] * wide[place]
    return dx


def channels_last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1)


def batch_norm_channels_last(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    rows = channels_last(x).reshape(-1, x.shape[1])
    if mean is None:
        mean, var = np.mean(rows, axis=0), np.var(rows, axis=0)
    y = (rows - mean) / np.sqrt(var + eps) * W + b
    return np.moveaxis(y.reshape(channels_last(x).shape), -1, 1), mean, var


def batch_norm_channel_by_channel(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    y = np.zeros_like(x)
    means, variances = np.zeros_like(W), np.zeros_like(W)
    for c in range(x.shape[1]):
        part = x[:, c]
        means[c] = part.mean() if mean is None else mean[c]
        variances[c] = ((part - means[c]) ** 2).mean() if var is None else var[c]
        y[:, c] = W[c] * (part - means[c]) * (variances[c] + eps) ** -0.5 + b[c]
    return y, means, variances


def batch_norm_in_float64(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    wide = x.astype(np.float64)
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    if mean is None:
        mean, var = wide.mean(axes), wide.var(axes)
    shape = (1, -1) + (1,) * (x.ndim - 2)
    z = (wide - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    y = W.reshape(shape) * z + b.reshape(shape)
    return y.astype(x.dtype), mean.astype(x.dtype), var.astype(x.dtype)


def backward_by_the_paper(
    g: Array,
    x: Array,
    mean: Array,
    var: Array,
    W: Array,
    eps: float = 1e-5,
    training: bool = True,
) -> Any:
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    shape = (1, -1) + (1,) * (x.ndim - 2)
    n = x.size / x.shape[1]
    centred, inverse = x - mean.reshape(shape), (1 / np.sqrt(var + eps)).reshape(shape)
    dz = g * W.reshape(shape)
    dx = dz * inverse
    if training:
        dvar = (dz * centred * -0.5 * inverse**3).sum(axes, keepdims=True)
        dmean = (-dz * inverse).sum(axes, keepdims=True)
        dmean = dmean - 2 * dvar * centred.mean(axes, keepdims=True)
        dx = dx + dvar * 2 * centred / n + dmean / n
    return dx.astype(x.dtype), (g * centred * inverse).sum(axes), g.sum(axes)


def backward_by_means(
    g: Array,
    x: Array,
    mean: Array,
    var: Array,
    W: Array,
    eps: float = 1e-5,
    training: bool = True,
) -> Any:
    x, g = channels_last(x), channels_last(g)
    axes = tuple(range(x.ndim - 1))
    if training:
        mean, var = x.mean(axes), x.var(axes)
    z = (x - mean) / np.sqrt(var + eps)
    inner = g
    if training:
        inner = g - g.mean(axes) - z * (g * z).mean(axes)
    dx = W / np.sqrt(var + eps) * inner
    return np.moveaxis(dx, -1, 1), np.sum(g * z, axis=axes), np.sum(g, axis=axes)


def backward_channel_by_channel(
    g: Array,
    x: Array,
    mean: Array,
    var: Array,
    W: Array,
    eps: float = 1e-5,
    training: bool = True,
) -> Any:
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(W)
    for c in range(x.shape[1]):
        std = np.sqrt(var[c] + eps)
        z, up = (x[:, c] - mean[c]) / std, g[:, c]
        dW[c], db[c] = np.vdot(up, z), up.sum()
        inner = up - up.mean() - z * (up * z).mean() if training else up
        dx[:, c] = W[c] * inner / std
    return dx, dW, db


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "Module": (ModuleByRecursion, ModuleByList, ModuleByDict),
    "Linear": (LinearByOperators, LinearBySum, LinearByOptions),
    "Sequential": (SequentialByReduce, SequentialByNumber, SequentialByTable),
    "dropout": (dropout_by_choice, dropout_by_binomial, dropout_by_where),
    "dropout_backward": (
        dropout_backward_by_where,
        dropout_backward_by_multiply,
        dropout_backward_in_a_loop,
    ),
    "batch_norm": (
        batch_norm_channels_last,
        batch_norm_channel_by_channel,
        batch_norm_in_float64,
    ),
    "batch_norm_backward": (
        backward_by_the_paper,
        backward_by_means,
        backward_channel_by_channel,
    ),
    **ch06_measuring.VARIANTS,
}
