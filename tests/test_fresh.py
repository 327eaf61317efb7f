"""Cases drawn for one student: secret, reproducible, right."""

from __future__ import annotations

import importlib.util

import pytest

from autograder import recording
from autograder.bricks import BRICKS, CHAPTERS, find
from autograder.compare import compare
from autograder.grading import fresh
from autograder.grading.exam import exams
from autograder.run import Outcome, run
from autograder.strength.measure import mistakes, variants

SECRET = b"0123456789abcdef0123456789abcdef"
EVERY = pytest.mark.parametrize("brick", BRICKS.values(), ids=BRICKS.keys())


def prints(brick, student="ada", secret=SECRET):
    return [fresh.fingerprint(case) for case in fresh.cases(brick, student, secret)]


@EVERY
def test_eight_cases_of_every_brick_are_not_public(brick):
    public = {fresh.fingerprint(case) for case in recording.load(brick).cases}
    assert len(set(prints(brick)) - public) >= fresh.CASES


def test_the_same_student_always_gets_the_same_and_others_get_others():
    relu = find("relu")
    assert prints(relu) == prints(relu)
    assert prints(relu) != prints(relu, "bob")
    assert prints(relu) != prints(relu, secret=SECRET[::-1])


def test_another_submission_of_the_same_student_gets_other_cases():
    one, same, two = (
        exams(CHAPTERS[1], "ada", SECRET, text)["relu"].cases
        for text in (b"one", b"one", b"two")
    )
    first = [fresh.fingerprint(case) for case in one]
    assert first == [fresh.fingerprint(case) for case in same]
    assert first != [fresh.fingerprint(case) for case in two]


@pytest.fixture(params=["PyTorch", "minidl"])
def answering(request, monkeypatch):
    """Who answers fresh cases: minidl does where PyTorch is not installed."""
    monkeypatch.setattr(fresh, "_of_draws", {})
    if request.param == "minidl":
        monkeypatch.setattr(fresh, "has_torch", lambda: False)
    assert request.param in fresh.references("")


@EVERY
def test_right_variants_pass_and_known_mistakes_fail_on_fresh_cases(brick, answering):
    # Public ones come last: right answers to them are test_strength's affair, and
    # a chain of 100 000 steps takes a second.
    drawn, public = [], []
    for case in fresh.cases(brick, "ada", SECRET):
        known = fresh.fingerprint(case) in fresh.public(brick)
        (public if known else drawn).append((case, fresh.expected(brick, case)))

    def wrong(obj, cases):
        for case, due in cases:
            if finding := compare(brick, run(brick, obj, case), due):
                return f"{case.name}: {finding}"
        return None

    for variant in variants(brick):
        assert wrong(variant, drawn) is None
    missed = [m.name for m in mistakes(brick) if not wrong(m.wrong, drawn + public)]
    assert missed == []


def test_slopes_by_trying_are_exact_enough_whatever_is_drawn(answering):
    brick = find("numerical_gradient")
    for student in range(30):
        for case in fresh.cases(brick, str(student), SECRET):
            due = fresh.expected(brick, case)
            for variant in variants(brick):
                assert compare(brick, run(brick, variant, case), due) is None


def test_what_is_right_for_a_public_case_is_what_was_recorded():
    brick = find("backward")
    record = recording.load(brick)
    at = [case.name for case in record.cases].index("a chain of 100 000, float64")
    deep = next(c for c in fresh.cases(brick, "ada", SECRET) if "100 000" in c.name)
    assert fresh.expected(brick, deep) is record.expected[at]


ANYWHERE = ["softmax", "cross_entropy_backward", "linear", "Linear", "backward"]


@pytest.mark.parametrize("name", ANYWHERE)
def test_without_torch_minidl_answers_and_agrees(name, monkeypatch):
    brick = find(name)
    cases = fresh.cases(brick, "ada", SECRET)
    torch = [fresh.expected(brick, case) for case in cases]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for case, due in zip(cases, torch, strict=True):
        mine = fresh.expected(brick, case)
        wide = tuple(o.astype(d) for o, d in zip(mine.outputs, due.dtypes, strict=True))
        assert compare(brick, Outcome(wide), due) is None


def test_a_course_without_a_secret_says_how_to_make_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="run: autograder course"):
        fresh.read_secret(tmp_path)
    (tmp_path / fresh.SECRET).write_text("short")
    with pytest.raises(ValueError, match="holds 5 characters"):
        fresh.read_secret(tmp_path)
