"""The chapters themselves: current, free of solutions, in the house style."""

from __future__ import annotations

import json
import re
from itertools import groupby

import nbformat
import pytest

from autograder import build
from autograder.bricks import CHAPTERS

TOKEN = re.compile(r"\w+|\S")
STATED = re.compile(r"\*\*Exercise (\d+)\.(\d+)\*\* \(([\w ]+)\)")


@pytest.fixture(params=CHAPTERS, ids=lambda chapter: chapter.slug)
def chapter(request):
    return request.param


@pytest.fixture
def path(chapter):
    return build.DIRECTORY / f"{chapter.slug}.ipynb"


@pytest.fixture
def cells(path):
    return nbformat.read(path, as_version=4).cells


def tagged(cell, tag):
    return tag in cell.metadata.get("tags", [])


def words(text):
    """How many words a text cell has, its folded hints and formulas left out."""
    text = re.sub(r"<details>.*?</details>|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    return len(re.findall(r"[^\W\d_]{2,}", text))


def spaced(text):
    return f" {' '.join(TOKEN.findall(text))} "


def strings(part):
    """Every string of a notebook, the names of its fields included."""
    if isinstance(part, dict):
        part = [*part.keys(), *part.values()]
    if isinstance(part, list):
        return [text for item in part for text in strings(item)]
    return [part] if isinstance(part, str) else []


def test_committed_notebooks_are_current():
    assert build.stale() == []


def test_a_notebook_is_valid_and_has_no_outputs(path, cells):
    nbformat.validate(nbformat.read(path, as_version=4))
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [c for c in code if c.outputs or c.execution_count is not None] == []


def test_no_line_of_any_solution_stands_in_a_notebook(path):
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    text = spaced("\n".join(strings(notebook)))
    shown = [
        f"{name}: {line.strip()}"
        for each in CHAPTERS
        for name, quote in build.read(each, build.DIRECTORY)[1].items()
        for line in quote.solution
        if len(TOKEN.findall(line)) >= 6
        and spaced(line.strip().removeprefix("return ")) in text
    ]
    assert shown == []


def test_the_search_for_solutions_finds_one():
    assert spaced("np.tanh( x )") in spaced("The answer is `np.tanh(x)`.")
    assert spaced("np.tanh(x)") not in spaced("np.tanh(x2) and max(np.tanh)")


def test_a_chapter_begins_with_its_title_and_check(chapter, cells):
    assert cells[0].source.startswith(f"# {chapter.number}. ")
    first = next(cell for cell in cells if cell.cell_type == "code")
    assert first.source == "%load_ext autograder\nfrom autograder import check"


def lines(cell):
    """How many lines of code a cell has; the formatter decides the blank ones."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def test_code_cells_are_short(cells):
    long = [
        f"{cell.id} has {lines(cell)} lines"
        for cell in cells
        if cell.cell_type == "code" and not tagged(cell, "exercise") and lines(cell) > 8
    ]
    assert long == []


def test_at_most_three_code_cells_stand_in_a_row(cells):
    for kind, run in groupby(cells, key=lambda cell: cell.cell_type):
        row = [cell.id for cell in run]
        assert kind != "code" or len(row) <= 3, row


def test_text_cells_are_short(cells):
    long = [
        f"{cell.id} has {words(cell.source)} words"
        for cell in cells
        if cell.cell_type == "markdown" and words(cell.source) > limit(cell)
    ]
    assert long == []


def limit(cell):
    """How many words a text cell may have: openings and closings are longer."""
    if cell.source.startswith("# "):
        return 90
    return 140 if cell.source.startswith(("## Summary", "## History")) else 75


def test_exercises_are_numbered_and_one_in_three_asks_what_breaks(chapter, cells):
    found = [match for cell in cells for match in STATED.findall(cell.source)]
    due = [(str(chapter.number), str(k + 1)) for k in range(len(found))]
    assert [tuple(numbers) for *numbers, _ in found] == due
    assert 3 * [kind for *_, kind in found].count("what breaks") >= len(found)


def test_an_exercise_states_its_points_and_folds_two_hints(chapter, cells):
    for brick in chapter.bricks:
        place = [cell.id for cell in cells].index(f"exercise-{brick.name}")
        text = cells[place - 1].source
        ((*_, stated),) = STATED.findall(text)
        assert stated == ("1 point" if brick.points == 1 else f"{brick.points} points")
        assert f"`{brick.name}(" in text
        assert hints(text) == 2, brick.name


def test_every_question_without_a_check_folds_a_hint(cells):
    texts = [cell.source for cell in cells if "(what breaks)" in cell.source]
    assert texts
    assert [text for text in texts if not hints(text)] == []


def hints(text):
    """How many hints are folded into a text cell; whatever opens is closed."""
    for tag in ("details", "summary"):
        assert text.count(f"<{tag}>") == text.count(f"</{tag}>"), tag
    return text.count("<details><summary>Hint ")


def test_every_chapter_has_a_demo(cells):
    assert any(tagged(cell, "demo") for cell in cells)
