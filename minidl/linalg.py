"""Vectors and matrices: products, and the two triangles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from minidl.operands import array_of
from minidl.operators import AnyArray
from minidl.promotion import matrix_product
from minidl.shaping import reshape

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["bmm", "dot", "matmul", "mm", "outer", "tril", "triu"]


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Matrix product input @ other over the last two dimensions."""
    return product("matmul", None, input, other)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Product of two matrices."""
    return product("mm", 2, input, mat2)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Products of as many matrices: (N, A, B), (N, B, C) -> (N, A, C)."""
    return product("bmm", 3, input, mat2)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Sum of the products of the entries of two vectors."""
    return product("dot", 1, input, tensor)


def product(name: str, ndim: int | None, a: Tensor, b: Tensor) -> Tensor:
    """The matrix product of two Tensors, which must have this many dimensions."""
    first, second = array_of(name, a).shape, array_of(name, b, "other").shape
    unlike = ndim == 3 and first[:1] != second[:1]
    if ndim is not None and ((a.ndim, b.ndim) != (ndim, ndim) or unlike):
        raise ValueError(
            f"{name}: shapes {first} and {second}; both need {ndim} dimensions"
            + ", the first of one size" * (ndim == 3)
            + "; matmul broadcasts"
        )
    return matrix_product(a, b)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The product of each entry of one vector with each of another."""
    x, y = array_of("outer", input), array_of("outer", vec2, "vec2")
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(
            f"outer: shapes {x.shape} and {y.shape}; both must be vectors, "
            "use flatten()"
        )
    return reshape(input, -1, 1) * vec2


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Each matrix with 0 above a diagonal: the main one, or so many above it."""
    return triangle("tril", np.tril, input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Each matrix with 0 below a diagonal: the main one, or so many above it."""
    return triangle("triu", np.triu, input, diagonal)


def triangle(
    name: str, cut: Callable[..., AnyArray], input: Tensor, diagonal: int
) -> Tensor:
    """What tril and triu share; the gradient of what became 0 is 0."""
    x = array_of(name, input)
    if x.ndim < 2:
        raise ValueError(f"{name}: the tensor {x.shape} holds no matrices")
    return input.record(cut(x, diagonal), lambda g: (cut(g, diagonal),))
