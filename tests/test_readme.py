"""README, CONTRIBUTING and the instructor's page say what is so."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp
from typer.main import get_command

from autograder import recording
from autograder.cli import app
from autograder.feedback import CheckFailed


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    pattern = rf"^```{language}\n(.*?)^```$"
    return re.findall(pattern, document.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_readme_is_short(root):
    assert len((root / "README.md").read_text("utf-8").splitlines()) <= 120


def test_readme_and_page_say_which_device_recorded(root):
    made = recording.manifest()["device"]
    for document in ("README.md", "docs/tolerances.md"):
        text = " ".join((root / document).read_text("utf-8").split())
        said = re.search(r"answered, so far on a CPU|were made on \S+ on a CPU", text)
        assert made in text if made != "CPU" else said, document


def test_the_readme_says_how_large_minidl_is(root):
    said = re.search(
        r"`minidl/` is ([\d,]+) lines of code, its pictures ([\d,]+) of them",
        (root / "README.md").read_text("utf-8"),
    )
    assert said is not None
    for stated, place in zip(said.groups(), ("minidl", "minidl/viz"), strict=True):
        count = sum(code_lines(path) for path in (root / place).rglob("*.py"))
        assert abs(count - int(stated.replace(",", ""))) <= 50, count


def code_lines(path: Path) -> int:
    """Lines that are not blank, comments or docstrings."""
    text = path.read_text("utf-8")
    documented: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0] if node.body else None
            if first is not None and ast.get_docstring(node) is not None:
                documented |= set(range(first.lineno, (first.end_lineno or 0) + 1))
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#")
        for number, line in enumerate(text.splitlines(), 1)
        if number not in documented
    )


def test_the_example_gets_the_answer_that_the_readme_shows(root):
    (example,) = blocks(root / "README.md", "python")
    answer, _ = blocks(root / "README.md", "text")
    with pytest.raises(CheckFailed) as failed:
        exec(example, {"__name__": "__main__"})
    assert str(failed.value) == answer.rstrip("\n")


def test_every_path_of_the_tree_exists(root):
    _, tree = blocks(root / "README.md", "text")
    parent = ""
    for line in tree.splitlines():
        path = line.split()[0]
        parent = parent if line.startswith(" ") else path
        assert (root / (path if path == parent else parent + path)).is_dir(), path


def test_every_command_of_the_readme_works(root, tmp_path):
    commands = "".join(blocks(root / "README.md", "sh")).splitlines()
    ci = (root / ".ci/run").read_text("utf-8").splitlines()
    elsewhere = [
        line
        for line in commands
        if {line, f"{line} LAB=no", f"PIP_QUIET=2 {line}"} & set(ci)
    ]
    here = [line for line in commands if line not in elsewhere]
    assert {"make course", "make test"} <= set(elsewhere)
    assert len(here) > 3
    (tmp_path / ".venv").symlink_to(sys.prefix)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(here)],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_make_target_of_the_documents_exists(root):
    targets = set(re.findall(r"^(\w+):", (root / "Makefile").read_text(), re.MULTILINE))
    for name in ("README", "CONTRIBUTING", "benchmarks/README", "docs/instructors"):
        document = f"{name}.md"
        text = (root / document).read_text("utf-8")
        named = set(re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE))
        assert named
        assert named <= targets


def test_every_command_and_option_of_the_instructors_page_exists(root):
    page = root / "docs/instructors.md"
    lines = "".join(blocks(page, "sh")).splitlines()
    lines += re.findall(r"`(nbgrader .*?)`", page.read_text("utf-8").replace("\n", " "))
    grading = {name for name in NbGraderApp.subcommands if name != "formgrade"}
    ours = get_command(app).commands
    seen = set()
    for line in lines:
        program, *words = line.partition("#")[0].split()[:3] or [""]
        seen.add(program)
        if program == "nbgrader":
            assert words[0] in grading, line
        if program == "autograder":
            known = {name for each in ours[words[0]].params for name in each.opts}
            assert set(re.findall(r"--\w+", line)) <= known, line
    assert {"nbgrader", "autograder"} <= seen


def test_contributing_quotes_what_stands_in_the_files(root):
    quotes = blocks(root / "CONTRIBUTING.md", "python")
    assert len(quotes) == 6
    for quote in quotes:
        head, _, code = quote.partition("\n")
        file = (root / head.removeprefix("# ")).read_text("utf-8")
        for part in code.split("# …\n"):
            assert part in file
