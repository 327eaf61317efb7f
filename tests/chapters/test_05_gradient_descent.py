"""Chapter 5 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from minidl.optim import SGD, Adam, RMSprop
from minidl.viz import descent

SOURCE = "chapters/source/05-gradient-descent.py"
OPTIMIZERS = ("SGD", "momentum", "RMSprop", "Adam")


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
def controls():
    """The widget's surface, two rates, momentum and step, and its picture."""
    *named, pace, picture = descent.explore(SGD, RMSprop, Adam).children
    return *named, pace.children[0], picture


def last(histories, column):
    """The loss (0) or accuracy (1) of each training after its last epoch."""
    return {name: history[-1][column] for name, history in histories.items()}


@pytest.mark.parametrize(("c", "limit"), [(1, 1.0), (5, 0.2)])
def test_a_parabola_is_left_at_2_over_its_curvature(chapter, text, c, limit):
    descend = chapter["descend"]
    assert abs(descend(0.99 * limit, 500, c)[-1]) < 1e-3
    assert abs(descend(1.01 * limit, 500, c)[-1]) > 1e3
    assert abs(descend(limit, 500, c)[-1]) == pytest.approx(2)
    assert r"passes 1 at $\eta = 1$, and for $5w^2$ at 0.2" in text


def test_of_the_published_updates_none_goes_down(chapter, text):
    def loss(w):
        s = 1 / (1 + np.exp(-(w @ np.array([1.0, 2.0]) + 0.3)))
        return (s - 1) ** 2

    found = {}
    for name, rule in chapter["rules"].items():
        w = np.array([0.1, 0.2])
        for _ in range(50):
            w = rule(w, chapter["gradient"](w))
        found[name] = loss(w)
    start = found.pop("output only")
    assert_allclose(start, 0.0961, atol=5e-5)
    assert found.pop("w - lr g") < 0.01
    assert min(found.values()) > start
    assert_allclose(0.0056 - 0.01 * 0.0056, 0.005544)
    assert "$0.0056 - 0.000056$ is 0.005544" in text


def test_momentum_crosses_the_ravine_and_nesterov_swings_less(chapter):
    height = descent.SURFACES["ravine"].height
    walked = chapter["walked"]
    plain, momentum, nesterov = (height(*path[-1]) for path in walked.values())
    assert plain > 100 * momentum > 100 * nesterov
    swings = {name: np.abs(path[5:, 1]).max() for name, path in walked.items()}
    assert swings["momentum 0.8"] > 3 * swings["Nesterov"]


def test_too_much_momentum_does_not_come_to_rest():
    for mu, low, high in ((0.8, 0, 1e-3), (0.99, 0.5, 1.8), (1.0, 1.5, 2.0)):
        path = descent.walk(lambda p, mu=mu: SGD(p, lr=0.4, momentum=mu), "ravine", 200)
        assert low <= np.abs(path[100:]).max() <= high


def test_weight_decay_shrinks_by_the_stated_factor(chapter):
    p, optimizer = chapter["Tensor"](np.array([1.0, -2.0])), chapter["SGD"]
    p.grad = chapter["Tensor"](np.zeros(2))
    optimizer([p], lr=0.1, weight_decay=0.5).step()
    assert_allclose(p.numpy(), [0.95, -1.9])


def test_adam_without_its_correction_steps_too_far(chapter, text):
    step = chapter["step"]
    assert step.argmax() + 1 == 12
    for t, stated in ((1, "3.16"), (12, "6.57"), (1000, "1.26")):
        assert f"{step[t - 1]:.2f}" == stated
        assert stated in text


def test_the_ravine_is_left_at_the_stated_rate(text):
    def end(lr):
        return descent.walk(lambda p: SGD(p, lr=lr), "ravine", 200)[-1]

    assert_allclose(end(0.4)[0] / -1.8, 0.04, atol=0.002)
    assert_allclose(0.96**200, 3e-4, atol=3e-5)
    assert abs(end(0.99)[1]) < 0.1
    assert not abs(end(1.01)[1]) < 10
    assert "three in ten thousand" in text
    assert "four in a hundred" in text


def test_all_four_optimizers_reach_the_stated_accuracy(chapter, text):
    right = last(chapter["histories"], 1)
    stated = dict.fromkeys(OPTIMIZERS, 0.967) | {"RMSprop": 0.969}
    for name in OPTIMIZERS:
        assert_allclose(right[name], stated[name], atol=0.012)
    assert "three of them read 96.7 %" in text
    assert "RMSprop 96.9 %" in text


def test_the_others_are_faster_than_plain_sgd(chapter):
    losses = last(chapter["histories"], 0)
    assert_allclose(losses.pop("SGD"), 0.10, atol=0.01)
    assert max(losses.values()) < 0.055
    early = {name: history[2][0] for name, history in chapter["histories"].items()}
    assert min(early, key=early.get) != "SGD" == max(early, key=early.get)


