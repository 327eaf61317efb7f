"""The drawing pad without a browser: a drawing goes in by its trait."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from served import classify, encoded, served

import minidl
from benchmarks.serving import seven
from minidl.data.handwriting import prepare_digits
from minidl.models import cnn, mlp, probabilities
from minidl.nn import Flatten, Linear, Module, Sequential
from minidl.serving import create_app
from minidl.viz.pad import Pad

INK = seven()


@pytest.mark.parametrize("network", [mlp, cnn])
def test_a_drawing_is_answered_with_ten_probabilities(network):
    model = network()
    expected = probabilities(model, INK[None])[0]
    pad = Pad(model)
    pad.ink = INK.tobytes()
    assert_allclose(pad.answer["probabilities"], expected, rtol=1e-6)
    pad.set_state({"ink": memoryview(np.rot90(INK).tobytes())})  # as from a browser
    expected = probabilities(model, np.rot90(INK)[None])[0]
    assert_allclose(pad.answer["probabilities"], expected, rtol=1e-6)


def test_it_is_answered_with_what_the_first_convolution_makes_of_it():
    model = cnn()
    pad = Pad(model)
    pad.ink = INK.tobytes()
    shape = pad.answer["shape"]
    assert shape == [32, 26, 26]
    found = np.frombuffer(pad.answer["maps"], np.int8).reshape(shape) / 127
    maps = model[0](minidl.tensor(prepare_digits(INK[None]))).detach().numpy()[0]
    # a signed byte is right to 1/254 of the largest
    assert_allclose(found, maps / np.abs(maps).max(), atol=1 / 253)


def test_a_model_without_a_convolution_has_no_maps():
    pad = Pad(mlp())
    pad.ink = INK.tobytes()
    assert pad.answer.keys() == {"drawing", "probabilities"}


def test_a_pad_that_is_cleared_shows_nothing():
    pad = Pad(cnn())
    pad.ink = INK.tobytes()
    pad.ink = bytes(140 * 140)
    assert pad.answer.keys() == {"drawing"}


def test_two_drawings_that_are_read_alike_get_different_answers():
    pad = Pad(mlp())
    pad.ink = INK.tobytes()
    first = pad.answer
    pad.ink = np.roll(INK, 9).tobytes()  # prepared, it lies in the middle again
    assert first["probabilities"] == pad.answer["probabilities"]
    assert first != pad.answer


def test_a_drawing_that_is_no_square_is_refused():
    with pytest.raises(ValueError, match=r"ink has 141 bytes.* no square; give a byte"):
        Pad(mlp()).ink = bytes([1]) * 141


def test_a_model_that_reads_no_digits_is_refused():
    with pytest.raises(ValueError, match=r"Pad: the model makes \(2, 3\)"):
        Pad(Sequential(Flatten(), Linear(784, 3)))


class Keeping(Module):
    """Keeps what it is given."""

    def forward(self, x):
        """Ten equal logits."""
        self.input = x.numpy()
        return minidl.zeros(len(x), 10)


def test_pad_service_and_training_prepare_a_drawing_in_the_same_way():
    strokes = np.random.default_rng(0).integers(0, 256, INK.shape)  # all grays
    drawn = np.where(INK > 0, np.maximum(strokes, 1), 0).astype(np.uint8)
    trained_on = prepare_digits(drawn[None])
    in_pad, in_service = Keeping(), Keeping()
    Pad(in_pad).ink = drawn.tobytes()
    with served(create_app(in_service)) as url:
        assert classify(url, encoded(drawn)).status_code == 200
    assert_array_equal(in_pad.input, trained_on)
    assert_array_equal(in_service.input, trained_on)


def test_without_anywidget_the_pad_names_its_extra():
    code = "import sys; sys.modules['anywidget'] = None; import minidl.viz.pad"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    wanted = "pad: anywidget is not installed; run pip install 'minidl[viz]'"
    assert wanted in done.stderr
