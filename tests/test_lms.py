"""The CSVs that Canvas and Moodle import."""

import csv
import io

from autograder.grading.lms import Row, canvas, moodle

ROWS = (
    Row("ada", "Ada", "Lovelace", "ada@example.org", "4711", 7.5),
    Row("grace", "Grace", 'Hopper, "Amazing"', score=9.0),
    Row("dän", score=0.0),
    Row("eve", "Eve", "", score=None),
)


def read(text):
    return list(csv.reader(io.StringIO(text)))


def test_canvas_has_its_header_then_the_points_then_the_students():
    header, possible, *rows = read(canvas(ROWS, "02-activations", 11))
    student = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header == [*student, "02-activations"]
    assert possible == ["Points Possible", "", "", "", "", "11"]
    assert rows == [
        ["Lovelace, Ada", "4711", "", "ada", "", "7.5"],
        ['Hopper, "Amazing", Grace', "", "", "grace", "", "9"],
        ["dän", "", "", "dän", "", "0"],
        ["Eve", "", "", "eve", "", ""],
    ]


def test_canvas_gets_no_id_that_is_not_its_own_number():
    (*_, row) = read(canvas([Row("ada", lms_id="s-12", score=1.0)], "a", 1))
    assert row[1] == ""


def test_moodle_has_one_line_a_student_and_a_dash_where_points_are_missing():
    header, *rows = read(moodle(ROWS, "02-activations"))
    names = ["Username", "ID number", "Email address", "First name", "Last name"]
    assert header == [*names, "02-activations"]
    assert rows == [
        ["ada", "4711", "ada@example.org", "Ada", "Lovelace", "7.5"],
        ["grace", "", "", "Grace", 'Hopper, "Amazing"', "9"],
        ["dän", "", "", "", "", "0"],
        ["eve", "", "", "Eve", "", "-"],
    ]


def test_points_have_two_decimals_at_most():
    (*_, row) = read(moodle([Row("ada", score=10 / 3)], "a"))
    assert row[-1] == "3.33"
