"""Chapter 8 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from minidl import nn, tensor
from minidl.kernels import lstm_cell
from minidl.viz import recurrent

SOURCE = "chapters/source/08-rnn.py"


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
    """The widget: its text, unit and picture."""
    given = (chapter[name] for name in ("table", "trained", "letters"))
    return recurrent.explore(lstm_cell, *given, 3).children


def test_the_gradient_of_an_rnn_and_of_a_fresh_lstm_vanishes(chapter):
    for name in ("RNN", "LSTM"):
        norms = chapter["back"][name]
        assert norms[20] < 1e-4 * norms[0]
        assert norms[50] < 1e-9 * norms[0]
    norms = chapter["back"]["RNN"]
    assert 0.5 < (norms[80] / norms[20]) ** (1 / 60) < 0.6


def test_an_lstm_with_open_forget_gates_keeps_the_gradient(chapter):
    norms = chapter["back"]["LSTM, forget gates open"]
    assert norms[50] > 0.3 * norms[0]


def test_larger_weights_explode_with_relu_only(chapter):
    tried = chapter["tried"]
    assert tried["relu, 4 times"][-1] > 1e15
    assert tried["relu, 2 times"][-1] < 1e-6
    assert 0.1 < tried["tanh, 3 times"][-1] / tried["tanh, 3 times"][0] < 1000


def test_the_forecast_beats_repeating_the_last_value_tenfold(chapter, text):
    errors = chapter["errors"]
    assert round(float(errors["repeat"]), 2) == 0.82
    assert round(float(errors["linear"]), 2) == 0.39
    assert errors["LSTM"] < 0.08
    assert errors["LSTM"] < errors["repeat"] / 10
    assert "wrong by 0.82 standard deviations" in text


def test_on_its_own_the_forecast_is_soon_off_by_several_times_as_much(chapter):
    off = chapter["off"]
    assert off[:10].mean() < 0.2
    assert off[100:].mean() > 2 * off[:10].mean()


def test_the_writer_beats_every_table_on_text_that_it_never_saw(chapter, text):
    found = chapter["found"]
    assert [round(float(found[n]), 1) for n in ("frequencies", "one letter")] == [
        17.2,
        6.8,
    ]
    assert round(float(found["two letters"]), 1) == 3.6
    assert 2.3 < found["LSTM"] < 2.9
    assert 1.5 < chapter["learned"] < 2.0
    assert "chooses among about 2.7 letters" in text


def test_a_cold_writer_repeats_itself_and_a_hot_one_misspells(chapter):
    write, known = chapter["write"], set(chapter["text"].split())
    share = [
        np.mean([w in known for w in write(temperature, 5).split()])
        for temperature in (0.2, 1.5)
    ]
    assert share[0] > 0.9
    assert share[1] < 0.75
    assert write(0.7, 1) == write(0.7, 1) != write(0.7, 2)
    assert len(write(1.0, count=100)) == 100


def test_one_unit_forgets_at_blanks(chapter):
    assert chapter["alike"][chapter["unit"]] < -0.4


def test_worked_attention_is_minidls_and_finds_the_letter_before(chapter):
    weights = chapter["weights"]
    np.testing.assert_allclose(
        nn.functional.scaled_dot_product_attention(
            *(tensor(chapter[name]) for name in ("q", "k", "v")), is_causal=True
        ).numpy(),
        chapter["answer"],
        atol=1e-12,
    )
    second_h = 13  # the query; its key stood 13 letters before
    assert weights[second_h].argmax() == 1
    assert weights[second_h].max() > 0.95
    assert chapter["letters"][chapter["answer"][second_h].argmax()] == "e"
    np.testing.assert_array_equal(np.flatnonzero(chapter["reached"] > 0.3), [0])


def test_training_on_a_letter_costs_three_times_what_predicting_it_does(chapter):
    assert 2.8 < chapter["training"] / chapter["predicting"] < 3.1
    assert 0.05 < chapter["counted"] < 0.1


def test_seen_passages_have_the_smaller_loss_in_nine_of_ten_pairs(chapter):
    assert 0.85 < chapter["told"] < 0.98


def test_typing_and_choosing_a_unit_redraw_the_gates(widget):
    typed, unit, picture = widget
    assert unit.value == 3
    first = picture.value
    assert bytes(first[:4]) == b"\x89PNG"
    unit.value = 7
    second = picture.value
    assert second != first
    typed.value = "a lamp"
    third = picture.value
    assert third != second
    typed.value = "ÄÖ"  # no letter of the story: the picture stays
    assert picture.value == third


def test_gates_over_time_are_those_of_the_layer(chapter):
    model, code = chapter["model"], chapter["code"][:30]
    h, (_, c) = model.lstm(model.embedding(tensor(code[:, None])))
    rows = recurrent.over_time(lstm_cell, chapter["table"], chapter["trained"], code)
    np.testing.assert_allclose(rows[5].T, h.detach().numpy()[:, 0], atol=1e-5)
    last = np.tanh(c.detach().numpy()[0, 0])
    np.testing.assert_allclose(rows[4, :, -1], last, atol=1e-5)
    assert rows[[0, 1, 3]].min() >= 0


def test_the_temperature_and_the_button_write_anew():
    asked = []
    controls, page = recurrent.writer(
        lambda temperature, seed: f"{asked.append(1)}{temperature} {seed}"
    ).children
    temperature, again = controls.children
    assert page.value == "None0.5 0"
    temperature.value = 1.2
    assert page.value == "None1.2 0"
    again.click()
    assert page.value == "None1.2 1"
    assert len(asked) == 3


def test_the_widgets_leave_no_open_figures_behind(widget):
    before = plt.get_fignums()
    widget[1].value = 9
    assert plt.get_fignums() == before
