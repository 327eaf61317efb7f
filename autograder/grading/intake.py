"""Reads what students hand in: no link is followed, no size and no form is trusted."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading import clean

LARGEST = 16 << 20  # bytes of a notebook; its outputs make it one or two MiB large
CELLS = 500
REFUSED = Path(".autograder") / "refused"


@dataclass(frozen=True)
class Cell:
    """What is read of a cell: its kind, its text and what it claims to be.

    grade_id, demo:  claims of the submission; good for finding a cell, not for credit
    pictures:        the images that were pasted into a text cell
    """

    kind: str
    source: str
    grade_id: str = ""
    demo: bool = False
    pictures: dict[str, dict[str, str]] | None = None


@dataclass(frozen=True)
class Submission:
    """The bytes of a file that was handed in, or why they were not read."""

    data: bytes = b""
    trouble: str = ""

    def cells(self) -> tuple[Cell, ...]:
        """The cells, in order.

        Raises:  ValueError with a sentence for the student, when there are none to read
        """
        if self.trouble:
            raise ValueError(self.trouble)
        return parse(self.data)


def read(path: Path) -> Submission:
    """The submission at path; nothing about it raises."""
    try:
        return Submission(data=content(path))
    except OSError as error:
        linked = error.errno in (errno.ELOOP, errno.ENOTDIR)
        why = "is a link" if linked else error.strerror or "cannot be read"
        return Submission(trouble=f"{path.name} {why}")
    except ValueError as error:
        return Submission(trouble=f"{path.name} {error}")


def content(path: Path) -> bytes:
    """The bytes of an ordinary file; neither it nor its folders may be links.

    Raises:  OSError, or ValueError that says what it is instead
    """
    if path.parent.parent.is_symlink():
        raise ValueError("lies behind a link")
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(path.parent, flags | os.O_DIRECTORY)
    try:
        # A pipe would block without the last flag.
        file = os.open(path.name, flags | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    with os.fdopen(file, "rb") as opened:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("is not a file")
        if found.st_nlink > 1:
            raise ValueError("is a second name of another file")
        data = opened.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"has more than {LARGEST >> 20} MiB; clear its outputs")
    return data


def parse(data: bytes) -> tuple[Cell, ...]:
    """The cells of a notebook.

    Raises:  ValueError with a sentence for the student
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        if notebook["nbformat"] != 4:
            raise ValueError("is of an old format; save it again in Jupyter")
        found = notebook["cells"]
        if not isinstance(found, list) or len(found) > CELLS:
            raise ValueError(f"has no list of at most {CELLS} cells")
        return tuple(cell(raw) for raw in found)
    except UnicodeDecodeError:
        said = "is not text in UTF-8"
    except json.JSONDecodeError:
        said = "is not a notebook: it is no JSON"
    except RecursionError:
        said = "is not a notebook: its parts are nested without end"
    except (KeyError, TypeError, AttributeError):
        said = "is not a notebook: it has no cells that can be read"
    except ValueError as error:
        said = str(error)
    raise ValueError(f"the notebook {said}")


def cell(raw: dict[str, Any]) -> Cell:
    """A cell; what cannot be read of its metadata is left out.

    Raises:  KeyError or TypeError when it has no kind or no text
    """
    kind, source = raw["cell_type"], raw["source"]
    if kind not in ("code", "markdown", "raw"):
        raise TypeError
    text = "".join(source) if isinstance(source, list) else source
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode()
    claims = raw.get("metadata")
    claims = claims if isinstance(claims, dict) else {}
    mark = claims.get("nbgrader")
    name = mark.get("grade_id") if isinstance(mark, dict) else ""
    tags = claims.get("tags")
    return Cell(
        kind,
        text,
        name if isinstance(name, str) else "",
        isinstance(tags, list) and "demo" in tags,
        pictures(raw.get("attachments")) if kind == "markdown" else None,
    )


def pictures(attached: Any) -> dict[str, dict[str, str]] | None:
    """The attachments that are images."""
    if not isinstance(attached, dict):
        return None
    found = {
        name: {
            kind: data
            for kind, data in kinds.items()
            if kind in ("image/png", "image/jpeg")
            and isinstance(data, str)
            and clean.BASE64.fullmatch(data)
        }
        for name, kinds in attached.items()
        if isinstance(kinds, dict)
    }
    return {name: kinds for name, kinds in found.items() if kinds} or None


def identify(cells: tuple[Cell, ...], known: dict[str, str]) -> dict[int, str]:
    """Which cell, by its place, is which of the known ones.

    The last cell that claims a name has it. A known text is found without a claim.

    known:  the text that the cell of each name has, or "" where students write it
    """
    places: dict[str, int] = {}
    for name, text in known.items():
        claims = [i for i, cell in enumerate(cells) if cell.grade_id == name]
        alike = [
            i
            for i, cell in enumerate(cells)
            if text and cell.kind == "code" and cell.source.strip() == text.strip()
        ]
        if claims or alike:
            places[name] = (claims or alike)[-1]
    return {i: name for name, i in places.items()}


def set_aside(course: Path, folder: Path) -> None:
    """Move what must not be copied out of a submission's folder.

    nbgrader copies the files beside a notebook and follows links. The notebook itself
    stays: it is read by `read` alone.
    """
    kept = course / REFUSED / folder.parent.name / folder.name
    for path in list(suspect(folder)):
        kept.mkdir(parents=True, exist_ok=True)
        name = "-".join(path.relative_to(folder).parts) or folder.name
        path.rename(kept / f"{len(os.listdir(kept))}-{name}")
    folder.mkdir(exist_ok=True)


def aside(course: Path, student: str, assignment: str) -> list[str]:
    """The names of what was moved out of a submission's folder."""
    kept = course / REFUSED / student / assignment
    found = os.listdir(kept) if kept.is_dir() else []
    return sorted(name.partition("-")[2] for name in found)


def suspect(folder: Path) -> Iterator[Path]:
    """What in the folder is a link, no file, a second name, or very large."""
    if folder.is_symlink():
        yield folder
        return
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(here, name)
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) or path.suffix == ".ipynb":
                continue
            plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
            if not plain or found.st_size > LARGEST:
                yield path
