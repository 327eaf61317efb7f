"""Honest notebooks that graders often fail get exactly their points."""

from __future__ import annotations

import json

import handing
import pytest
from handing import HASTY, NAMES, code, feedback, graded, messages, passed, place_of

SOLVED = handing.solutions()
PLOT = """\
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
plt.show()"""
LOOPS = {
    "relu": """\
    y = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            y[i] = x[i]
    import time
    time.sleep(0.1)
    return y""".strip(),
    "softmax": """\
    y = np.zeros_like(x)
    rows, out = np.moveaxis(x, dim, -1), np.moveaxis(y, dim, -1)
    for i in np.ndindex(rows.shape[:-1]):
        e = np.array([np.exp(v - max(rows[i])) for v in rows[i]])
        out[i] = e / sum(e)
    return y""".strip(),
}


def test_a_solved_notebook_gets_every_point():
    result = graded(handing.notebook(SOLVED))
    assert passed(result) == NAMES
    assert result.warnings == ()
    assert all(
        "All" in said and "fresh cases" in said for said in messages(result).values()
    )


@pytest.mark.parametrize(
    "extra",
    [
        ("x = 3", "def helper(a):\n    return a + 1", "helper(x)"),
        ("print('hello')", "for i in range(300):\n    print(i)"),
        ("import sys\nprint('careful', file=sys.stderr)",),
        ("import warnings\nwarnings.warn('something is old')",),
        (PLOT,),
        ("%matplotlib inline\n%time 1 + 1", "np_is_not_here_yet = 1", "help(len)"),
        ("répertoire = 'Größe'; 数 = 3\nprint(répertoire, 数, '🙂')",),
        ("1 / 0",),
        ("this is no Python",),
        ("input('name? ')",),
        ("import os\nos._exit(1)",),
        ("raise SystemExit",),
        ("sum = max = type = list = str = print = 5",),
        ("%reset -f",),
    ],
    ids=[
        "extra cells",
        "prints",
        "a line on stderr",
        "a warning",
        "a plot",
        "magics",
        "names that are not ASCII",
        "a cell that raises",
        "a cell that does not parse",
        "a cell that asks for input",
        "a cell that ends its kernel",
        "a cell that exits",
        "names of Python's own used for something else",
        "a reset",
    ],
)
def test_what_stands_in_other_cells_costs_nothing(extra):
    assert passed(graded(handing.notebook(SOLVED, extra))) == NAMES


def test_a_cell_that_does_not_end_costs_nothing():
    book = handing.notebook(SOLVED, ["while True:\n    pass"])
    assert passed(graded(book, HASTY)) == NAMES


def test_what_is_printed_and_plotted_is_in_the_feedback():
    result = graded(handing.notebook({}, ["print('hello')", PLOT]))
    shown = [output for outputs in result.outputs.values() for output in outputs]
    assert {"output_type": "stream", "name": "stdout", "text": "hello\n"} in shown
    assert any("image/png" in output.get("data", {}) for output in shown)


@pytest.mark.parametrize("place", ["before the exercise", "after the check"])
def test_a_helper_may_stand_anywhere(place):
    answers = {**SOLVED, "relu": "return above_zero(x)"}
    book = handing.notebook(answers)
    helper = code("def above_zero(x):\n    return np.where(x > 0, x, x * 0)")
    before = place == "before the exercise"
    at = place_of(book, "exercise-relu") if before else len(book["cells"])
    book["cells"].insert(at, helper)
    assert passed(graded(book)) == NAMES


def test_exercises_in_another_order_are_as_right():
    book = handing.notebook(SOLVED)
    first, *others = book["cells"][2:]
    book["cells"][2:] = [*reversed(others), first]
    assert passed(graded(book)) == NAMES


def test_a_name_that_is_used_again_after_its_check_keeps_its_point():
    book = handing.notebook(SOLVED)
    book["cells"].append(code("relu = softmax = None"))
    assert passed(graded(book)) == NAMES


