"""Changes in place: the tape follows them, or says that it cannot."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from against_torch import leaf, normal, upstream
from numpy.testing import assert_allclose

import minidl
from minidl import no_grad, tensor


def iadd(x, w):
    y = x * 2
    y += w
    return y * y


def every_operator(x, w):
    y = x * 1
    y -= w
    y *= w
    y /= w + 3
    y **= 2
    return y * w


def part_of_a_result(x, w):
    y = x * 2
    y[0] += w
    return y * y


def a_view(x, w):
    y = x * 2
    v = y[1]
    v *= w
    return y * y


def a_view_that_goes_on(x, w):
    y = x * 2
    v = y[1]
    v *= w
    return v * v


def the_base_of_a_view(x, w):
    y = x * 2
    v = y[:, 1]
    y *= w
    return v * v


def a_view_of_a_view(x, w):
    y = x * 2
    v = y[1:]
    u = v[0]
    u /= w
    return v * y[:2]


def a_view_of_what_required_nothing(x, w):
    y = x.detach() * 1
    v = y[0]
    v += w
    return y * x


def a_view_with_a_new_dimension(x, w):
    y = x * 1
    y[1:, :2].mul_(w[:2])
    y[..., None][0].add_(w[:, None], alpha=3)
    return y * y


def rows_of_zeros(x, w):
    y = x.detach() * 0
    y[1] = w
    y[2] = x[0]
    return y * w


def some_columns(x, w):
    y = x * 2
    y[:, [1, 3]] = w[:2]
    return y


def a_mask(x, w):
    y = x * 2
    y[y > 0.5] = w[0]
    return y * y


def a_row_by_another(x, w):
    y = x * w
    y[0] = y[1]
    return y * y


def a_part_by_a_value_of_more_dimensions(x, w):
    y = x * w
    y[0, 1:] = w[None, None, 1:]
    return y * y


def copied(x, w):
    y = x * 1
    y.copy_(w)
    return y * x


def filled(x, w):
    y = w * 1
    y.fill_(w[0])
    return y * x


def zeroed(x, w):
    y = x * w
    y.zero_()
    return y * x


def a_constant_part(x, w):
    y = x * w
    y[1:] = 3
    return y * x


def a_leaf_under_no_grad(x, w):
    with no_grad(), torch.no_grad():
        x *= 2
        x[0] = 0
    return x * w


def a_detached_copy_of_what_nobody_reads(x, w):
    y = x.detach()
    y += 1
    return x.sum() * w


CHANGES = [
    iadd,
    every_operator,
    part_of_a_result,
    a_view,
    a_view_that_goes_on,
    the_base_of_a_view,
    a_view_of_a_view,
    a_view_of_what_required_nothing,
    a_view_with_a_new_dimension,
    rows_of_zeros,
    some_columns,
    a_mask,
    a_row_by_another,
    a_part_by_a_value_of_more_dimensions,
    copied,
    filled,
    zeroed,
    a_constant_part,
    a_leaf_under_no_grad,
    a_detached_copy_of_what_nobody_reads,
]


def value_and_gradients(package, change):
    x, w = (
        package.tensor(normal(*shape), requires_grad=True) for shape in ((3, 4), (4,))
    )
    y = change(x, w)
    y.backward(package.tensor(upstream(tuple(y.shape))))
    return [y.detach().numpy(), x.grad.numpy(), w.grad.numpy()]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_place_has_pytorch_s_value_and_gradients(change):
    ours = value_and_gradients(minidl, change)
    for got, expected in zip(ours, value_and_gradients(torch, change), strict=True):
        assert got.shape == expected.shape
        assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_a_sum_reads_nothing_so_its_operands_may_change():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y, z = x * 1, w * 1
    total = y + z
    y += 1
    z.zero_()
    total.sum().backward()
    assert x.grad.tolist() == w.grad.tolist() == [1, 1]


def test_the_same_memory_shows_changes_in_views_arrays_and_detached_tensors():
    array = np.zeros((2, 2))
    x = minidl.from_numpy(array)
    row, cut = x[0], x.detach()
    x += 1
    row *= 5
    assert array.tolist() == cut.tolist() == [[5, 5], [1, 1]]
    x[1, 0] = 7
    assert x.numpy() is array
    assert array.tolist() == [[5, 5], [7, 1]]


def test_the_dtype_of_a_tensor_does_not_change_in_place():
    for dtype in (minidl.float32, minidl.float64):
        x = tensor([1.0, 2.0], dtype=dtype)
        x += tensor([0.5, 0.5], dtype=minidl.float64)
        x[0] = tensor(3)
        assert x.dtype == dtype
        assert x.tolist() == [3, 2.5]
    x = leaf([1.0, 2.0]) * 1
    x *= tensor([2.0, 2.0], dtype=minidl.float64)
    assert x.dtype == minidl.float32


def test_random_numbers_in_place_come_from_the_seed_and_the_given_range():
    x = minidl.empty(10_000)
    assert x.uniform_(2, 3) is x
    assert 2 <= x.numpy().min() < 2.01 < 2.99 < x.numpy().max() <= 3
    x.normal_(mean=5, std=0.5)
    assert abs(x.numpy().mean() - 5) < 0.03
    assert abs(x.numpy().std() - 0.5) < 0.03
    x.bernoulli_(0.25)
    assert set(x.tolist()) == {0, 1}
    assert abs(x.numpy().mean() - 0.25) < 0.03
    first = x.normal_(generator=minidl.Generator().manual_seed(1)).tolist()
    assert first == x.normal_(generator=minidl.Generator().manual_seed(1)).tolist()


def test_retain_grad_stays_with_the_tensor_that_changes():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.retain_grad()
    y += 1
    (y * y).sum().backward()
    assert y.grad.tolist() == [6, 10]
    assert x.grad.tolist() == [12, 20]
