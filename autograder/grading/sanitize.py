"""What nbgrader does first with a submission: only its text is taken over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import clean, intake
from autograder.grading.intake import Cell, Submission
from autograder.grading.plan import CHECK

EXERCISE = "exercise-"
PLACE = "autograder"
"""Metadata of ours: the place that the cell has in the submission."""


Node = dict[str, Any]


def before_autograde(*, notebooks: Iterable[str], **_: object) -> None:
    """Move links and the like out of a submission's folder.

    nbgrader calls it before it copies that folder; it stands in the course then.
    """
    for folder in {Path(name).parent for name in notebooks}:
        intake.set_aside(Path.cwd(), folder)


class SubmissionExporter(NotebookExporter):
    """Reads a submission as intake does; the other notebooks as nbgrader does."""

    def from_filename(
        self, filename: str, resources: Any = None, **kw: Any
    ) -> tuple[Any, Any]:
        """The notebook as text, after all steps.

        Raises:  ValueError when something was copied that should not have been
        """
        converter: Any = self.parent
        path, files = Path(filename), converter.coursedir
        place = resources["nbgrader"]
        names = place["student"], place["assignment"]
        if path.parent != Path(files.format_path(files.submitted_directory, *names)):
            return super().from_filename(filename, resources, **kw)
        if left := [each.name for each in intake.suspect(path.parent)]:
            raise ValueError(f"{path.parent} has links or the like: {', '.join(left)}")
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        cells = as_cells(intake.read(path))
        if refused := intake.aside(Path(files.root), *names):
            said = f"Not taken, as links or as too large: {', '.join(refused)}"
            cells.insert(0, new("markdown", said, "refused"))
        export: Any = self.from_notebook_node
        text, resources = export(as_notebook(cells), resources=resources, **kw)
        return text, resources


def as_cells(submission: Submission) -> list[Node]:
    """The submission's cells with what they claim; or one cell that says why not."""
    try:
        cells = submission.cells()
    except ValueError as error:
        said = f"Nothing of this submission is graded: {error}."
        return [new("markdown", said, "refused")]
    nodes = []
    for place, cell in enumerate(cells):
        node = new(cell.kind, cell.source, f"cell-{place}")
        node["metadata"] = {"nbgrader": {"grade_id": cell.grade_id}, PLACE: place}
        if cell.pictures:
            node["attachments"] = cell.pictures
        nodes.append(node)
    return nodes


def new(kind: str, text: str, name: str) -> Node:
    """A cell with this text and nothing else."""
    node: Node = {"cell_type": kind, "id": name, "metadata": {}, "source": text}
    return {**node, "outputs": [], "execution_count": None} if kind == "code" else node


def as_notebook(cells: list[Node]) -> NotebookNode:
    """The notebook of these cells."""
    language = {"language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": language, "nbformat": 4, "nbformat_minor": 5}
    notebook: NotebookNode = from_dict(whole)
    return notebook


class RebuildMetadata(NbGraderPreprocessor):  # type: ignore[misc]
    """Drops all metadata and outputs, and takes them from the gradebook.

    Of a submission's cell only the text is believed, and which answer it says it is.
    Graded cells that are lacking are added.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook in cells of our own making."""
        known = originals(resources["nbgrader"])
        cells = tuple(intake.cell(node) for node in nb.cells)
        texts = {name: each.locked_text for name, each in known.items()}
        names = intake.identify(cells, texts)
        made = []
        for i, cell in enumerate(cells):
            name = names.get(i, f"cell-{i}")
            made.append(rebuilt(cell, name, known.get(name)))
            if PLACE in nb.cells[i].metadata:
                made[-1]["metadata"][PLACE] = nb.cells[i].metadata[PLACE]
        for name, each in known.items():
            if name not in names.values() and each.graded:
                add(made, rebuilt(Cell(each.kind, each.text), name, each))
        return as_notebook(made), resources


@dataclass(frozen=True)
class Original:
    """A cell of the released notebook, as the gradebook has it."""

    kind: str
    text: str
    mark: dict[str, Any]

    @property
    def locked_text(self) -> str:
        """The text, if students must not change it."""
        return self.text if self.mark["locked"] else ""

    @property
    def graded(self) -> bool:
        """Whether points are given for it."""
        return "points" in self.mark


def originals(where: dict[str, str]) -> dict[str, Original]:
    """The cells that nbgrader knows, by name, with the metadata that is theirs."""
    found = {}
    with Gradebook(where["db_url"]) as book:
        source = book.find_notebook(where["notebook"], where["assignment"])
        grades = {cell.name: cell.max_score for cell in source.grade_cells}
        tasks = {cell.name: cell.max_score for cell in source.task_cells}
        solutions = {cell.name for cell in source.solution_cells}
        for cell in source.source_cells:
            name = cell.name
            mark = {
                "schema_version": 3,
                "grade_id": name,
                "grade": name in grades,
                "solution": name in solutions,
                "locked": cell.locked,
                "task": name in tasks,
                "cell_type": cell.cell_type,
                "checksum": cell.checksum,
            }
            if points := {**grades, **tasks}.get(name):
                mark["points"] = points
            found[name] = Original(cell.cell_type, cell.source or "", mark)
    return found


def rebuilt(cell: Cell, name: str, original: Original | None) -> Node:
    """A new cell with the text of this one, or what the original says must stand."""
    if original is None:
        text = cell.source if cell.kind == "code" else clean.markdown(cell.source)
        node = new("markdown" if cell.kind == "raw" else cell.kind, text, name)
    else:
        text = cell.source
        if original.kind == "markdown":
            text = clean.markdown(text)
        node = new(original.kind, original.locked_text or text, name)
        node["metadata"]["nbgrader"] = original.mark
    if cell.pictures and node["cell_type"] == "markdown":
        node["attachments"] = cell.pictures
    return node


def add(cells: list[Node], node: Node) -> None:
    """Put a check behind its exercise, and what has none at the end."""
    exercise = EXERCISE + node["id"].removeprefix(CHECK)
    places = [i + 1 for i, cell in enumerate(cells) if cell["id"] == exercise]
    cells.insert(places[0] if places else len(cells), node)
