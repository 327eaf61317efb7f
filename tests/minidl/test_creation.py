"""New tensors: shapes, dtypes and numbers as in PyTorch; random ones from a seed."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from against_torch import leaf
from numpy.testing import assert_allclose, assert_array_equal

import minidl
from minidl import tensor

MADE = {
    "zeros": lambda t: t.zeros(2, 3),
    "zeros of a tuple": lambda t: t.zeros((2, 3), dtype=t.float64),
    "zeros of a list": lambda t: t.zeros([2], dtype=t.bool),
    "one zero": lambda t: t.zeros(()),
    "no zeros": lambda t: t.zeros(0, 3),
    "ones": lambda t: t.ones(2, dtype=t.int64),
    "ones for a device": lambda t: t.ones(2, device="cpu"),
    "full of floats": lambda t: t.full((2, 2), 1.5),
    "full of integers": lambda t: t.full((2,), 3),
    "full of bools": lambda t: t.full((2,), True),
    "full of a dtype": lambda t: t.full((2,), 3, dtype=t.float32),
    "eye": lambda t: t.eye(3),
    "eye of two sizes": lambda t: t.eye(2, 3, dtype=t.float64),
    "arange": lambda t: t.arange(4),
    "arange from": lambda t: t.arange(2, 5),
    "arange by": lambda t: t.arange(5, 0, -2),
    "arange of floats": lambda t: t.arange(0, 1, 0.3),
    "arange of a dtype": lambda t: t.arange(3, dtype=t.float64),
    "an empty arange": lambda t: t.arange(3, 3),
    "linspace": lambda t: t.linspace(-1, 1, 5),
    "linspace of one": lambda t: t.linspace(2, 3, 1),
    "linspace of a dtype": lambda t: t.linspace(0, 1, 4, dtype=t.float64),
    "zeros_like": lambda t: t.zeros_like(t.ones(2, 3, dtype=t.int32)),
    "ones_like of a dtype": lambda t: t.ones_like(t.ones(2), dtype=t.bool),
    "full_like": lambda t: t.full_like(t.ones(2, dtype=t.int64), 7),
    "tensor of a tensor": lambda t: t.tensor(t.ones(2).numpy(), dtype=t.int64),
    "tensor of tensors": lambda t: t.tensor([t.ones(()), t.zeros(())]),
    "as_tensor of a list": lambda t: t.as_tensor([1.5, 2]),
    "as_tensor of a dtype": lambda t: t.as_tensor([1, 2], dtype=t.float32),
    "to": lambda t: t.ones(2).to(t.float64),
    "to a device and a dtype": lambda t: t.ones(2).to("cpu", t.int64),
    "to another": lambda t: t.ones(2).to(t.ones(1, dtype=t.float64)),
    "to by names": lambda t: t.ones(2).to(device=t.device("cpu"), dtype=t.int32),
    "type_as": lambda t: t.ones(2).type_as(t.ones(1, dtype=t.bool)),
    "long": lambda t: t.tensor([1.7, -1.7]).long(),
    "int": lambda t: t.tensor([1.7]).int(),
    "bool": lambda t: t.tensor([0.5, 0.0]).bool(),
    "double": lambda t: t.tensor([1]).double(),
    "float": lambda t: t.tensor([True]).float().cpu(),
    "contiguous": lambda t: t.ones(2, 3).T.contiguous(),
    "mT": lambda t: t.arange(12).reshape(2, 3, 2).mT,
    "a Python float": lambda t: t.tensor(1, dtype=float),
    "a Python int": lambda t: t.tensor(1.5, dtype=int),
    "a comparison": lambda t: t.arange(3) >= 1,
    "a comparison with a float": lambda t: t.arange(3) < 1.5,
    "equality": lambda t: t.arange(3) == t.tensor([0.0, 5.0, 2.0]),
    "difference": lambda t: t.arange(3).ne(1),
    "and, or, not": lambda t: (t.arange(4) > 1) & ~(t.arange(4) == 3) | (t.ones(4) < 0),
    "exclusive or": lambda t: t.arange(4) ^ 1,
    "whole parts": lambda t: t.tensor([5, -5]) // 3 + t.tensor([5, -5]) % 3,
    "a number over": lambda t: 7 // t.tensor([2, 3]) + 7 % t.tensor([2.0, 4.0]),
    "bools as numbers": lambda t: t.tensor([True, False]) + t.tensor([True, True]),
    "bools and a number": lambda t: t.tensor([True, False]) * 2,
}


@pytest.mark.parametrize("name", MADE)
def test_a_new_tensor_is_pytorch_s(name):
    got, expected = MADE[name](minidl), MADE[name](torch)
    assert got.shape == tuple(expected.shape)
    assert str(got.dtype) == str(expected.dtype).removeprefix("torch.")
    assert_allclose(got.numpy(), expected.numpy(), rtol=1e-7, atol=1e-7)


def test_a_new_tensor_can_require_a_gradient():
    for x in (
        minidl.zeros(2, requires_grad=True),
        minidl.randn(2, requires_grad=True),
        minidl.full((2,), 1.0, requires_grad=True),
        minidl.ones_like(minidl.zeros(2), requires_grad=True),
    ):
        (x * 2).sum().backward()
        assert x.grad.tolist() == [2, 2]
    with pytest.raises(TypeError, match="int64 data has no gradient"):
        minidl.arange(3, requires_grad=True)


def test_memory_is_shared_or_copied_as_in_pytorch():
    array = np.zeros(2)
    shared = [
        minidl.from_numpy(array),
        minidl.as_tensor(array),
        minidl.as_tensor(minidl.from_numpy(array)),
        minidl.from_numpy(array).detach(),
        minidl.from_numpy(array).to(minidl.float64),
    ]
    copied = [
        tensor(array),
        minidl.as_tensor(array, dtype=minidl.float32),
        minidl.from_numpy(array).clone(),
        minidl.from_numpy(array).to("cpu", copy=True),
        copy.deepcopy(minidl.from_numpy(array)),
    ]
    array[:] = 1
    assert all(x.tolist() == [1, 1] for x in shared)
    assert all(x.tolist() == [0, 0] for x in copied)
    assert np.asarray(shared[0]) is array


def test_a_change_of_dtype_has_a_gradient_in_the_old_dtype():
    x = leaf([1.0, 2.0])
    (x.double() * tensor(np.array([3.0, 4.0]))).sum().backward()
    assert x.grad.dtype == minidl.float32
    assert x.grad.tolist() == [3, 4]
    assert not x.long().requires_grad
    y = leaf([1.0])
    y.clone().contiguous().to(minidl.float64, copy=True).sum().backward()
    assert y.grad.tolist() == [1]


def test_a_tensor_of_one_number_acts_as_the_number():
    x = tensor(2.5)
    assert (float(x), int(x), bool(x), f"{x:.2f}") == (2.5, 2, True, "2.50")
    assert list(range(tensor(2))) == [0, 1]
    assert [5, 6][tensor([1])] == 6
    assert f"{leaf([1.0])}" == "tensor([1.], requires_grad=True)"
    with pytest.raises(RuntimeError, match=r"bool: the tensor \(2,\) is not one"):
        bool(tensor([1, 2]))
    with pytest.raises(TypeError, match="index: the tensor is float32"):
        range(x)


def test_a_tensor_tells_its_sizes():
    x = minidl.zeros(2, 3)
    assert (x.size(), x.size(-1), x.dim(), x.ndim, x.numel()) == ((2, 3), 3, 2, 2, 6)
    assert x.device == minidl.device("cpu") == minidl.device("cpu", 0)
    assert (str(x.device), repr(x.device)) == ("cpu", "device(type='cpu')")
    assert len({x.device, minidl.device("cpu")}) == 1
    assert not minidl.cuda.is_available()


def test_equality_with_what_is_no_number_is_false_and_tensors_can_be_keys():
    x = tensor([1.0])
    assert x != "x"
    assert (x == None) is False  # noqa: E711
    assert {x: 1}[x] == 1


def drawn():
    """Numbers from every function that draws."""
    return [
        minidl.rand(2, 3),
        minidl.randn(4),
        minidl.randint(10, (5,)),
        minidl.randint(-3, 3, (2, 2)),
        minidl.randperm(6),
        minidl.bernoulli(minidl.full((8,), 0.5)),
        minidl.normal(0.0, 1.0, (3,)),
        minidl.rand_like(minidl.zeros(2, dtype=minidl.float64)),
        minidl.randn_like(minidl.zeros(2)),
        minidl.randint_like(minidl.zeros(2), 5),
    ]


def test_the_same_seed_draws_the_same_numbers_again():
    minidl.manual_seed(3)
    first = drawn()
    minidl.manual_seed(3)
    for x, y in zip(first, drawn(), strict=True):
        assert_array_equal(x.numpy(), y.numpy())
    assert any((x != y).numpy().any() for x, y in zip(first, drawn(), strict=True))
    generator = minidl.Generator()
    assert generator.manual_seed(-1) is generator
    a = minidl.rand(3, generator=generator)
    b = minidl.rand(3, generator=minidl.Generator().manual_seed(-1))
    assert a.tolist() == b.tolist()


def test_random_tensors_have_pytorch_s_shapes_and_dtypes():
    ours, theirs = drawn(), []
    for x in ours:
        assert x.device == minidl.device("cpu")
    theirs = [
        torch.rand(2, 3),
        torch.randn(4),
        torch.randint(10, (5,)),
        torch.randint(-3, 3, (2, 2)),
        torch.randperm(6),
        torch.bernoulli(torch.full((8,), 0.5)),
        torch.normal(0.0, 1.0, (3,)),
        torch.rand_like(torch.zeros(2, dtype=torch.float64)),
        torch.randn_like(torch.zeros(2)),
        torch.randint_like(torch.zeros(2), 5),
    ]
    for x, y in zip(ours, theirs, strict=True):
        assert x.shape == tuple(y.shape)
        assert str(x.dtype) == str(y.dtype).removeprefix("torch.")


def test_random_numbers_have_the_distribution_they_are_named_after():
    minidl.manual_seed(0)
    n = 20_000
    uniform, bell = minidl.rand(n).numpy(), minidl.randn(n).numpy()
    assert 0 <= uniform.min() < 0.001 < 0.999 < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.01
    assert abs(bell.mean()) < 0.03
    assert abs(bell.std() - 1) < 0.03
    assert set(minidl.randint(2, 5, (n,)).tolist()) == {2, 3, 4}
    assert sorted(minidl.randperm(100).tolist()) == list(range(100))
    assert abs(minidl.bernoulli(minidl.full((n,), 0.2)).numpy().mean() - 0.2) < 0.02
    spread = minidl.normal(minidl.full((n,), 3.0), tensor(2.0)).numpy()
    assert abs(spread.mean() - 3) < 0.06
    assert abs(spread.std() - 2) < 0.06


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: minidl.zeros(-1), ValueError, r"zeros: sizes \(-1,\) must not be neg"),
        (lambda: minidl.zeros(1.5), TypeError, r"zeros: \(1.5,\) are not all"),
        (lambda: minidl.ones(2, dtype="f"), TypeError, "ones: dtype f is not"),
        (
            lambda: minidl.ones(2, dtype=np.float16),
            TypeError,
            "ones: dtype float16 is not supported; pass one of float32",
        ),
        (lambda: tensor(1, dtype=str), TypeError, "dtype str is not supported"),
        (
            lambda: minidl.ones(2, device="cuda"),
            ValueError,
            "device: 'cuda' is not supported; NumPy computes on the CPU",
        ),
        (lambda: minidl.ones(2, device=3), TypeError, "ones: device is 3; pass"),
        (lambda: tensor([1.0]).cuda(), ValueError, "device: 'cuda' is not supported"),
        (lambda: tensor([1.0]).to("cuda:0"), ValueError, "'cuda:0' is not supported"),
        (lambda: tensor([1.0]).to(1.5), TypeError, "to: device is 1.5"),
        (lambda: minidl.arange(0, 5, -1), ValueError, "no step of -1 leads from 0 to"),
        (lambda: minidl.arange(0, 5, 0), ValueError, "arange: no step of 0"),
        (lambda: minidl.randint(3, 3, (1,)), ValueError, "no integers from 3 to 3 - 1"),
        (lambda: minidl.bernoulli(tensor([2.0])), ValueError, "entries from 2.0 to"),
        (lambda: minidl.normal(0.0, -1.0, (1,)), ValueError, "std has a negative"),
        (lambda: minidl.normal(0.0, 1.0), TypeError, "are numbers; pass size too"),
        (lambda: minidl.from_numpy([1]), TypeError, "from_numpy: got a list, not an"),
        (lambda: minidl.rand(2, generator=3), TypeError, "generator is a int; pass a"),
        (lambda: minidl.rand(2, dtype=minidl.int64), TypeError, "rand: dtype int64"),
        (lambda: minidl.zeros(2, layout=1), TypeError, "layout"),
        (lambda: ~tensor([1.0]), TypeError, "ufunc 'invert' not supported"),
        (lambda: tensor([1.0]) & 1, TypeError, "ufunc 'bitwise_and' not"),
        (lambda: tensor(1.0).mT, ValueError, r"mT: the tensor \(\) has no matrices"),
        (
            lambda: (leaf([1.0]) // 2).sum().backward(),
            RuntimeError,
            "//: has no gradient, as it jumps",
        ),
    ],
)
def test_bad_input_is_explained(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()
