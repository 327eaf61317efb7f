"""The drawing pad under a hand: on the service's page and in JupyterLab."""

from __future__ import annotations

import re
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from lab import Notebook, browse, serve
from numpy.testing import assert_array_equal
from playwright.sync_api import Locator, Page, expect
from served import served

import minidl
from autograder import build
from minidl.data import load_digits
from minidl.data.handwriting import prepare_digits
from minidl.models import cnn
from minidl.nn import CrossEntropyLoss
from minidl.optim import Adam
from minidl.serving import create_app
from minidl.training import fit
from minidl.utils.data import DataLoader, TensorDataset

SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]  # of the pad's width and height
READ = re.compile(r"7, \d+ %")
BRIGHTNESS = """canvas => Array.from(
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
).filter((_, index) => index % 4 === 0)"""
COLORS = """canvas => new Set(new Uint32Array(
  canvas.getContext("2d").getImageData(0, 0, 26, 26).data.buffer)).size"""
NOTEBOOK = """from minidl import load
from minidl.models import from_state
from minidl.viz.pad import Pad
pad = Pad(from_state(load("model.safetensors")))
pad"""


@pytest.fixture(scope="module")
def model():
    """A network that has read scikit-learn's digits three times."""
    minidl.manual_seed(0)
    x, y = load_digits()
    x = prepare_digits(x.reshape(-1, 8, 8))
    batches = DataLoader(
        TensorDataset(minidl.tensor(x), minidl.tensor(y)), 64, shuffle=True
    )
    model = cnn()
    adam = Adam(model.parameters(), lr=0.002)
    fit(model, batches, CrossEntropyLoss(), adam, epochs=3, progress=False)
    return model


def test_a_7_drawn_on_the_page_is_read_as_7(tmp_path, chromium, model, monkeypatch):
    seen = []
    monkeypatch.setattr(
        model, "forward", lambda x, own=model.forward: seen.append(x.numpy()) or own(x)
    )
    with (
        served(create_app(model)) as url,
        browse(chromium, tmp_path / "profile") as page,
    ):
        complaints = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda got: got.ok or complaints.append(got.url))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(url)
        for draw in (with_mouse, with_finger, with_keys):
            pad, said = page.get_by_role("application"), page.locator("output")
            draw(page, pad)
            expect(said).to_have_text(READ)
            expect(page.locator(".minidl-pad")).to_have_attribute("aria-busy", "false")
            ink = np.array(pad.evaluate(BRIGHTNESS), np.uint8).reshape(1, 140, 140)
            assert_array_equal(seen[-1], prepare_digits(ink))
            page.get_by_role("button", name="Clear").click()
            expect(said).to_be_empty()
            assert not any(pad.evaluate(BRIGHTNESS))
        page.goto(f"{url}/docs")
        expect(page.locator("body")).to_contain_text("/classify_image")
        assert complaints == []


def test_jupyter_passes_the_page_and_its_description_on(tmp_path, chromium, model):
    with (
        served(create_app(model)) as service,
        serve(tmp_path, tmp_path) as lab,
        browse(chromium, tmp_path / "profile") as page,
    ):
        at, token = re.fullmatch(r"(.*/)lab/tree.*&(token=.*)", lab).groups()
        there = f"{at}proxy/{service.rpartition(':')[2]}/"
        page.goto(f"{there}?{token}")
        with_mouse(page, page.get_by_role("application"))
        expect(page.locator("output")).to_have_text(READ)
        page.goto(f"{there}docs")
        page.get_by_role("button", name="GET /health Health").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table")).to_contain_text('"status": "ok"')


def test_the_pad_in_a_notebook_shows_what_the_network_sees(tmp_path, chromium, model):
    minidl.save(model.state_dict(), tmp_path / "model.safetensors")
    cells = [nbformat.v4.new_code_cell(NOTEBOOK)]
    cells += [nbformat.v4.new_code_cell("pad.answer['probabilities']")]
    book = nbformat.v4.new_notebook(cells=cells, metadata=build.METADATA)
    nbformat.write(book, tmp_path / "pad.ipynb")
    (tmp_path / "jupyter").mkdir()
    with (
        serve(tmp_path, tmp_path / "jupyter") as url,
        browse(chromium, tmp_path / "profile") as page,
    ):
        notebook = Notebook(page, url.format("pad.ipynb"))
        cell = notebook.cell("pad = Pad(")
        notebook.run(cell)
        pad, said = cell.get_by_role("application"), cell.locator("output")
        maps = cell.get_by_role("img", name=re.compile("feature map"))
        for draw in (with_mouse, with_keys):
            expect(said).to_be_empty()
            expect(maps).to_have_count(0)
            draw(page, pad)
            expect(said).to_have_text(READ)
            expect(maps).to_have_count(32)
            assert max(each.evaluate(COLORS) for each in maps.all()) > 20
            if draw is with_mouse:
                cell.get_by_role("button", name="Clear").click()
        expect(cell.locator(".minidl-pad")).to_have_attribute("aria-busy", "false")
        answer = notebook.run(notebook.cell("pad.answer["))
        numbers = [float(each) for each in re.findall(r"[\d.]+(?:e-\d+)?", answer)]
        assert np.argmax(numbers[-10:]) == 7


def with_mouse(page: Page, pad: Locator) -> None:
    """Draw a 7 with the mouse."""
    (first, *others), mouse = corners(pad), page.mouse
    mouse.move(*first)
    mouse.down()
    for corner in others:
        mouse.move(*corner, steps=10)
    mouse.up()


def with_finger(page: Page, pad: Locator) -> None:
    """Draw a 7 with a finger, which must not scroll the page."""
    screen = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        found = [{"x": x, "y": y} for x, y in points]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    (first, *_), line = corners(pad), np.array(corners(pad))
    touch("touchStart", first)
    for start, end in pairwise(line):
        for part in np.linspace(0, 1, 10):
            touch("touchMove", tuple((start + part * (end - start)).tolist()))
    touch("touchEnd")


def with_keys(page: Page, pad: Locator) -> None:
    """Draw a 7 with the keys, from wherever the cursor is."""
    pad.focus()
    for key, count in (("ArrowUp", 28), ("ArrowLeft", 28)):
        press(page, key, count)
    press(page, "ArrowRight", 8)
    press(page, "ArrowDown", 6)
    press(page, " ")
    press(page, "ArrowRight", 12)
    for _ in range(7):
        press(page, "ArrowDown", 2)
        press(page, "ArrowLeft")
    press(page, " ")


def press(page: Page, key: str, count: int = 1) -> None:
    """Press a key so many times."""
    for _ in range(count):
        page.keyboard.press(key)


def corners(pad: Locator) -> list[tuple[float, float]]:
    """Where on the screen a 7 on this pad has its corners."""
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    return [
        (box["x"] + across * box["width"], box["y"] + down * box["height"])
        for across, down in SEVEN
    ]
