"""Chapter 2 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from minidl.kernels import relu, relu_backward, sigmoid, sigmoid_backward, tanh
from minidl.viz.activation import FLAT, explore

SOURCE = "chapters/source/02-activations.py"


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


def unit_slope(forward, backward):
    return forward, lambda x: backward(np.ones_like(x), forward(x))


@pytest.fixture
def widget():
    curves = {
        "sigmoid": unit_slope(sigmoid, sigmoid_backward),
        "relu": unit_slope(relu, relu_backward),
    }
    return explore(curves)


def test_the_sigmoid_of_the_tutorials_is_corrected(text):
    assert_allclose(sigmoid(np.array([1.0, 2.0, 3.0])), [0.7311, 0.8808, 0.9526], 1e-4)
    assert_allclose(tanh(np.array([3.0, 1.853])), [0.9951, 0.9520], 1e-4)
    for number in ("0.7311", "0.8808", "0.9526", "0.9951", "tanh(1.853)"):
        assert number in text


def test_the_worked_neuron_has_the_corrected_gradient(chapter, text):
    x, target = np.array([[1.0, 2.0]]), 1.0
    y = sigmoid(x @ np.array([[0.1], [0.2]]) + 0.3)
    dz = sigmoid_backward(2 * (y - target), y)
    assert_allclose(chapter["dz"], dz, rtol=1e-12)
    assert_allclose([y.item(), dz.item()], [0.68997, -0.13263], atol=5e-6)
    assert_allclose((dz * x)[0], [-0.13263, -0.26527], atol=1e-5)
    assert_allclose((y - target) ** 2, 0.09612, atol=5e-6)
    for number in ("0.68997", "-0.62005", "0.21391", "-0.13263"):
        assert number in text
    delta = sigmoid_backward(np.array([0.8 - 0.5]), np.array([0.8]))
    assert_allclose(delta, 0.048, rtol=1e-12)


def test_only_the_flipped_sign_climbs(chapter):
    first_and_last = {
        name: np.array(chapter["descend"](delta))[[0, -1]]
        for name, delta in chapter["deltas"].items()
    }
    (_, right), (_, slopeless), (start, flipped) = first_and_last.values()
    assert list(first_and_last) == ["right", "slope forgotten", "sign flipped"]
    assert slopeless < right < start < 0.98 < flipped


def test_thirty_sigmoids_leave_what_the_answer_states(chapter, text):
    through, surviving = chapter["through"], chapter["surviving"]
    left = {
        f: surviving(chapter[f"{f}_backward"], through(chapter[f]))
        for f in ("sigmoid", "tanh", "relu")
    }
    assert all(len(sizes) == 31 and sizes[0] == 1 for sizes in left.values())
    assert f"{left['sigmoid'][-1]:.0e}" == "2e-20"
    assert r"2 \cdot 10^{-20}" in text
    assert f"{1 - left['tanh'][-1]:.0%}" == "95%"
    assert left["relu"] == 31 * [1.0]


def test_the_slopes_turn_grey_where_the_answer_says(chapter):
    for name, edge in {"sigmoid": 2.9, "tanh": 2.2}.items():
        _, slope = chapter["curves"][name]
        inside, outside = slope(np.array([edge - 0.1, edge]))
        assert outside < FLAT < inside


def test_softmax_behind_softmax_is_never_sure(chapter, text):
    once = chapter["softmax"](chapter["sure"])
    twice = chapter["softmax"](once).max()
    assert once.max() == 1
    assert_allclose(twice, np.e / (np.e + 9), rtol=1e-12)
    assert f"{twice:.3f}" == "0.232"
    assert "$e/(e + 9) = 0.232$" in text


def test_each_row_of_the_softmax_table_sums_to_zero(chapter):
    assert_allclose(chapter["table"].sum(axis=1), 0, atol=1e-15)
    assert (np.diag(chapter["table"]) > 0.03).all()


def test_the_project_reaches_the_figures_it_states(chapter, text):
    losses = chapter["losses"]
    assert_allclose(losses[0], np.log(2), rtol=1e-12)
    assert 0.06 < losses[-1] < 0.07
    assert (np.diff(losses) < 0).all()
    assert f"{100 * chapter['accuracy']:.0f}" == "98"
    assert f"{chapter['F1']:.2f}" == "0.97"
    assert "About 98 of 100 held-out patients" in text
    assert "$F_1$ is about 0.97" in text
    assert f"{np.mean(~chapter['ill']):.0%}" == "64%"


def test_other_shuffles_stay_in_the_stated_range(chapter):
    x, t = chapter["x"], chapter["t"]
    for seed in range(1, 9):
        rng = np.random.default_rng(seed)
        train, test, t_train, t_test = chapter["train_test_split"](x, t, 0.25, rng)
        train, test = chapter["standardize"](train, test)
        W, b, _ = chapter["fit"](train, t_train)
        yes, ill = test @ W.T + b > 0, t_test == 1
        assert 0.94 <= np.mean(yes == ill) <= 1
        assert 0.92 <= 2 * np.sum(yes & ill) / (yes.sum() + ill.sum()) <= 1


def test_raw_measurements_saturate_after_one_step(chapter):
    raw, t = chapter["raw"], chapter["t_train"]
    assert (raw[1] == 1).all()
    assert (sigmoid_backward(np.ones_like(raw[1]), raw[1]) == 0).all()
    assert (raw[2] == 0).all()
    accuracies = ((raw > 0.5) == t).mean(axis=(1, 2))
    assert (np.abs(np.diff(accuracies)) > 0.2).sum() > len(raw) / 2


def test_the_figure_is_there_before_anything_is_touched(chapter):
    *_, picture = explore(chapter["curves"]).children
    assert bytes(picture.value[:4]) == b"\x89PNG"


def test_the_figure_redraws_when_its_slider_moves(widget):
    choice, slider, picture = widget.children
    seen = {bytes(picture.value)}
    for x in (-4.0, 0.0, 6.5):
        slider.value = x
        seen.add(bytes(picture.value))
    choice.value = "relu"
    seen.add(bytes(picture.value))
    assert len(seen) == 5


def test_the_figure_is_drawn_by_the_functions_it_is_given():
    asked = []

    def activation(x):
        asked.append(x)
        return sigmoid(x)

    _, slope = unit_slope(sigmoid, sigmoid_backward)
    _, slider, _ = explore({"mine": (activation, slope)}).children
    asked.clear()
    slider.value = 1.5
    assert any(np.array_equal(x, [1.5]) for x in asked)


def test_the_figure_leaves_no_open_figures(widget):
    open_before = plt.get_fignums()
    _, slider, _ = widget.children
    slider.value = -1.0
    assert plt.get_fignums() == open_before
