"""A learner's workspace: the notebooks, and a minidl whose bricks are empty."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import disk, package, wall
from autograder.bricks import BRICKS

MARKER = ".autograder"
VERSION = "1"

WHEEL, CHECKOUT = (folder / "chapters" for folder in Path(__file__).parents[:2])
CHAPTERS = WHEEL if WHEEL.is_dir() else CHECKOUT

README = """\
# Your minidl

You build a deep-learning library here, one function at a time.

1. Open `01-neurons.ipynb` in JupyterLab and run it from the top.
2. In an exercise, replace `raise NotImplementedError()` by your own code. Run that
   cell, then the cell with `check(…)` below it.
3. A right answer is written into `minidl/`. Later chapters run on what you wrote.

In a terminal, in this folder:

    autograder status        what you have built
    autograder catch-up 3    lay our bricks for the chapters before 3, marked as ours
    autograder start .       add chapters that came out since; your files stay

Your files are never overwritten: when a new answer replaces an old one, the file as
it was is kept beside it (`activations.py.kept-1`).
"""

_active: Path | None = None


class WorkspaceError(ValueError):
    """A directory that cannot be a workspace: a sentence that says what to do."""


@dataclass(frozen=True)
class Report:
    """What start did: the files that it made, and those that it found and left."""

    directory: Path
    made: list[str]
    kept: list[str]


def start(directory: Path) -> Report:
    """Make a workspace, or add to one what it has not got yet.

    Raises:  WorkspaceError when the directory is something else; nothing is touched
    """
    report = Report(directory, [], [])
    try:
        refuse_other_things(directory)
        if not any(CHAPTERS.glob("*.ipynb")):
            raise WorkspaceError(
                f"start: {CHAPTERS} has no notebooks; run: autograder build"
            )
        for name, content in contents():
            path = directory / name
            if path.exists():
                report.kept.append(name)
            else:
                disk.write(path, content)
                report.made.append(name)
    except OSError as error:
        raise WorkspaceError(f"start: {error.filename}: {error.strerror}") from error
    return report


def refuse_other_things(directory: Path) -> None:
    """Raise WorkspaceError unless directory is new, empty or a workspace."""
    if directory.is_dir():
        if (directory / MARKER).is_file():
            refuse_other_version(directory)
        elif any(directory.iterdir()):
            raise WorkspaceError(
                f"start: {directory} is not empty and is not a workspace; "
                "name a new directory"
            )
    elif directory.exists():
        raise WorkspaceError(f"start: {directory} is a file; name a new directory")


def refuse_other_version(directory: Path) -> None:
    """Raise WorkspaceError if another version of autograder made the workspace."""
    version = (directory / MARKER).read_text("utf-8", errors="replace").strip()
    if version != VERSION:
        raise WorkspaceError(
            f"{directory} is a workspace of version {version!r}, and this autograder "
            f"knows version {VERSION!r}; upgrade it: pip install --upgrade minidl"
        )


def contents() -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of a new workspace, the marker first."""
    yield MARKER, f"{VERSION}\n".encode()
    yield "README.md", README.encode()
    for path in sorted([*CHAPTERS.glob("*.ipynb"), *CHAPTERS.glob("figures/*")]):
        yield path.relative_to(CHAPTERS).as_posix(), path.read_bytes()
    for path in sorted(package.FINISHED.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            place = path.relative_to(package.FINISHED.parent).as_posix()
            module = place.removesuffix(".py").replace("/", ".")
            yield place, hollowed(path, module)


def hollowed(path: Path, module: str) -> bytes:
    """The content of one of our files, its bricks empty."""
    bricks = [brick for brick in BRICKS.values() if brick.module == module]
    if not bricks:
        return path.read_bytes()
    return wall.hollow(package.text_of(path), bricks).encode()


def find(start: Path | None = None) -> Path | None:
    """The workspace in which start lies (by default the current directory)."""
    here = (start or Path.cwd()).resolve()
    places = (here, *here.parents)
    return next((place for place in places if (place / MARKER).is_file()), None)


def activate(directory: Path) -> None:
    """Let `import minidl` find the learner's own, from now on.

    Raises:  WorkspaceError when another version of autograder made the workspace
    """
    global _active
    refuse_other_version(directory)
    _active = directory.resolve()
    first = str(_active)
    sys.path[:] = [first, *(entry for entry in sys.path if entry != first)]
    importlib.invalidate_caches()
    modules = {name: sys.modules[name] for name in package.loaded()}
    if not all(inside(module.__file__, _active) for module in modules.values()):
        for name in modules:
            del sys.modules[name]


def inside(file: str | None, directory: Path) -> bool:
    """Whether the file lies in the directory."""
    return file is not None and Path(file).resolve().is_relative_to(directory)


def active() -> Path | None:
    """The workspace that was activated, if any."""
    return _active
