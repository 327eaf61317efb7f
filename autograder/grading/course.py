"""Make an nbgrader course out of the chapters."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from autograder import build, disk, workspace
from autograder.bricks import CHAPTERS
from autograder.grading.fresh import make_secret

RECORD = ".autograder-course"
"""The file that makes a directory a course: what we wrote there, by its hash."""

CONFIG = '''\
"""Every nbgrader command that is run in this directory reads this file."""

from autograder.grading import execute

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "minidl"

# Submissions run in the sandbox, and their answers are compared outside of it.
execute.install(c)
'''

README = """\
# An nbgrader course

Made by `autograder course`; run the commands below in this directory. `source/` holds
the chapters with their solutions: keep it to yourself. See first whether this machine
can grade:

    autograder doctor .

Make the learners' version of a chapter, `release/{slug}/{slug}.ipynb`, and hand it out:

    nbgrader generate_assignment {slug}

Put what comes back at `submitted/STUDENT/{slug}/{slug}.ipynb`. Then grade the class:

    autograder grade . {slug}

That fills the gradebook and writes `reports/{slug}/report.html`, the class and each
exercise on a page, with `canvas.csv` and `moodle.csv` beside it. Run it again whenever
something new comes in. Write `feedback/STUDENT/{slug}/{slug}.html` and the table of all
points, `grades.csv`, with nbgrader's commands:

    nbgrader generate_feedback {slug}
    nbgrader export

`nbgrader autograde {slug}` gives the same points, one submission after another.

The chapters are {slugs}.

A submission runs in a sandbox: it sees no network, no file of yours and no expected
value. It gets inputs that are drawn for each student from `.autograder-secret`, and the
arrays it answers with are compared outside. Keep that file to yourself and keep a copy:
with another one, grading again draws other inputs.

What one submission may take is set in nbgrader_config.py; these are the defaults:

    c.TrustedExecute.cell_seconds = 60
    c.TrustedExecute.notebook_seconds = 300
    c.TrustedExecute.memory_mb = 2048

Cells with points that are graded by hand work as always. A test cell of your own does
not: the student's code would decide about its points, so grading stops and names it.

nbgrader goes on with its defaults when nbgrader_config.py has a mistake. A check then
gives no points. So that nbgrader stops instead, set

    export TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR=1

`autograder course .` adds what is missing here and brings up to date what you have not
changed. It names the files that it leaves as you changed them.
"""


def create(directory: Path) -> Path:
    """The nbgrader course in directory, made or brought up to date.

    A file that the instructor changed is left alone, and a line printed says so.

    Raises:  FileExistsError  when directory holds something else
             ValueError       when it lies inside a learner's workspace
    """
    directory = directory.resolve()
    refuse(directory)
    record = directory / RECORD
    wrote = json.loads(record.read_text()) if record.exists() else {}
    wanted = files()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in wanted.items():
        path = directory / name
        ours = (wrote.get(name), digest(text))
        if path.exists() and digest(path.read_bytes()) not in ours:
            print(f"kept {name}: you changed it; for ours, rename it and run again")
            continue
        disk.write(path, text)
        wrote[name] = digest(text)
        disk.write(record, json.dumps(wrote, indent=1).encode())
    make_secret(directory)
    return directory


def refuse(directory: Path) -> None:
    """Raise where a course would harm what is there."""
    if home := workspace.find(directory):
        raise ValueError(
            f"course: {directory} lies in the workspace {home}; grading there would "
            "add students' answers to its minidl; choose a directory outside"
        )
    if (directory / RECORD).exists() or not directory.exists():
        return
    if not directory.is_dir() or any(directory.iterdir()):
        raise FileExistsError(
            f"course: {directory} exists and is no course made by autograder; "
            "choose a new or an empty directory"
        )


def files() -> dict[str, bytes]:
    """What a course holds: the content of each file by its path in the course."""
    slugs = [chapter.slug for chapter in CHAPTERS]
    notebooks = {
        f"source/{chapter.slug}/{chapter.slug}.ipynb": build.instructor(chapter)
        for chapter in CHAPTERS
    }
    readme = README.format(slug=slugs[0], slugs=", ".join(slugs))
    texts = {"nbgrader_config.py": CONFIG, "README.md": readme, **notebooks}
    return {name: text.encode() for name, text in texts.items()}


def digest(data: bytes) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()
