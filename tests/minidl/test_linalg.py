"""Products of vectors and matrices, and einsum, as in PyTorch and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from against_torch import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from same_in_torch import assert_both_raise, assert_same

import minidl

INTEGERS = np.array([[3, 0, -2], [1, 7, -5]])
PRODUCTS = {
    "mm": ((2, 3), (3, 4)),
    "bmm": ((5, 2, 3), (5, 3, 4)),
    "dot": ((3,), (3,)),
    "outer": ((2,), (3,)),
}
SHAPES = [
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((1, 5, 2, 3), (6, 1, 3, 4)),
    ((0, 3), (3, 4)),
    ((2, 0), (0, 4)),
]
EQUATIONS = {
    "ij,jk->ik": ((2, 3), (3, 4)),
    "ij,jk": ((2, 3), (3, 4)),
    "ij,kj->ki": ((2, 3), (4, 3)),
    "i,i->": ((3,), (3,)),
    "i,j->ij": ((2,), (3,)),
    "ij->ji": ((2, 3),),
    "ij->": ((2, 3),),
    "ba": ((2, 3),),
    "ijk->k": ((2, 3, 4),),
    "ij,ij->i": ((2, 3), (2, 3)),
    "ij , k -> k": ((2, 3), (4,)),
    "bhqd,bhkd->bhqk": ((2, 2, 3, 4), (2, 2, 5, 4)),
    "bij,bjk->bik": ((2, 3, 4), (2, 4, 5)),
    "b...i,...i": ((2, 3, 4), (3, 4)),
    "...ij,...jk->...ik": ((2, 3, 4), (4, 5)),
    "i...->i...": ((2, 3),),
    "i...->...i": ((2, 3, 4),),
    "ij,jk,kl->il": ((2, 3), (3, 4), (4, 2)),
    "a,b,c->cab": ((2,), (3,), (4,)),
    "ij,ik,il->jkl": ((2, 3), (2, 2), (2, 4)),
    "ij,jk->i": ((2, 3), (1, 4)),
    "aB,bA": ((2, 3), (4, 2)),
    "ij,jk->ki": ((0, 3), (3, 2)),
    "ij,jk -> ik": ((2, 0), (0, 2)),
    ",i->i": ((), (3,)),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_matches_pytorch(name):
    first, second = PRODUCTS[name]
    assert_same(lambda t, a, b: getattr(t, name)(a, b), normal(*first), normal(*second))
    assert_same(lambda t, a, b: getattr(a, name)(b), normal(*first), normal(*second))


@pytest.mark.parametrize(("first", "second"), SHAPES)
def test_a_matrix_product_of_any_dimensions_matches_pytorch(first, second):
    assert_same(lambda t, a, b: t.matmul(a, b), normal(*first), normal(*second))
    assert_same(lambda t, a, b: a.matmul(b), normal(*first), normal(*second))


def test_products_of_integers_match_pytorch():
    assert_same(lambda t, a: (t.mm(a, a.T), t.dot(a[0], a[1])), INTEGERS)
    assert_same(lambda t, a: (t.outer(a[0], a[1]), t.einsum("ij->", a)), INTEGERS)
    assert_same(lambda t, a, x: t.outer(a[0], x), INTEGERS, normal(2))


@pytest.mark.parametrize("diagonal", [0, 1, -1, 5])
def test_the_triangles_match_pytorch(diagonal):
    for x in (normal(3, 4), normal(2, 3, 3), INTEGERS, INTEGERS > 0):
        assert_same(lambda t, x: (t.tril(x, diagonal), x.triu(diagonal)), x)
    assert_same(lambda t, x: (t.triu(x), x.tril(diagonal=-1)), normal(3, 3))


@pytest.mark.parametrize("equation", EQUATIONS)
def test_an_einsum_matches_pytorch(equation):
    arrays = [np.asarray(normal(*shape)) for shape in EQUATIONS[equation]]
    assert_same(lambda t, *xs: t.einsum(equation, *xs), *arrays)


def test_an_einsum_takes_its_operands_as_a_list():
    assert_same(lambda t, a, b: t.einsum("ij,j", [a, b]), normal(2, 3), normal(3))


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_any_einsum_is_numpy_s(data):
    sizes = {c: data.draw(st.integers(0, 3), label=c) for c in "ijkl"}
    letters = st.lists(st.sampled_from("ijkl"), unique=True, max_size=3)
    names = data.draw(st.lists(letters, min_size=1, max_size=3))
    every = sorted({c for name in names for c in name})
    output = data.draw(st.permutations(every))[: data.draw(st.integers(0, 4))]
    arrays = [normal(7, *(sizes[c] for c in name))[0] for name in names]
    equation = ",".join(map("".join, names)) + "->" + "".join(output)
    got = minidl.einsum(equation, *(minidl.tensor(np.asarray(x)) for x in arrays))
    np.testing.assert_allclose(got.array, np.einsum(equation, *arrays), atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda t: t.mm(t.ones(2), t.ones(2)),
            r"mm: shapes \(2,\) and \(2,\); both need 2",
        ),
        (
            lambda t: t.mm(t.ones(2, 3), t.ones(2, 3)),
            "@: .* rows of 3 against columns of",
        ),
        (
            lambda t: t.bmm(t.ones(2, 2, 2), t.ones(1, 2, 2)),
            "bmm: .* first of one size",
        ),
        (lambda t: t.dot(t.ones(2, 2), t.ones(2)), "dot: .* both need 1 dimensions"),
        (lambda t: t.dot(t.ones(2), t.ones(3)), r"shapes \(2,\) and \(3,\)"),
        (lambda t: t.dot(t.ones(2), t.tensor([1, 2])), "float32 and int64"),
        (lambda t: t.matmul(t.ones(2), 2), "matmul: other is a int, not a Tensor"),
        (lambda t: t.outer(t.ones(2, 2), t.ones(2)), "outer: .* both must be vectors"),
        (lambda t: t.tril(t.ones(2)), r"tril: the tensor \(2,\) holds no matrices"),
        (
            lambda t: t.einsum("ij,jk", t.ones(2, 3)),
            "einsum: 'ij,jk' names 2 operands, b",
        ),
        (
            lambda t: t.einsum("ij", t.ones(2)),
            r"einsum: 'ij' has 2 letters for a tensor",
        ),
        (
            lambda t: t.einsum("i", t.ones(2, 2)),
            r"einsum: 'i' has 1 letters for a tensor",
        ),
        (
            lambda t: t.einsum("i->k", t.ones(2)),
            "einsum: the output of 'i->k' has a lett",
        ),
        (lambda t: t.einsum("ij->jj", t.ones(2, 2)), "has a letter twice"),
        (
            lambda t: t.einsum("ij,jk", t.ones(2, 3), t.ones(2, 3)),
            "einsum: 'j' in 'ij,jk' is 3 in one operand and 2 in another",
        ),
    ],
)
def test_what_pytorch_refuses_is_explained(wrong, message):
    assert_both_raise(wrong, message)


def test_a_letter_twice_in_one_operand_is_refused():
    with pytest.raises(NotImplementedError, match="einsum: 'ii' is not part of minidl"):
        minidl.einsum("ii", minidl.ones(2, 2))
