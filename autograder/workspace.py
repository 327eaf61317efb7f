"""A learner's workspace: the notebooks, and a minidl whose bricks are empty."""

from __future__ import annotations

import hashlib
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
    autograder start .       add what came out since; what you changed stays

Your files are never overwritten: when a new answer replaces an old one, the file as
it was is kept beside it (`activations.py.kept-1`).
"""

_active: Path | None = None


class WorkspaceError(ValueError):
    """A directory that cannot be a workspace: a sentence that says what to do."""


@dataclass(frozen=True)
class Report:
    """What start did: the files that it made, brought up to date, and left."""

    directory: Path
    made: list[str]
    updated: list[str]
    kept: list[str]


def start(directory: Path) -> Report:
    """Make a workspace, or bring one up to date; what its owner changed stays.

    Raises:  WorkspaceError when the directory is something else; nothing is touched
    """
    report = Report(directory, [], [], [])
    try:
        refuse_other_things(directory)
        if not any(CHAPTERS.glob("*.ipynb")):
            raise WorkspaceError(
                f"start: {CHAPTERS} has no notebooks; run: autograder build"
            )
        ours = written_by_us(directory)
        remember(directory, ours)  # first of all: from now on it is a workspace
        for name, content in contents():
            path = directory / name
            now = path.read_bytes() if path.exists() else None
            free = now in (None, content) or ours.get(name) == digest(now)
            if free:
                ours[name] = digest(content)
            if now == content or not free:
                report.kept.append(name)
            else:
                disk.write(path, content)
                (report.made if now is None else report.updated).append(name)
        remember(directory, ours)
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
    text = (directory / MARKER).read_text("utf-8", errors="replace")
    version = text.partition("\n")[0].strip()
    if version != VERSION:
        raise WorkspaceError(
            f"{directory} is a workspace of version {version!r}, and this autograder "
            f"knows version {VERSION!r}; upgrade it: pip install --upgrade minidl"
        )


def written_by_us(directory: Path) -> dict[str, str]:
    """What the marker remembers: each file that start wrote, and its digest."""
    marker = directory / MARKER
    lines = marker.read_text("utf-8").splitlines()[1:] if marker.exists() else []
    return {name: value for value, _, name in (line.partition("  ") for line in lines)}


def remember(directory: Path, ours: dict[str, str]) -> None:
    """Write the marker: the version, then a digest and a name for each file."""
    lines = [VERSION, *(f"{value}  {name}" for name, value in ours.items())]
    disk.write(directory / MARKER, "\n".join([*lines, ""]).encode())


def digest(content: bytes | None) -> str:
    """The SHA-256 of a file's content; "" if there is no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def contents() -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of a new workspace."""
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
