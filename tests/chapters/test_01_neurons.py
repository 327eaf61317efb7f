"""Chapter 1 runs, and what its text states is what its code finds."""

from __future__ import annotations

import contextlib
import io
import runpy

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from minidl.data.datasets import load_diabetes
from minidl.data.transforms import standardize, train_test_split
from minidl.kernels.linear import linear, linear_backward
from minidl.kernels.losses import mse_loss, mse_loss_backward
from minidl.viz.neuron import explore

DAYS = np.array([[1.0], [2], [4], [5], [7]])
HEIGHT = np.array([[1.5], [1.6], [2.6], [3.4], [3.9]])


@pytest.fixture(scope="module")
def source(root):
    return (root / "chapters/source/01-neurons.py").read_text("utf-8")


@pytest.fixture(scope="module")
def run(root):
    """The names that the chapter leaves behind, and what it printed."""
    matplotlib.use("Agg")
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        names = runpy.run_path(str(root / "chapters/source/01-neurons.py"))
    plt.close("all")
    return names, screen.getvalue()


@pytest.fixture(scope="module")
def fit(run):
    return run[0]["fit"]


def columns_and_ones(x):
    return np.column_stack([x, np.ones(len(x))])


def longest_rate(x):
    """The rate above which gradient descent on the mean squared error diverges."""
    table = columns_and_ones(x)
    return 2 / np.linalg.eigvalsh(2 * table.T @ table / len(x)).max()


def test_every_check_of_the_chapter_passes(run):
    assert run[1].count(": right,") == 7


def test_the_three_neurons_are_worked_out_right():
    W, b = np.array([[0.5, 0.3], [0.2, 0.4], [0.1, 0.2]]), np.array([0.1, 0.2, 0.3])
    assert_allclose(linear(np.array([[2.0, 3.0]]), W, b), [[2.0, 1.8, 1.1]], rtol=1e-12)


def test_the_elementwise_neuron_cannot_meet_its_targets(run):
    assert "w * x + b: (4, 2)   linear: (4, 1)" in run[1]
    assert "could not be broadcast together with shapes (4,2) (4,)" in run[1]


def test_the_slopes_of_the_low_neuron_are_negative():
    x, W, b = np.array([[1.0, 2.0]]), np.array([[0.1, 0.2]]), np.array([0.3])
    y = linear(x, W, b)
    assert_allclose(y, [[0.8]], rtol=1e-12)
    g = mse_loss_backward(np.array(1.0), y, np.array([[1.0]]))
    _, dW, db = linear_backward(g, x, W)
    assert_allclose(dW, [[-0.4, -0.8]], rtol=1e-12)
    assert_allclose(db, [-0.4], rtol=1e-12)


def test_a_flat_target_gives_another_loss_and_teaches_the_mean(run, source):
    y = linear(DAYS, np.array([[0.44]]), np.array([0.93]))
    right, wrong = mse_loss(y, HEIGHT), mse_loss(y, HEIGHT[:, 0])
    assert f"{right:.3f} and {wrong:.3f}" in source
    assert f"{right:.3f} {wrong:.3f} (5, 5)" in run[1]
    level = np.full_like(HEIGHT, HEIGHT.mean())
    slope = ((level - HEIGHT[:, 0]) * 2 / 25).sum(axis=1)
    assert_allclose(slope, 0, atol=1e-12)


def test_the_seedlings_line_is_the_exact_one(fit, source):
    W, b, losses = fit(DAYS, HEIGHT, rate=0.02, steps=1000)
    slope, start = np.polyfit(DAYS[:, 0], HEIGHT[:, 0], 1)
    assert f"{slope:.4f}\\,x + {start:.4f}" in source
    assert_allclose([W[0, 0], b[0]], [slope, start], rtol=1e-3)
    assert losses == sorted(losses, reverse=True)


def test_each_fault_of_the_slope_climbs(fit, source):
    assert f"above {longest_rate(DAYS):.4f}" in source
    for rate in (-0.02, 0.1):
        losses = fit(DAYS, HEIGHT, rate, 20)[2]
        assert losses == sorted(losses)
        assert losses[-1] > 1e9


def test_a_neuron_cannot_beat_a_quarter_on_up_and_down_targets(fit):
    x = np.array([[1.0, 2], [2, 3], [3, 4], [4, 5]])
    W, b, losses = fit(x, np.array([[0.0], [1], [1], [0]]), 0.02, 3000)
    assert_allclose(losses[-1], 0.25, rtol=1e-9)
    assert_allclose(linear(x, W, b), 0.5, rtol=1e-4)


def test_the_perceptron_learns_clouds_and_never_exclusive_or(run):
    assert run[0]["wrong"][-1] == 0
    assert run[0]["never"] == [2] * 16


def test_leakage_makes_noise_look_learnt(run, source):
    for line in ("mean: 1.11", "all rows: 0.60", "training rows: 1.51"):
        assert line in run[1]
        assert line.partition(": ")[2] in source


def test_the_walk_and_the_closed_form_agree(run):
    names, _ = run
    table = columns_and_ones(names["scaled_train"])
    exact = np.linalg.lstsq(table, names["y_train"])[0][:, 0]
    assert_allclose([*names["W"][0], names["b"][0]], exact, rtol=0, atol=1e-6)


def test_the_errors_on_patients_are_those_of_the_text(run, source):
    names, printed = run
    guess = linear(names["scaled_test"], names["W"], names["b"])
    error = np.sqrt(mse_loss(guess, names["y_test"]))
    mean = np.sqrt(mse_loss(names["mean"], names["y_test"]))
    trained = np.sqrt(names["losses"][-1])
    for value in (error, mean, trained):
        assert f"{value:.1f}" in printed
        assert f"{value:.1f}" in source
    assert 1 - (error / mean) ** 2 == pytest.approx(0.5, abs=0.01)
    assert names["losses"][100] < 1.01 * names["losses"][-1]


def test_a_hundred_splits_stay_in_the_range_of_the_text(source):
    x, y = load_diabetes()
    errors = []
    for seed in range(100):
        parts = train_test_split(x, y, 0.2, np.random.default_rng(seed))
        train, test = standardize(*parts[:2])
        exact = np.linalg.lstsq(columns_and_ones(train), parts[2])[0]
        errors.append(np.sqrt(mse_loss(columns_and_ones(test) @ exact, parts[3])))
    assert f"between {min(errors):.0f} and {max(errors):.0f}" in source


def test_the_raw_table_bears_the_stated_rate_and_explodes_above(run, fit, source):
    names, _ = run
    x_train, y_train = names["x_train"], names["y_train"]
    assert f"{longest_rate(x_train):.7f}" in source
    losses = fit(x_train, y_train, rate=0.1, steps=10)[2]
    assert losses[9] == pytest.approx(1e79, rel=2)
    assert losses[9] / losses[8] == pytest.approx(2e8, rel=0.1)


@pytest.mark.parametrize("number", range(3))
def test_every_slider_redraws_the_figure(number):
    *sliders, picture = explore(linear, mse_loss, DAYS, HEIGHT).children
    before = bytes(picture.value)
    sliders[number].value += 0.5
    after = bytes(picture.value)
    assert after != before
    assert before.startswith(b"\x89PNG")
    assert after.startswith(b"\x89PNG")


def test_the_figure_is_driven_by_the_functions_it_is_given():
    calls = []

    def watched(x, W, b):
        calls.append(float(W[0, 0]))
        return linear(x, W, b)

    *sliders, _ = explore(watched, mse_loss, DAYS, HEIGHT).children
    calls.clear()
    sliders[0].value = 1.25
    assert 1.25 in calls
