"""Trusted grading through nbgrader's own commands, from release to export."""

from __future__ import annotations

import csv
import html
import json
from pathlib import Path

import classroom
import numpy as np
import pytest
from classroom import FULL, SLUG, hand_in, released
from coursework import (
    BY_HAND,
    HOST_SECRET,
    SOLVED,
    add_question,
    answered,
    change,
    linked,
    own_points,
    submit,
    without_checks,
)
from nbgrader.api import Gradebook

from autograder import build
from autograder.grading import course, fresh, result
from autograder.grading.exam import exams
from autograder.grading.intake import aside, read
from autograder.grading.writer import Writer
from autograder.sandbox.limits import MB, Limits

LATE = 'c.LateSubmissionPlugin.penalty_method = "zero"'


def nbgrader(place: Path, *arguments: str, ok: bool = True) -> str:
    """What nbgrader's command prints."""
    done = classroom.run("-m", "nbgrader", *arguments, where=place)
    assert (done.returncode == 0) == ok, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with a cell graded by hand, in which many have handed in chapter 2."""
    place = course.create(tmp_path_factory.mktemp("teaching") / "course")
    config = place / "nbgrader_config.py"
    config.write_text(f"{config.read_text('utf-8')}\n{LATE}\n", "utf-8")
    add_question(place)
    nbgrader(place, "generate_assignment", SLUG)
    nbgrader(
        place, "db", "assignment", "add", SLUG, "--duedate", "2026-03-01 12:00 UTC"
    )
    submit(place, "solved", SOLVED)
    submit(place, "mistaken", {**SOLVED, "relu": "return np.abs(x)"})
    submit(place, "blank", {})
    late = submit(place, "late", SOLVED)
    (late.parent / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    change(submit(place, "forger", {}), own_points)
    change(submit(place, "deleter", SOLVED), without_checks)
    change(submit(place, "writer", SOLVED), answered)
    hand_in(place, "broken", '{"cells": [')
    linked(place)
    nbgrader(place, "autograde", SLUG)
    nbgrader(place, "generate_feedback", SLUG)
    nbgrader(place, "export")
    return place


def scores(place: Path, student: str) -> dict[str, float | None]:
    """The automatic score of each graded cell."""
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "minidl") as book:
        notebook = book.find_submission_notebook(SLUG, SLUG, student)
        return {grade.name: grade.auto_score for grade in notebook.grades}


def total(place: Path, student: str) -> float:
    return sum(score or 0 for score in scores(place, student).values())


def feedback(place: Path, student: str) -> str:
    page = place / f"feedback/{student}/{SLUG}/{SLUG}.html"
    return html.unescape(page.read_text("utf-8"))


def verdicts(place: Path, student: str) -> str:
    """What each check says of the student's answer."""
    cells = [c for c in graded(place, student)["cells"] if c["cell_type"] == "code"]
    checks = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade")]
    return "".join("".join(c["outputs"][0]["text"]) for c in checks)


def graded(place: Path, student: str) -> dict:
    path = place / f"autograded/{student}/{SLUG}/{SLUG}.ipynb"
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("student", "points"),
    [
        ("solved", FULL),
        ("mistaken", FULL - 1),
        ("blank", 0),
        ("forger", 0),
        ("deleter", FULL - 1),
        ("broken", 0),
        ("linker", FULL),
        ("pointer", 0),
        ("late", FULL),
    ],
)
def test_everybody_gets_the_points_that_the_answers_deserve(made, student, points):
    if student == "deleter":
        points = FULL - scores(made, "solved")["check-tanh_backward"]
    assert total(made, student) == points, verdicts(made, student)


def test_the_export_has_totals_and_the_late_penalty(made):
    with (made / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["solved"]["score"]) == FULL
    assert float(rows["late"]["raw_score"]) == FULL
    assert float(rows["late"]["late_submission_penalty"]) == FULL
    assert float(rows["late"]["score"]) == 0
    assert {float(row["max_score"]) for row in rows.values()} == {FULL + 4}


@pytest.mark.parametrize(
    ("student", "sentence"),
    [
        ("solved", "relu: right. All 16 fresh cases agree with PyTorch."),
        ("mistaken", "Likely: Negative entries become positive."),
        ("blank", "relu: is still empty"),
        ("forger", "relu: is still empty"),
        ("deleter", "tanh_backward: is not defined when its check is reached"),
        ("broken", "Nothing of this submission is graded: the notebook is not a"),
        ("pointer", f"Nothing of this submission is graded: {SLUG}.ipynb is a link."),
        ("linker", "Not taken, as links or as too large: folder, picture.png, pipe"),
    ],
)
def test_the_feedback_says_what_happened(made, student, sentence):
    assert sentence in feedback(made, student)


def test_no_file_of_the_host_gets_into_what_students_see(made):
    for folder in ("autograded", "feedback"):
        for path in (made / folder).rglob("*"):
            assert path.is_dir() or HOST_SECRET not in path.read_text("utf-8")


def test_the_secret_and_fresh_inputs_are_in_nothing_that_anybody_gets(made):
    secret = fresh.read_secret(made)
    hidden = {secret.decode()}
    for student in ("solved", "mistaken"):
        handed = read(made / f"submitted/{student}/{SLUG}/{SLUG}.ipynb").data
        for exam in exams(classroom.CHAPTER, student, secret, handed).values():
            for case in exam.cases:
                hidden |= drawn_numbers(exam.brick, case)
    assert len(hidden) > 100
    folders = [made / name for name in ("release", "feedback", "autograded")]
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    for path in [*files, made / "gradebook.db", made / "grades.csv"]:
        text = path.read_bytes().decode("utf-8", "replace")
        assert [each for each in hidden if each in text] == [], path


