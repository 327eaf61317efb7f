"""einsum: sums of products, named by letters; permute, then @, then permute back."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from minidl.operands import array_of
from minidl.operators import sum as summed
from minidl.promotion import matrix_product
from minidl.shaping import permute, reshape

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["einsum"]

Term = tuple[str, "Tensor"]
"""A Tensor, and a letter for each of its dimensions."""


def einsum(equation: str, *operands: Any) -> Tensor:
    """Products of the operands' entries, summed over the letters the output lacks.

    Formula:  "ij,jk->ik" is sum_j a_ij b_jk; without "->" the letters that occur once
              are the output, in the order of the alphabet
    """
    tensors = operands[0] if isinstance(operands[0], list | tuple) else operands
    names, output = parsed(equation, tensors)
    sizes = letter_sizes(equation, names, tensors)
    terms = [
        without_repeats(letters, x, sizes)
        for letters, x in zip(names, tensors, strict=True)
    ]
    letters, result = terms.pop(0)
    while terms:
        needed = set(output).union(*(other for other, _ in terms[1:]))
        letters, result = contracted((letters, result), terms.pop(0), needed)
    letters, result = summed_to(set(output), (letters, result))
    return permute(result, [letters.index(letter) for letter in output])


def parsed(equation: str, tensors: Sequence[Tensor]) -> tuple[list[str], str]:
    """The letters of each operand and of the output, with letters for every "..."."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    names = left.split(",")
    if len(names) != len(tensors):
        raise ValueError(
            f"einsum: {equation!r} names {len(names)} operands, but there are "
            f"{len(tensors)}"
        )
    unused = [c for c in string.ascii_letters if c not in equation]
    hidden = ""
    for i, (letters, x) in enumerate(zip(names, tensors, strict=True)):
        named = letters.replace("...", "", 1)
        spare = array_of("einsum", x, "an operand").ndim - len(named)
        if spare < 0 or (spare and named == letters):
            raise ValueError(
                f"einsum: {letters!r} has {len(named)} letters for a tensor {x.shape}"
            )
        if len(set(named)) < len(named) or not set(named) <= set(string.ascii_letters):
            raise NotImplementedError(
                f"einsum: {letters!r} is not part of minidl; use letters, and none of "
                "them twice in one operand"
            )
        dots = "".join(unused[len(unused) - spare :])
        names[i] = letters.replace("...", dots, 1)
        hidden = max(hidden, dots, key=len)
    if not arrow:
        every = "".join(names)
        once = sorted(c for c in set(every) if every.count(c) == 1 and c not in hidden)
        return names, hidden + "".join(once)
    output = output.replace("...", hidden, 1)
    if len(set(output)) < len(output) or not set(output) <= set("".join(names)):
        raise ValueError(
            f"einsum: the output of {equation!r} has a letter twice, or one that no "
            "operand has"
        )
    return names, output


def letter_sizes(
    equation: str, names: list[str], tensors: Sequence[Tensor]
) -> dict[str, int]:
    """The size that each letter stands for; a size of 1 fits every other."""
    sizes: dict[str, int] = {}
    for letters, x in zip(names, tensors, strict=True):
        for letter, size in zip(letters, x.shape, strict=True):
            known = sizes.get(letter, 1)
            if 1 not in (size, known) and size != known:
                raise ValueError(
                    f"einsum: {letter!r} in {equation!r} is {known} in one operand and "
                    f"{size} in another"
                )
            sizes[letter] = size if known == 1 else known
    return sizes


def without_repeats(letters: str, x: Tensor, sizes: dict[str, int]) -> Term:
    """The term without its dimensions of size 1 that stand for more: they repeat."""
    own = {c: n for c, n in zip(letters, x.shape, strict=True) if n == sizes[c]}
    return "".join(own), x if len(own) == x.ndim else reshape(x, list(own.values()))


def contracted(first: Term, second: Term, needed: Iterable[str]) -> Term:
    """The product of two terms, summed over the letters that are not needed."""
    needed = set(needed)
    a, x = summed_to(needed | set(second[0]), first)
    b, y = summed_to(needed | set(first[0]), second)
    batch = "".join(c for c in a if c in b and c in needed)
    inner = "".join(c for c in a if c in b and c not in needed)
    rows = "".join(c for c in a if c not in b)
    columns = "".join(c for c in b if c not in a)
    z = matrix_product(
        grouped(a, x, batch, rows, inner), grouped(b, y, batch, inner, columns)
    )
    sizes = dict(zip(a + b, x.shape + y.shape, strict=True))
    letters = batch + rows + columns
    return letters, reshape(z, [sizes[c] for c in letters])


def grouped(letters: str, x: Tensor, batch: str, rows: str, columns: str) -> Tensor:
    """The term as matrices: the letters of rows as one dimension, then of columns."""
    x = permute(x, [letters.index(c) for c in batch + rows + columns])
    edge, last = len(batch), len(batch) + len(rows)
    sizes = x.shape
    return reshape(x, (*sizes[:edge], prod(sizes[edge:last]), prod(sizes[last:])))


def summed_to(letters: set[str], term: Term) -> Term:
    """The term, summed over the letters that are not among these."""
    own, x = term
    gone = tuple(i for i, c in enumerate(own) if c not in letters)
    kept = "".join(c for c in own if c in letters)
    return kept, summed(x, gone) if gone else x
