"""What goes into a student's kernel, and what is taken of its replies."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from autograder.bricks import BRICKS, find
from autograder.grading import answers, clean, fresh, outputs, probe
from autograder.run import run

RELU = find("relu")
CASES = fresh.cases(RELU, "ada", b"x" * 32)
RIGHT = {
    "outputs": [probe.pack(np.zeros(3))],
    "problem": None,
    "detail": [],
    "changed": [],
    "warned": "",
    "printed": "",
}


def reply(rows) -> str:
    return repr(base64.b64encode(json.dumps(rows).encode()).decode())


@pytest.mark.parametrize("brick", BRICKS.values(), ids=lambda brick: brick.name)
def test_every_case_arrives_as_it_was_sent(brick):
    for case in fresh.cases(brick, "ada", b"x" * 32):
        for sent in case.inputs.values():
            got = probe.unpack(json.loads(json.dumps(probe.pack(sent))))
            assert type(got) is type(sent)
            if isinstance(sent, np.ndarray):
                assert (got.dtype, got.shape) == (sent.dtype, sent.shape)
                assert got.tobytes() == sent.tobytes()
            else:
                assert repr(got) == repr(sent)


def test_an_outcome_comes_back_as_it_was():
    was = run(RELU, lambda x: x, CASES[0])
    packed = reply([probe.pack_outcome(was)])
    (got,) = answers.outcomes(packed, RELU, CASES[:1])
    assert np.array_equal(got.outputs[0], was.outputs[0])
    assert (got.problem, got.changed, got.warned) == (None, (), "")


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("outputs", [], "not as many arrays"),
        ("outputs", [{"dtype": "O", "shape": [1], "bytes": ""}], "not of numbers"),
        ("outputs", [{"dtype": "<f8", "shape": [True], "bytes": ""}], "no possible"),
        ("outputs", [{"dtype": "<f8", "shape": [2], "bytes": "AAAA"}], "as many bytes"),
        ("outputs", [{"dtype": "<f8", "shape": 3, "bytes": "AAAA"}], "cannot be read"),
        ("problem", ["passed", "all is well"], "unknown kind"),
        ("problem", "raised", "cannot be read"),
        ("printed", 5, "no text"),
        ("changed", 7, "cannot be read"),
    ],
)
def test_a_reply_of_another_form_is_refused(field, value, why):
    row = {**RIGHT, field: value}
    with pytest.raises(answers.Malformed, match=why):
        answers.outcomes(reply([row]), RELU, CASES[:1])


@pytest.mark.parametrize("text", ["", "None", "'a b'", "'AAA", "'" + "A" * 7_000_000])
def test_a_reply_that_is_no_packed_text_is_refused(text):
    with pytest.raises(answers.Malformed):
        answers.outcomes(text, RELU, CASES[:1])


def test_sentences_are_cut_and_lose_control_characters():
    row = {**RIGHT, "problem": ["raised", "\x1b[31mred\x1b[0m\r\n\0" + "x" * 9_000]}
    (got,) = answers.outcomes(reply([row]), RELU, CASES[:1])
    assert got.problem == ("raised", ("red " + "x" * 9_000)[: answers.SENTENCE])


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a < b, *c* > d", "a < b, *c* > d"),
        ("> quoted <b>x</b> & y", "> quoted <b>x</b> & y"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>", '<img src="x">'),
        ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
        ("<style>p {}</style><p>x</p>", "<p>x</p>"),
        ("<svg/onload=alert(1)>", ""),
        (r"$\href{javascript:alert(1)}{x}$", "$href{javascript:alert(1)}{x}$"),
    ],
)
def test_text_of_students_is_harmless_in_a_page(text, safe):
    assert clean.markdown(text) == safe


def test_pages_that_would_take_long_are_shown_as_text():
    assert clean.page("<b>" * 100_000).startswith("&lt;b&gt;")


def test_a_display_keeps_no_script_and_no_attribute_in_a_picture():
    shown = {
        "text/html": "<p onclick=x>y</p>",
        "application/javascript": "alert(1)",
        "image/png": 'AAAA"><script>',
    }
    kept = outputs.output("display_data", {"data": shown})
    assert kept["data"] == {"text/html": "<p>y</p>", "image/png": ""}
