"""The tape: any length, each result once, gradients added up."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from against_torch import leaf

import minidl
from minidl import no_grad, tensor
from minidl.tape import topological_order


def test_a_chain_of_100_000_results_is_gone_back_through():
    x = y = leaf(1.0)
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    assert len(topological_order(y.node)) == 1
    del y  # and is freed again without a deep recursion


def test_a_tensor_used_many_times_is_visited_once_and_sums_its_gradients():
    x = y = leaf(1.0, minidl.float64)
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60
    total = leaf(0.0)
    x = leaf(2.0)
    for _ in range(1000):
        total = total + x
    total.backward()
    assert x.grad.item() == 1000


def test_the_order_has_every_tensor_once_and_inputs_before_results():
    x, w = leaf(2.0), leaf(3.0)
    product = x * w
    result = product * product + x
    order = topological_order(result.node)
    assert len(order) == len({id(node) for node in order}) == 5
    places = {id(node): place for place, node in enumerate(order)}
    for node in order:
        assert all(places[id(x)] < places[id(node)] for x in node.inputs)
    assert order[-1] is result.node


def test_gradients_accumulate_across_calls():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [5, 7])
    x.grad.zero_()
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3, 3])
    x.grad = None
    x.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [1, 1])


def test_going_back_twice_through_one_result_counts_it_twice():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12


def test_two_leaves_never_share_the_array_of_a_gradient():
    x, y, g = leaf([1.0]), leaf([1.0]), tensor([1.0])
    (x + y).backward(g)
    x.grad.zero_()
    assert y.grad.item() == g.item() == 1


def test_only_leaves_that_require_a_gradient_keep_one():
    x, constant = leaf([1.0]), tensor([2.0])
    middle = x * constant
    middle.sum().backward()
    assert x.grad.item() == 2
    assert constant.grad is None
    assert middle.grad is None
    x.backward()
    assert x.grad.item() == 3


def test_one_number_in_any_shape_needs_no_upstream_gradient():
    x = leaf([[2.0]])
    (x * x).backward()
    assert x.grad.shape == (1, 1)
    assert x.grad.item() == 4


def test_a_gradient_has_the_dtype_of_its_leaf():
    x = leaf([1.0])
    x.backward(tensor([2.0], dtype=minidl.float64))
    assert x.grad.dtype == minidl.float32


def test_no_grad_records_nothing_in_a_block_a_function_or_a_nested_block():
    x = leaf(1.0)

    @no_grad()
    def doubled():
        return x * 2

    with no_grad():
        with no_grad():
            pass
        assert not (x * 2).requires_grad
    assert not doubled().requires_grad
    assert (x * 2).requires_grad


def test_recording_goes_on_after_an_error_inside_no_grad():
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert (leaf(1.0) * 2).requires_grad


def test_no_grad_in_one_thread_leaves_another_recording():
    recorded = []
    with no_grad():
        other = threading.Thread(
            target=lambda: recorded.append((leaf(1.0) * 2).requires_grad)
        )
        other.start()
        other.join()
    assert recorded == [True]
