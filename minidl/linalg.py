"""Vectors and matrices: products, einsum's among them, and the two triangles."""

from __future__ import annotations

import string
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.operands import array_of
from minidl.operators import sum as summed
from minidl.promotion import matrix_product
from minidl.shaping import permute, reshape

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["bmm", "dot", "einsum", "matmul", "mm", "outer", "tril", "triu"]

Term = tuple[str, "Tensor"]
"""A Tensor, and a letter for each of its dimensions."""


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
            f"{', the first of one size' * (ndim == 3)}; matmul broadcasts"
        )
    return matrix_product(a, b)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The product of each entry of one vector with each of another."""
    x, y = array_of("outer", input), array_of("outer", vec2, "vec2")
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"outer: shapes {x.shape} and {y.shape}; both must be vectors")
    return reshape(input, -1, 1) * vec2


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Each matrix with 0 above a diagonal: the main one, or so many above it."""
    return triangle("tril", np.tril, input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Each matrix with 0 below a diagonal: the main one, or so many above it."""
    return triangle("triu", np.triu, input, diagonal)


def triangle(name: str, cut: Any, input: Tensor, diagonal: int) -> Tensor:
    """What tril and triu share; the gradient of what became 0 is 0."""
    x = array_of(name, input)
    if x.ndim < 2:
        raise ValueError(f"{name}: the tensor {x.shape} holds no matrices")
    return input.record(cut(x, diagonal), lambda g: (cut(g, diagonal),))


def einsum(equation: str, *operands: Any) -> Tensor:
    """Products of the operands' entries, summed over the letters the output lacks.

    The products are taken two by two: permute, then @, then permute back.

    Formula:  "ij,jk->ik" is sum_j a_ij b_jk; without "->" the letters that occur once
              are the output, in the order of the alphabet
    """
    tensors = operands[0] if isinstance(operands[0], list | tuple) else operands
    names, output = parsed(equation, tensors)
    first, *others = terms_of(equation, names, tensors)
    for i, second in enumerate(others):
        later = "".join(letters for letters, _ in others[i + 1 :])
        first = contracted(first, second, {*output, *later})
    letters, result = summed_to({*output}, first)
    return permute(result, [letters.index(letter) for letter in output])


def parsed(equation: str, tensors: Sequence[Tensor]) -> tuple[list[str], str]:
    """The letters of each operand and of the output, with letters for every "..."."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    names, hidden = left.split(","), ""
    if len(names) != len(tensors):
        raise ValueError(
            f"einsum: {equation!r} names {len(names)} operands, but got {len(tensors)}"
        )
    unused = [c for c in string.ascii_letters if c not in equation]
    for i, (letters, x) in enumerate(zip(names, tensors, strict=True)):
        named = letters.replace("...", "", 1)
        spare = array_of("einsum", x, "an operand").ndim - len(named)
        if spare < 0 or (spare and named == letters):
            raise ValueError(
                f"einsum: {letters!r} has {len(named)} letters for a tensor {x.shape}"
            )
        if len({*named}) < len(named) or not {*named} <= {*string.ascii_letters}:
            raise NotImplementedError(
                f"einsum: {letters!r} is not part of minidl; use letters, none twice"
            )
        dots = "".join(unused[len(unused) - spare :])
        names[i] = letters.replace("...", dots, 1)
        hidden = max(hidden, dots, key=len)
    every = "".join(names)
    if not arrow:
        once = sorted(c for c in {*every} - {*hidden} if every.count(c) == 1)
        return names, hidden + "".join(once)
    output = output.replace("...", hidden, 1)
    if len({*output}) < len(output) or not {*output} <= {*every}:
        fault = "has a letter twice, or one that no operand has"
        raise ValueError(f"einsum: the output of {equation!r} {fault}")
    return names, output


def terms_of(equation: str, names: list[str], tensors: Sequence[Tensor]) -> list[Term]:
    """The operands, less dimensions of size 1 whose letter is larger elsewhere."""
    sizes: dict[str, int] = {}
    pairs = zip(names, tensors, strict=True)
    shapes = [dict(zip(c, x.shape, strict=True)) for c, x in pairs]
    for letter, size in (item for shape in shapes for item in shape.items()):
        known = sizes.get(letter, 1)
        if 1 not in (size, known) and size != known:
            raise ValueError(
                f"einsum: {letter!r} in {equation!r} is {known} in one operand and "
                f"{size} in another"
            )
        sizes[letter] = size if known == 1 else known
    kept = [{c: n for c, n in shape.items() if n == sizes[c]} for shape in shapes]
    return [
        ("".join(own), x if len(own) == x.ndim else reshape(x, [*own.values()]))
        for own, x in zip(kept, tensors, strict=True)
    ]


def contracted(first: Term, second: Term, needed: set[str]) -> Term:
    """The product of two terms, summed over the letters that are not needed."""
    a, x = summed_to(needed | {*second[0]}, first)
    b, y = summed_to(needed | {*first[0]}, second)
    batch = "".join(c for c in a if c in b and c in needed)
    inner = "".join(c for c in a if c in b and c not in needed)
    rows = "".join(c for c in a if c not in b)
    columns = "".join(c for c in b if c not in a)
    matrices = grouped(a, x, batch, rows, inner), grouped(b, y, batch, inner, columns)
    sizes = dict(zip(a + b, x.shape + y.shape, strict=True))
    letters = batch + rows + columns
    return letters, reshape(matrix_product(*matrices), [sizes[c] for c in letters])


def grouped(letters: str, x: Tensor, batch: str, rows: str, columns: str) -> Tensor:
    """The term as matrices: the letters of rows as one dimension, then of columns."""
    x = permute(x, [letters.index(c) for c in batch + rows + columns])
    edge, last, sizes = len(batch), len(batch) + len(rows), x.shape
    return reshape(x, (*sizes[:edge], prod(sizes[edge:last]), prod(sizes[last:])))


def summed_to(letters: set[str], term: Term) -> Term:
    """The term, summed over the letters that are not among these."""
    own, x = term
    gone = tuple(i for i, c in enumerate(own) if c not in letters)
    return "".join(c for c in own if c in letters), summed(x, gone) if gone else x
