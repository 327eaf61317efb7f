"""What a learner reads: the first thing wrong, where, and the likely mistake."""

import subprocess
import sys

import numpy as np
import pytest

from autograder import check
from autograder.bricks import BRICKS
from autograder.check import judge
from autograder.compare import side_by_side
from autograder.feedback import CheckFailed
from minidl.kernels import relu

SOFTMAX = BRICKS["softmax"]


def softmax(x, dim=-1):
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


def test_a_right_answer_passes_and_says_so(capsys):
    check(softmax)
    said = capsys.readouterr()
    assert "softmax: right" in said.out
    assert "agree with PyTorch" in said.out
    assert said.err == ""


def test_the_learners_own_object_is_run_and_not_minidls():
    calls = []

    def softmax(x, dim=-1):
        calls.append(x.shape)
        return np.full_like(x, 0.5)

    with pytest.raises(CheckFailed):
        check(softmax)
    assert calls


def test_a_failure_names_stage_place_values_and_case():
    def softmax(x, dim=-1):
        e = np.exp(x - x.max(axis=dim, keepdims=True))
        return 1.001 * e / e.sum(axis=dim, keepdims=True)

    verdict = judge(SOFTMAX, softmax)
    assert verdict.stage == "values"
    headline, first, size = verdict.text().splitlines()
    assert "values differ in" in headline
    assert 'case "ordinary, float64"' in headline
    assert "yours" in first
    assert "PyTorch" in first
    assert "largest difference" in size
    assert "allowed" in size


@pytest.mark.parametrize(
    ("answer", "stage", "says"),
    [
        (lambda y: None, "nothing", "returned nothing"),
        (lambda y: y.tolist(), "type", "returned a list"),
        (lambda y: (y, y), "count", "returned 2 values"),
        (lambda y: y[0], "shape", "PyTorch's has"),
        (lambda y: y.astype(np.float64), "dtype", "A float64 number met the float32"),
        (lambda y: y * np.nan, "not finite", "yours nan"),
        (lambda y: -y, "values", "sign flipped"),
        (lambda y: 2 * y, "values", "Every value is 2 times PyTorch's"),
    ],
)
def test_each_stage_has_its_words(answer, stage, says):
    verdict = judge(SOFTMAX, lambda x, dim=-1: answer(softmax(x, dim)))
    assert verdict.stage == stage
    assert says in verdict.text()


def test_a_changed_input_is_named():
    def spoil(x, dim=-1):
        y = softmax(x, dim)
        x[...] = 0
        return y

    verdict = judge(SOFTMAX, spoil)
    assert verdict.stage == "changed"
    assert "changed its input x" in verdict.text()


def test_what_the_code_printed_is_shown_with_a_failure():
    def chatty(x, dim=-1):
        print("x is", x.shape)
        return x

    assert "Your code printed:\n  x is (3, 4)" in judge(SOFTMAX, chatty).text()


def test_an_exercise_that_was_not_begun_says_what_to_do():
    def softmax(x, dim=-1):
        raise NotImplementedError()

    verdict = judge(SOFTMAX, softmax)
    assert verdict.stage == "empty"
    assert "is still empty" in verdict.text()


def test_an_endless_loop_is_reported_once():
    def endless(x, dim=-1):
        while True:
            pass

    verdict = judge(SOFTMAX, endless, seconds=0.2)
    assert verdict.stage == "endless"
    assert "was stopped after 0.2 seconds" in verdict.text()


def relative(x):
    return np.maximum(x, 0)


@pytest.mark.parametrize(
    ("obj", "says"),
    [
        (np.zeros(3), "pass the function itself"),
        ("relu", "no quotes"),
        (lambda x: x, "a lambda has no name"),
        (relative, "'relative' is not a brick; did you mean "),
        (np.linalg.svd, "'svd' is not a brick"),
        (type("relu", (), {}), "should be a function, and yours is a class"),
    ],
)
def test_what_is_not_a_brick_gets_a_clear_answer(obj, says):
    with pytest.raises(CheckFailed, match=r"check:|relu:") as failure:
        check(obj)
    assert says in str(failure.value)


def test_the_html_holds_the_words_and_a_picture_of_the_wrong_places():
    verdict = judge(SOFTMAX, lambda x, dim=-1: np.zeros_like(x))
    page = verdict.html()
    assert "values differ" in page
    assert "<svg" in page
    assert page.count("<rect") == verdict.finding.wrong.size


def test_the_html_escapes_what_the_learner_wrote():
    def sneaky(x, dim=-1):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in judge(SOFTMAX, sneaky).html()


def test_minidls_own_function_passes(capsys):
    check(relu)
    assert "relu: right" in capsys.readouterr().out


def test_check_writes_nothing_to_stderr():
    code = (
        "import numpy as np\n"
        "from autograder import check\n"
        "def relu(x):\n    return np.exp(x * 1e5)\n"
        "try:\n    check(relu)\nexcept AssertionError as error:\n    print(error)\n"
        "def relu(x):\n    return np.maximum(x, 0)\n"
        "check(relu)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "relu: not finite" in done.stdout
    assert "relu: right" in done.stdout
    assert done.stderr == ""


def test_below_the_verdict_the_error_only_says_whom_it_is_about():
    said = "relu: values differ in 2 of 4 places\n  first at [0]"
    assert CheckFailed(said, shown=True)._render_traceback_() == ["relu: not right yet"]
    assert CheckFailed(said)._render_traceback_() == [said]


@pytest.mark.parametrize(
    ("mine", "want", "said"),
    [
        (1.0, 2.0, "yours 1   PyTorch 2"),
        (0.1 + 1e-9, 0.1, "yours 0.100000001   PyTorch 0.1"),
        (np.nan, 0.25, "yours nan   PyTorch 0.25"),
    ],
)
def test_two_numbers_are_written_with_digits_that_tell_them_apart(mine, want, said):
    assert side_by_side(mine, want) == said


def test_of_whole_numbers_the_size_of_the_difference_is_not_told():
    def one_hot(labels, num_classes):
        return np.zeros((len(labels), num_classes), np.int64)

    assert len(judge(BRICKS["one_hot"], one_hot).finding.lines) == 1
