"""Chapter 7 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from minidl.kernels import conv2d, cross_correlate, max_pool2d
from minidl.viz.convolution import OWN, PRESETS, explore

SOURCE = "chapters/source/07-cnn.py"


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
def widget(chapter):
    """The widget: its nine numbers, preset, image number and picture."""
    (controls, picture) = explore(cross_correlate, chapter["x"][:20]).children
    grid, (preset, digit) = controls.children[0], controls.children[1].children
    return grid.children, preset, digit, picture


def test_the_project_reads_98_percent_and_more_than_the_mlp(chapter, text):
    found = {
        name: chapter["right"](model, chapter["x_test"])
        for name, model in chapter["models"].items()
    }
    assert found["CNN"] >= 98.3
    assert 96 <= found["MLP"] <= 98
    assert found["CNN"] >= found["MLP"] + 1
    assert len(chapter["y_test"]) == 360
    assert (
        "about 97 % of the held-out digits, the convolutional network about 99 %"
        in text
    )


def test_both_networks_have_about_as_many_numbers(chapter):
    count = {
        name: sum(p.numel() for p in model.parameters())
        for name, model in chapter["models"].items()
    }
    assert count == {"MLP": 9610, "CNN": 9930}


def test_shifted_digits_cost_the_mlp_half_and_the_cnn_a_fifth(chapter, text):
    one_to_the_right = list(chapter["steps"]).index(1)
    right = {name: curve[one_to_the_right] for name, curve in chapter["curves"].items()}
    assert 42 < right["MLP"] < 60
    assert 72 < right["CNN"] < 90
    for curve in chapter["curves"].values():
        assert np.argmax(curve) == 2
    assert (
        "the MLP reads half of them, the convolutional network four out of five" in text
    )


def test_the_product_is_more_than_a_hundred_times_as_fast_as_loops(chapter):
    assert chapter["slow"] > 100 * chapter["fast"]
    batch, W, b = (chapter[name] for name in ("batch", "W", "b"))
    expected = chapter["by_loops"](batch[:1], W, b)
    np.testing.assert_allclose(conv2d(batch[:1], W, b), expected, atol=1e-4)


def test_a_kernel_finds_the_edge_detector_by_descent(chapter):
    np.testing.assert_allclose(chapter["k"][0, 0], chapter["edge"], atol=0.2)
    assert np.abs(chapter["start"] - chapter["edge"]).max() > 1


def test_only_kernels_without_symmetry_notice_being_turned(chapter):
    changed = {
        name
        for name, kernel in PRESETS.items()
        if not np.allclose(
            cross_correlate(chapter["zero"], np.array(kernel)),
            cross_correlate(chapter["zero"], np.array(kernel)[::-1, ::-1]),
        )
    }
    assert changed == {"edge, left to right", "edge, top to bottom"}


def test_zeros_as_padding_win_at_the_whole_edge(chapter):
    below, frame = chapter["below"], chapter["frame"]
    wrong, _ = max_pool2d(np.pad(below, frame), (2, 2), (2, 2))
    right, _ = max_pool2d(below, (2, 2), (2, 2), (1, 1))
    inside = (slice(None), slice(None), slice(1, -1), slice(1, -1))
    np.testing.assert_array_equal(wrong[inside], right[inside])
    assert right.max() < 0
    assert (wrong == 0).sum() == wrong.size - wrong[inside].size


def test_the_published_network_has_the_stated_sizes(chapter, text):
    model = chapter["published"](576)
    counts = {
        name: sum(p.numel() for p in module.parameters())
        for name, module in model.named_children()
    }
    assert sum(counts.values()) == 93322
    assert counts["9"] == 36928  # the first linear layer
    for number in ("93322", "36928", "28, 26, 13, 11, 5, 3", "576"):
        assert number in text
    assert tuple(chapter["h"].shape) == (1, 32, 4, 4)


def test_a_preset_fills_the_kernel_and_redraws(widget):
    entries, preset, _, picture = widget
    first = picture.value
    preset.value = "sharpen"
    assert [entry.value for entry in entries] == [0, -1, 0, -1, 5, -1, 0, -1, 0]
    assert picture.value != first
    assert bytes(picture.value[:4]) == b"\x89PNG"


def test_a_number_of_ones_own_leaves_the_preset(widget):
    entries, preset, digit, picture = widget
    preset.value = "as it is"
    before = picture.value
    entries[0].value = 2.5
    assert preset.value == OWN
    assert picture.value != before
    after = picture.value
    digit.value = 5
    assert picture.value != after
    assert entries[0].value == 2.5


def test_the_widget_leaves_no_open_figures_behind(chapter):
    before = plt.get_fignums()
    explore(cross_correlate, chapter["x"][:3])
    assert plt.get_fignums() == before
