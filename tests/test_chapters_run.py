"""The notebooks, run as a learner runs them: one workspace, chapter by chapter."""

from __future__ import annotations

import os
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder import build, wall, workspace
from autograder.bricks import CHAPTERS

PROBE = """\
import inspect
from minidl.kernels.activations import softmax
from minidl.kernels.linear import linear
print(inspect.getsourcefile(linear), inspect.getsourcefile(softmax))
"""


def solved(directory, chapter):
    """A chapter of the workspace, with minidl's solutions typed into its exercises."""
    notebook = blank(directory, chapter)
    _, quotes = build.read(chapter, build.DIRECTORY)
    for cell in notebook.cells:
        if cell.id.startswith("exercise-"):
            quote = quotes[cell.id.removeprefix("exercise-")]
            cell.source = quote.around(quote.solution)
    return notebook


def blank(directory, chapter):
    return nbformat.read(directory / f"{chapter.slug}.ipynb", as_version=4)


def run(directory, notebook):
    """Run a notebook in directory, its kernel silent; the cells get their outputs.

    Without MINIDL_DATA: chapter 10 would train on MNIST, which takes minutes.
    """
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(directory)}},
    )
    env = {**os.environ, "IPYTHONDIR": str(directory.parent / "ipython")}
    env.pop("MINIDL_DATA", None)
    client.execute(env=env)


def outputs(notebook, kind):
    """The outputs of a notebook that are errors, or text on stderr."""
    found = [(c, o) for c in notebook.cells for o in c.get("outputs", ())]
    return [(c, o) for c, o in found if kind in (o.output_type, o.get("name"))]


def stopped(directory, notebook):
    """Run a notebook that fails; the cell that did, and all it showed."""
    with pytest.raises(CellExecutionError):
        run(directory, notebook)
    ((cell, _),) = outputs(notebook, "error")
    return cell, str(cell.outputs)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A workspace in which all chapters were solved and run, and the notebooks."""
    directory = tmp_path_factory.mktemp("learner") / "course"
    workspace.start(directory)
    notebooks = {}
    for chapter in CHAPTERS:
        notebook = notebooks[chapter.slug] = solved(directory, chapter)
        if chapter is CHAPTERS[-1]:
            notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
        run(directory, notebook)
    return directory, notebooks


@pytest.fixture
def fresh(tmp_path):
    workspace.start(tmp_path / "course")
    return tmp_path / "course"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_every_check_of_a_solved_chapter_passes(learned, chapter):
    _, notebooks = learned
    for brick in chapter.bricks:
        (cell,) = (
            c for c in notebooks[chapter.slug].cells if c.id == f"check-{brick.name}"
        )
        said = "\n".join(o.data["text/plain"] for o in cell.outputs)
        assert f"{brick.name}: right" in said


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_nothing_is_written_to_stderr(learned, chapter):
    _, notebooks = learned
    assert outputs(notebooks[chapter.slug], "stderr") == []


def test_the_wall_is_full_afterwards(learned):
    directory, _ = learned
    assert {row.state for row in wall.status(directory)} == {wall.BUILT}


def test_the_last_chapter_runs_on_the_learners_own_bricks(learned):
    directory, notebooks = learned
    (stream,) = notebooks[CHAPTERS[-1].slug].cells[-1].outputs
    home = directory / "minidl" / "kernels"
    files = [str(home / "linear.py"), str(home / "activations.py")]
    assert stream.text.split() == files


def test_a_blank_notebook_stops_at_its_first_check_with_a_friendly_message(fresh):
    cell, said = stopped(fresh, blank(fresh, CHAPTERS[0]))
    assert cell.id.startswith("check-")
    assert "is still empty" in said
    assert "Replace the line `raise NotImplementedError()` by your own code" in said
    assert {row.state for row in wall.status(fresh)} == {wall.EMPTY}


def test_a_later_chapter_names_the_brick_that_is_not_built_yet(fresh):
    _, said = stopped(fresh, solved(fresh, CHAPTERS[2]))
    assert re.search(r"\w+ is not built yet: write it in chapter [12]", said)
