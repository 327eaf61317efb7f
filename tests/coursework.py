"""What a class hands in: right, wrong, blank, forged, linked, broken."""

from __future__ import annotations

import json
import os
from pathlib import Path

from classroom import SLUG, hand_in
from handing import STUB, solutions

SOLVED = solutions()
BY_HAND = {
    "schema_version": 3,
    "grade": True,
    "solution": True,
    "locked": False,
    "task": False,
    "grade_id": "in-your-words",
    "points": 4,
}
HOST_SECRET = "nobody hands this in"


def submit(place: Path, student: str, answers: dict[str, str]) -> Path:
    """Hand in the imports, exercises and checks of the release, with these answers."""
    book = json.loads((place / f"release/{SLUG}/{SLUG}.ipynb").read_text("utf-8"))
    kept = []
    for cell in book["cells"]:
        text, name = "".join(cell["source"]), cell["id"].removeprefix("exercise-")
        cell["source"] = text.replace(STUB, answers.get(name, STUB))
        first = "import check" in text or "import Array" in text
        if "nbgrader" in cell["metadata"] or first:
            kept.append(cell)
    return hand_in(place, student, json.dumps({**book, "cells": kept}))


def add_question(place: Path) -> None:
    """A question that is answered in words, at the end of the source."""
    path = place / f"source/{SLUG}/{SLUG}.ipynb"

    def add(book: dict) -> None:
        cell = {"cell_type": "markdown", "id": "in-your-words", "source": "Your words."}
        book["cells"].append({**cell, "metadata": {"nbgrader": BY_HAND}})

    change(path, add)


def change(path: Path, edit) -> None:
    """Edit a notebook in its file."""
    book = json.loads(path.read_text("utf-8"))
    edit(book)
    path.write_text(json.dumps(book), "utf-8")


def own_points(book: dict) -> None:
    """Checks that are worth more, are saved with points, and do not check."""
    for cell in book["cells"]:
        if "nbgrader" in cell["metadata"] and cell["id"].startswith("check"):
            cell["metadata"]["nbgrader"]["points"] = 1000
            cell["source"] = "1000.0"
            shown = {"output_type": "execute_result", "execution_count": 1}
            data = {"data": {"text/plain": "1000.0"}, "metadata": {}}
            cell["outputs"] = [{**shown, **data}]


def without_checks(book: dict) -> None:
    """No cell that nbgrader knows but the answers, and of these one is gone too."""
    gone = ("check-", "exercise-tanh_backward")
    book["cells"] = [c for c in book["cells"] if not c["id"].startswith(gone)]


def answered(book: dict) -> None:
    """The question in words is answered."""
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "in-your-words":
            cell["source"] = "Because *e* grows fast. <script>alert(1)</script>"


def linked(place: Path) -> None:
    """Links in place of a notebook, and beside one."""
    secret = place.parent / "host.txt"
    secret.write_text(HOST_SECRET)
    path = submit(place, "linker", SOLVED)
    (path.parent / "picture.png").symlink_to(secret)
    (path.parent / "folder").symlink_to(place.parent)
    os.mkfifo(path.parent / "pipe")
    other = submit(place, "pointer", SOLVED)
    other.unlink()
    other.symlink_to(place / f"submitted/solved/{SLUG}/{SLUG}.ipynb")
