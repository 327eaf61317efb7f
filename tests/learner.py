"""A learner at work, without Jupyter: her cells, her workspace, a fresh interpreter."""

from __future__ import annotations

import itertools
import linecache
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder import bricks, wall, workspace

START = """\
import numpy as np
from minidl.array import Array, IntArray
"""
count = itertools.count()


class Notebook:
    """Runs cells as IPython does: in one namespace, their source in linecache."""

    def __init__(self, start: str = START) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__", "In": []}
        self.cell(start)

    def cell(self, source: str) -> None:
        file = f"<cell {next(count)}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[file] = (len(source), None, lines, file)
        self.names["In"].append(source)
        exec(compile(source, file, "exec", dont_inherit=True), self.names)

    def add(self, name: str, place: Path) -> wall.Added:
        """What check(name) does after a pass."""
        return wall.add(bricks.find(name), self.names[name], place)


def make(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a notebook that does not matter."""
    chapters = place / "chapters"
    chapters.mkdir()
    chapters.joinpath("01-neurons.ipynb").write_text('{"cells": []}', "utf-8")
    monkeypatch.setattr(workspace, "CHAPTERS", chapters)
    workspace.start(place / "course")
    return place / "course"


def fresh(place: Path, code: str) -> str:
    """What code prints in a new interpreter in which the learner's minidl is first."""
    code = f"import sys; sys.path.insert(0, sys.argv[1])\n{code}"
    command = [sys.executable, "-W", "error", "-c", code, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.stderr == ""
    return done.stdout.strip()


def files(place: Path) -> dict[str, bytes]:
    """Every file below place with its content."""
    found = sorted(path for path in place.rglob("*") if path.is_file())
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in found
        if "__pycache__" not in path.parts
    }


RELU = """\
def relu(x: Array) -> Array:
    \"\"\"Keep positive entries.\"\"\"
    return np.where(x > 0, x, 0)
"""
