"""`autograder grade`: a class through the gradebook, once, twice and after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest
from classroom import (
    CHAPTER,
    FULL,
    SLUG,
    command,
    contents,
    environment,
    grade,
    hand_in,
    points,
    released,
    solutions,
    submit,
)

from autograder.bricks import find
from autograder.grading import result
from autograder.grading.batch import Batch, alone
from autograder.grading.result import BrickResult, Result
from autograder.sandbox.tiers import SandboxUnavailable

MISTAKEN = {**solutions(), "relu": "return np.abs(x)"}
LOST = find("relu").points


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A course with chapter 2 released and nothing handed in."""
    return released(tmp_path_factory.mktemp("teaching") / "course")


@pytest.fixture
def course(empty, tmp_path):
    """A copy of it."""
    return shutil.copytree(empty, tmp_path / "course")


@pytest.fixture(scope="module")
def graded(empty, tmp_path_factory):
    """A course with six submissions of all kinds, graded; what the command said."""
    place = shutil.copytree(empty, tmp_path_factory.mktemp("graded") / "course")
    submit(place, "solved", solutions())
    submit(place, "dän o'hara", solutions())
    submit(place, "mistaken", MISTAKEN)
    submit(place, "blank", {})
    submit(place, "dies", solutions(), first="import os\nos.kill(os.getpid(), 9)")
    hand_in(place, "broken", '{"cells": [')
    return place, grade(place)


def right(submission, student, slug, secret, limits):
    """In place of grading: every brick is right."""
    bricks = tuple(BrickResult(b.name, True, "passed", None, "", 0.0) for b in BRICKS)
    key = result.key_of(submission, student, slug, secret, limits)
    return Result(key, bricks, {}, (), 0.0)


BRICKS = CHAPTER.bricks


class AtOnce(Executor):
    """Does the work when it is handed in."""

    def submit(self, fn, /, *args, **kwargs):
        done = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def test_everybody_gets_her_points_in_one_go(graded):
    place, done = graded
    assert done.returncode == 0, done.stdout + done.stderr
    assert points(place) == {
        "solved": FULL,
        "dän o'hara": FULL,
        "mistaken": FULL - LOST,
        "blank": 0,
        "dies": FULL,
        "broken": 0,
    }


def test_the_terminal_shows_the_class_the_bricks_and_where_the_files_are(graded):
    place, done = graded
    assert "6/6" in done.stdout
    assert f"{FULL} of {FULL}" in done.stdout
    (line,) = [each for each in done.stdout.splitlines() if "absolute value" in each]
    assert line.split()[:3] == ["relu", "50", "%"]
    assert line.rstrip().endswith("absolute value (1)")
    for name in ("report.html", "canvas.csv", "moodle.csv"):
        assert str(place / "reports" / SLUG / name) in done.stdout
        assert (place / "reports" / SLUG / name).exists()
    assert done.stderr == ""


def test_grading_again_changes_nothing(graded):
    place, _ = graded
    before = contents(place)
    again = grade(place)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "0 executed" in again.stdout
    assert contents(place) == before


def test_only_what_has_changed_is_graded_again(graded):
    place, _ = graded
    kept = {
        name: digest
        for name, digest in contents(place).items()
        if name.startswith(("autograded/", ".autograder/results"))
        and "blank" not in name
    }
    submit(place, "blank", MISTAKEN)
    submit(place, "late", solutions())
    again = grade(place)
    assert "2 executed" in again.stdout
    assert points(place)["blank"] == FULL - LOST
    assert points(place)["late"] == FULL
    assert kept.items() <= contents(place).items()


def test_a_gradebook_that_was_lost_is_filled_from_the_stored_results(course, empty):
    submit(course, "solved", solutions())
    list(Batch(course, SLUG).run(AtOnce(), 1, right))
    shutil.copy(empty / "gradebook.db", course / "gradebook.db")
    (done,) = Batch(course, SLUG).run(AtOnce(), 1, never)
    assert not done.fresh
    assert points(course) == {"solved": FULL}


