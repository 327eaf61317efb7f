"""Static signals: what they see, and that honest work stays quiet."""

import inspect
import random

import numpy as np
import pytest

from autograder import recording
from autograder.bricks import CHAPTERS, find
from autograder.grading.signals import PAIRS, own_code, public_arrays, signals
from autograder.strength.variants.ch02 import VARIANTS

CHAPTER = CHAPTERS[1]


def says(code):
    """What is said about a single submission."""
    return [signal.says for signal in signals({"ada": code}, "", CHAPTER)]


def result(name, case=0):
    return recording.load(find(name)).expected[case].outputs[0]


def whole(choose):
    """A whole chapter of right answers, one chosen for each brick."""
    chosen = (choose(VARIANTS[brick.name]) for brick in CHAPTER.bricks)
    return "\n".join(inspect.getsource(each) for each in chosen)


ANSWERS = whole(lambda variants: variants[0])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch", "imports torch"),
        ("x = 1; import numpy as np, torch.nn as nn", "imports torch"),
        ("def f():\n    from torch.nn import functional", "imports torch"),
        ("if True: import torch", "imports torch"),
        (
            "__import__('torch')",
            'names "torch" in a string, as import_module would',
        ),
        (
            "from minidl.kernels.activations import tanh, relu as r",
            "imports the answer minidl.kernels.activations.tanh",
        ),
        (
            "from minidl.kernels.activations import (\n    relu,\n)",
            "imports the answer minidl.kernels.activations.relu",
        ),
        ("import autograder.reference.ch02", "imports autograder.reference.ch02"),
        (
            "from autograder.strength.variants import ch02",
            "imports autograder.strength.variants.ch02",
        ),
    ],
)
def test_imports_of_torch_and_of_solutions_are_seen(code, expected):
    assert expected in says(code)


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nfrom minidl.kernels.linear import linear",
        "from autograder import check",
        "torch = 1  # import torch",
        "s = 'to the torch and back'",
        "important = torchlight",
    ],
)
def test_other_imports_and_words_are_not(code):
    assert says(code) == []


def test_a_hard_coded_result_is_seen_though_it_is_rounded():
    values = np.round(result("softmax"), 6).tolist()
    (said,) = says(f"def softmax(x, dim=-1):\n    return np.array({values})")
    assert said.startswith("has the 12 numbers of softmax, the result of the case")


def test_numbers_on_several_lines_with_signs_and_comments_are_seen():
    case = recording.load(find("tanh")).cases[0]
    flat = case.inputs["x"].ravel()
    lines = ",  # next\n".join(repr(float(value)) for value in flat)
    (said,) = says(f"x = (\n{lines},\n)")
    assert said.startswith(f"has the {flat.size} numbers of tanh, input x of the case")


@pytest.mark.parametrize(
    "code", ["[1, 2, 3, 4]", "[[0, 1], [1, 0]]", "f(0.1, 0.2, 0.35, 0.7)", "[0.5] * 12"]
)
def test_numbers_that_anybody_writes_are_not(code):
    assert says(code) == []


def test_counting_and_constant_arrays_are_no_public_arrays():
    for rows, names in public_arrays(CHAPTER).values():
        assert len(rows) == len(names)
        for row in rows:
            assert len(np.unique(row)) >= 4
            assert np.ptp(np.diff(row)) > 0


def test_a_copy_with_other_names_and_comments_is_alike():
    copy = ANSWERS.replace("(x", "(eingabe").replace(" x", " eingabe  ")
    copy = copy.replace("return", "# meins\n    return")
    found = signals({"ada": ANSWERS, "ben": copy}, "", CHAPTER)
    (said,) = [each for each in found if each.students == ("ada", "ben")]
    assert said.says == "are alike in 100 % of their words"


def test_students_who_chose_their_own_ways_are_rarely_alike():
    rng = random.Random(0)
    codes = {f"s{i}": whole(rng.choice) for i in range(60)}
    pairs = 60 * 59 / 2
    assert len(signals(codes, "", CHAPTER)) <= 0.002 * pairs


def test_empty_and_short_submissions_are_not_alike():
    assert (
        signals({"ada": "", "ben": "", "cy": "x = 1", "dan": "x = 1"}, "", CHAPTER)
        == []
    )


def test_what_the_chapter_gives_makes_nobody_alike():
    given = "\n".join(f"line_{i} = call(argument, {i})" for i in range(60))
    codes = {"ada": f"{given}\nx = 1", "ben": f"{given}\ny = 2"}
    assert signals(codes, given, CHAPTER) == []


def test_own_code_leaves_out_the_cells_that_were_handed_out():
    assert own_code(["import this\n", "mine"], ["import this"]) == "mine"


def test_many_alike_are_counted_and_not_all_listed():
    *listed, rest = signals({f"s{i:02d}": ANSWERS for i in range(12)}, "", CHAPTER)
    assert len(listed) == PAIRS
    assert rest.says == f"{12 * 11 // 2 - PAIRS} more pairs are alike in 95 % or more"


@pytest.mark.parametrize(
    "code",
    [
        "(" * 100_000,
        "-" * 100_000 + "1",
        "def f(:\n  '''",
        "\x00\ud800",
        "[" + "1," * 60_000 + "]",
        "%%bash\nrm -rf /",
    ],
)
def test_hostile_text_harms_nothing(code):
    assert signals({"eve": code, "ada": ANSWERS}, "", CHAPTER) == []
