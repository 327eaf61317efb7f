"""Grades every submission of a chapter: many at once, each stored when it is done."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder import recording
from autograder.grading import result
from autograder.grading.fresh import read_secret
from autograder.grading.grade import chapter_of, grade
from autograder.grading.intake import read
from autograder.grading.result import Result
from autograder.grading.writer import Writer
from autograder.sandbox.limits import Limits
from autograder.sandbox.tiers import SandboxUnavailable

Grade = Callable[..., Result]
"""Takes what autograder.grading.grade.grade takes."""


@dataclass(frozen=True)
class Done:
    """One submission after its turn.

    fresh:    it was executed now; else the result was there and still holds
    trouble:  why there is no grade, or ""; the next run tries again
    """

    student: str
    fresh: bool
    trouble: str = ""


@dataclass(frozen=True)
class Work:
    """One submission, and the key that its result will have."""

    student: str
    key: str


class Batch:
    """One chapter's submissions on their way into the gradebook.

    Results are kept in files, not here: memory does not grow with the class.
    """

    def __init__(
        self,
        course: Path,
        assignment: str,
        limits: Limits | None = None,
        live: str = "",
    ):
        self.writer = Writer(course)
        self.writer.refuse_unknown(assignment)
        self.course, self.assignment = self.writer.course, assignment
        self.secret = read_secret(self.course)
        self.limits, self.live = limits or self.writer.limits, live
        self.handed = list(self.writer.handed_in(assignment))
        self.known = {row.student for row in self.writer.grades(assignment).rows}

    def run(self, executor: Executor, slots: int, job: Grade = grade) -> Iterator[Done]:
        """Grade what is new or has changed, and yield each submission when done.

        slots:  how many may be under way at once; no more are read into memory
        """
        if self.live:
            job = partial(job, live=self.live)
        for brick in chapter_of(self.assignment).bricks:
            # Read now: to read NumPy's files is to parse, and in Python 3.11 that
            # fails at times when two threads do it.
            _ = recording.load(brick).mistakes
        running: dict[Future[Result], Work] = {}
        for handed in self.handed:
            submission = read(handed.path)
            about = (submission, handed.student, self.assignment, self.secret)
            work = Work(handed.student, result.key_of(*about, self.limits, self.live))
            if self.stored(work):
                yield self.written(work)
                continue
            if len(running) >= slots:
                yield from self.finished(running)
            running[executor.submit(twice, job, *about, self.limits)] = work
        while running:
            yield from self.finished(running)

    def stored(self, work: Work) -> bool:
        """Whether this very submission has a result."""
        found = result.load(self.course, work.student, self.assignment)
        return found is not None and found.key == work.key

    def written(self, work: Work) -> Done:
        """Bring a stored result into the gradebook, unless it is there."""
        student = work.student
        there = self.writer.has(student, self.assignment, work.key)
        if there and student in self.known:
            return Done(student, fresh=False)
        trouble = self.writer.write(student, self.assignment, work.key)
        return Done(student, fresh=False, trouble=trouble)

    def finished(self, running: dict[Future[Result], Work]) -> Iterator[Done]:
        """Wait until something is done, and take it in."""
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield self.take(running.pop(future), future)

    def take(self, work: Work, answer: Future[Result]) -> Done:
        """Store a result and write it into the gradebook.

        Raises:  SandboxUnavailable, since no other submission would do better
        """
        try:
            found = answer.result()
        except SandboxUnavailable:
            raise
        except (
            Exception
        ) as error:  # ours, or a worker that died: never a student's zero
            reason = f"{type(error).__name__}: {error}"
            return Done(work.student, fresh=True, trouble=reason)
        result.save(self.course, work.student, self.assignment, found)
        trouble = self.writer.write(work.student, self.assignment, work.key)
        return Done(work.student, fresh=True, trouble=trouble)


def twice(job: Grade, *about: Any) -> Result:
    """What the job gives; when something fails on our side, it is tried once more.

    Raises:  SandboxUnavailable at once, and what the second try raises
    """
    try:
        return job(*about)
    except SandboxUnavailable:
        raise
    except Exception:
        return job(*about)


@contextmanager
def workers(count: int, address: str = "") -> Iterator[tuple[Executor, int]]:
    """Who does the work, and how many submissions to have under way at once.

    Threads of this process, or a Dask cluster at an address; a worker that dies
    costs time: its submissions go to another, twice at most.

    Raises:  ValueError when there is no cluster at the address, or no way to reach it
    """
    if not address:
        executor = ThreadPoolExecutor(count, thread_name_prefix="grading")
        try:
            yield executor, count
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
        return
    with client_of(address) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ValueError(
                f"grade: the Dask scheduler at {address} has no workers; start some: "
                f"dask worker {address}"
            )
        with client.get_executor(retries=2, pure=False) as executor:
            yield executor, threads + 1


def client_of(address: str) -> Any:
    """A client of the Dask scheduler at the address; it closes what it opened.

    Raises:  ValueError when Dask is missing, its certificate or its scheduler
    """
    try:
        from distributed import Client, Security
    except ModuleNotFoundError as error:
        raise ValueError(
            f"grade: --dask needs {error.name}: pip install 'minidl[cluster]'"
        ) from error
    # Asked before a client is made: half made, it takes 20 s to close.
    known = Security().get_connection_args("client")
    tls = address.startswith("tls://")
    if tls and not known["ssl_context"]:
        raise ValueError(
            f"grade: {address} needs a certificate, and Dask's configuration names "
            "none; docs/instructors.md shows how to make one"
        )
    if known["require_encryption"] and not tls:
        raise ValueError(
            f"grade: Dask's configuration requires encryption, and {address} has none; "
            "name the scheduler by tls://"
        )
    try:
        return Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"grade: no Dask scheduler at {address}: {error}") from error


@contextmanager
def alone(course: Path, assignment: str, resume: bool) -> Iterator[None]:
    """Be the only one who grades the assignment, and leave a mark until the end.

    The system frees the lock of a process that dies; the mark stays.

    Raises:  ValueError when another process is at it, or when the last one was cut
             short and nobody asked to go on
    """
    path = course / ".autograder" / f"{assignment}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        file.seek(0)
        mark = file.read().strip()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(
                f"grade: {mark or 'another process'} grades {assignment} at this moment"
            ) from error
        if mark and not resume:
            raise ValueError(
                f"grade: the last run of {assignment} ({mark}) was cut short. What it "
                "graded is kept; go on with --resume"
            )
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        yield
        file.truncate(0)
