"""What is run of a notebook, in which order, and where each brick is asked for."""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass

from autograder import workspace
from autograder.bricks.brick import Brick, Chapter
from autograder.grading.intake import Cell, identify
from autograder.source import first_line

CHECK = "check-"
CLOSE = "\n__import__('matplotlib.pyplot').pyplot.close('all')"
"""After a cell of ours that draws: nobody needs our pictures in a graded notebook, and
to draw them takes long. A student's own are drawn."""


@dataclass(frozen=True)
class Step:
    """A cell to run, or in place of a check cell the brick to ask for.

    parts:  the statements of a cell that is ours; those that hers do not build on may
            be left out
    """

    cell: int
    source: str
    brick: Brick | None = None
    parts: tuple[str, ...] = ()


def steps(chapter: Chapter, cells: tuple[Cell, ...]) -> list[Step]:
    """The steps through these cells; demos are left out, and our pictures undrawn."""
    bricks = {f"{CHECK}{brick.name}": brick for brick in chapter.bricks}
    known = {name: f"check({brick.name})" for name, brick in bricks.items()}
    checks, ours = identify(cells, known), handed_out(chapter)
    found = []
    for place, cell in enumerate(cells):
        text = cell.source.strip()
        if place in checks:
            found.append(Step(place, "", bricks[checks[place]]))
        elif cell.kind != "code" or not text or cell.demo or text in ours.demos:
            continue
        elif parts := ours.others.get(text):
            found.append(Step(place, undrawn(cell.source), parts=parts))
        else:
            found.append(Step(place, cell.source))
    return found


def parts(found: list[Step]) -> list[tuple[str, bool]]:
    """The text of each part of these steps, and whether it is ours."""
    return [
        (text, bool(step.parts))
        for step in found
        for text in step.parts or [step.source]
    ]


def only(found: list[Step], run: list[bool]) -> list[Step]:
    """The steps with those of our parts that have to run; what is hers stays."""
    marks, kept = iter(run), []
    for step in found:
        chosen = zip(step.parts or [step.source], marks, strict=False)
        text = "\n".join(part for part, on in chosen if on)
        if not step.parts:
            kept.append(step)
        elif text:
            kept.append(Step(step.cell, undrawn(text)))
    return kept


def undrawn(source: str) -> str:
    """The source, its pictures closed before they are drawn."""
    return source + CLOSE if "figure(" in source else source


@dataclass(frozen=True)
class HandedOut:
    """A chapter's own cells: the texts of its demos, and the parts of each other text.

    Exercises are not among them: they are the student's.
    """

    demos: frozenset[str]
    others: dict[str, tuple[str, ...]]


@functools.cache
def handed_out(chapter: Chapter) -> HandedOut:
    """The cells of the chapter that grading treats in a way of their own."""
    path = workspace.CHAPTERS / f"{chapter.slug}.ipynb"
    demos, others = set(), {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        text, tags = "".join(cell["source"]).strip(), cell["metadata"].get("tags", ())
        if "demo" in tags:
            demos.add(text)
        elif cell["cell_type"] == "code" and "exercise" not in tags:
            others[text] = tuple(statements(text))
    return HandedOut(frozenset(demos), others)


def statements(text: str) -> Iterator[str]:
    """The statements at the left margin, whole lines each; all at once for a magic."""
    try:
        nodes = ast.parse(text).body
    except SyntaxError:
        yield text
        return
    lines = text.split("\n")
    starts = sorted({first_line(node) - 1 for node in nodes})
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield "\n".join(lines[start:end])
