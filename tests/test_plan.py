"""Which cells of a notebook are run when it is graded."""

import json

import pytest

from autograder import build, workspace
from autograder.bricks import CHAPTERS
from autograder.grading.intake import Cell, parse
from autograder.grading.plan import CLOSE, Step, only, parts, statements, steps
from autograder.grading.used import used

CHAPTER = CHAPTERS[1]
PATH = workspace.CHAPTERS / f"{CHAPTER.slug}.ipynb"


def test_pictures_of_the_chapter_are_not_drawn_and_a_students_are():
    drawing = next(
        "".join(cell["source"])
        for cell in json.loads(PATH.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code" and "figure(" in "".join(cell["source"])
    )
    changed = f"{drawing}\n# mine"
    ours, hers = steps(CHAPTER, (Cell("code", drawing), Cell("code", changed)))
    assert ours.source == drawing + CLOSE
    assert hers.source == changed


def test_every_brick_is_asked_once_and_no_demo_is_run():
    cells = parse(PATH.read_bytes())
    found = steps(CHAPTER, cells)
    asked = [step.brick.name for step in found if step.brick]
    assert asked == [brick.name for brick in CHAPTER.bricks]
    run = {step.cell for step in found if not step.brick}
    demos = {place for place, cell in enumerate(cells) if cell.demo}
    assert demos
    assert not run & demos


OURS = """\
import math
from random import *
rng = generator(4)
def sizes(n):
    return [rng.random() for _ in range(n)]
few = sizes(3)
few.append(1.0)
other = 5
@cached
def double(x):
    return 2 * x; y = 1
"""
STATEMENTS = tuple(statements(OURS))
MATH, STAR, RNG, SIZES, FEW, APPEND, OTHER, DOUBLE = STATEMENTS


@pytest.mark.parametrize(
    ("hers", "needs"),
    [
        ("def f(few):\n    other = 1\n    return few + other", []),
        ("def f(n):\n    return math.sqrt(n)", [MATH]),
        ("print(other)", [OTHER]),
        ("double(2)", [DOUBLE]),
        ("few", [RNG, SIZES, FEW, APPEND]),
        ("def f():\n    global other\n    other = 1", []),
        ("def f():\n    global other\n    other += 1", [OTHER]),
        *((text, STATEMENTS) for text in ("%time few", "eval(x)", "f(")),
    ],
)
def test_of_our_cells_what_hers_builds_on_is_run(hers, needs):
    cells = [Step(0, OURS, parts=STATEMENTS), Step(1, hers)]
    ours, theirs = only(cells, used(parts(cells)))
    # Nobody knows what a star defines: it is always run.
    assert ours.source == "\n".join(s for s in STATEMENTS if s in {*needs, STAR})
    assert theirs.source == hers


def test_a_solved_chapter_needs_little_of_ours():
    for chapter in CHAPTERS:
        cells = steps(chapter, parse(build.instructor(chapter).encode()))
        marks, run = parts(cells), used(parts(cells))
        ours = [on for (_, our), on in zip(marks, run, strict=True) if our]
        assert 0 < sum(ours) < len(ours) / 3, chapter.slug
