"""Cases drawn for one student: secret, reproducible, right."""

from __future__ import annotations

import importlib.util

import pytest

from autograder import recording
from autograder.bricks import CHAPTERS, find
from autograder.compare import compare
from autograder.grading import fresh
from autograder.grading.exam import exams
from autograder.run import Outcome, run
from autograder.strength.measure import mistakes, variants

SECRET = b"0123456789abcdef0123456789abcdef"
FIRST = [brick for chapter in CHAPTERS[:3] for brick in chapter.bricks]


def prints(brick, student="ada", secret=SECRET):
    return [fresh.fingerprint(case) for case in fresh.cases(brick, student, secret)]


@pytest.mark.parametrize("brick", FIRST, ids=lambda brick: brick.name)
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


@pytest.mark.parametrize("brick", FIRST, ids=lambda brick: brick.name)
def test_right_variants_pass_and_known_mistakes_fail_on_fresh_cases(brick):
    cases = fresh.cases(brick, "ada", SECRET)
    right = [fresh.expected(brick, case) for case in cases]

    def passes(obj):
        return not any(
            compare(brick, run(brick, obj, case), due)
            for case, due in zip(cases, right, strict=True)
        )

    assert all(passes(variant) for variant in variants(brick))
    assert [each.name for each in mistakes(brick) if passes(each.wrong)] == []


@pytest.mark.parametrize("name", ["softmax", "cross_entropy_backward", "linear"])
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
