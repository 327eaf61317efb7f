"""Chapter 10 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from safetensors.torch import load_file

from minidl import Tensor
from minidl.perturbation import fgsm
from minidl.viz import handwriting

SOURCE = "chapters/source/10-mnist-project.py"


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """The folder in which the chapter runs, and leaves its files."""
    return tmp_path_factory.mktemp("beside")


@pytest.fixture(scope="module")
def chapter(root, beside):
    """The names that the chapter leaves behind when it runs as a script, on digits."""
    mpl.use("Agg")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MINIDL_DATA", raising=False)
        patch.chdir(beside)
        names = runpy.run_path(str(root / SOURCE))
    yield names
    plt.close("all")


@pytest.fixture
def text(root):
    """The chapter's source, with its lines joined."""
    return " ".join((root / SOURCE).read_text("utf-8").replace("\n# ", " ").split())


@pytest.fixture
def right(chapter):
    """The share of the test images that each network reads, in percent."""
    return dict(zip(chapter["nets"], chapter["right"], strict=True))


def test_the_networks_read_the_test_images(right, chapter):
    assert right["784-128-10"] >= 96
    assert right["CNN"] >= 94
    assert right["CNN, improved"] >= 97.5
    assert right["CNN, improved"] > max(right["CNN"], right["784-10-10"])
    assert {name: len(each) for name, each in chapter["data"].items()} == {
        "training": 1293,
        "validation": 144,
        "test": 360,
    }


def test_no_image_is_in_two_of_the_three_sets(chapter):
    parts = [each.tensors[0].numpy() for each in chapter["data"].values()]
    seen = [{image.tobytes() for image in part} for part in parts]
    assert len(set.union(*seen)) == sum(map(len, seen))


def test_the_first_network_has_the_stated_count_of_numbers(chapter, text):
    assert sum(p.numel() for p in chapter["first"].parameters()) == 101770
    assert "101 770 numbers" in text


def test_softmax_twice_stops_at_the_stated_floor(chapter, text):
    sure = torch.full((1, 10), -1e4, dtype=torch.float64)
    sure[0, 3] = 1e4
    target = torch.tensor([3])
    floor = torch.nn.functional.cross_entropy(sure.softmax(1), target).item()
    np.testing.assert_allclose(floor, chapter["floor"], rtol=1e-12)
    assert f"= {floor:.4f}$" in text
    twice = chapter["small_history"]["softmax twice"]
    assert floor < twice[-1] < twice[0]
    assert chapter["small_history"]["logits"][-1] < 0.2


def test_the_lowest_byte_first_sees_the_stated_count_of_images(text):
    assert int.from_bytes((60_000).to_bytes(4, "big"), "little") == 1625948160
    assert "1 625 948 160 images" in text


def test_picked_rows_lose_the_line_and_blended_ones_keep_a_fifth(chapter, text):
    assert chapter["picked"].max() == 0
    assert 0.15 < chapter["blended"].max() < 0.25
    assert "keeps a fifth of its darkness" in text


def test_practice_is_harder_than_the_examination(chapter):
    history = chapter["model_history"]
    assert history["loss"][-1] > history["validation loss"][-1]
    assert history["loss"][-1] > chapter["plain_history"]["loss"][-1]


def test_the_resumed_network_went_on_from_its_fifth_epoch(chapter):
    halfway, history = chapter["halfway"], chapter["model_history"]
    assert {name: values[:5] for name, values in history.items()} == halfway
    assert {len(values) for values in history.values()} == {10}


def test_another_day_the_training_is_found_and_not_done_again(chapter, beside):
    def loss(*_):
        raise AssertionError("it trains")

    model, history = chapter["better"](10, beside / chapter["file"], loss)
    assert history == chapter["model_history"]
    for name, value in model.state_dict().items():
        assert np.array_equal(value, chapter["model"].state_dict()[name])


def test_a_service_that_forgets_the_scale_is_always_sure(chapter, text):
    found = {name: chapter["asked"](x) for name, x in chapter["served"].items()}
    y = chapter["y_test"]
    hits = {name: (q.argmax(axis=1) == y).mean() for name, q in found.items()}
    sure = {name: q.max(axis=1).mean() for name, q in found.items()}
    assert hits["not scaled"] > hits["as in training"] - 0.05
    assert sure["not scaled"] > 0.999
    assert hits["dark on white"] < 0.2 < 0.95 < sure["dark on white"]
    assert "read no better than by guessing" in text


def test_pytorch_opens_the_model_and_gets_the_same_logits(chapter, beside):
    nn = torch.nn
    twin = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3)),
        *(nn.Linear(576, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10)),
    ).eval()
    twin.load_state_dict(load_file(beside / "model.safetensors"))
    x = chapter["ready"][:50]
    with torch.no_grad():
        theirs = twin(torch.tensor(x)).numpy()
    ours = chapter["model"].eval()(Tensor(x)).detach().numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_the_loaded_copy_says_the_same(chapter):
    again = chapter["probabilities"](chapter["copy"], chapter["raw_test"])
    np.testing.assert_allclose(again, chapter["p"], atol=1e-6)


def test_borrowed_kernels_win_on_moved_digits(chapter, text):
    borrowed, new, pixels = chapter["learned"]
    assert 52 < borrowed < 68
    assert borrowed > new > pixels
    assert "about 60 % against 55 % for new ones and 46 % for pixels" in text


def test_chosen_signs_fool_the_network_and_random_ones_do_not(chapter, text):
    y = chapter["y_test"]
    chosen = {
        size: (q.argmax(axis=1) == y).mean() for size, q in chapter["fooled"].items()
    }
    assert list(chosen.values()) == sorted(chosen.values(), reverse=True)
    assert chosen[0.4] < 0.6
    moved = chapter["asked"](chapter["ready"] + 0.4 * chapter["noise"])
    assert (moved.argmax(axis=1) == y).mean() > 0.95
    assert "Ink and ground are 3.2 apart" in text
    np.testing.assert_allclose(1 / 0.3081, 3.2, atol=0.05)


def test_the_sliders_redraw_and_leave_no_open_figures(chapter):
    x, digits = chapter["x_test"][:5], chapter["digits"][:5]
    before = plt.get_fignums()
    box = handwriting.explore(fgsm, chapter["model"], x, digits)
    step, which, picture = box.children
    seen = {bytes(picture.value)}
    for slider, value in ((step, 0.8), (which, 3), (step, 0.0)):
        slider.value = value
        seen.add(bytes(picture.value))
    assert len(seen) == 4
    assert all(png.startswith(b"\x89PNG") for png in seen)
    assert plt.get_fignums() == before
