"""The gradebook in PostgreSQL, on a real server that the tests start."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from classroom import (
    FULL,
    SLUG,
    command,
    contents,
    environment,
    grade,
    points,
    released,
    run,
    solutions,
    submit,
)
from conftest import do_without
from provision import postgresql


@pytest.fixture(scope="module")
def url():
    """The address of an empty database; the server runs while the tests do."""
    binaries = postgresql() or do_without("no PostgreSQL server; see make test")
    # pytest's own folders are closed to other users, and the server refuses root.
    place = Path(tempfile.mkdtemp(prefix="autograder-postgres-"))
    owner = None
    if os.getuid() == 0:
        owner = pwd.getpwnam("nobody").pw_uid
        os.chown(place, owner, -1)
    data, log = place / "data", place / "log"

    def pg(name, *arguments):
        done = subprocess.run(
            [binaries / name, *arguments],
            user=owner,
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = log.read_text() if log.exists() else ""
        assert done.returncode == 0, done.stderr + said

    server = f"-c listen_addresses='' -c unix_socket_directories={place} -F"
    try:
        pg("initdb", "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "-N")
        pg("pg_ctl", "-D", data, "-l", log, "-o", server, "-w", "start")
        try:
            yield f"postgresql+psycopg2://teacher@/postgres?host={place}"
        finally:
            pg("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(place)


@pytest.fixture(scope="module")
def course(url, tmp_path_factory):
    """A course whose gradebook is that database, with three submissions."""
    place = tmp_path_factory.mktemp("teaching") / "course"
    made = released(place, f"c.CourseDirectory.db_url = {url!r}")
    submit(made, "solved", solutions())
    submit(made, "dän o'hara", solutions())
    submit(made, "blank", {})
    return made


def test_a_class_is_graded_into_postgresql(course, url):
    done = grade(course)
    assert done.returncode == 0, done.stdout + done.stderr
    expected = {"solved": FULL, "dän o'hara": FULL, "blank": 0}
    assert points(course, url) == expected
    assert not (course / "gradebook.db").exists()
    before = contents(course)
    again = grade(course)
    assert "0 executed" in again.stdout
    assert points(course, url) == expected
    assert contents(course) == before


def test_nbgraders_own_commands_go_on_from_there(course, url):
    for words in (("generate_feedback", SLUG), ("export",)):
        done = run("-m", "nbgrader", *words, where=course)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (course / f"feedback/solved/{SLUG}/{SLUG}.html").exists()
    assert f"{FULL}.0" in (course / "grades.csv").read_text("utf-8")


def test_the_doctor_names_the_server(course):
    done = subprocess.run(
        command("doctor", str(course)),
        cwd=course,
        env=environment(course),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "(postgresql " in said
    assert "students 3, chapters 1, submissions 3" in said


def test_a_server_that_does_not_answer_is_named_without_its_password(course):
    path = course / "nbgrader_config.py"
    before = path.read_text("utf-8")
    wrong = "postgresql+psycopg2://teacher:hush@/postgres?host=/nowhere"
    path.write_text(f"{before}\nc.CourseDirectory.db_url = {wrong!r}\n", "utf-8")
    try:
        done = grade(course)
    finally:
        path.write_text(before, "utf-8")
    assert done.returncode == 2
    assert "does not answer" in done.stderr
    assert "hush" not in done.stderr
