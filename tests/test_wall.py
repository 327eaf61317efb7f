"""The wall: hollow bricks, and what she builds standing where they were."""

from __future__ import annotations

import ast
import os

import pytest
from learner import RELU, Notebook, files, fresh, make

from autograder import bricks, disk, package, wall
from autograder.bricks import BRICKS, CHAPTERS
from autograder.quote import definition, quote
from autograder.source import MARK, Source

ACTIVATIONS = "minidl/kernels/activations.py"
OTHER = RELU.replace("np.where(x > 0, x, 0)", "x * (x > 0)")


@pytest.fixture
def place(tmp_path, monkeypatch):
    return make(tmp_path, monkeypatch)


@pytest.fixture
def notebook():
    return Notebook()


def states(place):
    return {row.brick.name: row.state for row in wall.status(place)}


def head(node):
    return node.name, ast.unparse(node.args), ast.get_docstring(node)


@pytest.mark.parametrize("module", sorted({b.module for b in BRICKS.values()}))
def test_hollow_keeps_signature_and_docstring_and_removes_every_statement(module):
    ours = package.finished(module)
    those = [brick for brick in BRICKS.values() if brick.module == module]
    hollow = Source(wall.hollow(ours.text, those))
    for brick in those:
        node, number = work(hollow, brick), bricks.chapter_of(brick).number
        assert head(node) == head(work(ours, brick))
        stub = f"raise NotBuiltYet('{brick.name}: chapter {number}')"
        assert [ast.unparse(each) for each in node.body[1:]] == [stub]
        solution = quote(ours.text, brick.name, brick.hole)
        assert solution.shown_in(hollow.segment(brick.name)) is None


def work(source, brick):
    """What the learner writes of a brick: the function, or the method of a class."""
    node = source.definitions[brick.name]
    return definition(node, brick.hole) if brick.hole else node


def test_hollow_leaves_other_functions_alone():
    text = "def relu(x):\n    'Doc.'\n    return x\n\n\ndef other():\n    return 1\n"
    assert wall.hollow(text, [BRICKS["relu"]]) == (
        "from minidl.errors import NotBuiltYet\n\n"
        "def relu(x):\n    'Doc.'\n    raise NotBuiltYet(\"relu: chapter 2\")\n\n\n"
        "def other():\n    return 1\n"
    )


def test_a_hollow_brick_says_in_which_chapter_it_is_built(place):
    code = (
        "from minidl.kernels import relu\ntry: relu(1)\nexcept Exception as e: print(e)"
    )
    assert fresh(place, code) == (
        "relu is not built yet: write it in chapter 2, "
        "or run `autograder catch-up 3` and restart the kernel"
    )


def test_an_added_brick_works_in_a_fresh_interpreter(place, notebook):
    notebook.cell(RELU)
    added = notebook.add("relu", place)
    assert (added.built, str(added)) == (True, f"It is in your {ACTIVATIONS} now.")
    assert RELU in (place / ACTIVATIONS).read_text("utf-8")
    assert states(place)["relu"] == wall.BUILT
    code = (
        "from minidl import kernels; print(kernels.relu(__import__('numpy').ones(1)))"
    )
    assert fresh(place, code) == "[1.]"


def test_the_same_source_again_changes_nothing(place, notebook):
    notebook.cell(f"def half(x):\n    return x / 2\n\n{RELU.replace('0)', 'half(0))')}")
    notebook.add("relu", place)
    before = files(place)
    assert str(notebook.add("relu", place)) == "It stands in your minidl already."
    assert files(place) == before


def test_a_new_answer_keeps_the_file_as_it_was(place, notebook):
    for i, source in enumerate((RELU, OTHER, RELU)):
        before = (place / ACTIVATIONS).read_bytes()
        notebook.cell(source)
        added = notebook.add("relu", place)
        if i:
            assert f"kept in activations.py.kept-{i}." in str(added)
            assert (place / f"{ACTIVATIONS}.kept-{i}").read_bytes() == before
    assert len(list(place.rglob("*.kept-*"))) == 2
    code = "import pkgutil, minidl.kernels as k\n"
    code += "print(sorted(m.name for m in pkgutil.iter_modules(k.__path__)))"
    assert "kept" not in fresh(place, code)


def test_a_new_answer_takes_the_helper_of_the_old_one_with_it(place, notebook):
    notebook.cell(f"def half(x):\n    return x / 2\n\n{RELU.replace('0)', 'half(0))')}")
    notebook.add("relu", place)
    assert "def half" in (place / ACTIVATIONS).read_text("utf-8")
    notebook.cell("def half(x):\n    return 0.5 * x")
    assert notebook.add("relu", place).built
    assert "return 0.5 * x" in (place / ACTIVATIONS).read_text("utf-8")
    notebook.cell(RELU)
    notebook.add("relu", place)
    assert "half" not in (place / ACTIVATIONS).read_text("utf-8")


def test_a_helper_that_another_brick_uses_stays(place, notebook):
    notebook.cell("def half(x):\n    return x / 2")
    notebook.cell(RELU.replace("0)", "half(0))"))
    notebook.cell("def tanh(x):\n    return 2 * half(np.tanh(x))")
    assert notebook.add("relu", place).built
    assert notebook.add("tanh", place).built
    notebook.cell(RELU)
    notebook.add("relu", place)
    assert fresh(place, "from minidl.kernels import tanh; print(tanh(0.0))") == "0.0"


