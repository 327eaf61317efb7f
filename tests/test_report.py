"""Item analysis, and the page an instructor reads."""

import numpy as np
import pytest

from autograder.bricks import CHAPTERS
from autograder.grading import report
from autograder.grading.items import Item, analyse
from autograder.grading.lms import Row
from autograder.grading.report import Line, Report
from autograder.grading.signals import Signal
from autograder.grading.writer import Grades

CHAPTER = CHAPTERS[1]
BRICKS = CHAPTER.bricks[:3]


def passed(*rows):
    names = [brick.name for brick in BRICKS]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_facility_is_the_share_that_got_it_right():
    items = analyse(BRICKS, passed((1, 1, 0), (1, 0, 0), (1, 1, 0), (1, 0, 0)), [])
    assert [item.facility for item in items] == [1.0, 0.5, 0.0]


def test_discrimination_is_the_correlation_with_the_other_points():
    rows = [(1, 1, 1), (1, 1, 0), (0, 1, 0), (0, 0, 0), (0, 0, 1)]
    items = analyse(BRICKS, passed(*rows), [])
    right = np.array(rows, float)
    weights = np.array([brick.points for brick in BRICKS])
    for j, item in enumerate(items):
        others = np.delete(right, j, axis=1) @ np.delete(weights, j)
        expected = np.corrcoef(right[:, j], others)[0, 1]
        assert item.discrimination == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rows", [[], [(1, 0, 1)], [(1, 1, 1), (1, 1, 1)]])
def test_where_nothing_varies_there_is_no_discrimination(rows):
    items = analyse(BRICKS, passed(*rows), [])
    assert [item.discrimination for item in items] == [None, None, None]


def test_the_commonest_mistake_is_counted_and_ties_go_by_name():
    first, second, *_ = (brick.name for brick in BRICKS)
    made = [(first, "sign"), (first, "mean"), (first, "sign")]
    made += [(second, "zeta"), (second, "alpha")]
    items = analyse(BRICKS, passed((0, 0, 0)), made)
    assert [(i.mistake, i.made) for i in items] == [("sign", 2), ("alpha", 1), ("", 0)]


def test_a_brick_that_a_result_lacks_counts_as_wrong():
    (item, *_) = analyse(BRICKS, [{}, {BRICKS[0].name: True}], [])
    assert item.facility == 0.5


@pytest.fixture
def small():
    """A class of three: one full, one with markup in her name, one without a grade."""
    lines = (
        Line("ada", 11.0, (), (), 1.0),
        Line("<b>eve</b>", 4.0, ("relu",), ("said <script>",), 2.0),
        Line("zoe", None, (), ("not graded: OSError: disk full",), 0.0),
    )
    items = tuple(Item(b.name, b.points, 0.5, 0.3, "a sign", 1) for b in CHAPTER.bricks)
    signals = (Signal(("ada", "<b>eve</b>"), "are alike in 99 % of their words"),)
    return Report(CHAPTER, 11.0, lines, items, signals)


def test_the_page_says_everything_and_believes_nothing(small):
    page = report.page(small)
    for each in ("7.5 of 11", "11 of 11", "4 of 11", "disk full", "a sign (1)", "50 %"):
        assert each in page
    assert "ada and &lt;b&gt;eve&lt;/b&gt; are alike" in page
    assert "said &lt;script&gt;" in page
    assert "<b>eve" not in page
    assert "<script" not in page


def test_the_page_needs_no_other_file_and_has_three_plots(small):
    page = report.page(small)
    assert page.count('src="data:image/svg+xml;base64,') == 3
    assert "http" not in page


def test_a_class_of_nobody_has_a_page():
    items = tuple(analyse(CHAPTER.bricks, [], []))
    assert "–" in report.page(Report(CHAPTER, 11.0, (), items, ()))


def test_the_numbers_of_the_class_leave_out_who_has_no_grade(small):
    facts = dict(small.summary())
    assert facts["submissions"] == "3"
    assert facts["graded"] == "2"
    assert facts["mean"] == "7.5 of 11"
    assert facts["every point"] == "1"


def test_writing_again_leaves_the_files_untouched(small, tmp_path):
    grades = Grades(11.0, (Row("ada", score=11.0),), ())
    paths = report.write(small, grades, tmp_path)
    assert [path.name for path in paths] == ["report.html", "canvas.csv", "moodle.csv"]
    before = [(path.stat().st_mtime_ns, path.read_bytes()) for path in paths]
    report.write(small, grades, tmp_path)
    assert [(path.stat().st_mtime_ns, path.read_bytes()) for path in paths] == before
