"""Writes a file whole or not at all, and keeps what it replaces."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Put content in place of the file in one step, making folders as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        draft.write_bytes(content)
        if path.exists():
            shutil.copymode(path, draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def keep(path: Path) -> Path:
    """A numbered copy of the file beside it: relu.py.kept-1, which Python ignores."""
    number = 1
    while True:
        copy = path.with_name(f"{path.name}.kept-{number}")
        try:
            with copy.open("xb") as file:
                file.write(path.read_bytes())
        except FileExistsError:
            number += 1
        else:
            return copy
