"""What came out of grading a chapter: gathered, and written as a page and as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from jinja2 import Environment, FileSystemLoader

from autograder import disk, workspace
from autograder.bricks.brick import Chapter
from autograder.grading import figures, intake, lms, result
from autograder.grading.batch import Batch
from autograder.grading.grade import chapter_of
from autograder.grading.items import Item, analyse
from autograder.grading.signals import Signal, own_code, signals
from autograder.grading.writer import Grades


@dataclass(frozen=True)
class Line:
    """One student in the table: her points, and what there is to say."""

    student: str
    score: float | None
    wrong: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Report:
    """A graded chapter."""

    chapter: Chapter
    points: float
    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    signals: tuple[Signal, ...]
    references: tuple[str, ...] = ()

    @property
    def scores(self) -> list[float]:
        """The points of everybody who has all of hers."""
        return [line.score for line in self.lines if line.score is not None]

    def summary(self) -> list[tuple[str, str]]:
        """The class in a few numbers, each with its name."""
        scores, seconds = self.scores, [line.seconds for line in self.lines]
        full = sum(score >= self.points for score in scores)
        return [
            ("submissions", str(len(self.lines))),
            ("graded", str(len(scores))),
            ("mean", of(fmean(scores), self.points) if scores else "–"),
            ("median", of(median(scores), self.points) if scores else "–"),
            ("every point", str(full)),
            ("seconds a submission", f"{fmean(seconds):.1f}" if seconds else "–"),
            ("compared with", ", ".join(self.references) or "–"),
        ]


def gather(batch: Batch, trouble: Mapping[str, str]) -> tuple[Report, Grades]:
    """Read what is stored, one result at a time, and look at the class.

    trouble:  of students without a grade, why
    """
    chapter = chapter_of(batch.assignment)
    grades = batch.writer.grades(batch.assignment)
    scores = {row.student: row.score for row in grades.rows}
    lines, passed, mistakes, references = [], [], [], set()
    for handed in batch.handed:
        student = handed.student
        found = result.load(batch.course, student, batch.assignment)
        if student in trouble or found is None:
            why = f"not graded: {trouble.get(student, 'no result')}"
            lines.append(Line(student, None, (), (why,), 0.0))
            continue
        passed.append({each.brick: each.passed for each in found.bricks})
        mistakes += [
            (each.brick, each.mistake) for each in found.bricks if each.mistake
        ]
        references.add(found.references)
        notes = found.warnings
        if student in grades.by_hand:
            notes = (*notes, "waits for points given by hand")
        wrong = tuple(each.brick for each in found.bricks if not each.passed)
        lines.append(Line(student, scores.get(student), wrong, notes, found.seconds))
    items = analyse(chapter.bricks, passed, mistakes)
    seen = signals_of(batch, chapter)
    compared = tuple(sorted(references - {""}))
    about = chapter, grades.points, tuple(lines), tuple(items), seen, compared
    return Report(*about), grades


def signals_of(batch: Batch, chapter: Chapter) -> tuple[Signal, ...]:
    """What the texts of the submissions show."""
    path = workspace.CHAPTERS / f"{chapter.slug}.ipynb"
    released = code_of(intake.parse(path.read_bytes()))
    codes = {}
    for handed in batch.handed:
        try:
            cells = intake.read(handed.path).cells()
        except ValueError:
            continue  # its feedback says why it cannot be read
        codes[handed.student] = own_code(code_of(cells), released)
    return tuple(signals(codes, "\n".join(released), chapter))


def code_of(cells: Sequence[intake.Cell]) -> list[str]:
    """The text of each code cell."""
    return [cell.source for cell in cells if cell.kind == "code"]


def write(report: Report, grades: Grades, directory: Path) -> list[Path]:
    """Write report.html, canvas.csv and moodle.csv; what is the same stays."""
    slug = report.chapter.slug
    texts = {
        "report.html": page(report),
        "canvas.csv": lms.canvas(grades.rows, slug, grades.points),
        "moodle.csv": lms.moodle(grades.rows, slug),
    }
    for name, text in texts.items():
        path = directory / name
        if not path.exists() or path.read_bytes() != text.encode():
            disk.write(path, text.encode())
    return [directory / name for name in texts]


def page(report: Report) -> str:
    """The report as one HTML file that needs nothing else."""
    here = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=here, autoescape=True, trim_blocks=True)
    environment.filters.update(of=of, share=share, signed=signed)
    pictures = [
        ("Points", figures.points(report.scores, report.points)),
        ("How many got each brick right", figures.facility(report.items)),
        ("How well each brick tells apart", figures.discrimination(report.items)),
    ]
    template = environment.get_template("report.html")
    return template.render(report=report, pictures=pictures) + "\n"


def of(score: float | None, points: float) -> str:
    """Points out of points: "7.5 of 9"."""
    return "–" if score is None else f"{score:.4g} of {points:g}"


def share(value: float) -> str:
    """A share in percent."""
    return f"{100 * value:.0f} %"


def signed(value: float | None) -> str:
    """A correlation with its sign, a dash where there is none."""
    return "–" if value is None else f"{value:+.2f}"


def item_rows(items: Sequence[Item]) -> list[tuple[object, ...]]:
    """The table of bricks for the terminal."""
    return [
        (
            item.brick,
            share(item.facility),
            signed(item.discrimination),
            f"{item.mistake} ({item.made})" if item.mistake else "",
        )
        for item in items
    ]


def line_rows(lines: Sequence[Line], points: float) -> list[tuple[object, ...]]:
    """The table of students for the terminal."""
    return [
        (line.student, of(line.score, points), ", ".join(line.wrong), *line.notes[:1])
        for line in lines
    ]
