"""Chapter 6 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from minidl import nn, tensor
from minidl.metrics import accuracy, precision_recall_f1, roc_auc
from minidl.training import predict, train_epoch
from minidl.viz.training import WIDTHS, Bricks, explore, fitted

SOURCE = "chapters/source/06-training.py"
BRICKS = Bricks(nn.Sequential, nn.Linear, train_epoch, predict)


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


def error(answer, truth):
    return np.sqrt(np.mean((answer - truth) ** 2))


def test_a_neuron_answers_what_the_text_says(chapter, text):
    assert_allclose(chapter["neuron"](tensor([[2.0, 3.0]])).item(), 2.0, rtol=1e-6)
    assert "the neuron answers 2.0" in text
    assert [path for path, _ in chapter["net"].named_parameters()] == [
        *("scale", "left.W", "left.b", "right.W", "right.b")
    ]


def test_a_list_hides_its_neurons_from_the_tower(chapter):
    tower = chapter["Tower"]
    assert not list(tower(list).parameters())
    assert len(list(tower(nn.ModuleList).parameters())) == 6


def test_the_three_sets_share_no_image(chapter):
    sets = (chapter[name] for name in ("x_train", "x_val", "x_test"))
    count = {len(x) for x in sets}
    assert count == {1149, 288, 360}
    assert sum(count) == len(chapter["images"])


def test_the_first_network_reads_the_share_that_is_stated(chapter, text):
    assert_allclose(chapter["history"]["validation accuracy"][-1], 0.98, atol=0.01)
    assert "About 98 % of the validation images" in text


def test_accuracy_praises_the_detector_that_finds_nothing(chapter):
    eight, never = chapter["eight"], chapter["never"]
    assert 0.88 < accuracy(eight, never) < 0.93
    assert precision_recall_f1(eight, never) == (0, 0, 0)
    ink, network = (roc_auc(eight, score) for score in chapter["judges"].values())
    assert 0.5 < ink < 0.75
    assert network > 0.99


def test_the_published_test_reports_memory(chapter):
    x, few = chapter["x_val"], chapter["few"]
    lots = np.random.default_rng(1).integers(0, 10, 200)
    memory = chapter["memorize"](few, lots)
    assert accuracy(lots, chapter["guess"](memory, few)) > 0.99
    assert accuracy(chapter["y_val"], chapter["guess"](memory, x)) < 0.2
    honest = chapter["memorize"](few, chapter["y_train"][:200])
    assert accuracy(chapter["y_train"][:200], chapter["guess"](honest, few)) > 0.99
    assert 0.85 < accuracy(chapter["y_val"], chapter["guess"](honest, x)) < 0.95


def test_the_best_of_many_was_lucky(chapter):
    chosen_on, elsewhere = chapter["chosen_on"], chapter["elsewhere"]
    assert_allclose(np.mean(chosen_on), 0.1, atol=0.01)
    assert max(chosen_on) >= 0.17
    assert elsewhere[int(np.argmax(chosen_on))] < 0.14


def test_blocks_of_sorted_rows_fail_and_drawn_folds_do_not(chapter, text):
    blocks = chapter["cross_validated"](*chapter["digits"])
    drawn = chapter["cross_validated"](*chapter["digits"], np.random.default_rng(0))
    assert blocks.max() < 0.25
    assert 0.91 < drawn.min() < drawn.max() < 0.96
    assert "Drawn folds give 92 to 95 %" in text


def test_penalties_empty_weights_and_l1_more_of_them(chapter):
    near = {k: np.mean(np.abs(w) < 0.01) for k, w in chapter["weights"].items()}
    assert near["no price"] < 0.1
    assert 0.35 < near["L2"] < 0.5
    assert 0.55 < near["L1"] < 0.7


def test_dropout_after_softmax_makes_the_truth_impossible():
    p = nn.Dropout(0.5)(tensor(np.ones(1000, np.float32))).numpy()
    assert_allclose(np.mean(p == 0), 0.5, atol=0.06)
    assert_allclose(-np.log(p.max()), -np.log(2), rtol=1e-6)


def test_a_network_in_training_mode_is_worse_and_undecided(chapter):
    leaky, x = chapter["leaky"], tensor(chapter["x_val"])
    one, other = (leaky.train()(x).argmax(1).numpy() for _ in range(2))
    settled = leaky.eval()(x).argmax(1).numpy()
    assert (one != other).any()
    assert accuracy(chapter["y_val"], settled) > accuracy(chapter["y_val"], one) + 0.05


def test_a_state_without_a_copy_moves_with_the_model(chapter):
    weight = chapter["copied"]["weight"].numpy()
    assert np.abs(chapter["best"]["weight"].numpy() - weight).max() > 0.01


def test_an_early_stop_saves_epochs_that_only_over_fit(chapter):
    everything, stopped = (
        chapter["fits"][name] for name in ("all epochs", "early stopping")
    )
    assert len(stopped["loss"]) < 100 < len(everything["loss"]) == 300
    losses = everything["validation loss"]
    assert losses[-1] > min(losses) + 0.05
    assert min(stopped["validation loss"]) == pytest.approx(min(losses), abs=0.02)
    assert everything["loss"][-1] < stopped["loss"][-1]


def test_batch_norm_trains_the_sigmoids_that_stand_still(chapter):
    plain, normalized = (chapter["runs"][k] for k in ("plain", "batch norm"))
    assert plain["loss"][4] > 2.2
    assert normalized["loss"][-1] < 0.6


def test_the_regression_errors_are_those_stated(chapter, text):
    truth = chapter["y_new"]
    errors = {k: error(v, truth) for k, v in chapter["answers"].items()}
    stated = {"target scaled": 55.5, "200 epochs": 77.3, "early stopping": 55.2}
    for name, value in stated.items():
        assert_allclose(errors[name], value, atol=1.5)
        assert f"{value}" in text
    assert errors["published recipe"] > 1.9 * errors["mean for all"]
    assert_allclose(errors["mean for all"], 76.8, atol=0.1)
    count = sum(p.numel() for p in chapter["regression"]().parameters())
    assert f"{count:,} parameters" in text


def test_the_digits_network_reads_what_is_stated(chapter, text):
    guess, truth = chapter["guess"], chapter["y_test"]
    shares = {
        (name, where): accuracy(truth, guess(chapter[name], chapter[where]))
        for name in ("plain", "final")
        for where in ("x_test", "moved")
    }
    assert_allclose(shares["plain", "x_test"], 0.986, atol=0.008)
    assert_allclose(shares["final", "x_test"], 0.981, atol=0.008)
    assert shares["plain", "moved"] < 0.5
    assert shares["final", "moved"] > 0.95
    assert "98.6 % against 98.1 %" in text


def test_over_fitting_yields_to_each_knob():
    own, others = fitted(BRICKS, 32, 0.0, 0.0, 20).losses[:, -1]
    assert own < 0.1 < 0.3 < others
    for knobs in ((32, 0.0, 3.0, 20), (32, 0.0, 0.0, 160)):
        better = fitted(BRICKS, *knobs).losses[:, -1]
        assert better[0] > own
        assert better[1] < others - 0.05


def test_the_figure_redraws_when_a_knob_moves():
    *knobs, picture = explore(*BRICKS).children
    seen = [bytes(picture.value)]
    for knob, value in zip(knobs, (WIDTHS[1], 0.5, 1.0, 10), strict=True):
        knob.value = value
        seen.append(bytes(picture.value))
    assert all(png[:4] == b"\x89PNG" for png in seen)
    assert len(set(seen)) == len(seen)


def test_the_figure_leaves_no_open_figures_behind():
    before = plt.get_fignums()
    explore(*BRICKS)
    assert plt.get_fignums() == before
