"""Chapter 3 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from minidl.kernels import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
    cross_entropy,
    cross_entropy_backward,
    hinge_loss,
    kaiming_uniform,
    linear,
    linear_backward,
    log_softmax,
    mse_loss,
    mse_loss_backward,
    relu,
    relu_backward,
    sigmoid,
    softmax,
    tanh,
    xavier_uniform,
)
from minidl.viz.forward_pass import Network, explore

SOURCE = "chapters/source/03-forward-pass.py"
PAIRS = ((linear, linear_backward), (relu, relu_backward))
LOSS = (mse_loss, mse_loss_backward)


@pytest.fixture(scope="module")
def chapter(root):
    """The names that the chapter leaves behind when it runs as a script."""
    mpl.use("Agg")
    yield runpy.run_path(str(root / SOURCE))
    plt.close("all")


@pytest.fixture
def text(root):
    """The chapter's source, with its lines joined."""
    return " ".join((root / SOURCE).read_text("utf-8").replace("\n# ", " ").split())


@pytest.fixture
def network():
    """A trained function of the widget: its mean squared error and its layers."""

    def trained(width, depth):
        x = np.linspace(-2, 2, 60, dtype=np.float32)[:, None]
        built = Network([1, *[width] * depth, 1], kaiming_uniform, *PAIRS)
        target = np.sin(3 * x) + np.float32(0.3) * x
        return built.train(x, target, LOSS), built.forward(x)

    return trained


def test_the_published_two_output_example_is_corrected(text):
    p, target = np.array([0.9, 0.6]), np.array([1.0, 0.0])
    x = np.log(p / (1 - p))
    assert_allclose(sigmoid(np.array([2.0, 3.0])), [0.8808, 0.9526], atol=5e-5)
    assert_allclose(-0.5 * np.log(0.9), 0.0527, atol=5e-5)
    assert_allclose(binary_cross_entropy_with_logits(x, target), 0.5108, atol=5e-5)
    for number in ("0.8808", "0.9526", "0.0527", "0.5108"):
        assert number in text


def test_cross_entropy_pushes_where_squared_error_has_died(text):
    one, g = np.array([1.0]), np.array(1.0)
    slopes = [
        binary_cross_entropy_with_logits_backward(g, np.array([x]), one).item()
        for x in (0.8, -10.0)
    ]
    s = sigmoid(np.array([0.8, -10.0]))
    squared = 2 * (s - 1) * s * (1 - s)
    assert_allclose(slopes, [-0.31003, -0.99995], atol=5e-6)
    assert_allclose(squared, [-0.13263, -0.00009], atol=5e-6)
    assert_allclose((s[0], (s[0] - 1) ** 2), (0.68997, 0.09612), atol=5e-6)
    for number in ("0.68997", "0.09612", "-0.13263, -0.26527"):
        assert number in text


def test_softmax_twice_keeps_the_loss_above_the_stated_bound(text):
    best, truth = 20 * np.eye(10), np.arange(10)
    assert cross_entropy(best, truth) < 1e-7
    assert_allclose(cross_entropy(softmax(best), truth), 1.4612, atol=5e-5)
    assert "1.4612" in text


def test_class_numbers_are_not_one_hot_rows():
    x = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.2, 0.1, 3.0]])
    target, y = np.array([0, 1, 2]), log_softmax(x)
    assert_allclose(cross_entropy(x, target), -np.trace(y) / 3, rtol=1e-12)
    assert -(target * y).sum() / 3 > 10 * cross_entropy(x, target)


def test_the_measured_slopes_are_the_formulas(chapter):
    slope, x, truth = chapter["slope"], np.array([2.0, 1.0, 0.1]), np.array([0])
    y, p = np.eye(3)[0], softmax(x)
    by_probability = slope(lambda p: -(y * np.log(p)).sum(), p)
    by_score = slope(lambda x: cross_entropy(x[None], truth), x)
    assert_allclose(by_probability, -y / p, atol=1e-8)
    assert_allclose(by_score, p - y, atol=1e-8)
    fused = cross_entropy_backward(np.array(1.0), x[None], truth)[0]
    assert_allclose(by_score, fused, atol=1e-8)


