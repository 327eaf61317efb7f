"""Checks a notebook's exercises outside Jupyter; the notebook stays as it is."""

from __future__ import annotations

import ast
import json
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import workspace
from autograder.check import identify, judge
from autograder.feedback import CheckFailed
from autograder.limit import TimeUp, time_limit
from autograder.recording import DamagedRecording
from autograder.run import SECONDS, Screen, closed_in, summary

DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Result:
    """What a cell showed: the name of its brick (or "cell 3"), and the verdict."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True)
class Cell:
    """A code cell, its magics blanked out."""

    number: int
    tags: frozenset[str]
    source: str


def check_notebook(path: Path) -> list[Result]:
    """The verdict of every check cell; cells that fail to run are reported too.

    Only exercises, and cells that do nothing but import and define, are run.

    Raises:  ValueError when the file is not a notebook or has no checks
    """
    cells = list(read(path))
    if not any("check" in cell.tags for cell in cells):
        raise ValueError(f"check: {path} has no check cells; is it a chapter?")
    home = workspace.find(path.parent)
    if home:
        workspace.activate(home)
    names: dict[str, Any] = {"__name__": "__main__"}
    results: list[Result] = []
    for cell in cells:
        if "check" in cell.tags:
            results += [verdict(name, names) for name in checked(cell)]
            continue
        trouble = ""
        if "exercise" in cell.tags or only_defines(cell):
            trouble = execute(cell, names)
        if trouble:
            results.append(Result(f"cell {cell.number}", False, trouble))
    return results


def read(path: Path) -> Iterator[Cell]:
    """The code cells of a notebook, numbered among all of its cells from 1.

    Raises:  ValueError when the file is not a notebook
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells, 1):
            if cell["cell_type"] == "code":
                tags = frozenset(cell["metadata"].get("tags", ()))
                yield Cell(number, tags, without_magics("".join(cell["source"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"check: {path} is not a notebook that can be read") from error


def without_magics(source: str) -> str:
    """The source with `pass` in place of lines that only IPython understands."""
    lines = source.split("\n")
    for i, line in enumerate(lines):
        indent = line[: len(line) - len(line.lstrip())]
        if line.lstrip().startswith(("%", "!", "?")):
            lines[i] = f"{indent}pass"
    return "\n".join(lines)


def only_defines(cell: Cell) -> bool:
    """Whether running the cell can have no effect but new names."""
    try:
        nodes = ast.parse(cell.source).body
    except (SyntaxError, ValueError):
        return False
    return all(
        isinstance(node, (*DEFINING, ast.Pass))
        or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
        for node in nodes
    )


def checked(cell: Cell) -> Iterator[str]:
    """The names that a check cell passes to check."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check":
            yield from (ast.unparse(argument) for argument in node.args[:1])


def execute(cell: Cell, names: dict[str, Any]) -> str:
    """Run the cell in these names; what went wrong, or ""."""
    file = f"<cell {cell.number}>"
    lines = [f"{line}\n" for line in cell.source.split("\n")]
    linecache.cache[file] = (len(cell.source), None, lines, file)
    try:
        with closed_in(Screen()), time_limit(SECONDS):
            exec(compile(cell.source, file, "exec", dont_inherit=True), names)
    except TimeUp:
        return f"cell {cell.number}: was stopped after {SECONDS:g} seconds"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"cell {cell.number}: raised {summary(error)}"
    return ""


def verdict(name: str, names: dict[str, Any]) -> Result:
    """What the check of one name says."""
    if name not in names:
        return Result(name, False, f"{name}: is not defined in an exercise cell")
    try:
        found = judge(identify(names[name]), names[name])
    except (CheckFailed, DamagedRecording) as error:
        return Result(name, False, str(error))
    return Result(name, found.passed, found.text())
