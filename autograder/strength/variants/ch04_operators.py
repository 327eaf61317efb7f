"""Chapter 4: other correct ways to write the operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.operators import AnyArray, reduced, shaped, unbroadcast
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each function says how it goes about it

Shape = tuple[int, ...]


def unbroadcast_step_by_step(g: AnyArray, shape: Shape) -> Any:
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for dim, size in enumerate(shape):
        if size == 1 and g.shape[dim] != 1:
            g = g.sum(axis=dim, keepdims=True)
    return g


def unbroadcast_in_one_sum(g: AnyArray, shape: Shape) -> Any:
    padded = (1,) * (g.ndim - len(shape)) + shape
    axes = tuple(d for d in range(g.ndim) if padded[d] == 1)
    return np.sum(g, axis=axes, keepdims=True).reshape(shape)


def unbroadcast_by_adding_at(g: AnyArray, shape: Shape) -> Any:
    result = np.zeros(shape, g.dtype)
    places = np.arange(result.size).reshape(shape)
    np.add.at(result.reshape(-1), np.broadcast_to(places, g.shape).ravel(), g.ravel())
    return result


def add_of_shapes(a: Tensor, b: Tensor) -> Any:
    def backward(g: AnyArray) -> list[AnyArray]:
        return [unbroadcast(g, x.shape) for x in (a, b)]

    return a.record(np.add(a.array, b.array), backward, b)  # type: ignore[arg-type]


def add_what_is_wanted(a: Tensor, b: Tensor) -> Any:
    shapes = [x.shape if x.requires_grad else None for x in (a, b)]

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        return tuple(None if s is None else unbroadcast(g, s) for s in shapes)

    return a.record(a.array + b.array, backward, b)


def add_of_broadcast_copies(a: Tensor, b: Tensor) -> Any:
    copies = np.broadcast_arrays(a.array, b.array)
    return a.record(
        copies[0] + copies[1],
        lambda g: (unbroadcast(g * 1, a.shape), unbroadcast(g * 1, b.shape)),
        b,
    )


def mul_saving_both(a: Tensor, b: Tensor) -> Any:
    x, y = a.array, b.array

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        return unbroadcast(g * y, x.shape), unbroadcast(g * x, y.shape)

    return a.record(x * y, backward, b, saves=(a, b))


def mul_by_lambda(a: Tensor, b: Tensor) -> Any:
    return a.record(
        np.multiply(a.array, b.array),
        lambda g: (
            unbroadcast(b.array * g, a.shape),
            unbroadcast(a.array * g, b.shape),
        ),
        b,
        saves=(b, a),
    )


def mul_of_what_is_wanted(a: Tensor, b: Tensor) -> Any:
    pairs = [(a, b.array), (b, a.array)]
    kept = [(x.shape, y if x.requires_grad else None) for x, y in pairs]

    def backward(g: AnyArray) -> tuple[AnyArray | None, ...]:
        return tuple(None if y is None else unbroadcast(g * y, s) for s, y in kept)

    return a.record(a.array * b.array, backward, b, saves=(a, b))


def as_stacks(a: Tensor, b: Tensor) -> tuple[AnyArray, AnyArray, Shape]:
    x, y = a.array, b.array
    x, y = x[None] if x.ndim == 1 else x, y[:, None] if y.ndim == 1 else y
    return x, y, (x @ y).shape


def matmul_of_stacks(a: Tensor, b: Tensor) -> Any:
    x, y, flat = as_stacks(a, b)

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        g = g.reshape(flat)
        dx, dy = g @ np.swapaxes(y, -1, -2), np.swapaxes(x, -1, -2) @ g
        dx, dy = unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)
        return dx.reshape(a.shape), dy.reshape(b.shape)

    return a.record(np.asarray(a.array @ b.array), backward, b, saves=(a, b))


def matmul_by_einsum(a: Tensor, b: Tensor) -> Any:
    x, y, flat = as_stacks(a, b)

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        g = g.reshape(flat)
        dx = np.einsum("...nm,...dm->...nd", g, y)
        dy = np.einsum("...nd,...nm->...dm", x, g)
        dx, dy = unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)
        return shaped(dx, a.shape), shaped(dy, b.shape)

    product = np.einsum("...nd,...dm->...nm", x, y)
    product = product.reshape(np.shape(a.array @ b.array))
    return a.record(product, backward, b, saves=(a, b))


def matmul_by_outer_products(a: Tensor, b: Tensor) -> Any:
    x, y, flat = as_stacks(a, b)
    terms = x[..., :, :, None] * y[..., None, :, :]

    def backward(g: AnyArray) -> tuple[AnyArray, AnyArray]:
        g = g.reshape(flat)[..., :, None, :]
        dx = (g * y[..., None, :, :]).sum(-1)
        dy = (g * x[..., :, :, None]).sum(-3)
        dx, dy = unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)
        return dx.reshape(a.shape), dy.reshape(b.shape)

    product = terms.sum(-2).reshape(np.shape(a.array @ b.array))
    return a.record(product, backward, b, saves=(a, b))


def sum_with_expanded_dimensions(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    input = input if dtype is None else input.to(dtype)
    axes, x = reduced("sum", input, dim), input.array

    def backward(g: AnyArray) -> tuple[AnyArray]:
        if not keepdim:
            g = np.expand_dims(g, axes)
        return (g + np.zeros_like(x),)

    return input.record(np.asarray(x.sum(axes, keepdims=keepdim)), backward)


def sum_by_ones(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    input = input.to(dtype or input.dtype)
    axes = tuple(range(input.ndim)) if dim is None else dim
    y = np.sum(input.array, axis=axes, keepdims=True)
    shape = np.sum(input.array, axis=axes, keepdims=keepdim).shape

    def backward(g: AnyArray) -> tuple[AnyArray]:
        return (np.ones_like(input.array) * g.reshape(y.shape),)

    return input.record(y.reshape(shape), backward)


def sum_repeating_the_gradient(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    if dtype is not None:
        input = input.to(dtype)
    axes = reduced("sum", input, dim)
    kept = [1 if d in axes else n for d, n in enumerate(input.shape)]
    times = [n if d in axes else 1 for d, n in enumerate(input.shape)]

    def backward(g: AnyArray) -> tuple[AnyArray]:
        return (np.tile(g.reshape(kept), times) if input.ndim else g,)

    return input.record(np.asarray(input.array.sum(axes, keepdims=keepdim)), backward)


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "unbroadcast": (
        unbroadcast_step_by_step,
        unbroadcast_in_one_sum,
        unbroadcast_by_adding_at,
    ),
    "add": (add_of_shapes, add_what_is_wanted, add_of_broadcast_copies),
    "mul": (mul_saving_both, mul_by_lambda, mul_of_what_is_wanted),
    "matmul": (matmul_of_stacks, matmul_by_einsum, matmul_by_outer_products),
    "sum": (
        sum_with_expanded_dimensions,
        sum_by_ones,
        sum_repeating_the_gradient,
    ),
}
