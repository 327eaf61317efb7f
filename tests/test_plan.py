"""Which cells of a notebook are run when it is graded."""

import json

from autograder import workspace
from autograder.bricks import CHAPTERS
from autograder.grading.intake import Cell, parse
from autograder.grading.plan import CLOSE, steps

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
