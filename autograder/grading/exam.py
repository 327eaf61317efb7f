"""Asks a student's kernel about one brick, and compares here what it answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from autograder import recording
from autograder.bricks.brick import Brick, Case, Chapter
from autograder.check import conclude
from autograder.compare import Finding, compare
from autograder.expect import Expected
from autograder.grading import answers, fresh
from autograder.grading.result import BrickResult
from autograder.grading.session import Session, TimeUp
from autograder.run import Outcome

SECRET_STAGES = {"values": "values differ", "not finite": "is not finite everywhere"}
"""How much is said about numbers that were drawn in secret."""


@dataclass(frozen=True)
class Exam:
    """A brick, its fresh cases, and what is right for them."""

    brick: Brick
    cases: tuple[Case, ...]
    expected: tuple[Expected, ...]


def exams(
    chapter: Chapter, student: str, secret: bytes, submission: bytes, live: str = ""
) -> dict[str, Exam]:
    """The exam of each brick of the chapter.

    live:  the device on which PyTorch answers now; "" leaves it to this machine

    Another submission of the same student gets other cases: what one has spied out
    about its own is of no use to the next.
    """
    own = secret + sha256(submission).digest()
    drawn = {
        brick.name: (brick, tuple(fresh.cases(brick, student, own)))
        for brick in chapter.bricks
    }
    return {
        name: Exam(brick, cases, tuple(fresh.expected(brick, c, live) for c in cases))
        for name, (brick, cases) in drawn.items()
    }


async def sit(kernel: Session, exam: Exam, seconds: float) -> BrickResult:
    """The verdict on what the kernel holds under the brick's name now.

    Fresh cases decide. When one is wrong the public ones are asked too: they may be
    told in full, and the known mistakes are recorded for them.

    Raises:  Lost
    """
    began, brick = time.monotonic(), exam.brick

    def result(stage: str, message: str, mistake: str | None = None) -> BrickResult:
        took = time.monotonic() - began
        return BrickResult(brick.name, stage == "passed", stage, mistake, message, took)

    try:
        outcomes = await put(kernel, brick, exam.cases, seconds)
        findings = compared(brick, outcomes, exam.expected)
        first = next((i for i, finding in enumerate(findings) if finding), None)
        if first is None:
            said = f"{brick.name}: right. All {len(exam.cases)} fresh cases agree"
            return result("passed", f"{said} with PyTorch.")
        record = recording.load(brick)
        shown = await put(kernel, brick, record.cases, seconds)
    except TimeUp as error:
        return result("endless", f"{brick.name}: {error}")
    except answers.Malformed as error:
        return result("malformed", f"{brick.name}: {error}")
    verdict = conclude(brick, record, shown, compared(brick, shown, record.expected))
    if not verdict.passed:
        return result(verdict.stage, verdict.text(), verdict.mistake)
    finding = findings[first]
    assert finding is not None
    return result(finding.stage, in_secret(brick, finding, exam.cases[first]))


async def put(
    kernel: Session, brick: Brick, cases: Sequence[Case], seconds: float
) -> list[Outcome]:
    """What the kernel answers to the cases."""
    reply = await kernel.ask(answers.question(brick, cases, seconds), seconds)
    return answers.outcomes(reply, brick, cases)


def compared(
    brick: Brick, outcomes: Sequence[Outcome], expected: Sequence[Expected]
) -> list[Finding | None]:
    """What is wrong with each outcome; only an endless one has none behind it."""
    return [
        compare(brick, outcome, right)
        for outcome, right in zip(outcomes, expected, strict=False)
    ]


def in_secret(brick: Brick, finding: Finding, case: Case) -> str:
    """What is wrong in a fresh case, without its numbers."""
    said = SECRET_STAGES.get(finding.stage, finding.headline)
    where = f'(case "{case.name}", drawn for you)'
    lines = [f"{brick.name}: {said} {where}; the public cases are right"]
    if finding.stage == "raised":
        lines += finding.lines
    return "\n  ".join(lines)
