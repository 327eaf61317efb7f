"""The checks are graded as a grader: every mistake falls, every right answer stands."""

import pytest

from autograder.bricks import BRICKS
from autograder.check import judge
from autograder.strength.measure import mistakes, variants

PLANTED = [(name, m) for name in BRICKS for m in mistakes(BRICKS[name])]
CORRECT = [(name, v) for name in BRICKS for v in variants(BRICKS[name])]


@pytest.mark.parametrize(
    ("name", "mistake"), PLANTED, ids=[f"{name}: {m.name}" for name, m in PLANTED]
)
def test_a_known_mistake_is_rejected_and_named(name, mistake):
    verdict = judge(BRICKS[name], mistake.wrong)
    assert not verdict.passed
    assert verdict.mistake == mistake.name
    assert f"Likely: {mistake.says}" in verdict.text()


@pytest.mark.parametrize(
    ("name", "variant"), CORRECT, ids=[f"{name}: {v.__name__}" for name, v in CORRECT]
)
def test_a_right_answer_in_another_form_is_accepted(name, variant):
    verdict = judge(BRICKS[name], variant)
    assert verdict.passed, verdict.text()


@pytest.mark.parametrize("name", BRICKS)
def test_a_brick_has_four_known_mistakes_and_three_other_right_answers(name):
    known = mistakes(BRICKS[name])
    assert len({mistake.name for mistake in known}) == len(known) >= 4
    assert len(variants(BRICKS[name])) >= 1 + 3


@pytest.mark.parametrize("name", BRICKS)
def test_a_message_on_a_known_mistake_has_at_most_five_lines(name):
    for mistake in mistakes(BRICKS[name]):
        assert len(judge(BRICKS[name], mistake.wrong).text().splitlines()) <= 5
