"""x[i] and x[i] = v: numbers as in NumPy and PyTorch, and every gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import assert_matches_pytorch, leaf, normal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, basic_indices

import minidl
from minidl import tensor

SHAPES = array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


def forward_only(index):
    """Whether PyTorch takes these slices: it has none that go backwards."""
    items = index if isinstance(index, tuple) else (index,)
    return all((getattr(item, "step", 1) or 1) > 0 for item in items)


@st.composite
def basic(draw):
    """A shape and an index of integers, slices, None and an ellipsis."""
    shape = draw(SHAPES)
    indices = basic_indices(shape, allow_newaxis=True).filter(forward_only)
    return shape, draw(indices)


@st.composite
def advanced(draw):
    """A shape and an index that also has arrays, of integers or of bools."""
    shape = draw(SHAPES)
    length = draw(st.integers(1, 3))
    index = []
    for size in shape[: draw(st.integers(1, len(shape)))]:
        integers = arrays(np.int64, length, elements=st.integers(-size, size - 1))
        kinds = [
            integers,
            integers,
            st.integers(-size, size - 1),
            st.just(slice(None)),
            st.just(slice(size // 2, None)),
        ]
        index.append(draw(st.one_of(kinds)))
        if draw(st.integers(0, 5)) == 0:
            index.append(None)
    return shape, tuple(index)


@settings(deadline=None, max_examples=150)
@given(basic())
def test_integers_slices_none_and_ellipsis_give_numpy_s_views(case):
    shape, index = case
    array = normal(*shape)
    part = tensor(array)[index]
    np.testing.assert_array_equal(part.numpy(), array[index])
    x = tensor(array)
    x[index] = 5
    array[index] = 5
    np.testing.assert_array_equal(x.numpy(), array)
    assert np.shares_memory(x[index].numpy(), x.numpy()) or not array[index].size


@settings(deadline=None, max_examples=100)
@given(basic())
def test_a_part_has_pytorch_s_gradient(case):
    shape, index = case
    assert_matches_pytorch(lambda x: x[index] * 2, normal(*shape))


@settings(deadline=None, max_examples=150)
@given(advanced())
def test_arrays_of_integers_give_pytorch_s_numbers_and_gradients(case):
    shape, index = case

    def part(x):
        kind = torch.tensor if isinstance(x, torch.Tensor) else tensor
        return x[tuple(kind(i) if isinstance(i, np.ndarray) else i for i in index)] * 2

    assert_matches_pytorch(part, normal(*shape))


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_masks_give_numpy_s_numbers_also_when_assigned_to(data):
    shape = data.draw(SHAPES)
    mask = data.draw(arrays(bool, shape[: data.draw(st.integers(1, len(shape)))]))
    array = normal(*shape)
    x = tensor(array)
    np.testing.assert_array_equal(x[tensor(mask)].numpy(), array[mask])
    x[mask] = -1
    array[mask] = -1
    np.testing.assert_array_equal(x.numpy(), array)
    assert_matches_pytorch(
        lambda x: x[mask.tolist() if mask.ndim == 1 else mask] * 2, array
    )


INDICES = {
    "a list": lambda x: [0, 2],
    "lists": lambda x: ([0, 2], [1, 1]),
    "a slice of one": lambda x: slice(0, 1),
    "an integer between arrays": lambda x: ([0, 1], 0, [1, 2]),
    "an integer apart from an array": lambda x: (0, slice(None), [1, 2]),
    "arrays apart": lambda x: ([0, 1], slice(None), [1, 2]),
    "arrays that broadcast": lambda x: ([[0], [2]], [0, 1]),
    "a mask of two dimensions": lambda x: x[:, :, 0] > 0,
    "a mask and an array": lambda x: (x[:, 0, 0] > -9, 0, [0, 1, 2]),
    "True": lambda x: True,
    "False": lambda x: False,
    "a number of a tensor": lambda x: (x[0, 0, 0] > -9).long(),
    "an empty list": lambda x: [],
    "nothing": lambda x: (),
    "an ellipsis": lambda x: (..., 1),
    "an ellipsis and an array": lambda x: (..., [0, 3]),
}


@pytest.mark.parametrize("name", INDICES)
def test_an_index_of_any_kind_matches_pytorch(name):
    assert_matches_pytorch(lambda x: x[INDICES[name](x)] * 2, normal(3, 2, 4))


@pytest.mark.parametrize("name", INDICES)
def test_a_part_that_is_assigned_to_gets_no_gradient_and_its_value_does(name):
    def assigned(x, v):
        y = x * 2
        y[INDICES[name](x)] = v
        return y * y

    assert_matches_pytorch(assigned, normal(3, 2, 4), normal(1))


def test_a_tensor_is_gone_through_part_by_part():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    first, second = x
    (first * second).sum().backward()
    assert x.grad.tolist() == [[3, 4], [1, 2]]
    assert len(x) == 2
    assert [n.item() for n in tensor([5, 6])] == [5, 6]
    assert tensor(3) in tensor([2, 3])
    assert 4 not in tensor([2, 3])


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (3, IndexError, "index 3 is out of bounds for axis 0 with size 3"),
        ((0, 0, 0), IndexError, "too many indices"),
        ([5], IndexError, "out of bounds"),
        ([True, False], IndexError, "boolean index did not match"),
        (slice(None, None, -1), ValueError, "index: step -1 in a slice; it must be"),
        (1.0, IndexError, "index: float of float64; pass integers, slices"),
        ("a", IndexError, "index: str of <U1; pass integers"),
    ],
)
def test_an_index_that_does_not_fit_is_explained(index, error, message):
    x = normal(3, 2)
    with pytest.raises((IndexError, ValueError, TypeError)):
        torch.tensor(x)[index]
    with pytest.raises(error, match=message):
        tensor(x)[index]
    with pytest.raises(error, match=message):
        tensor(x)[index] = 0


def test_a_single_number_has_neither_parts_nor_a_length():
    with pytest.raises(TypeError, match="iter: a tensor of a single number"):
        iter(tensor(1.0))
    with pytest.raises(TypeError, match="len: a tensor of a single number"):
        len(tensor(1.0))
    with pytest.raises(IndexError, match="too many indices"):
        tensor(1.0)[0]


def test_the_float32_gradient_of_a_row_taken_many_times_is_summed_exactly():
    x = leaf([1.0, 2.0])
    x[minidl.zeros(10_000, dtype=minidl.int64)].sum().backward()
    assert x.grad.dtype == minidl.float32
    assert x.grad.tolist() == [10_000, 0]
