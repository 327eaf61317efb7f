"""What a Tensor tells about itself, and how it explains bad input."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from against_torch import leaf

from minidl import Tensor, no_grad, tensor


def test_a_detached_tensor_shares_the_data_and_stops_gradients():
    x = leaf([1.0])
    y = x * 2
    cut = y.detach()
    assert cut.array is y.array
    assert not cut.requires_grad
    (x * cut).sum().backward()
    assert x.grad.item() == 2


def test_the_tape_uses_the_numbers_of_the_moment_of_recording():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    w.array = w.array - 1
    y.backward()
    assert x.grad.item() == 3


def test_item_and_numpy_give_the_numbers():
    assert tensor([[1.5]]).item() == 1.5
    assert isinstance(tensor(3).item(), int)
    with no_grad():
        leaf([1.0]).zero_()
    np.testing.assert_array_equal(tensor([1.0, 2.0]).zero_().numpy(), [0, 0])


def test_a_tensor_prints_as_in_pytorch():
    assert repr(leaf([1.0, 2.5])) == "tensor([1.0000, 2.5000], requires_grad=True)"
    assert repr(tensor([[1, 2], [3, 4]])) == "tensor([[1, 2],\n        [3, 4]])"
    assert repr(tensor(np.float64(2))) == "tensor(2., dtype=minidl.float64)"
    assert repr(tensor(True)) == "tensor(True)"


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (
            lambda: leaf([1.0, 2.0]).backward(),
            RuntimeError,
            r"\(2,\) is not one number",
        ),
        (
            lambda: (leaf([1.0, 2.0]) * 2).backward(tensor([1.0])),
            RuntimeError,
            r"gradient \(1,\) for a tensor \(2,\); the shapes must be equal",
        ),
        (
            lambda: leaf([1.0]).backward(np.ones(1)),
            TypeError,
            "gradient is a ndarray, not a Tensor",
        ),
        (
            lambda: tensor(1.0).backward(),
            RuntimeError,
            "nothing here requires a gradient; create a tensor with requires_grad",
        ),
        (
            lambda: tensor([1, 2], requires_grad=True),
            TypeError,
            "int64 data has no gradient; pass floats",
        ),
        (
            lambda: tensor([[1, 2], [3]]),
            ValueError,
            r"tensor: \[\[1, 2\], \[3\]\] does not become an array",
        ),
        (lambda: tensor("one"), TypeError, "data has dtype <U3; pass floats"),
        (lambda: tensor(None), TypeError, "data has dtype object; pass floats"),
        (lambda: tensor(1j), TypeError, "data has dtype complex128; pass floats"),
        (
            lambda: Tensor([1.0]),
            TypeError,
            r"data is a list.*use minidl.tensor\(data\)",
        ),
        (lambda: tensor([1.0, 2.0]).item(), ValueError, r"item: .*\(2,\) is not one"),
        (lambda: leaf(1.0).numpy(), ValueError, r"use detach\(\)\.numpy\(\)"),
        (
            lambda: leaf(1.0).zero_(),
            RuntimeError,
            "zero_: a leaf Variable that .* under no_grad",
        ),
        (
            lambda: tensor(np.zeros((2, 3))) + tensor(np.zeros((2, 4))),
            ValueError,
            r"\+: shapes \(2, 3\) and \(2, 4\) do not broadcast; counted from",
        ),
        (
            lambda: tensor([1.0]) * [1.0],
            TypeError,
            r"\*: the other operand is a list; pass a number or a Tensor",
        ),
        (
            lambda: np.ones(1) - tensor([1.0]),
            TypeError,
            r"-: the other operand is a ndarray; pass a number or a Tensor",
        ),
        (
            lambda: tensor([1.0]) ** "2",
            TypeError,
            "pow: the other operand is a str; pass a number or a Tensor",
        ),
        (
            lambda: tensor([1.0]) @ tensor(np.ones(1)),
            TypeError,
            "@: tensors of float32 and float64; give both one dtype",
        ),
        (lambda: tensor([1.0]) @ 2, ValueError, "a single number is no matrix; use"),
        (
            lambda: tensor([1.0]) @ tensor(2.0),
            ValueError,
            r"@: shapes \(1,\) and \(\): a single number is no matrix; use \*",
        ),
        (
            lambda: tensor(np.ones((2, 3))) @ tensor(np.ones((4, 3))),
            ValueError,
            "rows of 3 against columns of 4; transpose one",
        ),
        (
            lambda: tensor(np.ones((2, 2, 3))) @ tensor(np.ones((5, 3, 2))),
            ValueError,
            r"@, before the last two dimensions: shapes \(2,\) and \(5,\)",
        ),
        (
            lambda: tensor([1.0, 2.0]).sum(dim=1),
            ValueError,
            r"sum: dim 1 of a tensor \(2,\); it must be from -1 to 0",
        ),
        (
            lambda: tensor([1.0]).sum(dim=0.0),
            TypeError,
            r"sum: dim is 0\.0, not an integer",
        ),
        (
            lambda: tensor(np.ones((2, 3))).mean(dim=(1, -1)),
            ValueError,
            r"dim \(1, -1\) names one dimension of \(2, 3\) twice",
        ),
        (lambda: tensor([1, 2]).mean(), TypeError, "mean: the tensor is int64"),
        (
            lambda: tensor([1.0, 2.0, 3.0]).reshape(2, -1),
            ValueError,
            r"reshape: a tensor \(3,\) does not fit \(2, -1\)",
        ),
        (
            lambda: tensor([1.0]).transpose(0, 1),
            ValueError,
            r"transpose: dim 1 of a tensor \(1,\); it must be from -1 to 0",
        ),
        (
            lambda: tensor([1.0]).T,
            ValueError,
            r"T: the tensor \(1,\) is not a matrix; use transpose",
        ),
    ],
)
def test_bad_input_is_explained(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_data_is_the_same_numbers_without_a_gradient():
    w = leaf([1.0, 2.0])
    w.grad = tensor([1.0, 1.0])
    w.data.add_(w.grad)  # of a leaf that requires a gradient, outside no_grad
    w.data -= 0.5 * w.grad.data
    assert w.tolist() == [1.5, 2.5]
    assert w.requires_grad
    assert not w.data.requires_grad
    (w * w).sum().backward()
    w.data = tensor([7.0])
    assert w.tolist() == [7.0]
    with pytest.raises(TypeError, match=r"data: value is a ndarray, not a Tensor"):
        w.data = np.ones(2)


OVERFLOWS = """
import minidl, numpy
x = minidl.tensor([0.0, -1.0], requires_grad=True)
y = x.log() / 0 + x.sqrt() + minidl.tensor([3e38, 3e38]).sum()
y.sum().backward()
"""


def test_infinite_results_are_no_warning_but_numpy_s_own_still_are():
    def run(code):
        command = [sys.executable, "-W", "error", "-c", code]
        return subprocess.run(command, capture_output=True, text=True).stderr

    assert run(OVERFLOWS) == ""
    assert "divide by zero" in run(OVERFLOWS + "numpy.log(numpy.zeros(1))")
