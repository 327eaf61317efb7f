"""What cannot stand in her minidl is refused with a way out; nothing changes."""

from __future__ import annotations

import linecache
import sys

import pytest
from learner import RELU, Notebook, files, make

from autograder import bricks, wall


@pytest.fixture
def place(tmp_path, monkeypatch):
    return make(tmp_path, monkeypatch)


@pytest.fixture
def notebook():
    return Notebook()


# Cells before the brick's, the brick's cell, and what the refusal says.
REFUSED = {
    "a brick that has not passed": (
        ["def log_softmax(x):\n    return x"],
        "def relu(x):\n    return log_softmax(x)",
        "relu calls log_softmax, which has not passed its check yet.",
    ),
    "a variable of another cell": (
        ["scale = 2.5"],
        "def relu(x):\n    return scale * x",
        "move scale = 2.5 into the cell of relu.",
    ),
    "a constant that has changed since": (
        [],
        "scale = 2\n\ndef relu(x):\n    return scale * x\n\nscale = scale + 1",
        "move scale = 3 into the cell of relu.",
    ),
    "an array": (
        [],
        "data = np.ones(3)\n\ndef relu(x):\n    return data * x",
        "relu uses data, a variable of the notebook (ndarray); "
        "move what makes it into relu itself.",
    ),
    "a class": (
        [],
        "class Scale:\n    pass\n\ndef relu(x):\n    return Scale()",
        "relu uses Scale, a class of the notebook; "
        "write what it does as functions in the cell.",
    ),
    "a helper without a name": (
        [],
        "half = lambda x: x / 2\n\ndef relu(x):\n    return half(x)",
        "half is a lambda; write it as def half(…):.",
    ),
    "a helper under another name": (
        ["def half(x):\n    return x / 2\n\nmid = half"],
        "def relu(x):\n    return mid(x)",
        "relu calls mid, which is half; call it half.",
    ),
    "a helper of a helper": (
        ["def half(x):\n    return scale * x\n\n", "scale = 1 / 2"],
        "def relu(x):\n    return half(x)",
        "half uses scale, a variable from elsewhere",
    ),
    "a function made by a function": (
        [],
        "def make(k):\n    def relu(x):\n        return k * x\n    return relu\n\n"
        "relu = make(2)",
        "relu was made inside another function",
    ),
    "a function wrapped after its def": (
        ["import functools"],
        "def relu(x):\n    return x\n\nrelu = functools.lru_cache(relu)",
        "relu was wrapped after its def; put @… above the def instead.",
    ),
    "an object that is not a function": (
        ["import functools"],
        "relu = functools.partial(max, 0)",
        "relu is a partial; write it as def relu(…):.",
    ),
    "a def of another name": (
        [],
        "def mine(x):\n    return x\n\nmine.__name__ = 'relu'\nrelu = mine",
        "relu was written as def mine; write def relu.",
    ),
    "a def that is not at the left margin": (
        [],
        "if True:\n    def relu(x):\n        return x",
        "write it at the left margin",
    ),
    "a global that it changes": (
        ["calls = 0"],
        "def relu(x):\n    global calls\n    calls += 1\n    return x",
        "relu changes the global calls; return its value.",
    ),
    "what only a notebook has": (
        [],
        "def relu(x):\n    display(x)\n    return x",
        "relu uses display, which only a notebook has; remove it.",
    ),
    "a name that nothing defines": (
        [],
        "def relu(x):\n    return x if x is not None else nothing",
        "relu uses nothing, which is not defined.",
    ),
    "a helper whose name the module has": (
        ["def Array(x):\n    return x"],
        "def relu(x):\n    return Array(x)",
        "activations.py already uses the name Array for something else; "
        "rename yours, run its cell, and check relu again.",
    ),
    "an import whose name the module has": (
        ["import math as np"],
        "def relu(x):\n    return np.floor(x)",
        "relu uses math, but in activations.py np means numpy; "
        "import yours under another name: import … as ….",
    ),
    "another name for a brick of the same module": (
        ["from minidl.kernels.activations import tanh as squash"],
        "def relu(x):\n    return squash(x)",
        "relu calls squash, which is tanh in activations.py; call it tanh.",
    ),
    "a circle of imports": (
        ["from minidl.kernels.losses import mse_loss"],
        "def relu(x):\n    return mse_loss(x, x)",
        "relu uses mse_loss, but minidl.kernels.losses itself imports activations.py; "
        "import it from elsewhere, or write relu without.",
    ),
    "a package that imports its own module": (
        ["from minidl import kernels"],
        "def relu(x):\n    return kernels.tanh(x)",
        "relu uses kernels, but minidl itself imports activations.py;",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_and_nothing_changed(place, notebook, what):
    before, cell, says = REFUSED[what]
    for each in (*before, cell):
        notebook.cell(each)
    disk = files(place)
    value = notebook.names["relu"]
    added = wall.add(bricks.find("relu"), value, place)
    assert not added.built
    assert str(added).startswith("But it is not in your minidl: ")
    assert says in str(added)
    assert files(place) == disk


def test_a_file_of_hers_that_imports_the_module_is_a_circle(
    place, notebook, monkeypatch
):
    source = "from minidl.kernels.activations import tanh\ntwice = 2\n"
    (place / "mine.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(place)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    notebook.cell("from mine import twice\n\ndef relu(x):\n    return twice * x")
    says = "relu uses twice, but mine itself imports activations.py"
    assert says in str(notebook.add("relu", place))
    del sys.modules["mine"]


def test_a_changed_helper_that_another_brick_uses_is_refused(place, notebook):
    notebook.cell("def half(x):\n    return x / 2")
    for name in ("relu", "tanh"):
        notebook.cell(f"def {name}(x):\n    return half(x)")
        assert notebook.add(name, place).built
    notebook.cell("def half(x):\n    return 0.5 * x")
    assert "already uses the name half" in str(notebook.add("relu", place))


def test_a_name_of_python_that_the_rest_of_the_module_uses_is_refused(place, notebook):
    notebook.cell("def tanh(x):\n    return max(x, 0)")
    notebook.add("tanh", place)
    notebook.cell("from numpy import max\n\ndef relu(x):\n    return max(x)")
    says = "relu uses numpy.max, but in activations.py max means Python's own max"
    assert says in str(notebook.add("relu", place))


def test_a_name_of_python_that_the_module_has_for_itself_is_refused(place, notebook):
    notebook.cell("def all(x):\n    return x\n\ndef tanh(x):\n    return all(x)")
    assert notebook.add("tanh", place).built
    later = Notebook()
    later.cell("def relu(x):\n    return all([x, x])")
    assert "relu uses Python's own all" in str(later.add("relu", place))


def test_an_answer_with_which_the_module_does_not_load_is_refused(place, notebook):
    notebook.cell("def half(x):\n    return x / 2\n\ndef tanh(x):\n    return half(x)")
    assert notebook.add("tanh", place).built
    notebook.cell("def sigmoid(x=half(1)):\n    return x")
    before = files(place)
    says = "activations.py would not load with it (NameError: name 'half'"
    assert says in str(notebook.add("sigmoid", place))
    assert files(place) == before


def test_source_that_is_not_what_was_run_is_refused(place, notebook):
    notebook.cell(RELU)
    file = notebook.names["relu"].__code__.co_filename
    size, when, lines, name = linecache.cache[file]
    lines = [line.replace("x > 0", "x > 1") for line in lines]
    linecache.cache[file] = (size, when, lines, name)
    assert "the lines of relu that were run" in str(notebook.add("relu", place))
    del linecache.cache[file]
    assert "the lines of relu that were run" in str(notebook.add("relu", place))
