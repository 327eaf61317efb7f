"""nn.init against torch.nn.init: moments and bounds of what is drawn, and errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minidl
from minidl import nn, tensor
from minidl.nn import init

SHAPES = [(300, 200), (40, 30, 5, 5), (50, 60, 7)]
MODES = [("fan_in", "relu", 0), ("fan_out", "tanh", 0), ("fan_in", "leaky_relu", 0.5)]
MODES += [("fan_out", "leaky_relu", 0.1), ("fan_in", "linear", 0)]
DRAWS = [
    ("uniform_", (-2.0, 3.0)),
    ("normal_", (1.0, 2.0)),
    ("trunc_normal_", (0.5, 2.0, -2.0, 3.0)),
    ("xavier_uniform_", ()),
    ("xavier_uniform_", (1.7,)),
    ("xavier_normal_", (0.3,)),
    *(("kaiming_uniform_", (a, mode, name)) for mode, name, a in MODES),
    *(("kaiming_normal_", (a, mode, name)) for mode, name, a in MODES),
]


@pytest.fixture(autouse=True)
def seed():
    minidl.manual_seed(0)
    torch.manual_seed(0)


def facts(values: np.ndarray) -> np.ndarray:
    """Mean, standard deviation and extremes."""
    return np.array([values.mean(), values.std(), values.min(), values.max()])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "arguments"), DRAWS)
def test_what_is_drawn_has_pytorch_s_distribution(name, arguments, shape):
    parameter = nn.Parameter(minidl.zeros(*shape))
    assert getattr(init, name)(parameter, *arguments) is parameter
    theirs = getattr(torch.nn.init, name)(torch.zeros(shape), *arguments).numpy()
    got, expected = facts(parameter.array), facts(theirs)
    spread = expected[1]
    np.testing.assert_allclose(got[:2], expected[:2], atol=0.03 * spread)
    tails = 1.5 if "normal" in name and "trunc" not in name else 0.01
    np.testing.assert_allclose(got[2:], expected[2:], atol=tails * spread)
    assert parameter.dtype == np.float32
    assert parameter.requires_grad
    assert parameter.is_leaf


@pytest.mark.parametrize("name", ["uniform_", "kaiming_uniform_", "orthogonal_"])
def test_a_generator_or_the_seed_decides_the_numbers(name):
    draw = getattr(init, name)

    def numbers(**options):
        return draw(minidl.zeros(3, 4), **options).tolist()

    generator = minidl.Generator().manual_seed(5)
    first = numbers(generator=generator)
    assert numbers(generator=generator) != first
    assert numbers(generator=generator.manual_seed(5)) == first
    minidl.manual_seed(5)
    assert numbers() == first


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 3), (1, 1)])
def test_orthogonal_rows_or_columns_have_length_gain(shape):
    matrix = init.orthogonal_(minidl.zeros(*shape, dtype=minidl.float64), 2.0).array
    matrix = matrix.reshape(shape[0], -1)
    matrix = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(matrix @ matrix.T, 4 * np.eye(len(matrix)), atol=1e-12)


def test_constants_fill_any_shape():
    x = minidl.empty(2, 3)
    assert init.constant_(x, 2.5).tolist() == [[2.5] * 3] * 2
    assert init.ones_(x).tolist() == [[1.0] * 3] * 2
    assert init.zeros_(x).tolist() == [[0.0] * 3] * 2
    expected = torch.nn.init.eye_(torch.ones(2, 3))
    np.testing.assert_array_equal(init.eye_(x).array, expected)


@pytest.mark.parametrize(
    "arguments",
    ["linear", "conv2d", "sigmoid", "tanh", "relu", "selu", "leaky_relu", 0.3],
)
def test_gains_are_pytorch_s(arguments):
    name = arguments if isinstance(arguments, str) else "leaky_relu"
    param = None if isinstance(arguments, str) else arguments
    expected = torch.nn.init.calculate_gain(name, param)
    assert init.calculate_gain(name, param) == pytest.approx(expected, rel=1e-15)


def test_linear_starts_as_pytorch_s_does():
    ours, theirs = nn.Linear(400, 300), torch.nn.Linear(400, 300)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        got, expected = facts(one.array), facts(other.detach().numpy())
        np.testing.assert_allclose(got[1:], expected[1:], rtol=0.06)
        assert np.abs(one.array).max() <= 1 / 20


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: init.kaiming_uniform_(x[0]), r"kaiming_uniform_: the tensor \(3,\)"),
        (lambda x: init.xavier_normal_(x[0]), "has no inputs and outputs"),
        (lambda x: init.kaiming_normal_(x, mode="fan"), "mode is 'fan'; pass \"fan_in"),
        (lambda x: init.calculate_gain("gelu"), "no gain is known for 'gelu'; pass"),
        (lambda x: init.eye_(x[0]), r"eye_: the tensor \(3,\) is not a matrix"),
        (lambda x: init.trunc_normal_(x, a=5.0, b=6.0), "next to nothing of a normal"),
    ],
)
def test_misuse_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call(minidl.zeros(2, 3))


def test_a_layer_without_inputs_is_a_warning():
    with pytest.warns(UserWarning, match=r"kaiming_uniform_: a tensor \(2, 0\)"):
        nn.Linear(0, 2)


def gradients(package, make, scale):
    """Parameters with gradients, and one without."""
    arrays = [np.array([3.0, -4.0]), np.array([[1.0], [2.0]])]
    parameters = [package.Parameter(make(array)) for array in (*arrays, np.ones(1))]
    for parameter, array in zip(parameters, arrays, strict=False):
        (parameter * make(scale * array)).sum().backward()
    return parameters


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 1000.0])
def test_clip_grad_norm_matches_pytorch(norm_type, max_norm):
    ours, theirs = gradients(nn, tensor, 1.5), gradients(torch.nn, torch.tensor, 1.5)
    got = nn.utils.clip_grad_norm_(iter(ours), max_norm, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    assert got.item() == pytest.approx(expected.item(), rel=1e-12)
    for one, other in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(one.grad.array, other.grad, rtol=1e-12)
    assert ours[2].grad is None


def test_clip_grad_norm_takes_one_tensor_none_and_what_is_not_finite():
    (first, *_) = gradients(nn, tensor, 1.0)
    assert nn.utils.clip_grad_norm_(first, 1.0).item() == pytest.approx(5)
    assert nn.utils.clip_grad_norm_([], 1.0).item() == 0
    first.grad.fill_(np.inf)
    with pytest.raises(RuntimeError, match="the norm of the gradients is inf"):
        nn.utils.clip_grad_norm_(first, 1.0, error_if_nonfinite=True)
