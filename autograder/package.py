"""The files of the learner's minidl: read, replaced, and seen by a running kernel."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CellType, FunctionType
from typing import Any

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
    path, old = file_of(workspace, brick.module), read(workspace, brick)
    copy = disk.keep(path) if kept else None
    content = new.text.encode()
    if b"\r\n" in path.read_bytes():
        content = content.replace(b"\n", b"\r\n")
    disk.write(path, content)
    # Python trusts compiled code when second and size agree with the source.
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
    refresh(old, new, path)
    return copy


def refresh(old: Source, new: Source, path: Path) -> None:
    """Give the loaded module what changed in its text, if it comes from this file.

    Functions and classes stay the same objects: whoever holds them, an operator of
    Tensor or a network that is there already, has the new code at once.
    """
    module = sys.modules.get(new.module)
    if module is None or Path(module.__file__ or "").resolve() != path.resolve():
        return
    names, theirs = load(new, path), vars(module)
    for name in new.imports:
        theirs.setdefault(name, names[name])
    for name in new.definitions:
        if name in old.definitions and old.segment(name) == new.segment(name):
            continue
        before, after = theirs.get(name), names[name]
        if isinstance(before, type) and isinstance(after, type):
            for own, value in vars(after).items():
                if isinstance(value, FunctionType):
                    setattr(before, own, moved(value, theirs, before))
                elif not own.startswith("__"):
                    setattr(before, own, value)
        elif not isinstance(after, FunctionType) or after.__closure__:
            theirs[name] = after
        elif isinstance(before, FunctionType) and not before.__closure__:
            for part in ("__code__", "__defaults__", "__kwdefaults__", "__doc__"):
                setattr(before, part, getattr(after, part))
        else:
            theirs[name] = moved(after, theirs)


def moved(
    function: FunctionType, home: dict[str, Any], owner: type | None = None
) -> FunctionType:
    """The function in the module home; `super()` in it means that of owner."""
    cells = tuple(CellType(owner) for _ in function.__code__.co_freevars)
    name, defaults = function.__name__, function.__defaults__
    result = FunctionType(function.__code__, home, name, defaults, cells)
    result.__kwdefaults__, result.__doc__ = function.__kwdefaults__, function.__doc__
    result.__qualname__ = function.__qualname__
    return result


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


def load(source: Source, path: Path) -> dict[str, Any]:
    """The names that the text defines when it runs as its module would.

    Nothing broken is ever written: what does not run is refused.

    Raises:  Refused when that fails
    """
    names: dict[str, Any] = {"__name__": source.module, "__file__": str(path)}
    try:
        exec(compile(source.text, str(path), "exec", dont_inherit=True), names)
    except Exception as error:
        raise Refused(
            f"{path.name} would not load with it ({type(error).__name__}: {error}); "
            "write what it needs inside the function"
        ) from None
    return names
