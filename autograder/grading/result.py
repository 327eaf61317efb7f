"""What grading one submission gave; a file that can be kept and used again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder import disk, recording
from autograder.grading.intake import Submission
from autograder.sandbox.limits import Limits
from autograder.tolerance import rules

FORMAT = 1
FOLDER = Path(".autograder") / "results"


@dataclass(frozen=True)
class BrickResult:
    """The verdict on one brick.

    stage:    what is wrong first, or "passed"
    mistake:  the name of the known mistake, if it is one
    message:  what its author reads
    seconds:  what asking her kernel took
    """

    brick: str
    passed: bool
    stage: str
    mistake: str | None
    message: str
    seconds: float


@dataclass(frozen=True)
class Result:
    """The verdicts on a submission.

    key:         names the submission and everything that the verdicts depend on
    outputs:     what each cell showed, by its place in the notebook
    live:        the device on which references were asked for, if one was
    references:  who computed what is right for fresh cases, and on which device
    """

    key: str
    bricks: tuple[BrickResult, ...]
    outputs: dict[int, list[dict[str, Any]]]
    warnings: tuple[str, ...]
    seconds: float
    live: str = ""
    references: str = ""

    def to_json(self) -> str:
        """The result as text."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The result that to_json wrote.

        Raises:  ValueError when the text is something else
        """
        try:
            fields = json.loads(text)
            bricks = tuple(BrickResult(**row) for row in fields.pop("bricks"))
            outputs = {int(k): v for k, v in fields.pop("outputs").items()}
            warnings = tuple(fields.pop("warnings"))
            return cls(bricks=bricks, outputs=outputs, warnings=warnings, **fields)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("this is not a result of grading") from error


def key_of(
    submission: Submission,
    student: str,
    chapter_slug: str,
    secret: bytes,
    limits: Limits,
    live: str = "",
) -> str:
    """Equal for submissions that are sure to get the same verdicts."""
    parts = [
        hashlib.sha256(submission.data).hexdigest(),
        submission.trouble,
        student,
        chapter_slug,
        hashlib.sha256(secret).hexdigest()[:16],
        version("minidl"),
        json.dumps(recording.manifest(), sort_keys=True),
        repr(rules()),
        repr(limits),
        live,
        FORMAT,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def load(course: Path, student: str, assignment: str) -> Result | None:
    """The result that is kept for the student, if there is one that can be read."""
    try:
        return Result.from_json(place(course, student, assignment).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def save(course: Path, student: str, assignment: str, result: Result) -> None:
    """Keep the result, whole or not at all."""
    disk.write(place(course, student, assignment), result.to_json().encode())


def place(course: Path, student: str, assignment: str) -> Path:
    """The file that keeps a student's result."""
    return course / FOLDER / student / f"{assignment}.json"