def test_a_last_batch_of_three_costs_an_epoch(chapter):
    assert divmod(len(chapter["x_train"]), 64) == (21, 3)
    for name in ("SGD", "momentum", "RMSprop"):
        right = [share for _, share in chapter["ragged"][name]]
        assert right[10] < min(right[9], right[14]) - 0.05
    smooth = [share for _, share in chapter["histories"]["SGD"]]
    assert smooth[10] > 0.93


def test_rates_ten_times_too_large_ruin_all_but_adam(chapter, text):
    large = chapter["large"]
    right, losses = last(large, 1), last(large, 0)
    assert right["SGD"] < 0.2
    assert losses["SGD"] > 2.25
    assert 0.3 < right["momentum"] < 0.85
    assert large["RMSprop"][0][0] > 20
    assert right["RMSprop"] < 0.95
    assert_allclose(right["Adam"], 0.94, atol=0.02)
    for stated in ("at guessing", "about half", "above 20", "keeps 94 %"):
        assert stated in text


def test_a_schedule_helps_those_whose_relus_live(chapter):
    before, after = last(chapter["large"], 0), last(chapter["falling"], 0)
    assert after["SGD"] > 2.25
    assert after["momentum"] < before["momentum"] / 2
    assert after["Adam"] < before["Adam"] / 2
    assert after["Adam"] < last(chapter["histories"], 0)["Adam"]


def test_small_batches_are_ahead_after_five_epochs(chapter):
    train, make = chapter["train"], chapter["contest"]["SGD"]
    right = [
        train(make, batches=chapter["shuffled"](size), epochs=5)[-1][1]
        for size in (64, 512)
    ]
    assert right[0] > 0.9 > 0.8 > right[1]


def test_sorted_data_teaches_only_the_last_label(chapter):
    assert all(right < 0.2 for _, right in chapter["in_order"])


@pytest.mark.parametrize("surface", descent.SURFACES)
def test_a_surface_is_lowest_at_its_goals(surface):
    ground = descent.SURFACES[surface]
    left, right, bottom, top = ground.box
    x, y = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 61))
    assert ground.height(x, y).min() >= 0
    for goal in ground.goals:
        assert_allclose(ground.height(*goal), 0, atol=1e-15)


@pytest.mark.parametrize("surface", descent.SURFACES)
def test_some_racer_gets_near_a_goal_at_the_first_rates(surface):
    ground = descent.SURFACES[surface]
    found = descent.race((SGD, RMSprop, Adam), surface, *ground.rates, 0.9)
    ends = {name: float(ground.height(*path[-1])) for name, path in found.items()}
    assert all(len(path) == descent.STEPS + 1 for path in found.values())
    assert min(ends.values()) < 0.05 < 10 * ground.height(*ground.start)


def test_rmsprop_circles_around_the_goal_and_momentum_arrives():
    ground = descent.SURFACES["ravine"]
    found = descent.race((SGD, RMSprop, Adam), "ravine", *ground.rates, 0.9)
    losses = {name: ground.height(*path[-20:].T) for name, path in found.items()}
    assert losses["RMSprop"].min() > 1e-4 > 1e3 * losses["momentum"].max()


def test_a_racer_that_leaves_for_good_is_not_followed():
    path = descent.walk(lambda p: SGD(p, lr=0.05), "Rosenbrock", 200)
    assert len(path) < 20
    assert np.isfinite(path).all()


def test_the_race_runs_on_the_classes_that_it_is_given():
    class Still(SGD):
        def update(self, p, g, state, group):
            pass

    found = descent.race((Still, RMSprop, Adam), "ravine", 0.1, 0.1, 0.9)
    assert (found["Nesterov"] == found["Nesterov"][0]).all()
    assert (found["Adam"] != found["Nesterov"]).any()


def test_the_figure_redraws_when_anything_moves(controls):
    surface, rate, length, mu, step, picture = controls
    drawn = [bytes(picture.value)]
    moves = [(surface, "saddle"), (rate, 0.01), (length, 0.3), (mu, 0.0), (step, 40)]
    for control, value in moves:
        control.value = value
        drawn.append(bytes(picture.value))
    assert all(one[:4] == b"\x89PNG" for one in drawn)
    assert len(set(drawn)) == len(drawn)


def test_the_play_button_moves_the_step_and_the_racers():
    *_, pace, picture = descent.explore(SGD, RMSprop, Adam).children
    step, play = pace.children
    assert (step.value, play.value) == (descent.STEPS, descent.STEPS)
    before, play.value = bytes(picture.value), 50
    assert step.value == 50
    assert bytes(picture.value) != before


def test_a_new_surface_brings_its_own_rates(controls):
    surface, rate, length, *_ = controls
    surface.value = "Rosenbrock"
    assert (rate.value, length.value) == descent.SURFACES["Rosenbrock"].rates


def test_the_figure_leaves_no_open_figures_behind():
    before = plt.get_fignums()
    descent.explore(SGD, RMSprop, Adam)
    assert plt.get_fignums() == before