def test_hinge_of_a_probability_is_never_satisfied():
    score, target = np.array([-20.0]), np.array([-1.0])
    assert hinge_loss(score, target) == 0
    assert hinge_loss(sigmoid(score), target) >= 1


def test_the_right_weights_keep_the_signal_and_the_others_lose_it(chapter, text):
    signal, noise = chapter["signal"], chapter["noise"]
    kept = signal(kaiming_uniform, relu)
    assert 0.5 < min(kept) < max(kept) < 1.5
    assert 0.1 < signal(xavier_uniform, tanh)[-1] < 1
    assert 0.5e-3 < signal(xavier_uniform, relu)[-1] < 2e-3
    assert "$2^{-10}$, about a thousandth" in text
    assert signal(noise(0.05), relu)[-1] < 1e-8
    assert signal(noise(0.5), relu)[-1] > 1e9


def test_an_untrained_network_costs_about_ln_10(chapter, text):
    x, labels = chapter["x"], chapter["labels"]
    losses = []
    for seed in range(10):
        scores = chapter["forward"](x, chapter["start"](seed), relu)
        losses.append(cross_entropy(scores, labels))
        assert 0.05 < np.mean(scores.argmax(axis=1) == labels) < 0.2
    assert 2.2 < min(losses) < np.log(10) + 0.05
    assert max(losses) < 2.8
    assert_allclose(losses, chapter["losses"], rtol=1e-6)
    half = chapter["variance"] / 2
    assert_allclose(np.mean(losses), np.log(10) + half, atol=0.02)
    assert r"\ln 10 = 2.3026" in text


def test_first_weights_decide_the_first_loss(chapter):
    labels, found = chapter["labels"], {}
    for name, p in chapter["probabilities"].items():
        true = p[np.arange(len(labels)), labels]
        with np.errstate(divide="ignore"):
            found[name] = -np.log(true.astype(np.float64)).mean()
    assert_allclose(found["zero"], np.log(10), rtol=1e-6)
    assert found["xavier"] < found["kaiming"] < 3
    assert found["too large"] > 50
    sure = chapter["probabilities"]["too large"].max(axis=1)
    assert np.median(sure) > 0.999


def test_tanh_layers_fade_saturate_or_stay_alive(chapter):
    spread = {name: flow[-1].std() for name, flow in chapter["flows"].items()}
    assert spread["zero"] == 0
    assert spread["too large"] > 0.9
    assert 0.1 < spread["xavier"] < spread["kaiming"] < 0.7


def test_zero_weights_leave_only_the_last_bias_a_gradient(chapter):
    assert not chapter["dh"].any()
    assert not chapter["dW2"].any()
    assert chapter["db2"].any()


def test_pixels_that_are_not_scaled_cost_what_the_answer_states(chapter, text):
    raw, layers = chapter["raw"], chapter["start"](3)
    loss = {
        name: cross_entropy(chapter["forward"](ink, layers, relu), chapter["labels"])
        for name, ink in {"raw": raw, "scaled": chapter["x"]}.items()
    }
    assert f"{loss['raw']:.1f}" == "10.7"
    assert f"{loss['scaled']:.1f}" == "2.4"
    assert "the loss is 10.7 in place of 2.4" in text


def test_wider_and_deeper_networks_fit_the_curve_better(network):
    line, few, many, deep = (
        network(*size)[0] for size in ((1, 0), (4, 1), (32, 1), (32, 3))
    )
    assert line > few > 10 * many > 10 * deep


def test_a_narrow_deep_network_dies(network):
    error, flow = network(2, 4)
    assert np.ptp(flow[-1]) == 0
    assert error > 0.4


def test_the_figure_redraws_when_a_slider_moves():
    width, depth, picture = explore(kaiming_uniform, *PAIRS, LOSS).children
    first = picture.value
    width.value = 2
    second = picture.value
    depth.value = 0
    third = picture.value
    assert all(bytes(p[:4]) == b"\x89PNG" for p in (first, second, third))
    assert len({bytes(p) for p in (first, second, third)}) == 3


def test_the_figure_leaves_no_open_figures_behind():
    before = plt.get_fignums()
    explore(kaiming_uniform, *PAIRS, LOSS)
    assert plt.get_fignums() == before
