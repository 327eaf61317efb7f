"""Build the notebooks of chapters/ from their sources; minidl's code is quoted.

A chapter source is an ordinary script in cells. Where it says

    # %% exercise="relu"
    from minidl.kernels.activations import relu

the notebook shows the source of relu. The learner's version leaves its body out, the
instructor's version fences it for nbgrader. The same source gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder import disk, package, workspace
from autograder.bricks import CHAPTERS, chapter_of, find
from autograder.bricks.brick import Brick, Chapter
from autograder.quote import Quote, quote

DIRECTORY = workspace.CHAPTERS
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
LANGUAGE = "en"
MARKERS = {"exercise", "check", "lang", "tags"}
SPACING = {"lines_to_next_cell", "lines_to_end_of_cell_marker"}
"""What jupytext notes about blank lines in a script; a notebook has no use for it."""


class ChapterError(ValueError):
    """An author's mistakes in a chapter: where they are and what to do."""


def build(
    directory: Path = DIRECTORY, chapters: Sequence[Chapter] = CHAPTERS
) -> list[Path]:
    """Write the learner's notebook of each chapter, beside source/."""
    texts = {
        directory / f"{chapter.slug}.ipynb": learner(chapter, directory)
        for chapter in chapters
    }
    for path, text in texts.items():
        disk.write(path, text.encode())
    return list(texts)


def stale(
    directory: Path = DIRECTORY, chapters: Sequence[Chapter] = CHAPTERS
) -> list[str]:
    """A sentence for each file that is not as a rebuild would leave it."""
    said = []
    for chapter in chapters:
        path = directory / f"{chapter.slug}.ipynb"
        if not path.exists():
            said.append(f"{path.name} is missing; run: autograder build")
        elif path.read_bytes() != learner(chapter, directory).encode():
            said.append(f"{path.name} differs from its source; run: autograder build")
    slugs = {chapter.slug for chapter in chapters}
    for path in sorted([*directory.glob("*.ipynb"), *directory.glob("source/*.py")]):
        if path.stem not in slugs:
            said.append(f"{path.name} belongs to no chapter of autograder.bricks")
    return said


def learner(chapter: Chapter, directory: Path = DIRECTORY) -> str:
    """The notebook for learners as text: no solutions, nothing of nbgrader.

    Raises:  ChapterError for an author's mistake, also when a statement of a
             solution stands anywhere in the notebook
    """
    notebook, quotes = read(chapter, directory)
    for cell in notebook.cells:
        if name := cell.metadata.get("exercise"):
            cell.source = quotes[name].blank()
        cell.metadata = tags(cell)
    refuse(chapter, leaks(notebook, quotes))
    return text_of(notebook)


def instructor(chapter: Chapter, directory: Path = DIRECTORY) -> str:
    """The notebook for instructors as text: solutions fenced, checks with points.

    Raises:  ChapterError for an author's mistake
    """
    notebook, quotes = read(chapter, directory)
    points = {brick.name: brick.points for brick in chapter.bricks}
    for cell in notebook.cells:
        exercise, check = cell.metadata.get("exercise"), cell.metadata.get("check")
        cell.metadata = tags(cell)
        if exercise:
            cell.source = quotes[exercise].fenced()
            cell.metadata["nbgrader"] = grading(cell.id)
        if check:
            cell.metadata["nbgrader"] = grading(cell.id, points[check])
    return text_of(notebook)


def read(chapter: Chapter, directory: Path) -> tuple[NotebookNode, dict[str, Quote]]:
    """A chapter's source as a notebook, and the quote each exercise stands for."""
    path = directory / "source" / f"{chapter.slug}.py"
    if not path.exists():
        raise ChapterError(f"{path} is missing, but {chapter.slug} is a chapter")
    notebook = jupytext.read(path, fmt="py:percent")
    notebook.metadata = METADATA
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" or cell.metadata.get("lang", LANGUAGE) == LANGUAGE
    ]
    for number, cell in enumerate(notebook.cells):
        cell.source = cell.source.strip("\n")
        cell.id = f"{chapter.number:02d}-{number:02d}"
        for kind in ("exercise", "check"):
            if kind in cell.metadata:
                cell.id = f"{kind}-{cell.metadata[kind]}"
    bricks = {brick.name: brick for brick in chapter.bricks}
    refuse(chapter, mistakes(notebook.cells, bricks))
    quotes = {
        name: quoted(bricks[name])
        for cell in notebook.cells
        if (name := cell.metadata.get("exercise"))
    }
    return notebook, quotes


