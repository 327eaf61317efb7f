"""autograder grade: progress, then the tables, the page and the CSVs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.grading import fresh, report
from autograder.grading.batch import Batch, Done, alone, workers
from autograder.grading.grade import chapter_of
from autograder.sandbox import tiers

LISTED = 30  # students in the terminal; the page has all


def grade(
    course: Path, assignment: str, count: int, address: str, resume: bool, live: str
) -> bool:
    """Grade what is new or has changed; whether every submission has its grade.

    count:    threads, or 0 for one more than there are processors
    address:  of a Dask scheduler, or ""
    live:     the device on which PyTorch answers now, or ""

    Raises:  ValueError or OSError with a sentence for the user
    """
    try:
        chapter_of(assignment)
    except LookupError as error:
        raise ValueError(f"grade: {error}") from error
    if live and not address:  # the workers of a cluster look for themselves
        fresh.references(live)
    console = Console()
    batch = Batch(course, assignment, live=live)
    if not batch.handed:
        say(console, f"Nobody has handed in {assignment}: nothing to grade.")
        return True
    start = time.perf_counter()
    try:
        if not address:
            say(console, f"Sandbox: {tiers.choose().name}")
        done = grade_all(console, batch, count or default_workers(), address, resume)
    except tiers.SandboxUnavailable as error:
        raise ValueError(str(error)) from error
    show(console, batch, done, time.perf_counter() - start)
    return not any(each.trouble for each in done)


def grade_all(
    console: Console, batch: Batch, count: int, address: str, resume: bool
) -> list[Done]:
    """Run the batch behind a progress bar."""
    done = []
    with (
        workers(count, address) as (executor, slots),
        alone(batch.course, batch.assignment, resume),
        bar(console) as progress,
    ):
        task = progress.add_task(batch.assignment, total=len(batch.handed))
        for each in batch.run(executor, slots):
            done.append(each)
            progress.advance(task)
    return done


def default_workers() -> int:
    """One thread more than processors: while one kernel starts, others compute."""
    return len(os.sched_getaffinity(0)) + 1


def bar(console: Console) -> Progress:
    """How many submissions are done, and how long the others will take."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )


def show(console: Console, batch: Batch, done: list[Done], seconds: float) -> None:
    """Print the tables, and write the page and the CSVs."""
    trouble = {each.student: each.trouble for each in done if each.trouble}
    found, grades = report.gather(batch, trouble)
    header = ("student", "points", "not right", "notes")
    lines = report.line_rows(found.lines, found.points)
    console.print(table(header, lines[:LISTED]))
    if len(lines) > LISTED:
        console.print(f"… and {len(lines) - LISTED} more, in the page\n")
    header = ("brick", "facility", "discrimination", "commonest known mistake")
    console.print(table(header, report.item_rows(found.items)))
    facts = ", ".join(f"{name} {value}" for name, value in found.summary())
    fresh = sum(each.fresh for each in done)
    rate = f", {60 * fresh / seconds:.0f} a minute" if fresh else ""
    say(console, facts[:1].upper() + facts[1:])
    say(console, f"{fresh} executed in {seconds:.0f} s{rate}; the others were there.")
    if grades.by_hand:
        say(
            console,
            f"{len(grades.by_hand)} wait for points by hand: formgrader in JupyterLab",
        )
    if found.signals:
        say(console, f"To look at, in the page: {len(found.signals)}")
    for student, reason in trouble.items():
        say(console, f"{student} has no grade: {reason}")
    directory = batch.course / "reports" / batch.assignment
    for path in report.write(found, grades, directory):
        say(console, str(path))


def table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Table:
    """Rows under a header; what is in them is text, not markup."""
    shown = Table(*header, box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text(str(entry)) for entry in row))
    return shown


def say(console: Console, line: str) -> None:
    """Print one line as it is."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)
