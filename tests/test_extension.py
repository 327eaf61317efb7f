"""What `%load_ext autograder` gives a notebook, tried in IPython itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from learner import RELU, files, make

from autograder import wall
from autograder.bricks import BRICKS

LOAD = "%load_ext autograder"
IMPORTS = "import numpy as np\nfrom minidl.array import Array"
WRONG = RELU.replace("x > 0", "x > 1")

SESSION = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance(colors="nocolor")
for cell in json.loads(sys.argv[1]):
    with capture_output() as seen:
        shell.run_cell(cell, store_history=True)
    assert seen.stderr == "", seen.stderr
    print(json.dumps(seen.stdout))
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    return make(tmp_path, monkeypatch)


@pytest.fixture
def session(tmp_path_factory):
    """What each cell prints, run by a new IPython in this directory."""
    private = str(tmp_path_factory.mktemp("ipython"))

    def run(directory, *cells):
        done = subprocess.run(
            [sys.executable, "-c", SESSION, json.dumps(cells)],
            cwd=directory,
            env={**os.environ, "IPYTHONDIR": private},
            capture_output=True,
            encoding="utf-8",
        )
        assert (done.returncode, done.stderr) == (0, "")
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_loading_says_where_the_wall_stands_and_provides_check(session, place):
    wall.catch_up(place, 2)
    count = f"7 of {len(BRICKS)} bricks built (7 of them laid by us)"
    line = f"Workspace course: {count}\n"
    where = "import minidl; print(minidl.__file__)"
    cells = [LOAD, "check", where, "%reload_ext autograder", LOAD]
    said = session(place / "minidl", *cells)
    assert said[0] == said[3] == line
    assert "function autograder.check.check" in said[1]
    assert said[2] == f"{place / 'minidl' / '__init__.py'}\n"


def test_loading_it_loads_nothing_heavy(session, place):
    heavy = "{'torch', 'nbgrader', 'jupytext', 'nbformat', 'typer', 'rich'}"
    (_, said) = session(place, LOAD, f"import sys; print({heavy} & set(sys.modules))")
    assert said == "set()\n"


def test_a_minidl_that_was_imported_before_is_forgotten(session, place):
    early = "import sys; sys.path.remove(''); import minidl.array"
    where = "import minidl.array; print(minidl.array.__file__)"
    said = session(place, early, where, LOAD, where)
    assert str(place) not in said[1]
    assert said[3] == f"{place / 'minidl' / 'array.py'}\n"


def test_outside_a_workspace_it_says_that_nothing_is_kept(session, tmp_path):
    start, *_, checked = session(tmp_path, LOAD, IMPORTS, RELU, "check(relu)")
    assert start.startswith("No workspace here: check works, but what you build is not")
    assert start.endswith("autograder start DIR\n")
    assert checked.startswith("relu: right, 1 point. All ")
    assert "minidl" not in checked
    assert files(tmp_path) == {}


def test_in_a_workspace_of_another_version_it_says_so(session, place):
    (place / ".autograder").write_text("2\n", "utf-8")
    (said,) = session(place, LOAD)
    assert said.startswith("What you build is not kept: ")
    assert "upgrade it" in said


def test_a_passed_check_builds_the_brick_and_a_new_kernel_has_it(session, place):
    said = session(place, LOAD, IMPORTS, RELU, "check(relu)", "check(relu)")
    assert said[3].endswith(" It is in your minidl/kernels/activations.py now.\n")
    assert said[4].endswith(" It stands in your minidl already.\n")
    again = "from minidl import kernels; print(kernels.relu(np.ones(2)))"
    assert session(place, LOAD, IMPORTS, again)[2] == "[1. 1.]\n"


def test_the_line_that_the_exercise_came_with_stays_behind(session, place):
    source = RELU.replace("    return", "    # YOUR CODE HERE\n    return")
    said = session(place, LOAD, IMPORTS, source, "check(relu)")
    assert "It is in your minidl" in said[3]
    text = (place / "minidl/kernels/activations.py").read_text("utf-8")
    assert RELU in text


def test_a_failed_check_changes_nothing(session, place):
    before = files(place)
    said = session(place, LOAD, IMPORTS, WRONG, "check(relu)", "check(tanh)")
    assert said[3].startswith("relu: values differ in ")
    assert files(place) == before


def test_a_failed_check_leaves_an_earlier_answer(session, place):
    session(place, LOAD, IMPORTS, RELU, "check(relu)")
    before = files(place)
    session(place, LOAD, IMPORTS, WRONG, "check(relu)")
    assert files(place) == before


def test_a_right_answer_that_cannot_stand_in_a_module_says_what_to_do(session, place):
    before = files(place)
    source = RELU.replace("0)", "zero)")
    said = session(place, LOAD, IMPORTS, "zero = 0", source, "check(relu)")
    assert said[4].startswith("relu: right, 1 point. ")
    assert "But it is not in your minidl: relu uses zero, a variable" in said[4]
    assert files(place) == before
    said = session(place, LOAD, IMPORTS, f"zero = 0\n\n{source}", "check(relu)")
    assert "It is in your minidl" in said[3]


def test_an_import_of_another_cell_comes_along(session, place):
    cells = [LOAD, IMPORTS, "from numpy import where as pick"]
    source = RELU.replace("np.where", "pick")
    assert "It is in your" in session(place, *cells, source, "check(relu)")[4]
    text = (place / "minidl/kernels/activations.py").read_text("utf-8")
    assert "from numpy import where as pick\n" in text


def test_the_notebook_uses_a_new_brick_at_once_wherever_it_is_imported(session, place):
    use = "from minidl import kernels; kernels.relu(np.ones(1))"
    said = session(place, LOAD, IMPORTS, use, RELU, "check(relu)", use)
    assert (
        "NotBuiltYet: relu is not built yet: write it in chapter 2, or run" in said[2]
    )
    assert said[5] == "Out[6]: array([1.])\n"


def test_a_brick_that_is_not_defined_yet_gets_a_sentence(session, place):
    said = session(place, LOAD, "check(relu)", "undefined + 1", "relu(1)")
    sentence = (
        "relu is not defined yet: run the cell above that defines it, then this one\n"
    )
    assert said[1] == said[3] == sentence
    assert "Traceback (most recent call last)" in said[2]
    assert "NameError: name 'undefined' is not defined" in said[2]
