"""Time grading a class, ours against nbgrader's: python -m benchmarks.grading.

    python -m benchmarks.grading [--submissions 200]

The same synthetic submissions of chapter 2 are graded by `nbgrader autograde` as it
comes, by `autograder grade` with threads, and by `autograder grade --dask` on a
LocalCluster: one after the other, each in a course of its own.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType

import psutil
from distributed import LocalCluster
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.bricks import CHAPTERS
from autograder.grading import course, plan
from autograder.grading.commands import default_workers
from autograder.grading.fresh import read_secret
from autograder.grading.grade import grade
from autograder.grading.intake import read
from autograder.grading.used import used
from autograder.sandbox import tiers
from autograder.sandbox.limits import Limits
from autograder.strength.mistakes.ch02 import MISTAKES
from autograder.strength.variants.ch02 import VARIANTS
from benchmarks.machine import conditions

CHAPTER = CHAPTERS[1]
SLUG = CHAPTER.slug
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"
AS_SHIPPED = 'c = get_config()\nc.CourseDirectory.course_id = "minidl"\n'
SINGLES = 7  # submissions graded alone
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
"""nbgrader calls alembic by name."""
AUTOGRADER = (sys.executable, "-m", "autograder", "grade")


@dataclass
class Run:
    """One candidate's way through the class.

    samples:  (submissions done, MB of the grader's processes without kernels)
    """

    name: str
    seconds: float = 0.0
    samples: list[tuple[int, float]] = field(default_factory=list)
    points: dict[str, float] = field(default_factory=dict)

    def peak(self, low: float = 0.0, high: float = 1.0) -> float:
        """The most memory in a stretch of the way, such as its last quarter."""
        last = max(done for done, _ in self.samples)
        part = [mb for done, mb in self.samples if low * last <= done <= high * last]
        return max(part, default=0.0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=200)
    count = parser.parse_args().submissions
    with tempfile.TemporaryDirectory() as folder:
        original = prepared(Path(folder) / "course", count)
        warm_up(original)
        runs = [
            by_nbgrader(original, Path(folder) / "shipped"),
            by_threads(original, Path(folder) / "threads"),
            by_dask(original, Path(folder) / "dask"),
        ]
        over = [beyond_its_cells(original, i) for i in range(min(SINGLES, count))]
    print_table(runs, count, over)


def prepared(place: Path, count: int) -> Path:
    """A course with chapter 2 released and so many submissions."""
    course.create(place)
    call(place, "-m", "nbgrader", "generate_assignment", SLUG)
    released = json.loads((place / f"release/{SLUG}/{SLUG}.ipynb").read_text("utf-8"))
    for i in range(count):
        path = place / f"submitted/student{i:03d}/{SLUG}/{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(released, random.Random(i))), "utf-8")
    return place


def submission(released: dict, rng: random.Random) -> dict:
    """A student's notebook: most answers right in one of several ways, some mistaken.

    One exercise in twenty is left empty.
    """
    notebook = json.loads(json.dumps(released))
    for cell in notebook["cells"]:
        name = cell["id"].removeprefix("exercise-")
        if name == cell["id"] or rng.random() < 0.05:
            continue
        wrong = [m.wrong for m in MISTAKES[name] if stands_alone(m.wrong)]
        right = [each for each in VARIANTS[name] if stands_alone(each)]
        answer = rng.choice(wrong if wrong and rng.random() < 0.2 else right)
        text = "".join(cell["source"])
        cell["source"] = text.replace(STUB, quoted(answer, text))
    return notebook


def stands_alone(answer: object) -> bool:
    """Whether the text of a function is all that it needs."""
    if not isinstance(answer, FunctionType) or answer.__name__ == "<lambda>":
        return False
    needs = set(answer.__code__.co_names) & set(answer.__globals__)
    return not answer.__closure__ and needs <= {"np", "math"}


def quoted(answer: FunctionType, text: str) -> str:
    """The answer inside of the exercise's function, and a call of it."""
    inner = textwrap.indent(inspect.getsource(answer).rstrip(), "    ").lstrip()
    signature = text[text.index("(") + 1 : text.index(") ->")]
    names = [part.partition(":")[0].strip() for part in signature.split(",")]
    return f"import math\n    {inner}\n    return {answer.__name__}({', '.join(names)})"


def call(place: Path, *arguments: str) -> None:
    """Run Python in the course."""
    words, environment = [sys.executable, *arguments], {**os.environ, "PATH": PATH}
    done = subprocess.run(
        words, cwd=place, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def warm_up(original: Path) -> None:
    """Make the sandbox's environment, which is kept, before anything is timed."""
    alone(original, 0)


def by_nbgrader(original: Path, place: Path) -> Run:
    """nbgrader autograde, with nothing of ours in its configuration.

    Our check refuses to work where nbgrader runs without us; here it has to.
    """
    shutil.copytree(original, place)
    (place / "nbgrader_config.py").write_text(AS_SHIPPED)
    startup = place / "ipython/profile_default/startup/check.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("import os; os.environ.pop('NBGRADER_EXECUTION', None)")
    words = [sys.executable, "-m", "nbgrader", "autograde", SLUG]
    return timed("nbgrader autograde", place, words, "autograded/*/*", [])


def by_threads(original: Path, place: Path) -> Run:
    """Our threads, each with a sandboxed kernel."""
    shutil.copytree(original, place)
    words = [*AUTOGRADER, str(place), SLUG]
    return timed("autograder grade", place, words, RESULTS, [])


def by_dask(original: Path, place: Path) -> Run:
    """Dask's worker processes, each with a sandboxed kernel."""
    shutil.copytree(original, place)
    with cluster() as (address, pids):
        words = [*AUTOGRADER, str(place), SLUG, "--dask", address]
        return timed("autograder grade --dask", place, words, RESULTS, pids)


RESULTS = ".autograder/results/*/*.json"


@contextmanager
def cluster() -> Iterator[tuple[str, list[int]]]:
    """A LocalCluster with as many workers as we take threads."""
    with LocalCluster(
        n_workers=default_workers(), threads_per_worker=1, dashboard_address=None
    ) as made:
        yield made.scheduler_address, [w.pid for w in made.workers.values()]


def timed(name: str, place: Path, words: list[str], done: str, pids: list[int]) -> Run:
    """Run the command; meanwhile watch how far it is and what memory it has."""
    run, start = Run(name), time.perf_counter()
    with (place / "log").open("w") as log:
        own = {"IPYTHONDIR": str(place / "ipython"), "PATH": PATH}
        environment = {**os.environ, **own}
        process = subprocess.Popen(
            words, cwd=place, env=environment, stdout=log, stderr=log
        )
        watched = [psutil.Process(pid) for pid in (process.pid, *pids)]
        while process.poll() is None:
            used = sum(map(memory, watched))
            run.samples.append((len(list(place.glob(done))), used))
            print(f"\r{name}: {run.samples[-1][0]} done ", end="", file=sys.stderr)
            time.sleep(0.2)
    print(file=sys.stderr)
    run.seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit((place / "log").read_text())
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "minidl") as book:
        handed = book.find_assignment(SLUG).submissions
        run.points = {each.student_id: each.score for each in handed}
    return run


def memory(process: psutil.Process) -> float:
    """What the process itself has in memory, in MB."""
    try:
        return process.memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def alone(original: Path, number: int) -> float:
    """Seconds that our grader takes for one submission, with nothing else to do."""
    student = f"student{number:03d}"
    handed = read(original / f"submitted/{student}/{SLUG}/{SLUG}.ipynb")
    start = time.perf_counter()
    grade(handed, student, SLUG, read_secret(original), Limits())
    return time.perf_counter() - start


def beyond_its_cells(original: Path, number: int) -> float:
    """How much longer that takes than what it runs in a kernel that is there."""
    path = original / f"submitted/student{number:03d}/{SLUG}/{SLUG}.ipynb"
    found = plan.steps(CHAPTER, read(path).cells())
    run = plan.only(found, used(plan.parts(found)))
    sources = [step.source for step in run if not step.brick]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    quiet = ["--log-level=ERROR"]
    client = NotebookClient(notebook, allow_errors=True, extra_arguments=quiet)
    with client.setup_kernel():
        start = time.perf_counter()
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        own = time.perf_counter() - start
    return alone(original, number) - own


def print_table(runs: list[Run], count: int, over: list[float]) -> None:
    """The table, and what it needs beside it."""
    head = "| | seconds | submissions a minute | against nbgrader | memory, MB"
    print(f"{head} | 2nd quarter | last quarter |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for run in runs:
        row = [
            f"`{run.name}`",
            f"{run.seconds:.0f}",
            f"{60 * count / run.seconds:.1f}",
            f"{runs[0].seconds / run.seconds:.2f}",
            f"{run.peak():.0f}",
            f"{run.peak(0.25, 0.5):.0f}",
            f"{run.peak(0.75, 1.0):.0f}",
        ]
        print(f"| {' | '.join(row)} |")
    shipped, *ours = (run.points for run in runs)
    same = sum(shipped[student] == ours[0][student] for student in shipped)
    assert ours[0] == ours[1], "threads and Dask disagree"
    print(
        f"\n{count} submissions of {SLUG}, {default_workers()} at a time, sandbox "
        f"{tiers.choose().name}. nbgrader gives the same points to {same} of them. "
        "Memory is that of the grader's processes without the kernels. Graded alone, "
        "a submission takes "
        f"{statistics.median(over):.2f} s more than its own cells take in a kernel "
        f"that is there (median of {len(over)}, at most {max(over):.2f} s)."
    )
    print(conditions("nbgrader", "ipykernel", "numpy", "distributed"))


if __name__ == "__main__":
    main()
