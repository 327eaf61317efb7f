"""The files of the learner's minidl: read, replaced, and seen by a running kernel."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

from autograder import disk
from autograder.bricks.brick import Brick
from autograder.cell import Refused
from autograder.source import Source, imports_of

FINISHED = Path(__file__).parents[1] / "minidl"
"""Our own minidl. Never found by import: the learner's may come first."""


def finished(module: str) -> Source:
    """Our own source of a module."""
    return Source(text_of(file_of(FINISHED.parent, module)), module)


def file_of(root: Path, module: str) -> Path:
    """Where a module lies below root, whether it is there or not."""
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def text_of(path: Path) -> str:
    """The file's text, with plain line ends."""
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def read(workspace: Path, brick: Brick) -> Source:
    """The learner's file of a brick.

    Raises:  Refused when it is gone, is not Python any more, or lacks the brick
    """
    path = file_of(workspace, brick.module)
    try:
        source = Source(text_of(path), brick.module)
        wrong = "" if brick.name in source.definitions else f"has no {brick.name}"
    except FileNotFoundError:
        wrong = "is missing"
    except SyntaxError as error:
        wrong = f"is not valid Python (line {error.lineno}: {error.msg})"
    except ValueError:
        wrong = "is not a text file"
    if wrong:
        place = path.relative_to(workspace).as_posix()
        raise Refused(
            f"{place} {wrong}; mend it, or rename it and run "
            f"`autograder start {workspace}` for a fresh one"
        )
    return source


def replace(workspace: Path, brick: Brick, new: Source, kept: bool) -> Path | None:
    """Write the new text of a brick's file; the file as it was is kept if asked.

    A running kernel sees the new text at once.
    """
    path = file_of(workspace, brick.module)
    copy = disk.keep(path) if kept else None
    content = new.text.encode()
    if b"\r\n" in path.read_bytes():
        content = content.replace(b"\n", b"\r\n")
    disk.write(path, content)
    # Python trusts compiled code when second and size agree with the source.
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
    refresh(brick.module, path)
    return copy


def refresh(name: str, path: Path) -> None:
    """Reload the module if it was loaded, and pass its new objects on."""
    module = sys.modules.get(name)
    if module is None or Path(module.__file__ or "").resolve() != path.resolve():
        return
    before = {
        own: value
        for own, value in vars(module).items()
        if isinstance(value, FunctionType | type) and value.__module__ == name
    }
    importlib.reload(module)
    new = {id(value): getattr(module, own) for own, value in before.items()}
    for other in [sys.modules[each] for each in loaded()]:
        for own, value in list(vars(other).items()):
            if id(value) in new:
                setattr(other, own, new[id(value)])


def loaded() -> list[str]:
    """The names of the modules of minidl that are loaded."""
    return [name for name in sys.modules if f"{name}.".startswith("minidl.")]


def circular(workspace: Path, module: str, target: str) -> bool:
    """Whether importing module leads back to target, as the files stand."""
    seen, rest = set(), [module]
    while rest:
        name = rest.pop()
        if name == target:
            return True
        if name not in seen:
            seen.add(name)
            rest.extend(imported_by(workspace, name))
    return False


def imported_by(workspace: Path, module: str) -> Iterator[str]:
    """The modules of the workspace that a module of it imports at its top."""
    try:
        nodes = ast.parse(text_of(file_of(workspace, module))).body
    except (OSError, SyntaxError, ValueError):
        return
    for node in nodes:
        for found in imports_of(node):
            yield from (found.module, f"{found.module}.{found.name}")


def load(source: Source, path: Path) -> None:
    """Run the text as its module would, so that nothing broken is ever written.

    Raises:  Refused when that fails
    """
    names = {"__name__": source.module, "__file__": str(path)}
    try:
        exec(compile(source.text, str(path), "exec", dont_inherit=True), names)
    except Exception as error:
        raise Refused(
            f"{path.name} would not load with it ({type(error).__name__}: {error}); "
            "write what it needs inside the function"
        ) from None
