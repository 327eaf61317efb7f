"""The same entries in other shapes, joined and parted, as in PyTorch and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from against_torch import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from same_in_torch import assert_both_raise, assert_same

import minidl

X = normal(2, 3, 4)
A, B = normal(2, 3), normal(5, 3)
INTEGERS = np.array([[3, 0, -2], [1, 7, -5]])

VIEWS = {
    "reshape": lambda t, x: x.reshape(4, -1),
    "reshape by a tuple": lambda t, x: t.reshape(x, (3, 2, 4)),
    "reshape by name": lambda t, x: t.reshape(x, shape=[24]),
    "view": lambda t, x: x.view(6, 4),
    "view by a list": lambda t, x: x.view([-1]),
    "view of a part": lambda t, x: x[1].view(12),
    "view_as": lambda t, x: x.view_as(t.zeros(4, 6)),
    "flatten": lambda t, x: t.flatten(x),
    "flatten from 1": lambda t, x: x.flatten(1),
    "flatten to -2": lambda t, x: x.flatten(start_dim=0, end_dim=-2),
    "squeeze": lambda t, x: t.squeeze(x[:1]),
    "squeeze one dimension": lambda t, x: x[:, :1].squeeze(1),
    "squeeze a dimension of another size": lambda t, x: x.squeeze(-1),
    "squeeze several": lambda t, x: x[:1, :1].squeeze((0, 1, 2)),
    "unsqueeze": lambda t, x: t.unsqueeze(x, 1),
    "unsqueeze at the end": lambda t, x: x.unsqueeze(-1),
    "permute": lambda t, x: t.permute(x, (2, 0, 1)),
    "permute by numbers": lambda t, x: x.permute(1, -1, 0),
    "permute by name": lambda t, x: x.permute(dims=(0, 2, 1)),
    "transpose": lambda t, x: t.transpose(x, 0, 2),
    "transpose by a method": lambda t, x: x.transpose(-1, 1),
    "mT": lambda t, x: x.mT,
    "T": lambda t, x: x[0].T,
    "expand": lambda t, x: x[:, :1].expand(-1, 5, 4),
    "expand in front": lambda t, x: x.expand((2, 2, -1, 4)),
    "expand to no entries": lambda t, x: x[:, :1].expand(2, 0, 4),
    "split": lambda t, x: t.split(x, 2, 1),
    "split by sizes": lambda t, x: x.split([1, 0, 3], dim=-1),
    "split by name": lambda t, x: t.split(tensor=x, split_size_or_sections=2, dim=1),
    "split of a tensor by name": lambda t, x: x.split(split_size=2, dim=1),
    "chunk": lambda t, x: t.chunk(x, 3, dim=2),
    "chunk by a method": lambda t, x: x.chunk(2),
}
COPIES = {
    "reshape after a transpose": lambda t, x: x.transpose(0, 1).reshape(6, 4),
    "repeat": lambda t, x: x.repeat(1, 2, 3),
    "repeat in front": lambda t, x: x.repeat((2, 1, 2, 1)),
    "repeat no times": lambda t, x: x.repeat(1, 0, 1),
    "cat": lambda t, x: t.cat([x, x * 2, x[:1]]),
    "cat at the end": lambda t, x: t.cat((x, x[:, :, :1]), dim=-1),
    "cat with an empty vector": lambda t, x: t.cat([t.zeros(0, dtype=x.dtype), x], 1),
    "stack": lambda t, x: t.stack([x, x * x], 1),
    "stack at the end": lambda t, x: t.stack((x, x, -x), dim=-1),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_matches_pytorch_and_shares_memory(name):
    assert_same(VIEWS[name], X)
    x = minidl.tensor(X)
    y = VIEWS[name](minidl, x)
    for part in y if isinstance(y, tuple) else (y,):
        assert np.shares_memory(part.array, x.array) or not part.array.size


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_matches_pytorch_and_has_its_own_memory(name):
    assert_same(COPIES[name], X)
    x = minidl.tensor(X)
    assert not np.shares_memory(COPIES[name](minidl, x).array, x.array)


@pytest.mark.parametrize("name", ["view", "transpose", "squeeze one dimension"])
def test_a_change_of_a_view_in_place_matches_pytorch(name):
    def expression(t, x):
        y = x * 2
        VIEWS[name](t, y).mul_(3)
        return y * x

    assert_same(expression, X)


def test_a_single_number_takes_the_shapes_it_takes_in_pytorch():
    calls = (
        lambda t, x: (x.reshape(()), x.view(1, 1), t.flatten(x), t.squeeze(x)),
        lambda t, x: (t.squeeze(x, 0), t.unsqueeze(x, 0), x.transpose(0, -1)),
        lambda t, x: (x.expand(2, 3), x.repeat(2), x.permute(()), x.expand(())),
        lambda t, x: t.stack([x, x * 2]),
    )
    for call in calls:
        assert_same(call, np.array(2.0))


def test_no_entries_take_the_shapes_they_take_in_pytorch():
    calls = (
        lambda t, x: (x.reshape(3, 0), x.flatten(), x.view(0, 7), x.repeat(2, 2)),
        lambda t, x: (t.cat([x, x]), t.stack([x, x]), *x.chunk(2), *x.split(1)),
        lambda t, x: (*x.split(0), *x.split([0, 0]), *x.split(2, 1)),
    )
    for call in calls:
        assert_same(call, np.zeros((0, 3)))


@pytest.mark.parametrize(("size", "parts"), [(5, 2), (5, 4), (6, 3), (3, 5), (1, 1)])
def test_parts_have_pytorch_s_sizes(size, parts):
    assert_same(lambda t, x: x.chunk(parts), normal(size))
    assert_same(lambda t, x: x.split(parts), normal(size))


def test_joined_tensors_have_pytorch_s_common_dtype():
    assert_same(lambda t, x, i: (t.cat([x, i]), t.stack([i, x])), A, INTEGERS)
    assert_same(lambda t, i: t.cat([i > 0, i, i.int()]), INTEGERS)
    assert_same(lambda t, x: t.cat([x.float(), x.double()], 1), A)
    assert_same(lambda t, x, y: t.cat([x, y, x]), A, B)


def test_a_result_in_another_memory_order_can_still_be_viewed():
    x = minidl.tensor(X)
    batch_last = x.wrap(np.asfortranarray(X))
    np.testing.assert_array_equal(batch_last.view(2, -1).array, X.reshape(2, -1))


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_permutation_expansion_and_reshape_is_numpy_s(data):
    x = normal(*data.draw(array_shapes(max_dims=4, max_side=4)))
    order = data.draw(st.permutations(range(x.ndim)))
    front = data.draw(st.lists(st.integers(1, 3), max_size=2))
    parts = data.draw(st.integers(1, 5))
    y = minidl.tensor(x).permute(order)
    expected = x.transpose(order)
    np.testing.assert_array_equal(y.array, expected)
    full = (*front, *y.shape)
    np.testing.assert_array_equal(y.expand(full).array, np.broadcast_to(expected, full))
    np.testing.assert_array_equal(y.reshape(-1).array, expected.reshape(-1))
    pieces = y.chunk(parts, -1)
    np.testing.assert_array_equal(minidl.cat(pieces, -1).array, expected)
    assert all(piece.shape[-1] <= -(-y.shape[-1] // parts) for piece in pieces)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_repetition_and_stacking_are_numpy_s(data):
    x = normal(*data.draw(array_shapes(max_dims=3, max_side=3)))
    times = data.draw(st.lists(st.integers(0, 3), min_size=x.ndim, max_size=4))
    dim = data.draw(st.integers(-x.ndim - 1, x.ndim))
    t = minidl.tensor(x)
    np.testing.assert_array_equal(t.repeat(times).array, np.tile(x, times))
    np.testing.assert_array_equal(
        minidl.stack([t, t], dim).array, np.stack([x, x], dim)
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda t: t.ones(3).reshape(2, -1),
            r"reshape: a tensor \(3,\) does not fit \(2, -1\)",
        ),
        (lambda t: t.ones(3).reshape(1.5), r"reshape: \(1\.5,\) are not all integers"),
        (
            lambda t: t.ones(2, 3).T.view(6),
            r"view: the tensor \(3, 2\) is itself a vie",
        ),
        (
            lambda t: t.ones(2, 3).flatten(1, 0),
            "flatten: start_dim 1 comes after end_d",
        ),
        (lambda t: t.ones(2, 3).flatten(2), "flatten: dim 2 of a tensor"),
        (lambda t: t.squeeze(t.ones(2), 1), "squeeze: dim 1 of a tensor"),
        (lambda t: t.unsqueeze(t.ones(2), 2), r"unsqueeze: dim 2 .* from -2 to 1"),
        (lambda t: t.ones(2, 3).permute(0, 0), r"permute: dims \(0, 0\) of \(2, 3\)"),
        (lambda t: t.ones(2, 3).permute(0), r"permute: dims \(0,\) of \(2, 3\)"),
        (lambda t: t.ones(2).transpose(0, 1), "transpose: dim 1 of a tensor"),
        (lambda t: t.ones(2).mT, "mT: the tensor"),
        (lambda t: t.ones(2).expand(3), r"expand: a tensor \(2,\) does not expand to"),
        (lambda t: t.ones(2).expand(-1, 2), r"expand: a tensor \(2,\) does not expand"),
        (lambda t: t.ones(2, 2).expand(2), r"expand: a tensor \(2, 2\) does not"),
        (lambda t: t.ones(2, 2).repeat(2), r"repeat: \(2,\) for a tensor \(2, 2\)"),
        (lambda t: t.ones(2).repeat(-1), r"repeat: \(-1,\) for a tensor"),
        (lambda t: t.cat([]), "cat: pass a list or tuple of at least one Tensor"),
        (
            lambda t: t.cat(t.ones(2)),
            "cat: pass a list or tuple of at least one Tensor",
        ),
        (lambda t: t.cat([t.ones(2), 1.0]), "cat: tensors is a float, not a Tensor"),
        (
            lambda t: t.cat([t.ones(2, 2), t.ones(2, 3)]),
            r"cat: shapes \(2, 2\), \(2, 3\)",
        ),
        (
            lambda t: t.cat([t.ones(2), t.ones(2, 3)]),
            r"cat: shapes \(2,\), \(2, 3\) do n",
        ),
        (lambda t: t.cat([t.tensor(1.0)]), r"cat: shapes \(\) do not join"),
        (
            lambda t: t.stack([t.ones(2), t.ones(3)]),
            r"stack: shapes \(2,\), \(3,\) diff",
        ),
        (lambda t: t.stack([t.ones(2)], 2), "stack: dim 2 for a tensor"),
        (lambda t: t.ones(5).split(0), r"split: 0 for a tensor \(5,\) along dim 0"),
        (lambda t: t.ones(5).split([2, 2]), r"split: \[2, 2\] for a tensor \(5,\)"),
        (lambda t: t.ones(5).split([6, -1]), r"split: \[6, -1\] for a tensor"),
        (lambda t: t.ones(5).split(-1), "split: -1 for a tensor"),
        (lambda t: t.tensor(1.0).split(1), r"split: 1 for a tensor \(\)"),
        (lambda t: t.ones(5).chunk(0), r"chunk: 0 parts of a tensor \(5,\)"),
    ],
)
def test_what_pytorch_refuses_is_explained(wrong, message):
    assert_both_raise(wrong, message)
