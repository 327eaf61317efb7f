"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from learner import RELU, Notebook, files, make
from typer.testing import CliRunner

from autograder import cli, wall
from autograder.bricks import BRICKS, CHAPTERS
from autograder.strength import measure, pages

SOFTMAX = "def softmax(x, dim=-1):\n    e = np.exp(x)\n    return e / e.sum()\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    found = make(tmp_path, monkeypatch)
    monkeypatch.chdir(found)
    return found


def run(*arguments):
    """Exit code, stdout and stderr of a command that raises nothing unforeseen."""
    done = CliRunner().invoke(cli.app, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def by_brick(table):
    """The words of each line of a table, by the second one."""
    found = (line.split() for line in table.splitlines())
    return {words[1]: words for words in found if len(words) > 3}


def notebook(path, *cells):
    """A notebook file of (tags, source) cells."""
    found = [
        {"cell_type": "code", "metadata": {"tags": tags}, "source": source}
        for tags, source in cells
    ]
    path.write_text(json.dumps({"cells": found}), "utf-8")
    return path


@pytest.mark.parametrize(
    "command", ["start", "status", "catch-up", "check", "bricks", "build", "course"]
)
def test_help_names_every_command_and_says_what_it_does(command):
    assert f" {command} " in run("--help")[1]
    code, out, _ = run(command, "--help")
    assert (code, command in out) == (0, True)


def test_python_m_autograder_is_the_same_command(tmp_path):
    command = [sys.executable, "-m", "autograder", "status"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("status: this directory is not in a workspace; go to")


def test_start_says_where_to_begin_and_then_what_it_kept(place, tmp_path):
    code, out, _ = run("start", tmp_path / "new")
    assert (code, "Begin with 01-neurons.ipynb" in out) == (0, True)
    (tmp_path / "new/minidl/array.py").unlink()
    count = len(files(tmp_path / "new")) - 1  # the marker is nobody's
    code, out, _ = run("start", tmp_path / "new")
    assert (code, "Added: minidl/array.py.\n" in out) == (0, True)
    assert f"Kept as they are: the {count} files" in out


def test_start_refuses_another_directory_in_one_sentence(place, tmp_path):
    code, out, err = run("start", tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.endswith("is not empty and is not a workspace; name a new directory\n")


def test_status_shows_the_wall(place):
    learner = Notebook()
    learner.cell(RELU)
    learner.add("relu", place)
    wall.catch_up(place, 2)
    code, out, _ = run("status")
    rows = {
        words[1]: words for line in out.splitlines() if len(words := line.split()) > 3
    }
    assert code == 0
    assert rows["relu"] == ["2", "relu", "1", "built", "by", "you"]
    assert rows["linear"] == ["1", "linear", "1", "laid", "by", "us"]
    assert rows["binary_cross_entropy_with_logits_backward"][-1] == "empty"
    assert f"8 of {len(BRICKS)} bricks built (7 of them laid by us)" in out
    (place / "minidl/kernels/activations.py").write_text("def", "utf-8")
    assert "; damaged: minidl.kernels.activations" in run("status")[1]


@pytest.mark.parametrize("command", [["status"], ["catch-up", "2"]])
def test_outside_a_workspace_a_sentence_says_how_to_make_one(
    command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert err.endswith("go to yours, or make one: autograder start DIR\n")


def test_catch_up_says_what_was_laid(place):
    code, out, _ = run("catch-up", 2)
    assert (code, out.count("laid ")) == (0, 7)
    assert "Restart the kernels of open notebooks." in out
    assert "Nothing to lay" in run("catch-up", 2)[1]
    last = CHAPTERS[-1].number + 1
    assert run("catch-up", 99)[::2] == (
        2,
        f"catch-up: name a chapter from 2 to {last}, not 99\n",
    )
    (place / "minidl/kernels/activations.py").unlink()
    code, out, err = run("catch-up", 3)
    assert code == 2
    assert "sigmoid, sigmoid_backward" in err
    assert "activations.py is missing" in err


def test_check_reports_each_brick_of_a_notebook_and_changes_nothing(tmp_path):
    path = notebook(
        tmp_path / "02.ipynb",
        ([], "%load_ext autograder\nfrom autograder import check\nimport numpy as np"),
        ([], "from minidl.array import Array\n\ndef half(x):\n    return x / 2"),
        ([], "raise SystemExit('an ordinary cell is not run')"),
        (["exercise"], RELU),
        (["check"], "check(relu)"),
        (["exercise"], SOFTMAX),
        (["check"], "check(softmax)"),
        (["exercise"], "def tanh(x:"),
        (["check"], "check(tanh)"),
        (["demo"], "raise SystemExit('neither is a demo')"),
    )
    before = path.read_bytes()
    code, out, err = run("check", path)
    assert (code, err) == (1, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    table = {"relu right", "softmax not yet", "cell 8 not yet", "tanh not yet"}
    assert table <= set(lines)
    assert "softmax: raised a warning" in out or "softmax: values differ" in out
    assert "cell 8: raised SyntaxError" in out
    assert "tanh: is not defined in an exercise cell" in out
    assert files(tmp_path) == {"02.ipynb": before}


def test_check_ends_with_0_when_all_is_right(tmp_path):
    start = "import numpy as np\nfrom minidl.array import Array"
    cells = [([], start), (["exercise"], RELU), (["check"], "check(relu)")]
    code, out, _ = run("check", notebook(tmp_path / "02.ipynb", *cells))
    assert (code, out.split()[-2:]) == (0, ["relu", "right"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("not json", "is not a notebook that can be read"),
        ("[]", "is not a notebook that can be read"),
        ('{"cells": []}', "has no check cells; is it a chapter?"),
    ],
)
def test_check_of_something_else_is_refused(tmp_path, content, says):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, "utf-8")
    code, out, err = run("check", path)
    assert (code, out, says in err, err.count("\n")) == (2, "", True, 1)


def test_bricks_lists_all_with_points_and_cases():
    code, out, _ = run("bricks")
    rows = {
        words[1]: words for line in out.splitlines() if len(words := line.split()) > 3
    }
    assert code == 0
    assert set(BRICKS) < set(rows)
    cases = str(len(BRICKS["softmax"].cases(0)))
    assert rows["softmax"] == ["2", "softmax", "1", cases]


@pytest.mark.parametrize(("accepted", "code"), [(3, 0), (2, 1)])
def test_strength_is_printed_and_less_than_everything_fails(
    monkeypatch, accepted, code
):
    missed = ("relu: a right answer, by hand: …",) if code else ()
    row = measure.Strength("relu", 4, 4, 4, 9, 8, 1, 3, accepted, missed)
    monkeypatch.setattr(measure, "measure", lambda: iter([row]))
    monkeypatch.setattr(pages, "write", lambda rows: [f"{len(rows)} row"])
    found, out, err = run("bricks", "--strength", "--write")
    assert found == code
    assert f"relu 4/4 4/4 8/9 1 {accepted}/3" in " ".join(out.split())
    assert "".join(missed) in err
    whole = "Every mistake is rejected and named, every right answer accepted.\n1 row\n"
    assert out.endswith(whole) == (not missed)


def test_build_check_says_whether_the_notebooks_are_current(monkeypatch):
    from autograder import build

    monkeypatch.setattr(build, "stale", lambda: [])
    assert run("build", "--check")[:2] == (0, "The notebooks are current.\n")
    monkeypatch.setattr(build, "stale", lambda: ["01-neurons.ipynb differs"])
    assert run("build", "--check") == (1, "", "01-neurons.ipynb differs\n")


def test_course_in_a_directory_that_is_none_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    code, out, err = run("course", tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("course: ")


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        (["record"], "torch", "reference"),
        (["build"], "jupytext", "build"),
        (["course", "x"], "jupytext", "grading"),
    ],
)
def test_a_command_whose_package_is_missing_says_what_to_install(
    tmp_path, command, package, extra
):
    code = f"import sys; sys.modules[{package!r}] = None\n"
    code += f"sys.argv = ['autograder', *{command!r}]\n"
    code += "from autograder.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    sentence = f"this command needs {package}: pip install 'minidl[{extra}]'\n"
    assert done.stderr == sentence
    assert os.listdir(tmp_path) == []


def test_record_passes_its_options_on():
    code, out, _ = run("record", "--help")
    assert (code, "--device" in out) == (0, True)
