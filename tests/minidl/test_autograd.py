"""Gradients over several calls, freed memory, recording on and off, leaves."""

from __future__ import annotations

import copy
import gc
import threading
import tracemalloc
import weakref

import numpy as np
import pytest
import torch
from against_torch import leaf, normal

import minidl
from minidl import enable_grad, is_grad_enabled, no_grad, set_grad_enabled, tensor
from minidl.tape import topological_order


def test_a_second_backward_needs_retain_graph_in_the_first():
    x = leaf([2.0])
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward(retain_graph=False)
    assert x.grad.item() == 8
    with pytest.raises(RuntimeError, match=r"second time.*pass retain_graph=True"):
        y.backward()
    assert x.grad.item() == 8


def test_two_results_of_one_freed_part_say_so_too():
    x = leaf([2.0])
    shared = x * x
    (shared * 2).sum().backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        (shared * 3).sum().backward()


def test_what_a_step_saved_is_let_go_as_soon_as_its_turn_is_over():
    seen = []
    x = y = leaf(np.ones(4))
    kept = []
    for _ in range(5):
        big = np.ones(4)
        kept.append(weakref.ref(big))

        def rule(g, big=big):
            seen.append(sum(ref() is not None for ref in kept))
            return (g * big,)

        y = y.record(y.array + big, rule)
        del big, rule
    y.sum().backward()
    assert seen == [5, 4, 3, 2, 1]
    assert [ref() for ref in kept] == [None] * 5
    assert x.grad.tolist() == [1, 1, 1, 1]


def test_a_training_step_leaves_only_the_gradients_behind():
    w = leaf(np.ones((100, 1000)), minidl.float32)
    gc.disable()  # references alone must do
    try:
        tracemalloc.start()
        y = w
        for _ in range(10):
            y = y * w
        assert tracemalloc.get_traced_memory()[0] > 10 * w.array.nbytes
        loss = y.sum()
        del y
        loss.backward()
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert left < 1.1 * w.array.nbytes  # w.grad
    assert peak < 14.5 * w.array.nbytes


def test_a_graph_that_is_dropped_is_freed_by_references_alone():
    gc.disable()
    try:
        x = leaf(np.ones(3))
        y = x[1:] * 2
        y.retain_grad()
        arrays = [weakref.ref(x.array), weakref.ref(y.array)]
        del x, y
        assert [array() for array in arrays] == [None, None]
    finally:
        gc.enable()


def test_gradients_of_a_tensor_used_often_never_share_an_array():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    g = tensor([1.0, 1.0])
    (x + y + x + y + x).backward(g)
    assert x.grad.tolist() == [3, 3]
    assert y.grad.tolist() == [2, 2]
    assert g.tolist() == [1, 1]
    x.backward(g)
    assert (x.grad.tolist(), g.tolist()) == ([4, 4], [1, 1])


def test_a_rule_that_returns_one_array_twice_does_no_harm():
    x, y = leaf([1.0]), leaf([1.0])

    def both(g):
        half = g * 0.5
        return half, half

    z = x.record(x.array + y.array, both, y)
    (z + x).sum().backward()
    assert (x.grad.item(), y.grad.item()) == (1.5, 0.5)
    x.grad.zero_()
    assert y.grad.item() == 0.5


def test_a_rule_whose_gradient_has_a_wrong_shape_is_reported():
    x = leaf([1.0, 2.0])
    y = x.record(x.array.sum(), lambda g: (g,))
    with pytest.raises(RuntimeError, match=r"a gradient \(\) for a tensor \(2,\)"):
        y.backward()


def test_retain_grad_keeps_the_gradient_of_a_result():
    x = leaf([1.0, 2.0])
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward()
    assert y.grad.tolist() == [6, 12]
    assert x.grad.tolist() == [18, 36]
    y.grad.zero_()
    assert x.grad.tolist() == [18, 36]
    with pytest.raises(RuntimeError, match="retain_grad: the tensor requires no"):
        tensor([1.0]).retain_grad()


def modes(package):
    """What is_grad_enabled says while recording is switched on and off."""
    seen = []
    with package.no_grad():
        seen.append(package.is_grad_enabled())
        with package.enable_grad():
            seen.append(package.is_grad_enabled())
        with package.set_grad_enabled(True):
            seen.append(package.is_grad_enabled())
        seen.append(package.is_grad_enabled())
    package.set_grad_enabled(False)
    seen.append(package.is_grad_enabled())
    package.set_grad_enabled(True)
    decorators = [
        package.no_grad(),
        package.no_grad,
        package.set_grad_enabled(False),
        package.enable_grad,
    ]
    for decorator in decorators:
        seen.append(decorator(package.is_grad_enabled)())
        seen.append(package.is_grad_enabled())
    return seen


