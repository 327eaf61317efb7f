"""A notebook of chapter 2 as somebody hands it in, and what grading it says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograder import build
from autograder.bricks import CHAPTERS
from autograder.grading.grade import grade
from autograder.grading.intake import Submission
from autograder.grading.result import Result
from autograder.sandbox.limits import GB, Limits

CHAPTER = CHAPTERS[1]
NAMES = {brick.name for brick in CHAPTER.bricks}
SECRET = b"a secret that only the tests know"
LIMITS = Limits(cell_seconds=30, memory_bytes=GB)
HASTY = replace(LIMITS, cell_seconds=5)  # for code that does not end by itself
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"

Notebook = dict[str, Any]


def solutions() -> dict[str, str]:
    """The body of each exercise, as minidl has it."""
    _, quotes = build.read(CHAPTER, build.DIRECTORY)
    return {name: "\n".join(q.solution).strip() for name, q in quotes.items()}


def notebook(answers: dict[str, str], first: Iterable[str] = ()) -> Notebook:
    """The chapter's imports, exercises and checks, with these answers.

    first:  code that the student added on top
    """
    whole: Notebook = json.loads(build.learner(CHAPTER))
    cells = [code(source) for source in first]
    for cell in whole["cells"]:
        source = "".join(cell["source"])
        kind, _, name = cell["id"].partition("-")
        if kind in ("exercise", "check"):
            cell["metadata"] = {"nbgrader": {"grade_id": cell["id"]}}
            cell["source"] = source.replace(STUB, answers.get(name, STUB))
            cells.append(cell)
        elif cell["cell_type"] == "code" and "import Array" in source:
            cells += [code("%load_ext autograder\nfrom autograder import check"), cell]
    return {**whole, "cells": cells}


def code(source: str) -> dict[str, Any]:
    """A code cell that is not ours."""
    cell = {"cell_type": "code", "metadata": {}, "source": source}
    return {**cell, "outputs": [], "execution_count": None}


def place_of(book: Notebook, name: str) -> int:
    """Where the cell of this id stands."""
    return next(i for i, cell in enumerate(book["cells"]) if cell.get("id") == name)


def graded(
    handed: Notebook | bytes, limits: Limits = LIMITS, student: str = "ada"
) -> Result:
    """What grading says about it."""
    data = handed if isinstance(handed, bytes) else json.dumps(handed).encode()
    return grade(Submission(data), student, CHAPTER.slug, SECRET, limits)


def passed(result: Result) -> set[str]:
    """The bricks that got their points."""
    return {brick.brick for brick in result.bricks if brick.passed}


def messages(result: Result) -> dict[str, str]:
    """What is said about each brick."""
    return {brick.brick: brick.message for brick in result.bricks}


def feedback(result: Result) -> str:
    """All that the student gets to read."""
    shown = [each for outputs in result.outputs.values() for each in outputs]
    return json.dumps([messages(result), shown, result.warnings], ensure_ascii=False)
