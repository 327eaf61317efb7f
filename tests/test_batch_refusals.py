"""What `autograder grade` refuses, and what `autograder doctor` finds."""

from __future__ import annotations

import shutil
import sys

import distributed
import pytest
from classroom import SLUG, points, released, solutions, submit

from autograder.cli import app
from autograder.grading import doctor
from autograder.recording import DamagedRecording
from autograder.sandbox.tiers import SandboxUnavailable

NOBODY = ("--dask", "tcp://127.0.0.1:9")
SECURED = ("--dask", "tls://127.0.0.1:9")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A course with chapter 2 released and nothing handed in."""
    return released(tmp_path_factory.mktemp("teaching") / "course")


@pytest.fixture
def course(empty, tmp_path):
    """A copy of it."""
    return shutil.copytree(empty, tmp_path / "course")


def said(capsys, *words):
    """What the command line prints, run in this process, and its exit code."""
    with pytest.raises(SystemExit) as ended:
        app(list(words))
    out, err = capsys.readouterr()
    return ended.value.code, out, err


@pytest.mark.parametrize(
    ("place", "chapter", "options", "says"),
    [
        ("no", SLUG, (), "no is no course made by `autograder course`"),
        ("course", "9", (), "9 is no chapter; the chapters are 01-neurons"),
        ("course", "01-neurons", (), "first: nbgrader generate_assignment 01-neurons"),
        ("course", SLUG, NOBODY, "no Dask scheduler at tcp://127.0.0.1:9"),
        ("course", SLUG, SECURED, "tls://127.0.0.1:9 needs a certificate"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_do(
    course, capsys, place, chapter, options, says
):
    submit(course, "ada", {})
    where = str(course.parent / place)
    code, _, err = said(capsys, "grade", where, chapter, *options)
    assert code == 2
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_course_without_a_gradebook_is_told_to_release_first(course, capsys):
    (course / "gradebook.db").unlink()
    code, _, err = said(capsys, "grade", str(course), SLUG)
    assert code == 2
    assert "there is no gradebook" in err
    assert not (course / "gradebook.db").exists()


def test_a_cluster_without_encryption_is_refused_where_dask_demands_it(course, capsys):
    submit(course, "ada", {})
    with distributed.dask.config.set({"distributed.comm.require-encryption": True}):
        code, _, err = said(capsys, "grade", str(course), SLUG, *NOBODY)
    assert code == 2
    assert "tcp://127.0.0.1:9 has none; name the scheduler by tls://" in err


def test_a_missing_package_is_named_with_its_extra(course, capsys, monkeypatch):
    submit(course, "ada", {})
    monkeypatch.setitem(sys.modules, "distributed", None)
    _, _, err = said(capsys, "grade", str(course), SLUG, *NOBODY)
    assert "--dask needs distributed: pip install 'minidl[cluster]'" in err
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    config = course / "nbgrader_config.py"
    address = 'c.CourseDirectory.db_url = "postgresql+psycopg2:///cs101"'
    config.write_text(f"{config.read_text('utf-8')}\n{address}\n", "utf-8")
    _, _, err = said(capsys, "grade", str(course), SLUG)
    assert "needs psycopg2; for PostgreSQL: pip install 'minidl[postgres]'" in err
    (fact,) = doctor.database(course)
    assert fact.bad
    assert "minidl[postgres]" in fact.says


def test_the_environment_need_not_be_active(course, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))  # nothing is found
    (course / "gradebook.db").write_bytes(b"")  # nbgrader fills it with alembic
    _, _, err = said(capsys, "grade", str(course), SLUG)
    assert f"{SLUG} is not in the gradebook (there: none)" in err


def test_a_configuration_that_fails_grades_nothing(course, capsys):
    submit(course, "ada", solutions())
    (course / "nbgrader_config.py").write_text("c = get_config()\n1 / 0\n")
    code, _, err = said(capsys, "grade", str(course), SLUG)
    assert code == 2
    assert "nbgrader_config.py fails: ZeroDivisionError" in err
    assert points(course) == {}


def test_a_class_that_handed_in_nothing_is_no_error(course, capsys):
    code, out, _ = said(capsys, "grade", str(course), SLUG)
    assert code == 0
    assert f"Nobody has handed in {SLUG}" in out


def test_the_doctor_reports_what_grading_stands_on(course, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = said(capsys, "doctor", str(course))
    for about in ("tier", "sandbox", "Python", "nbgrader", "device", "recordings"):
        assert f" {about} " in out
    assert "students 0, chapters 1, submissions 0" in out


def test_the_doctor_finds_a_secret_that_others_can_read(course):
    assert [fact.bad for fact in doctor.secret(course)] == [False]
    (course / ".autograder-secret").chmod(0o644)
    (fact,) = doctor.secret(course)
    assert fact.bad
    assert "chmod 600" in fact.says


def test_the_doctor_finds_a_damaged_recording(monkeypatch):
    def damaged(brick):
        raise DamagedRecording("relu.npz is damaged")

    monkeypatch.setattr("autograder.recording.load", damaged)
    (fact,) = doctor.recordings()
    assert fact.bad
    assert "relu.npz is damaged" in fact.says


def test_the_doctor_says_how_to_get_a_sandbox_where_none_holds(monkeypatch):
    def none():
        raise SandboxUnavailable("install bubblewrap")

    monkeypatch.setattr("autograder.sandbox.tiers.choose", none)
    *_, fact = doctor.sandbox()
    assert fact.bad
    assert "install bubblewrap" in fact.says