def never(*_):
    raise AssertionError("nothing should be executed")


def test_our_own_trouble_costs_nobody_points_and_the_others_go_on(course):
    for student in ("ada", "ben", "cy"):
        submit(course, student, solutions())

    def breaks_for_ben(submission, student, *rest):
        if student == "ben":
            raise OSError("disk full")
        return right(submission, student, *rest)

    done = list(Batch(course, SLUG).run(AtOnce(), 1, breaks_for_ben))
    assert {d.student: d.trouble for d in done} == {
        "ada": "",
        "ben": "OSError: disk full",
        "cy": "",
    }
    assert points(course) == {"ada": FULL, "cy": FULL}
    again = list(Batch(course, SLUG).run(AtOnce(), 1, right))
    assert [d.student for d in again if d.fresh] == ["ben"]
    assert points(course)["ben"] == FULL


def test_what_fails_once_is_tried_again(course):
    submit(course, "ada", solutions())
    tries = []

    def fails_at_first(*about):
        tries.append(about)
        if len(tries) == 1:
            raise MemoryError
        return right(*about)

    (done,) = Batch(course, SLUG).run(AtOnce(), 1, fails_at_first)
    assert done.trouble == ""
    assert len(tries) == 2


def test_without_a_sandbox_the_batch_stops_at_once(course):
    for student in ("ada", "ben"):
        submit(course, student, solutions())

    def no_sandbox(*_):
        raise SandboxUnavailable("install bubblewrap")

    with pytest.raises(SandboxUnavailable, match="install bubblewrap"):
        list(Batch(course, SLUG).run(AtOnce(), 1, no_sandbox))


def test_no_more_submissions_are_read_than_there_are_slots(course, monkeypatch):
    for i in range(9):
        submit(course, f"s{i}", {})
    under_way, most = 0, 0

    def counted(submission, *rest):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.05)
        under_way -= 1
        return right(submission, *rest)

    with ThreadPoolExecutor(8) as executor:
        done = list(Batch(course, SLUG).run(executor, 2, counted))
    assert len(done) == 9
    assert most == 2


def started(place, *options):
    """The command, running."""
    return subprocess.Popen(
        [*command("grade", str(place), SLUG), *options],
        cwd=place,
        env=environment(place),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_results(place, count, process):
    """Wait until so many results are stored; they, by name and time."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, "it ended before it was killed"
        found = list((place / ".autograder/results").glob("*/*.json"))
        if len(found) >= count:
            return {path: path.stat().st_mtime_ns for path in found}
        time.sleep(0.05)
    raise AssertionError("no result in 90 seconds")


def test_a_killed_grader_loses_nothing_and_resume_finishes(course):
    for i in range(4):
        submit(course, f"s{i}", solutions(), first="import time\ntime.sleep(1)")
    process = started(course, "--workers", "1")
    stored = wait_for_results(course, 1, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    refused = grade(course)
    assert refused.returncode == 2
    assert "was cut short" in refused.stderr
    assert "--resume" in refused.stderr
    finished = grade(course, "--resume")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert points(course) == {f"s{i}": FULL for i in range(4)}
    assert all(path.stat().st_mtime_ns == then for path, then in stored.items())
    assert grade(course).returncode == 0


@pytest.mark.parametrize("resume", [False, True])
def test_two_do_not_grade_the_same_chapter_at_once(tmp_path, resume):
    with (
        alone(tmp_path, SLUG, resume=False),
        pytest.raises(ValueError, match=f"process {os.getpid()} grades {SLUG} at this"),
        alone(tmp_path, SLUG, resume),
    ):
        pass


def test_a_finished_run_leaves_no_mark(tmp_path):
    for _ in range(2):
        with alone(tmp_path, SLUG, resume=False):
            pass