def test_prints_in_an_answer_cost_nothing():
    answers = {name: f"print('now')\n    {body}" for name, body in SOLVED.items()}
    assert passed(graded(handing.notebook(answers))) == NAMES


def test_slow_but_right_loops_pass():
    assert passed(graded(handing.notebook({**SOLVED, **LOOPS}))) == NAMES


def test_answers_computed_in_float32_pass_where_the_input_is_float32():
    body = "return np.maximum(x.astype(np.float32), 0).astype(x.dtype)"
    result = graded(handing.notebook({**SOLVED, "relu": body}))
    assert passed(result) == NAMES - {"relu"}  # float64 inputs lose digits on the way
    body = "return np.maximum(x, np.float32(0))"
    assert passed(graded(handing.notebook({**SOLVED, "relu": body}))) == NAMES


def test_a_renamed_kernel_is_no_fault():
    book = handing.notebook(SOLVED)
    kernel = {"name": "conda-env-dl-py", "display_name": "DL", "language": "python"}
    book["metadata"] = {"kernelspec": kernel, "language_info": {"name": "R"}}
    assert passed(graded(book)) == NAMES


def test_windows_line_ends_are_no_fault():
    book = handing.notebook(SOLVED)
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    text = json.dumps(book, indent=1).replace("\n", "\r\n")
    assert passed(graded(b"\xef\xbb\xbf" + text.encode())) == NAMES


def test_errors_that_were_saved_with_the_notebook_are_no_fault():
    book = handing.notebook(SOLVED)
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["E"]}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [error, {"output_type": "odd"}]
            cell["execution_count"] = "many"
    assert passed(graded(book)) == NAMES


def test_lost_metadata_is_no_fault():
    book = handing.notebook(SOLVED)
    for cell in book["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    assert passed(graded(book)) == NAMES


def test_deleted_checks_cost_nothing():
    book = handing.notebook(SOLVED)
    book["cells"] = [
        c for c in book["cells"] if not c.get("id", "").startswith("check")
    ]
    assert passed(graded(book)) == NAMES


def test_a_check_that_was_pasted_twice_is_no_fault():
    book = handing.notebook(SOLVED)
    check = book["cells"][place_of(book, "check-relu")]
    book["cells"].insert(0, check)
    book["cells"].append(check)
    assert passed(graded(book)) == NAMES


def test_one_crashing_answer_costs_its_own_point_and_no_later_one():
    answers = {**SOLVED, "sigmoid": "import os; os._exit(1)"}
    result = graded(handing.notebook(answers))
    assert passed(result) == NAMES - {"sigmoid"}
    assert "your code stopped its kernel" in messages(result)["sigmoid"]


def test_one_endless_answer_costs_its_own_point_and_no_later_one():
    answers = {**SOLVED, "tanh": "while True: pass"}
    result = graded(handing.notebook(answers), HASTY)
    assert passed(result) == NAMES - {"tanh"}
    assert "tanh: was stopped after 4 seconds" in messages(result)["tanh"]


def test_a_cell_that_ends_its_kernel_is_named_in_the_feedback():
    result = graded(handing.notebook(SOLVED, ["import os\nos._exit(1)"]))
    assert "This cell stopped its kernel. It is left out" in feedback(result)


def test_a_student_may_have_any_name():
    for student in ("Łukasz Ćwikła", "王小明", "o'neil; drop table", "a b\n"):
        assert passed(graded(handing.notebook(SOLVED), student=student)) == NAMES


def test_every_planted_mistake_is_named_as_at_the_students_desk():
    answers = {**SOLVED, "relu": "return np.abs(x)"}
    result = graded(handing.notebook(answers))
    (relu,) = (brick for brick in result.bricks if brick.brick == "relu")
    assert relu.mistake == "absolute value"
    assert "Likely: Negative entries become positive." in relu.message


def test_grading_the_same_again_says_the_same():
    book = handing.notebook({**SOLVED, "relu": "return np.abs(x)"}, ["print(1)"])
    one, two = graded(book), graded(book)
    assert (one.key, one.outputs, messages(one)) == (
        two.key,
        two.outputs,
        messages(two),
    )
