"""The gradebook: nbgrader reads and writes it, one student at a time."""

from __future__ import annotations

import glob
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets import TraitError

from autograder import disk
from autograder.grading.course import RECORD
from autograder.grading.execute import TrustedExecute
from autograder.grading.lms import Row
from autograder.sandbox.limits import Limits


@dataclass(frozen=True)
class Handed:
    """What a student handed in: her notebook, whether it is there or not."""

    student: str
    path: Path


@dataclass(frozen=True)
class Grades:
    """An assignment in the gradebook: the points it has, and each student's."""

    points: float
    rows: tuple[Row, ...]
    by_hand: tuple[str, ...]
    """Students whose submission waits for points given by hand."""


class Writer:
    """nbgrader, configured as in the course's nbgrader_config.py."""

    def __init__(self, course: Path) -> None:
        # nbgrader's affair, and no concern of who grades
        warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.")
        self.course = course.resolve()
        if not (self.course / RECORD).exists():
            raise ValueError(
                f"grade: {course} is no course made by `autograder course`; "
                "name the directory of one"
            )
        self.app = NbGrader()
        self.app.load_cwd_config = False  # the course's, wherever we are called
        self.app.raise_config_file_errors = True  # else nbgrader takes its defaults
        self.app.log_level = "CRITICAL"
        try:
            self.app.initialize([], root=str(self.course))
        except Exception as error:
            raise ValueError(
                f"grade: nbgrader_config.py fails: {type(error).__name__}: {error}; "
                "mend it: nothing is graded without it"
            ) from error
        self.files: CourseDirectory = self.app.coursedir

    @property
    def database(self) -> str:
        """The gradebook's address."""
        return str(self.files.db_url)

    @property
    def limits(self) -> Limits:
        """What one submission may use.

        Raises:  ValueError when the configuration says something impossible
        """
        try:
            return TrustedExecute(parent=self.app).limits
        except TraitError as error:
            raise ValueError(f"grade: nbgrader_config.py: {error}") from error

    def open(self) -> Gradebook:
        """The gradebook.

        Raises:  ValueError when nobody has made it, its server does not answer, or
                 what nbgrader needs for it is missing
        """
        url = make_url(self.database)
        missing = url.drivername == "sqlite" and not Path(url.database or "").exists()
        if missing:
            raise ValueError(
                f"grade: there is no gradebook {url.database} yet; release a chapter "
                "first: nbgrader generate_assignment CHAPTER"
            )
        address = url.render_as_string(hide_password=True)
        try:
            return Gradebook(self.database, self.files.course_id)
        except SQLAlchemyError as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"grade: {address} does not answer: {reason}") from error
        except ModuleNotFoundError as error:
            raise ValueError(f"grade: {address}: {no_driver(error)}") from error

    def refuse_unknown(self, assignment: str) -> None:
        """Raise ValueError unless the assignment was released."""
        with self.open() as book:
            try:
                book.find_assignment(assignment)
            except MissingEntry:
                known = ", ".join(each.name for each in book.assignments) or "none"
                raise ValueError(
                    f"grade: {assignment} is not in the gradebook (there: {known}); "
                    f"release it first: nbgrader generate_assignment {assignment}"
                ) from None

    def handed_in(self, assignment: str) -> Iterator[Handed]:
        """Every submission of the assignment, by student."""
        files, step = self.files, self.files.submitted_directory
        pattern = files.format_path(step, "(?P<student>[^/]+)", assignment, escape=True)
        for place in sorted(glob.glob(files.format_path(step, "*", assignment))):
            if match := re.fullmatch(pattern, place):
                yield Handed(match["student"], Path(place, f"{assignment}.ipynb"))

    def write(self, student: str, assignment: str, key: str) -> str:
        """Let nbgrader grade one student; what went wrong, or "".

        TrustedExecute finds the stored result, so that nothing is executed again.
        """
        self.files.student_id, self.files.assignment_id = student, assignment
        grader = Autograde(coursedir=self.files, parent=self.app)
        grader.force = True
        done = capture_log(grader)
        if not done["success"]:
            return last_line(done)
        disk.write(self.note(student, assignment), key.encode())
        return ""

    def has(self, student: str, assignment: str, key: str) -> bool:
        """Whether the gradebook has the result of this key already."""
        note, step = self.note(student, assignment), self.files.autograded_directory
        graded = Path(self.files.format_path(step, student, assignment))
        return (
            note.exists()
            and note.read_text() == key
            and (graded / f"{assignment}.ipynb").exists()
        )

    def note(self, student: str, assignment: str) -> Path:
        """Where we note which result of a student nbgrader has taken in."""
        return self.course / ".autograder" / "written" / student / assignment

    def grades(self, assignment: str) -> Grades:
        """The points of all students, late penalties and points by hand included."""
        rows, by_hand = [], []
        with self.open() as book:
            entry = book.find_assignment(assignment)
            points = float(entry.max_score)
            for handed in sorted(entry.submissions, key=lambda each: each.student_id):
                who = handed.student
                score = max(0.0, handed.score - handed.late_submission_penalty)
                if handed.needs_manual_grade:
                    by_hand.append(who.id)
                rows.append(
                    Row(
                        who.id,
                        who.first_name or "",
                        who.last_name or "",
                        who.email or "",
                        who.lms_user_id or "",
                        None if handed.needs_manual_grade else score,
                    )
                )
        return Grades(points, tuple(rows), tuple(by_hand))


def no_driver(error: ModuleNotFoundError) -> str:
    """What to install, as the package of a database's address is missing."""
    return f"needs {error.name}; for PostgreSQL: pip install 'minidl[postgres]'"


def last_line(done: dict[str, str]) -> str:
    """The line of nbgrader's log or traceback that says why it failed."""
    said = [*done.get("log", "").splitlines(), *done.get("error", "").splitlines()]
    errors = [
        line for line in said if re.match(r"\w*(\.\w+)*(Error|Exception)\b", line)
    ]
    return (errors or said or ["nbgrader failed and did not say why"])[0].strip()