def test_the_import_of_the_stub_goes_with_the_last_stub(place, notebook):
    linear = "minidl/kernels/linear.py"
    notebook.cell("def linear(x, W, b):\n    return x @ W.T + b")
    notebook.cell("def linear_backward(g, x, W):\n    return g @ W, g.T @ x, g.sum(0)")
    notebook.add("linear", place)
    assert "NotBuiltYet" in (place / linear).read_text("utf-8")
    notebook.add("linear_backward", place)
    assert "NotBuiltYet" not in (place / linear).read_text("utf-8")


def test_line_ends_of_the_file_are_kept(place, notebook):
    path = place / ACTIVATIONS
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    notebook.cell(RELU)
    assert notebook.add("relu", place).built
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") > 50


def test_a_running_kernel_sees_what_was_added_wherever_it_is_imported(place):
    code = """
from pathlib import Path
from learner import Notebook
from autograder import workspace
place = Path(sys.argv[1])
workspace.activate(place)
from minidl import kernels
from minidl.kernels import activations, losses
notebook = Notebook()
notebook.cell("def sigmoid(x):\\n    return 1.0")
notebook.cell("def tanh(x):\\n    return 2.0")
old = kernels.tanh
for name in ("sigmoid", "tanh"):
    assert notebook.add(name, place).built
print(kernels.sigmoid(0), activations.sigmoid(0), losses.sigmoid(0), kernels.tanh(0))
notebook.cell("def tanh(x):\\n    return 3.0")
notebook.add("tanh", place)
print(kernels.tanh(0), kernels.relu is activations.relu, kernels.relu.__module__)
"""
    here = f"sys.path.insert(1, {os.path.dirname(__file__)!r})"
    assert fresh(place, here + code).splitlines() == [
        "1.0 1.0 1.0 2.0",
        "3.0 True minidl.kernels.activations",
    ]


def test_python_does_not_run_an_old_compiled_file_of_the_same_second(place, notebook):
    path = place / ACTIVATIONS
    for number in (1, 2):
        notebook.cell(f"def relu(x):\n    return {number}")
        notebook.add("relu", place)
        os.utime(path, (1e9, 1e9))
        code = "from minidl.kernels import relu; print(relu(0))"
        assert fresh(place, code) == str(number)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"def relu(x:\n", "is not valid Python (line 1: "),
        (b"\xff\xfe", "is not a text file"),
        (b"def tanh(x): return x\n", "has no relu"),
        (None, "is missing"),
    ],
)
def test_a_damaged_file_is_reported_and_left_as_it_is(place, notebook, content, says):
    path = place / ACTIVATIONS
    path.unlink() if content is None else path.write_bytes(content)
    before = files(place)
    notebook.cell(RELU)
    added = notebook.add("relu", place)
    assert not added.built
    assert f"{ACTIVATIONS} {says}" in str(added)
    assert str(added).endswith(f"`autograder start {place}` for a fresh one.")
    assert states(place)["relu"] == wall.DAMAGED
    assert wall.catch_up(place, 3).trouble[-1].startswith("sigmoid, ")
    assert files(place).get(ACTIVATIONS) == before.get(ACTIVATIONS)


def test_a_file_that_cannot_be_written_is_reported(place, notebook, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "activations.py")

    before = files(place)
    monkeypatch.setattr(disk.os, "replace", full)
    notebook.cell(RELU)
    added = notebook.add("relu", place)
    assert not added.built
    assert "No space left on device" in str(added)
    assert files(place) == before


def test_catch_up_lays_our_bricks_with_a_mark_and_leaves_hers(place, notebook):
    notebook.cell(RELU)
    notebook.add("relu", place)
    before = (place / ACTIVATIONS).read_bytes()
    done = wall.catch_up(place, 3)
    earlier = [b.name for c in CHAPTERS[:2] for b in c.bricks if b.name != "relu"]
    assert sorted(brick.name for brick in done.laid) == sorted(earlier)
    assert done.trouble == []
    text = (place / ACTIVATIONS).read_text("utf-8")
    assert RELU in text
    assert text.count(MARK) == len(CHAPTERS[1].bricks) - 1
    assert (place / f"{ACTIVATIONS}.kept-1").read_bytes() == before
    assert states(place)["tanh"] == wall.LAID
    assert states(place)["log_softmax"] == wall.EMPTY
    assert fresh(place, "from minidl.kernels import tanh; print(tanh(0.0))") == "0.0"
    assert wall.catch_up(place, 3) == wall.CaughtUp([], [])


def test_catch_up_makes_the_finished_minidl_again(place):
    wall.catch_up(place, len(CHAPTERS) + 1)
    for module in {brick.module for brick in BRICKS.values()}:
        text = package.text_of(package.file_of(place, module))
        assert text.replace(f"{MARK}\n", "") == package.finished(module).text


def test_her_own_answer_replaces_a_brick_that_we_laid(place, notebook):
    wall.catch_up(place, 3)
    notebook.cell(RELU)
    assert "kept-1" in str(notebook.add("relu", place))
    assert states(place)["relu"] == wall.BUILT
    assert (place / ACTIVATIONS).read_text("utf-8").count(f"{MARK}\ndef relu(") == 0
