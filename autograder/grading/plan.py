"""What is run of a notebook, in which order, and where each brick is asked for."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

from autograder import workspace
from autograder.bricks.brick import Brick, Chapter
from autograder.grading.intake import Cell, identify

CHECK = "check-"
CLOSE = "\n__import__('matplotlib.pyplot').pyplot.close('all')"
"""After a cell of ours that draws: nobody needs our pictures in a graded notebook, and
to draw them takes two thirds of a submission's time. A student's own are drawn."""


@dataclass(frozen=True)
class Step:
    """A cell to run, or in place of a check cell the brick to ask for."""

    cell: int
    source: str
    brick: Brick | None = None


def steps(chapter: Chapter, cells: tuple[Cell, ...]) -> list[Step]:
    """The steps through these cells; demos are left out, and our pictures undrawn."""
    bricks = {f"{CHECK}{brick.name}": brick for brick in chapter.bricks}
    known = {name: f"check({brick.name})" for name, brick in bricks.items()}
    checks, ours = identify(cells, known), handed_out(chapter)
    found = []
    for place, cell in enumerate(cells):
        if place in checks:
            found.append(Step(place, "", bricks[checks[place]]))
            continue
        text = cell.source.strip()
        if cell.kind == "code" and text and not cell.demo and text not in ours.demos:
            undrawn = CLOSE if text in ours.pictures else ""
            found.append(Step(place, cell.source + undrawn))
    return found


@dataclass(frozen=True)
class HandedOut:
    """Texts of a chapter's own cells: its demos, and others that draw a picture."""

    demos: frozenset[str]
    pictures: frozenset[str]


@functools.cache
def handed_out(chapter: Chapter) -> HandedOut:
    """The cells of the chapter that grading treats in a way of their own."""
    path = workspace.CHAPTERS / f"{chapter.slug}.ipynb"
    demos, pictures = set(), set()
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        text = "".join(cell["source"]).strip()
        if "demo" in cell["metadata"].get("tags", ()):
            demos.add(text)
        elif cell["cell_type"] == "code" and "figure(" in text:
            pictures.add(text)
    return HandedOut(frozenset(demos), frozenset(pictures))
