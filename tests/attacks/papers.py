"""Notebooks that are doctored as files."""

from __future__ import annotations

import copy
import json

from attacks.forged import Forgery, Notebook

EMPTY = "is still empty"


def without_checks(book: Notebook) -> None:
    """Check cells deleted."""
    cells = book["cells"]
    book["cells"] = [c for c in cells if not c.get("id", "").startswith("check-")]


def easier_checks(book: Notebook) -> None:
    """Check cells that only say yes, saved with full points."""
    for cell in book["cells"]:
        if cell.get("id", "").startswith("check-"):
            cell["source"] = "1.0"
            result = {"output_type": "execute_result", "metadata": {}}
            data = {"data": {"text/plain": "1.0"}, "execution_count": 1}
            cell["outputs"] = [{**result, **data}]


def own_points(book: Notebook) -> None:
    """Every cell says that it is worth 1000 points and needs no check."""
    for place, cell in enumerate(book["cells"]):
        mark = {"grade": True, "solution": True, "locked": False, "points": 1000}
        named = {"grade_id": f"check-relu-{place}", "schema_version": 3, "task": True}
        cell["metadata"] = {"nbgrader": {**mark, **named}, "autograder": 0}


def checks_as_text(book: Notebook) -> None:
    """Check cells turned into text, where points are given by hand."""
    for cell in book["cells"]:
        if cell.get("id", "").startswith("check-"):
            cell["cell_type"] = "markdown"
            cell.pop("outputs")
            cell.pop("execution_count")


def doubled(book: Notebook) -> None:
    """Each check twice, the second one easier; one that claims to be an exercise."""
    for cell in list(book["cells"]):
        if cell.get("id", "").startswith("check-"):
            twin = copy.deepcopy(cell)
            twin["source"] = "relu = lambda x: x; print('right')"
            book["cells"].append(twin)
    book["cells"][3]["metadata"] = {"nbgrader": {"grade_id": "check-tanh"}}


def swapped(book: Notebook) -> None:
    """Grade ids of easy exercises on hard checks."""
    names = ["check-relu", "check-softmax"]
    for cell in book["cells"]:
        if cell.get("id") in names:
            other = names[1 - names.index(cell["id"])]
            cell["metadata"]["nbgrader"]["grade_id"] = other


def odd_metadata(book: Notebook) -> None:
    """Metadata of every wrong kind."""
    odd = [[], 5, "x", {"nbgrader": 3}, {"nbgrader": {"grade_id": ["check-relu"]}}]
    for cell, metadata in zip(book["cells"], odd * 20, strict=False):
        cell["metadata"] = metadata
    book["metadata"] = {"kernelspec": {"name": "../../bin/sh"}, "language_info": 7}


BROKEN = "the notebook is not a notebook"
FILES = {
    "an empty file": (lambda text: b"", BROKEN),
    "a file that is no text": (lambda text: b"\x80\xff" * 100, "not text in UTF-8"),
    "a file cut in half": (lambda text: text[: len(text) // 2].encode(), BROKEN),
    "parts nested without end": (lambda text: b"[" * 200_000, BROKEN),
    "a list in place of a notebook": (lambda text: b"[1, 2]", BROKEN),
    "cells that are no cells": (
        lambda text: b'{"nbformat": 4, "cells": [1, null]}',
        BROKEN,
    ),
    "a source that is a number": (
        lambda text: b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}',
        BROKEN,
    ),
    "an old format": (lambda text: b'{"nbformat": 3, "worksheets": []}', "old format"),
    "a hundred thousand cells": (
        lambda text: json.dumps({"nbformat": 4, "cells": [{}] * 100_000}).encode(),
        "no list of at most",
    ),
    "a number of a million digits": (
        lambda text: b'{"nbformat": ' + b"4" * 1_000_000 + b"}",
        "the notebook",
    ),
}

PAPERS = (
    Forgery("checks deleted", edit=without_checks, says=EMPTY),
    Forgery("checks made easier, with points in them", edit=easier_checks, says=EMPTY),
    Forgery("points of its own", edit=own_points, says=EMPTY),
    Forgery("checks turned into text", edit=checks_as_text, says=EMPTY),
    Forgery("grade ids twice", edit=doubled),
    Forgery(
        "grade ids swapped",
        (),
        {"relu": "return np.maximum(x, 0)"},
        edit=swapped,
        earned=frozenset({"relu"}),
    ),
    Forgery("metadata of every wrong kind", edit=odd_metadata, says=EMPTY),
    *(Forgery(name, file=file, says=says) for name, (file, says) in FILES.items()),
)
