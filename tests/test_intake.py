"""Files that students hand in: read without trust, or refused with a reason."""

from __future__ import annotations

import json
import os

import pytest

from autograder.grading import intake

TEXT = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}]})


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "ada" / "02-activations" / "02-activations.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(TEXT)
    return place


def test_an_ordinary_notebook_is_read(path):
    assert intake.read(path).cells() == (intake.Cell("code", "1"),)


def link(path):
    path.rename(path.with_name("other"))
    path.symlink_to("other")


def twin(path):
    os.link(path, path.with_name("twin"))


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def folder(path):
    path.unlink()
    path.mkdir()


def giant(path):
    os.truncate(path, intake.LARGEST + 1)


def behind(path):
    path.parent.rename(path.parents[1] / "real")
    path.parent.symlink_to("real")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (link, "is a link"),
        (behind, "is a link"),
        (twin, "is a second name of another file"),
        (pipe, "is not a file"),
        (folder, "Is a directory"),
        (giant, "has more than 16 MiB"),
        (lambda path: path.unlink(), "No such file"),
    ],
)
def test_what_is_no_ordinary_file_is_refused_with_the_reason(path, change, why):
    change(path)
    handed = intake.read(path)
    assert why in handed.trouble
    assert handed.data == b""
    with pytest.raises(ValueError, match=why):
        handed.cells()


def test_links_pipes_and_giants_beside_a_notebook_are_moved_away(path, tmp_path):
    here = path.parent
    (here / "picture.png").write_bytes(b"mine")
    (here / "link").symlink_to("/etc/passwd")
    (here / "deep").mkdir()
    (here / "deep" / "link").symlink_to("/")
    (here / "giant").touch()
    os.truncate(here / "giant", intake.LARGEST + 1)
    os.mkfifo(here / "pipe")
    course = tmp_path / "course"
    course.mkdir()
    intake.set_aside(course, here)
    assert list(intake.suspect(here)) == []
    assert {p.name for p in here.iterdir()} == {path.name, "picture.png", "deep"}
    gone = intake.aside(course, "ada", "02-activations")
    assert gone == ["deep-link", "giant", "link", "pipe"]


def test_only_pictures_are_kept_of_attachments():
    attached = {
        "a.png": {"image/png": "AAAA", "text/html": "<script>"},
        "b.png": {"image/png": '"><script>'},
        "c": 5,
    }
    raw = {"cell_type": "markdown", "source": ["a\r\n", "b"], "attachments": attached}
    cell = intake.cell(raw)
    assert cell.pictures == {"a.png": {"image/png": "AAAA"}}
    assert cell.source == "a\nb"


def test_of_two_claims_to_a_name_the_last_one_counts():
    cells = (
        intake.Cell("code", "x", "check-relu"),
        intake.Cell("code", "y", "check-relu"),
        intake.Cell("code", "check(tanh)"),
    )
    known = {"check-relu": "check(relu)", "check-tanh": "check(tanh)", "answer": ""}
    assert intake.identify(cells, known) == {1: "check-relu", 2: "check-tanh"}
