"""Functions of Tensors against torch.nn.functional: values and every gradient."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np
import pytest
import torch
from against_torch import (
    assert_equal_to_rounding,
    assert_matches_pytorch,
    forward_and_gradients,
    leaf,
    normal,
    upstream,
)

from minidl import functional, kernels, tensor

EDGES = np.array([[1000.0, -1000.0, 0.0], [-1.5, 0.5, 3.0]])
LABELS = np.array([2, 0, 1, 1])
BITS = np.array([[1.0, 0.0, 1.0], [0.0, 0.3, 1.0]])
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])


def twin(name, **options):
    """A function that calls ours on Tensors and PyTorch's on PyTorch's tensors."""

    def either(*inputs):
        ours = not isinstance(inputs[0], torch.Tensor)
        package = functional if ours else torch.nn.functional
        return getattr(package, name)(*inputs, **options)

    return either


ACTIVATIONS = [
    twin("sigmoid"),
    twin("tanh"),
    twin("relu"),
    twin("leaky_relu"),
    twin("leaky_relu", negative_slope=0.2),
    *(twin("softmax", dim=dim) for dim in (-2, -1, 0, 1)),
    *(twin("log_softmax", dim=dim) for dim in (-2, -1, 0, 1)),
]


@pytest.mark.parametrize("function", ACTIVATIONS)
@pytest.mark.parametrize(
    "x", [normal(4, 3), normal(2, 3, 4), normal(1, 1), np.zeros((3, 2)), EDGES]
)
def test_an_activation_matches_pytorch(function, x):
    assert_matches_pytorch(function, x)


@pytest.mark.parametrize("function", ACTIVATIONS[:5])
def test_an_entrywise_activation_takes_a_number_and_an_empty_batch(function):
    assert_matches_pytorch(function, np.array(-0.5))
    assert_matches_pytorch(function, np.zeros((0, 3)))


def test_softmax_takes_a_number_and_an_empty_batch():
    assert_matches_pytorch(twin("softmax", dim=0), np.array(-0.5))
    assert_matches_pytorch(twin("log_softmax", dim=-1), np.array(-0.5))
    assert_matches_pytorch(twin("softmax", dim=1), np.zeros((0, 3)))


@pytest.mark.parametrize("batch", [(5,), (1,), (0,), (2, 3), ()])
def test_linear_matches_pytorch_for_any_batch_with_and_without_bias(batch):
    x, weight, bias = normal(*batch, 4), normal(3, 4), normal(3)
    assert_matches_pytorch(twin("linear"), x, weight, bias)
    assert_matches_pytorch(twin("linear"), x, weight)
    x32, weight32 = x.astype(np.float32), weight.astype(np.float32)
    assert_matches_pytorch(twin("linear"), x32, weight32)


@pytest.mark.parametrize("shape", [(4, 3), (1, 1), (2, 3, 4), ()])
def test_mse_loss_and_both_its_gradients_match_pytorch(shape):
    assert_matches_pytorch(twin("mse_loss"), normal(*shape), 1000 * normal(*shape))


@pytest.mark.parametrize(
    ("function", "reference", "x", "target"),
    [
        ("cross_entropy", torch.nn.functional.cross_entropy, normal(4, 3), LABELS),
        ("cross_entropy", torch.nn.functional.cross_entropy, EDGES, LABELS[2:]),
        ("cross_entropy", torch.nn.functional.cross_entropy, normal(1, 1), LABELS[1:2]),
        (
            "binary_cross_entropy_with_logits",
            torch.nn.functional.binary_cross_entropy_with_logits,
            EDGES,
            BITS,
        ),
        ("hinge_loss", lambda x, t: torch.relu(1 - t * x).mean(), EDGES, SIGNS),
    ],
)
def test_a_loss_and_its_gradient_match_pytorch(function, reference, x, target):
    expected, (gradient, *_) = forward_and_gradients(reference, x, target)
    input = leaf(x)
    loss = getattr(functional, function)(input=input, target=tensor(target))
    assert_equal_to_rounding(loss.array, expected)
    loss.backward(tensor(upstream(())))
    assert_equal_to_rounding(input.grad.array, gradient)


def test_labels_of_any_integer_dtype_are_taken():
    x = tensor(normal(4, 3))
    losses = {
        functional.cross_entropy(x, tensor(LABELS.astype(dtype))).item()
        for dtype in (np.uint8, np.int32, np.int64)
    }
    assert len(losses) == 1


def every_function(dtype):
    """One call of each function: its name, Tensors, and the result."""
    x, w, b = (leaf(normal(*shape), dtype) for shape in ((4, 3), (3, 3), (3,)))
    scores = leaf(1000 * normal(2, 3), dtype)
    bits, signs = tensor(BITS, dtype=dtype), tensor(SIGNS, dtype=dtype)
    calls = {
        "linear": (x, w, b),
        "sigmoid": (x,),
        "tanh": (x,),
        "relu": (x,),
        "leaky_relu": (x,),
        "softmax": (x, 1),
        "log_softmax": (x, 0),
        "mse_loss": (x, leaf(normal(3, 4).T, dtype)),
        "cross_entropy": (x, tensor(LABELS)),
        "binary_cross_entropy_with_logits": (scores, bits),
        "hinge_loss": (scores, signs),
    }
    return calls.items()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_function_keeps_the_dtype_and_leaves_its_inputs_alone(dtype):
    for name, arguments in every_function(dtype):
        tensors = [x for x in arguments if not isinstance(x, int)]
        before = [x.array.copy() for x in tensors]
        y = getattr(functional, name)(*arguments)
        y.backward(tensor(upstream(y.shape), dtype=dtype))
        assert y.dtype == dtype
        for x, x_before in zip(tensors, before, strict=True):
            np.testing.assert_array_equal(x.array, x_before)
            assert x.grad is None or x.grad.dtype == dtype
            x.grad = None


def test_every_function_calls_the_kernels_that_are_there_at_the_call(monkeypatch):
    for name, arguments in every_function(np.float64):
        forward = Mock(wraps=getattr(kernels, name))
        backward = Mock(wraps=getattr(kernels, f"{name}_backward"))
        monkeypatch.setattr(kernels, name, forward)
        monkeypatch.setattr(kernels, f"{name}_backward", backward)
        y = getattr(functional, name)(*arguments)
        y.backward(tensor(upstream(y.shape)))
        forward.assert_called_once()
        backward.assert_called_once()


def test_a_network_of_two_layers_has_pytorch_s_gradients():
    def loss(x, w1, b1, w2, b2):
        package = torch.nn.functional if isinstance(x, torch.Tensor) else functional
        labels = torch.tensor if isinstance(x, torch.Tensor) else tensor
        hidden = package.relu(package.linear(x, w1, b1))
        scores = package.linear(hidden, w2, b2) * 2
        return package.cross_entropy(scores, labels(LABELS)) + (w1 * w1).mean()

    shapes = (4, 5), (6, 5), (6,), (3, 6), (3,)
    assert_matches_pytorch(loss, *(normal(*shape) for shape in shapes))
