"""A course with submissions, for the tests of grading."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder import build
from autograder.bricks import CHAPTERS
from autograder.grading import course

CHAPTER = CHAPTERS[1]
SLUG = CHAPTER.slug
FULL = sum(brick.points for brick in CHAPTER.bricks)
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"


def released(place: Path, config: str = "") -> Path:
    """A course in which chapter 2 is released; config is added to its configuration."""
    made = course.create(place)
    if config:
        path = made / "nbgrader_config.py"
        path.write_text(f"{path.read_text('utf-8')}\n{config}\n", "utf-8")
    done = run("-m", "nbgrader", "generate_assignment", SLUG, where=made)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def command(*arguments: str) -> list[str]:
    """The command line of autograder."""
    return [sys.executable, "-m", "autograder", *arguments]


def environment(place: Path) -> dict[str, str]:
    """Variables that keep Jupyter's own files beside the course, in a wide terminal."""
    return {
        **os.environ,
        "IPYTHONDIR": str(place.parent / "ipython"),
        "JUPYTER_CONFIG_DIR": str(place.parent / "config"),
        "JUPYTER_RUNTIME_DIR": str(place.parent / "runtime"),
        "COLUMNS": "200",
    }


def run(*arguments: str, where: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in the course."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=where,
        env=environment(where),
        capture_output=True,
        text=True,
    )


def grade(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What an instructor types: autograder grade COURSE 02-activations."""
    return run("-m", "autograder", "grade", str(place), SLUG, *options, where=place)


def solutions() -> dict[str, str]:
    """The body of each exercise of chapter 2, as minidl has it."""
    _, quotes = build.read(CHAPTER, build.DIRECTORY)
    return {name: "\n".join(q.solution).strip() for name, q in quotes.items()}


def submit(place: Path, student: str, answers: dict[str, str], first: str = "") -> Path:
    """Hand in the released notebook with these answers and without its pictures.

    first:  code that the student added on top
    """
    text = (place / f"release/{SLUG}/{SLUG}.ipynb").read_text("utf-8")
    notebook = json.loads(text)
    notebook["cells"] = [cell for cell in notebook["cells"] if needed(cell)]
    for cell in notebook["cells"]:
        name = cell["id"].removeprefix("exercise-")
        if name in answers:
            source = "".join(cell["source"])
            assert source.count(STUB) == 1
            cell["source"] = source.replace(STUB, answers[name])
    if first:
        code = {"cell_type": "code", "source": first, "metadata": {}, "outputs": []}
        notebook["cells"].insert(0, {**code, "execution_count": None, "id": "added"})
    return hand_in(place, student, json.dumps(notebook))


def needed(cell: dict[str, Any]) -> bool:
    """Whether the exercises need the cell: they, their checks, and the imports."""
    source = "".join(cell["source"])
    mine = cell["id"].startswith(("exercise-", "check-"))
    return mine or (cell["cell_type"] == "code" and "import Array" in source)


def hand_in(place: Path, student: str, text: str) -> Path:
    """Put a file where submissions are collected."""
    path = place / f"submitted/{student}/{SLUG}/{SLUG}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def points(place: Path, url: str = "") -> dict[str, float]:
    """The points of every student, as the gradebook has them."""
    with Gradebook(url or f"sqlite:///{place / 'gradebook.db'}", "minidl") as book:
        handed = book.find_assignment(SLUG).submissions
        return {each.student_id: each.score for each in handed}


def contents(place: Path) -> dict[str, str]:
    """The hash of every file of the course."""
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }
