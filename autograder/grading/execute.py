"""nbgrader's Execute step, replaced: her kernel computes, the grader compares."""

from __future__ import annotations

import math
import os
import sysconfig
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    DeduplicateIds,
    Execute,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import Float, Int

from autograder.grading.fresh import read_secret
from autograder.grading.grade import chapter_of, grade
from autograder.grading.intake import read
from autograder.grading.outputs import Output
from autograder.grading.plan import CHECK
from autograder.grading.result import BrickResult, Result, key_of, load
from autograder.grading.sanitize import (
    PLACE,
    RebuildMetadata,
    SubmissionExporter,
    before_autograde,
)
from autograder.sandbox.limits import MB, Limits


def install(config: Any) -> None:
    """Make nbgrader grade as this package does; called by nbgrader_config.py."""
    find_commands()
    steps = config.Autograde
    steps.exporter_class = SubmissionExporter
    steps.pre_convert_hook = before_autograde
    steps.sanitize_preprocessors = [
        RebuildMetadata,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    steps.autograde_preprocessors = [
        TrustedExecute,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]


def find_commands() -> None:
    """Let nbgrader find alembic, which it calls by name, in our own environment.

    So an instructor need not activate it.
    """
    ours = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "").split(os.pathsep)
    if ours not in path:
        os.environ["PATH"] = os.pathsep.join([ours, *filter(None, path)])


HELP = {
    "cell": "seconds that one cell, or all cases of one exercise, may take",
    "notebook": "seconds that one submission may take",
    "memory": "megabytes that one submission may hold",
}


class TrustedExecute(Execute):  # type: ignore[misc]
    """Runs a submission in the sandbox and writes each brick's points itself.

    A stored result of this very submission is used in place of running it.
    """

    cell_seconds = Float(Limits.cell_seconds, min=1, help=HELP["cell"]).tag(config=True)
    notebook_seconds = Float(Limits.notebook_seconds, min=1, help=HELP["notebook"]).tag(
        config=True
    )
    memory_mb = Int(Limits.memory_bytes // MB, min=256, help=HELP["memory"]).tag(
        config=True
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Without this step every check would be without output: full points.
        self.enabled = True

    @property
    def limits(self) -> Limits:
        """What one submission may use, as nbgrader_config.py says."""
        return Limits(
            cell_seconds=self.cell_seconds,
            notebook_seconds=self.notebook_seconds,
            cpu_seconds=math.ceil(self.notebook_seconds),
            memory_bytes=self.memory_mb * MB,
        )

    def preprocess(
        self, nb: NotebookNode, resources: Any, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """The notebook with what its cells showed, and a score in each check.

        Raises:  LookupError or ValueError when the notebook is no chapter of ours
        """
        where = resources["nbgrader"]
        result = self.result(where)
        for warning in result.warnings:
            self.log.warning("%s: %s", where["student"], warning)
        with Gradebook(where["db_url"]) as book:
            source = book.find_notebook(where["notebook"], where["assignment"])
            points = {cell.name: cell.max_score for cell in source.grade_cells}
        bricks = {f"{CHECK}{brick.brick}": brick for brick in result.bricks}
        for cell in nb.cells:
            place = cell.metadata.pop(PLACE, None)
            mark = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code":
                continue
            if mark.get("grade") and not mark["solution"]:
                name = mark["grade_id"]
                shown = verdict(name, bricks.get(name), points[name])
            else:
                shown = result.outputs.get(place, [])
            cell.outputs = from_dict(shown)
        return nb, resources

    def result(self, where: dict[str, str]) -> Result:
        """The stored result, if it is of this submission; else a new one."""
        files = self.parent.parent.coursedir
        course, student = Path(files.root), where["student"]
        names = student, where["assignment"]
        folder = files.format_path(files.submitted_directory, *names)
        submission = read(Path(folder, f"{where['notebook']}.ipynb"))
        chapter, secret = chapter_of(where["notebook"]), read_secret(course)
        about = submission, student, chapter.slug, secret
        stored = load(course, *names)
        if stored and stored.key == key_of(*about, self.limits, stored.live):
            return stored
        return grade(*about, self.limits)


def verdict(name: str, brick: BrickResult | None, most: float) -> list[Output]:
    """The outputs that nbgrader reads the points of a check from.

    Raises:  ValueError when the check is not one of ours
    """
    if brick is None:
        raise ValueError(
            f"{name} is a test cell of your own: the student's kernel would decide "
            "about its points. Make it a manually graded cell, or remove it"
        )
    score = max(float(most), 0.0) if brick.passed else 0.0
    return [
        {"output_type": "stream", "name": "stdout", "text": f"{brick.message}\n"},
        {
            "output_type": "execute_result",
            "data": {"text/plain": repr(score)},
            "metadata": {},
            "execution_count": None,
        },
    ]
