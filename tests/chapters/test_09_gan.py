"""Chapter 9 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from minidl.adversarial import gan_step
from minidl.kernels import spread
from minidl.metrics import mode_counts
from minidl.viz import adversarial
from minidl.viz.adversarial import explore

SOURCE = "chapters/source/09-gan.py"


@pytest.fixture(scope="module")
def chapter(root):
    """The names that the chapter leaves behind when it runs without its demo."""
    mpl.use("Agg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adversarial, "explore", lambda *_: None)
        yield runpy.run_path(str(root / SOURCE))
    plt.close("all")


@pytest.fixture
def text(root):
    """The chapter's source, with its lines joined."""
    return " ".join((root / SOURCE).read_text("utf-8").replace("\n# ", " ").split())


@pytest.fixture(scope="module")
def widget():
    """The widget on a short training: who is faster, the slider and the picture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adversarial, "STEPS", 50)
        (controls, picture) = explore(gan_step, mode_counts).children
        faster, _, slider = controls.children
        yield faster, slider, picture


def test_squared_errors_lead_to_the_middle_where_no_point_is(chapter):
    assert np.linalg.norm(chapter["middle"], axis=1).max() < 0.15
    assert np.linalg.norm(chapter["x"], axis=1).min() > 0.7


def test_the_loss_that_is_taken_has_a_slope_where_the_other_has_none(chapter, text):
    chosen, other = chapter["chosen"][0, 0], chapter["other"][0, 0]
    assert f"slopes at -8 are {chosen:.4f} and {other:.4f}" in text
    assert 2900 < chosen / other < 3100


def test_the_published_outline_calls_everything_real_and_learns_nothing(chapter):
    assert chapter["belief"].min() > 0.99
    assert mode_counts(chapter["points"].numpy(), chapter["centres"], 0.15).sum() == 0


def test_all_eight_modes_are_covered(chapter, text):
    found = mode_counts(chapter["frames"][-1].made, chapter["centres"], 0.15)
    assert found.min() >= 4  # 1 % of the samples; a mode has 12.5 % of the real ones
    assert found.sum() > 0.75 * 400
    assert "more than three in four points are close to one" in text


def test_the_losses_stay_between_those_of_a_judge_who_cannot_tell(chapter):
    discriminator, generator = np.mean(chapter["history"][100:], axis=0)
    assert np.log(2) < generator < discriminator < 2 * np.log(2)
    assert abs(chapter["unsure"].array).max() == 0


def test_a_generator_that_is_faster_than_its_judge_collapses(chapter):
    for frame in chapter["lost"]:
        counts = mode_counts(frame.made, chapter["centres"], 0.15)
        assert (counts >= 4).sum() <= 1
    assert len(chapter["lost"]) == 4


def test_sizes_that_the_stride_divides_leave_no_checkerboard():
    inside = slice(4, -4)
    even = {
        size: len(
            np.unique(
                spread(np.ones((6, 6)), np.ones((size, size)), (2, 2))[inside, inside]
            )
        )
        for size in (2, 3, 4, 5)
    }
    assert even[2] == even[4] == 1
    assert even[3] > 1
    assert even[5] > 1


def test_made_digits_are_read_more_and_more_surely_and_all_ten_occur(chapter, text):
    scores = [chapter["score"](digits) for digits in chapter["moments"].values()]
    assert scores[0] < 1.2
    assert scores == sorted(scores)
    assert scores[-1] > 6
    assert chapter["score"](chapter["ink"][:500]) > 8.5
    assert 1.5 < chapter["score"](chapter["static"]) < 3
    assert "Real digits reach 9 of 10, noise about 2" in text
    assert "from 1 to more than 6" in text
    said = chapter["reader"](chapter["tensor"](chapter["made"]))
    read = said.detach().numpy().argmax(1)
    assert np.bincount(read, minlength=10).min() >= 10


def test_made_digits_are_no_copies(chapter):
    assert chapter["usual"] < chapter["distance"] < 1.2 * chapter["usual"]


def test_the_classifier_fails_one_group_until_each_has_its_own_border(chapter, text):
    bars = chapter["bars"]
    assert bars["as it is"] == [27, 88]
    assert bars["column removed"] == [47, 29]
    assert max(bars["own borders"]) <= 30
    assert abs(np.subtract(*bars["own borders"])) <= 5
    for said in ("group 1 it misses 27 %, of those of group 2 88 %", "47 % and 29 %"):
        assert said in text
    assert chapter["right"] > 0.72


def test_a_blind_model_widens_the_gap_with_all_the_data(chapter, text):
    assert chapter["with_it"] == [30, 18]
    assert chapter["without"] == [39, 12]
    assert "misses 39 % in group 1 and 12 % in group 2" in text
    assert "30 % and 18 %" in text


def test_the_slider_and_the_choice_redraw_the_picture(widget):
    faster, slider, picture = widget
    first = picture.value
    assert bytes(first[:4]) == b"\x89PNG"
    slider.value = 0
    beginning = picture.value
    assert beginning != first
    slider.value = 50
    assert picture.value == first
    faster.value = "generator, four times"
    assert picture.value != first


def test_the_widget_leaves_no_open_figures_behind(widget):
    before = plt.get_fignums()
    faster, slider, _ = widget
    slider.value = 25
    faster.value = "both alike"
    assert plt.get_fignums() == before