def drawn_numbers(brick, case):
    """The first seven digits of some inputs, where they are not public."""
    if fresh.fingerprint(case) in fresh.public(brick):
        return set()
    arrays = [v for v in case.inputs.values() if isinstance(v, np.ndarray)]
    numbers = [repr(float(abs(x))) for array in arrays for x in array.flat[:3]]
    return {text[:9] for text in numbers if len(text) > 12}


def test_what_was_set_aside_is_kept_for_the_instructor(made):
    kept = made / f".autograder/refused/linker/{SLUG}"
    assert len(list(kept.iterdir())) == 3
    assert aside(made, "linker", SLUG) == ["folder", "picture.png", "pipe"]


def test_no_script_of_a_student_gets_into_the_feedback(made):
    page = (made / f"feedback/writer/{SLUG}/{SLUG}.html").read_text("utf-8")
    assert "Because <em>e</em> grows fast." in page
    assert "<script>alert" not in page


def test_checks_come_back_as_they_were_released(made):
    ours = {c["id"]: c for c in json.loads(build.learner(classroom.CHAPTER))["cells"]}
    for student in ("forger", "deleter"):
        found = [
            cell
            for cell in graded(made, student)["cells"]
            if cell["metadata"].get("nbgrader", {}).get("grade")
            and cell["cell_type"] == "code"
        ]
        assert len(found) == len(classroom.CHAPTER.bricks)
        for cell in found:
            name = cell["metadata"]["nbgrader"]["grade_id"]
            assert "".join(cell["source"]) == "".join(ours[name]["source"])
            assert cell["metadata"]["nbgrader"]["points"] < 1000


def test_a_cell_graded_by_hand_waits_for_it_and_survives_a_regrade(made):
    assert scores(made, "writer")["in-your-words"] is None
    assert scores(made, "solved")["in-your-words"] == 0  # nobody wrote anything
    with Gradebook(f"sqlite:///{made / 'gradebook.db'}", "minidl") as book:
        grade = book.find_grade("in-your-words", SLUG, SLUG, "writer")
        assert grade.needs_manual_grade
        grade.manual_score = 3
        book.db.commit()
    before = graded(made, "writer")
    nbgrader(made, "autograde", SLUG, "--student", "writer", "--force")
    assert graded(made, "writer") == before
    with Gradebook(f"sqlite:///{made / 'gradebook.db'}", "minidl") as book:
        assert book.find_submission(SLUG, "writer").score == FULL + 3


def test_not_executing_gives_no_points_for_free(made):
    nbgrader(made, "autograde", SLUG, "--student", "forger", "--force", "--no-execute")
    assert total(made, "forger") == 0


def test_a_stored_result_is_used_when_it_is_of_this_very_submission(made):
    path = made / f"submitted/blank/{SLUG}/{SLUG}.ipynb"
    about = read(path), "blank", SLUG, fresh.read_secret(made)
    key = result.key_of(*about, Limits())
    bricks = tuple(
        result.BrickResult(brick.name, True, "passed", None, "stored", 0.0)
        for brick in classroom.CHAPTER.bricks
    )
    for stored, points in ((key, FULL), (key[::-1], 0)):
        kept = result.Result(stored, bricks, {}, (), 0.0)
        result.save(made, "blank", SLUG, kept)
        nbgrader(made, "autograde", SLUG, "--student", "blank", "--force")
        assert total(made, "blank") == points


def test_a_test_cell_of_the_instructors_own_stops_grading_and_is_named(tmp_path):
    place = course.create(tmp_path / "course")

    def add(book: dict) -> None:
        mark = {**BY_HAND, "grade_id": "my-test", "solution": False, "locked": True}
        cell = {"cell_type": "code", "id": "my-test", "source": "assert True"}
        more = {"metadata": {"nbgrader": mark}, "outputs": [], "execution_count": None}
        book["cells"].append({**cell, **more})

    change(place / f"source/{SLUG}/{SLUG}.ipynb", add)
    nbgrader(place, "generate_assignment", SLUG)
    submit(place, "solved", SOLVED)
    said = nbgrader(place, "autograde", SLUG, ok=False)
    assert "my-test is a test cell of your own" in said


def test_the_limits_are_those_of_the_configuration(tmp_path):
    limits = "c.TrustedExecute.cell_seconds = 2\nc.TrustedExecute.memory_mb = 700"
    place = released(tmp_path / "course", limits)
    slow = {**SOLVED, "relu": "import time; time.sleep(60)"}
    submit(place, "slow", slow)
    nbgrader(place, "autograde", SLUG)
    assert total(place, "slow") == FULL - 1
    assert "relu: was stopped after 1.6 seconds" in verdicts(place, "slow")
    assert Writer(place).limits == Limits(cell_seconds=2, memory_bytes=700 * MB)
    done = classroom.grade(place)
    assert done.returncode == 0, done.stderr
    assert classroom.points(place) == {"slow": FULL - 1}
    config = place / "nbgrader_config.py"
    config.write_text(config.read_text("utf-8").replace("= 700", "= 7"), "utf-8")
    done = classroom.grade(place)
    assert done.returncode == 2
    assert "memory_mb" in done.stderr


def test_without_its_configuration_nbgrader_gives_no_points(tmp_path):
    place = released(tmp_path / "course")
    submit(place, "solved", SOLVED)
    config = place / "nbgrader_config.py"
    config.write_text("c = get_config()\nc.CourseDirectory.course_id = 'minidl'\n")
    nbgrader(place, "autograde", SLUG)
    assert total(place, "solved") == 0
    nbgrader(place, "generate_feedback", SLUG)
    assert "nbgrader runs without the course's configuration" in feedback(
        place, "solved"
    )