def test_recording_is_switched_as_in_pytorch():
    assert modes(minidl) == modes(torch)
    assert is_grad_enabled()


def test_a_decorated_function_may_call_itself_and_run_in_two_threads():
    @no_grad()
    def depth(n):
        assert not is_grad_enabled()
        return 0 if n == 0 else 1 + depth(n - 1)

    inside, outside = threading.Event(), threading.Event()

    @no_grad()
    def wait():
        inside.set()
        outside.wait(10)

    other = threading.Thread(target=wait)
    other.start()
    inside.wait(10)
    assert is_grad_enabled()
    assert depth(5) == 5
    outside.set()
    other.join()
    assert is_grad_enabled()
    with no_grad(), enable_grad():
        assert (leaf([1.0]) * 2).requires_grad
    with set_grad_enabled(False):
        assert not (leaf([1.0]) * 2).requires_grad


def test_leaves_are_made_and_results_are_not():
    x = leaf([1.0])
    y = x * 2
    assert (x.is_leaf, y.is_leaf, tensor([1]).is_leaf) == (True, False, True)
    assert y.detach().is_leaf
    assert not y.detach().requires_grad
    y.sum().backward()
    assert not y.is_leaf
    assert y.requires_grad


def test_requires_grad_can_be_switched_for_leaves_only():
    x = tensor([1.0])
    assert x.requires_grad_() is x
    assert x.requires_grad
    y = x * 2
    x.requires_grad = False
    assert not (x * 2).requires_grad
    with pytest.raises(RuntimeError, match=r"cannot stop requiring.*use detach\(\)"):
        y.requires_grad_(False)
    with pytest.raises(TypeError, match="int64 data has no gradient"):
        tensor([1]).requires_grad_()
    y.sum().backward()
    assert x.grad is None


def test_parts_of_one_array_can_be_leaves():
    flat = minidl.zeros(5)
    first, second = flat[:2].requires_grad_(), flat[2:].requires_grad_()
    (first.sum() * 2 + second.sum() * 3).backward()
    assert first.grad.tolist() == [2, 2]
    assert second.grad.tolist() == [3, 3, 3]


def test_a_deep_copy_is_a_leaf_of_its_own():
    x = leaf([1.0, 2.0])
    x.sum().backward()
    y = copy.deepcopy([x, x])
    assert y[0] is y[1]
    with no_grad():
        x.zero_()
        x.grad.zero_()
    assert (y[0].tolist(), y[0].grad.tolist()) == ([1, 2], [1, 1])
    (y[0] * 2).sum().backward()
    assert y[0].grad.tolist() == [3, 3]
    with pytest.raises(RuntimeError, match="deepcopy: the tensor was computed"):
        copy.deepcopy(x * 2)


def test_the_order_of_a_graph_with_a_ladder_of_uses_has_each_step_once():
    x = y = leaf([1.0])
    for _ in range(50):
        y = y * y - y
    order = topological_order(y.node)
    assert len(order) == len(set(order)) == 101
    assert order[0] is x.node
    assert order[-1] is y.node


def test_a_wide_use_sums_in_float32_without_a_copy_for_each():
    x = leaf(np.ones(3), minidl.float32)
    parts = [x * float(n) for n in range(100)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    total.sum().backward()
    assert x.grad.tolist() == [4950, 4950, 4950]


def test_the_gradient_of_a_view_reaches_the_base_once():
    array = normal(3, 4)
    x = leaf(array)
    y = x * 2
    first, rest = y[0], y[1:]
    (first.sum() * 5 + rest.sum() * 7 + y.sum()).backward()
    expected = np.full((3, 4), 16.0)
    expected[0] = 12
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_what_minidl_does_not_have_is_named():
    with pytest.raises(AttributeError, match=r"Tensor\.register_hook is not part of"):
        leaf([1.0]).register_hook(print)
    with pytest.raises(AttributeError, match=r"retain_gradd .*nearest is.*retain_grad"):
        leaf([1.0]).retain_gradd()
    with pytest.raises(AttributeError, match=r"minidl\.fft is not part of minidl"):
        minidl.fft  # noqa: B018
    with pytest.raises(TypeError, match="create_graph"):
        leaf([1.0]).backward(create_graph=True)
