"""Points as CSV that a learning management system imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Username", "ID number", "Email address", "First name", "Last name")


@dataclass(frozen=True)
class Row:
    """One student and her points, as the gradebook has them.

    lms_id:  the number that the LMS gave her, or ""
    score:   with late penalties and points given by hand, or None: not to be imported
    """

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    score: float | None = None


def canvas(rows: Iterable[Row], assignment: str, points: float) -> str:
    """A file for Canvas: Grades, Import.

    Canvas finds a student by ID where there is one, else by SIS Login ID, and the
    assignment by its title; it offers to make one that it does not know.

    Source:  Canvas LMS, lib/gradebook_importer.rb: the header's order is fixed, and
             the row "Points Possible" has no student
    """
    blank = [""] * (len(CANVAS) - 1)
    table: list[Sequence[object]] = [
        (*CANVAS, assignment),
        ("Points Possible", *blank, number(points)),
    ]
    for row in rows:
        name = ", ".join(filter(None, (row.last_name, row.first_name))) or row.student
        known = row.lms_id if row.lms_id.isdecimal() else ""
        table.append((name, known, "", row.student, "", number(row.score)))
    return text_of(table)


def moodle(rows: Iterable[Row], assignment: str) -> str:
    """A file for Moodle: Grades, Import, CSV file.

    Map from "Username" (or "Email address"), and the last column to the grade item.
    Moodle refuses grades above 100 and skips those that are "-".

    Source:  Moodle, grade/import/csv/classes/load_data.php
    """
    table: list[Sequence[object]] = [(*MOODLE, assignment)]
    for row in rows:
        names = (row.first_name, row.last_name)
        score = number(row.score) or "-"
        table.append((row.student, row.lms_id, row.email, *names, score))
    return text_of(table)


def number(value: float | None) -> str:
    """Without a needless fraction, and with a point in every language: "7.5"."""
    return "" if value is None else f"{round(value, 2):g}"


def text_of(table: Iterable[Sequence[object]]) -> str:
    """The table as CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(table)
    return buffer.getvalue()