def quoted(brick: Brick) -> Quote:
    """The quote of a brick, from the file in which minidl defines it."""
    try:
        return quote(package.finished(brick.module).text, brick.name, brick.hole)
    except (OSError, LookupError, ValueError) as error:
        raise ChapterError(f"{brick.target}: {error}") from error


def mistakes(cells: list[NotebookNode], bricks: dict[str, Brick]) -> Iterator[str]:
    """What the author of these cells got wrong, in sentences."""
    for cell in cells:
        yield from mistakes_in(cell, bricks)
    marks = [
        (kind, cell.metadata[kind])
        for cell in cells
        for kind in ("exercise", "check")
        if kind in cell.metadata
    ]
    for kind, name in sorted({mark for mark in marks if marks.count(mark) > 1}):
        yield f"{kind} {name} stands twice; keep one"
    for name in bricks:
        exercise, check = ("exercise", name), ("check", name)
        if exercise not in marks and check not in marks:
            yield f"brick {name} has no exercise; write one, or drop the brick"
        elif check not in marks:
            yield f'exercise {name} has no check; add a cell # %% check="{name}"'
        elif exercise not in marks:
            yield f'check {name} has no exercise; add a cell # %% exercise="{name}"'
        elif marks.index(check) < marks.index(exercise):
            yield f"check {name} stands before its exercise; move it behind"


def mistakes_in(cell: NotebookNode, bricks: dict[str, Brick]) -> Iterator[str]:
    """What is wrong with one cell, whatever the others say."""
    where, marks = f"cell {cell.id}", set(cell.metadata) - SPACING
    for mark in sorted(marks - MARKERS):
        known = ", ".join(sorted(MARKERS))
        yield f"{where} has the unknown mark {mark}; the marks are {known}"
    if cell.cell_type == "code" and "lang" in marks:
        yield f"{where} is code with a language; languages share the code"
    if cell.cell_type != "code" and marks - {"lang"}:
        yield f"{where} is text; only code can be an exercise, a check or a demo"
    if cell.metadata.get("tags", ["demo"]) != ["demo"]:
        yield f'{where} has the tags {cell.metadata.tags}; the only tag is "demo"'
    for kind in ("exercise", "check"):
        name = cell.metadata.get(kind)
        if name and name not in bricks:
            yield f"{kind} {name}: {unknown(name)}"
        elif name:
            module = bricks[name].module
            due = f"check({name})"
            if kind == "exercise":
                due = f"from {module} import {name}"
            if cell.source != due:
                yield f'{where} should be the line "{due}"; it is "{cell.source}"'


def unknown(name: str) -> str:
    """Why name is no brick of this chapter."""
    try:
        return f"this is a brick of {chapter_of(find(name)).slug}; move it there"
    except LookupError as error:
        return str(error)


def refuse(chapter: Chapter, said: Iterator[str]) -> None:
    """Raise ChapterError with every sentence that is said, if any is."""
    if text := "\n".join(f"{chapter.slug}.py: {mistake}" for mistake in said):
        raise ChapterError(text)


def leaks(notebook: NotebookNode, quotes: dict[str, Quote]) -> Iterator[str]:
    """Where a cell, its metadata or its attachments give a solution away."""
    for cell in notebook.cells:
        text = "\n".join(strings(cell))
        for name, solution in quotes.items():
            if statement := solution.shown_in(text):
                yield f"cell {cell.id} gives {name} away: {statement}; say it otherwise"


def strings(part: Any) -> Iterator[str]:
    """Every string in a part of a notebook, names of fields included."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from strings([*part.keys(), *part.values()])
    elif isinstance(part, list):
        for item in part:
            yield from strings(item)


def tags(cell: NotebookNode) -> dict[str, Any]:
    """All that a notebook keeps of a cell's marks: exercise, check or demo."""
    kinds = [kind for kind in ("exercise", "check") if kind in cell.metadata]
    kept = kinds or cell.metadata.get("tags")
    return {"tags": kept} if kept else {}


def grading(cell_id: str, points: int | None = None) -> dict[str, Any]:
    """What nbgrader reads in a cell: one with points is a check, others are solved."""
    graded = points is not None
    marks = {"grade": graded, "solution": not graded, "locked": graded, "task": False}
    found = {"schema_version": 3, "grade_id": cell_id, **marks}
    return {**found, "points": points} if graded else found


def text_of(notebook: NotebookNode) -> str:
    """The notebook as it stands in its file."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text + "\n"
