"""The minidl of a graded chapter: ours for earlier chapters, hollow from it on."""

from __future__ import annotations

import functools
import hashlib
import threading
from pathlib import Path

from autograder import disk, package, wall
from autograder.bricks import CHAPTERS
from autograder.bricks.brick import Brick
from autograder.sandbox import environment

SUBMITTED = Path(__file__).with_name("submitted.py")
ONE_AT_A_TIME = threading.Lock()


def stage(chapter: int) -> Path:
    """The folder that a submission of this chapter imports from.

    It holds minidl and an autograder that judges nothing; no bricks, no recordings,
    no reference.
    """
    # Before Python 3.11.9, parsing fails at times where two threads parse at once.
    with ONE_AT_A_TIME:
        return staged(chapter)


@functools.cache
def staged(chapter: int) -> Path:
    """The stage of a chapter, made if there is none."""
    files = contents(chapter)
    told = hashlib.sha256(str(chapter).encode())
    for name, content in files.items():
        told.update(f"{name} {len(content)} ".encode() + content)

    def make(draft: Path, place: Path) -> None:
        for name, content in files.items():
            disk.write(draft / name, content)
        quiet = ["-m", "compileall", "-q", str(draft)]
        environment.run([str(environment.environment() / "bin/python"), *quiet])
        environment.open_up(draft)

    return environment.once(f"stage-{chapter:02}-{told.hexdigest()[:16]}", make)


def contents(chapter: int) -> dict[str, bytes]:
    """The files of the stage by their paths."""
    unwritten = [b for each in CHAPTERS if each.number >= chapter for b in each.bricks]
    root = package.FINISHED
    files = {
        path.relative_to(root.parent).as_posix(): hollowed(path, unwritten)
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return {**files, "autograder/__init__.py": SUBMITTED.read_bytes()}


def hollowed(path: Path, unwritten: list[Brick]) -> bytes:
    """The content of one of our files, the unwritten bricks hollow."""
    place = path.relative_to(package.FINISHED.parent).as_posix()
    module = place.removesuffix(".py").replace("/", ".")
    bricks = [brick for brick in unwritten if brick.module == module]
    if not bricks:
        return path.read_bytes()
    return wall.hollow(package.text_of(path), bricks).encode()
