"""An nbgrader course of the chapters, through nbgrader's own commands."""

from __future__ import annotations

import csv
import html
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import build
from autograder.bricks import CHAPTERS, find
from autograder.grading import course
from autograder.strength.mistakes.ch02 import MISTAKES

CHAPTER = CHAPTERS[1]
SLUG = CHAPTER.slug
FULL = sum(brick.points for brick in CHAPTER.bricks)
PLANTED = {
    "relu": ("return np.abs(x)", "absolute value"),
    "softmax_backward": ("return g * y * (1 - y)", "diagonal only"),
}
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"
RELEASED = f"release/{SLUG}/{SLUG}.ipynb"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course in which chapter 2 is released, submitted three times and graded."""
    place = course.create(tmp_path_factory.mktemp("teaching") / "course")
    look, release, *grade = commands((place / "README.md").read_text("utf-8"))
    run(place, look)
    run(place, release)
    for student, answers in (
        ("blank", {}),
        ("solved", solutions()),
        ("mistaken", {**solutions(), **{k: code for k, (code, _) in PLANTED.items()}}),
    ):
        submit(place, student, answers)
    for command in grade:
        run(place, command)
    return place


def commands(readme: str) -> list[list[str]]:
    """The commands that the course's README gives, for chapter 2."""
    lines = re.findall(r"^    ((?:auto|nb)grader .+)$", readme, re.MULTILINE)
    return [line.replace(CHAPTERS[0].slug, SLUG).split() for line in lines]


def run(place: Path, command: list[str]) -> None:
    """One command in the course, as an instructor types it."""
    environment = {
        **os.environ,
        "IPYTHONDIR": str(place.parent / "ipython"),
        "JUPYTER_CONFIG_DIR": str(place.parent / "config"),
        "JUPYTER_RUNTIME_DIR": str(place.parent / "runtime"),
        "TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def solutions() -> dict[str, str]:
    """The body of each exercise of chapter 2, as minidl has it."""
    _, quotes = build.read(CHAPTER, build.DIRECTORY)
    return {name: "\n".join(q.solution).strip() for name, q in quotes.items()}


def submit(place: Path, student: str, answers: dict[str, str]) -> None:
    """The released notebook with these answers, as a student hands it in."""
    notebook = read(place / RELEASED)
    for cell in notebook["cells"]:
        name = cell["id"].removeprefix("exercise-")
        if name in answers:
            source = "".join(cell["source"])
            assert source.count(STUB) == 1
            cell["source"] = source.replace(STUB, answers[name])
    path = place / f"submitted/{student}/{SLUG}/{SLUG}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), "utf-8")


def read(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def sources(notebook: dict) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


def points(place: Path, student: str) -> dict[str, float]:
    """What nbgrader's gradebook has for each brick."""
    query = """
        SELECT base_cell.name, grade.auto_score FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment
          ON submitted_assignment.id = submitted_notebook.assignment_id
        WHERE submitted_assignment.student_id = ?
    """
    book = sqlite3.connect(place / "gradebook.db")
    try:
        rows = book.execute(query, [student]).fetchall()
    finally:
        book.close()
    return {name.removeprefix("check-"): score for name, score in rows}


def test_the_released_notebook_is_the_learners_own(made):
    ours = json.loads(build.learner(CHAPTER))
    assert sources(read(made / RELEASED)) == sources(ours)


def test_a_solved_notebook_gets_every_point(made):
    assert points(made, "solved") == {b.name: b.points for b in CHAPTER.bricks}


def test_a_blank_notebook_gets_nothing(made):
    assert points(made, "blank") == {brick.name: 0 for brick in CHAPTER.bricks}


def test_planted_mistakes_cost_their_own_points_and_no_others(made):
    assert points(made, "mistaken") == {
        brick.name: 0 if brick.name in PLANTED else brick.points
        for brick in CHAPTER.bricks
    }


def test_the_export_has_the_totals(made):
    with (made / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    lost = sum(find(name).points for name in PLANTED)
    totals = {"solved": FULL, "blank": 0, "mistaken": FULL - lost}
    assert {name: float(row["score"]) for name, row in rows.items()} == totals
    assert {float(row["max_score"]) for row in rows.values()} == {FULL}


@pytest.mark.parametrize("name", PLANTED)
def test_the_feedback_shows_the_likely_mistake(made, name):
    page = html.unescape(feedback(made, "mistaken"))
    _, planted = PLANTED[name]
    (says,) = (m.says for m in MISTAKES[name] if m.name == planted)
    assert says in page
    assert says not in html.unescape(feedback(made, "solved"))


def test_the_feedback_on_a_blank_notebook_says_what_to_do(made):
    assert "relu: is still empty" in feedback(made, "blank")


def feedback(place: Path, student: str) -> str:
    return (place / f"feedback/{student}/{SLUG}/{SLUG}.html").read_text("utf-8")


def test_kernels_write_nothing_to_stderr(made):
    for student in ("solved", "blank", "mistaken"):
        graded = read(made / f"autograded/{student}/{SLUG}/{SLUG}.ipynb")
        outputs = [o for cell in graded["cells"] for o in cell.get("outputs", ())]
        assert [o for o in outputs if o.get("name") == "stderr"] == []


def test_the_courses_readme_names_every_step_and_where_the_report_lies(made):
    readme = (made / "README.md").read_text("utf-8")
    said = [" ".join(each[:2]) for each in commands(readme)]
    assert said == [
        "autograder doctor",
        "nbgrader generate_assignment",
        "autograder grade",
        "nbgrader generate_feedback",
        "nbgrader export",
    ]
    reports = sorted(path.name for path in (made / f"reports/{SLUG}").iterdir())
    assert reports == ["canvas.csv", "moodle.csv", "report.html"]
    assert all(name in readme for name in reports)


def test_demos_are_not_run_when_graded(made):
    ours = json.loads(build.learner(CHAPTER))["cells"]
    demos = {cell["id"] for cell in ours if "demo" in cell["metadata"].get("tags", ())}
    texts = {
        text for name, text in sources(read(made / RELEASED)).items() if name in demos
    }
    graded = read(made / f"autograded/solved/{SLUG}/{SLUG}.ipynb")["cells"]
    found = [cell for cell in graded if "".join(cell["source"]) in texts]
    assert len(found) == len(demos) > 0
    assert all(cell["outputs"] == [] for cell in found)
