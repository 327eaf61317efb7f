"""`autograder grade --live`: PyTorch answers while grading, and only outside."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from handing import CHAPTER, LIMITS, SECRET, notebook, solutions
from sandboxed import Kernel
from typer.testing import CliRunner

from autograder import recording
from autograder.bricks import BRICKS, CHAPTERS
from autograder.cli import app
from autograder.compare import compare
from autograder.grading import fresh, report, result
from autograder.grading.exam import exams
from autograder.grading.grade import grade
from autograder.grading.intake import Submission
from autograder.reference import record
from autograder.run import Outcome, run
from autograder.strength.measure import mistakes, variants
from autograder.tolerance import kind_of, rules, scale

FIRST = [chapter.bricks[0] for chapter in CHAPTERS]
NO_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")


@pytest.mark.parametrize("brick", FIRST, ids=lambda brick: brick.name)
def test_live_and_recorded_references_are_equal_to_rounding(brick):
    known = recording.load(brick)
    for case, was in zip(known.cases, known.expected, strict=True):
        now = fresh.expected(brick, case, "cpu")
        assert now is not was
        assert now.dtypes == was.dtypes
        wide = record.in_float64(was)
        for j, right in enumerate(was.outputs):
            kind = kind_of(brick, wide, j)
            unit = rules()[kind].largest * scale(brick, wide, j) if kind else 0
            assert (np.abs(now.outputs[j].astype(float) - right) <= unit).all()


@pytest.mark.parametrize("name", ["softmax", "linear_backward", "batch_norm"])
def test_live_and_recorded_references_give_the_same_verdicts(name):
    brick = BRICKS[name]
    known = recording.load(brick)
    answers = [variants(brick)[0], *(each.wrong for each in mistakes(brick))]
    for case, was in zip(known.cases, known.expected, strict=True):
        now = fresh.expected(brick, case, "cpu")
        for answer in answers:
            outcome = run(brick, answer, case)
            then, today = (compare(brick, outcome, due) for due in (was, now))
            assert (then and then.stage) == (today and today.stage)


def test_a_case_that_is_public_is_computed_again_when_live(monkeypatch):
    asked = []
    honest = record.answer

    def noted(brick, case, device):
        asked.append(device)
        return honest(brick, case, device)

    brick = BRICKS["tanh"]
    case = recording.load(brick).cases[0]
    monkeypatch.setattr(record, "answer", noted)
    fresh.expected(brick, case)
    assert asked == []
    fresh.expected(brick, case, "cpu")
    assert set(asked) == {"cpu"}


def test_on_a_gpu_its_answer_is_right_and_its_error_counts(monkeypatch):
    def answer(brick, case, device):
        return (case.inputs["x"] + {"cuda": 2.0, "cpu": 1.0}[device],)

    monkeypatch.setattr(record, "answer", answer)
    brick = BRICKS["tanh"]
    case = brick.cases(1)[0]
    due = fresh.expected(brick, case, "cuda")
    np.testing.assert_array_equal(due.outputs[0], case.inputs["x"] + 2)
    assert due.spread[0] == pytest.approx(1)


def test_without_pytorch_live_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert fresh.references("") == "minidl's own functions on the CPU"
    with pytest.raises(ValueError, match=r"pip install 'minidl\[reference\]'"):
        fresh.references("cpu")


@NO_GPU
@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("cuda", "needs a GPU, and PyTorch sees none here; use --live cpu"),
        ("tpu", "--live is cpu or cuda, not tpu"),
    ],
)
def test_a_device_that_is_not_there_is_an_error_before_anything_is_graded(
    device, said, tmp_path
):
    asked = ["grade", str(tmp_path), CHAPTER.slug, "--live", device]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_submission_graded_live_says_by_whom():
    book = notebook(solutions())
    submission = Submission(json.dumps(book).encode())
    found = grade(submission, "ada", CHAPTER.slug, SECRET, LIMITS, "cpu")
    assert all(each.passed for each in found.bricks)
    assert (found.live, found.references) == (
        "cpu",
        f"PyTorch {torch.__version__} on CPU",
    )
    assert result.Result.from_json(found.to_json()) == found
    about = submission, "ada", CHAPTER.slug, SECRET
    keys = [result.key_of(*about, LIMITS, live) for live in ("cpu", "")]
    assert found.key == keys[0] != keys[1]


def test_the_report_says_who_computed_what_is_right():
    made = report.Report(CHAPTER, 1.0, (), (), (), ("PyTorch 2.13.0 on NVIDIA H100",))
    assert ("compared with", "PyTorch 2.13.0 on NVIDIA H100") in made.summary()


def test_a_submission_has_other_cases_live_or_not_only_if_it_is_another():
    one, two = (
        exams(CHAPTER, "ada", SECRET, b"text", live)["relu"] for live in ("", "cpu")
    )
    prints = [[fresh.fingerprint(c) for c in exam.cases] for exam in (one, two)]
    assert prints[0] == prints[1]
    for a, b in zip(one.expected, two.expected, strict=True):
        assert compare(BRICKS["relu"], Outcome(a.outputs), record.in_float64(b)) is None


def test_no_pytorch_is_in_the_sandbox():
    place = Path(torch.__file__).parent
    code = f"""
import importlib.util, os
print([importlib.util.find_spec(name) for name in ("torch", "autograder.reference")])
print(os.path.exists({str(place)!r}))
import torch
"""
    with Kernel() as kernel:
        said = kernel.run(code).text
    assert "[None, None]" in said
    assert "False" in said
    assert "No module named 'torch'" in said
