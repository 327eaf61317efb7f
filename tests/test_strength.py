"""The checks are graded as a grader: every mistake falls, every right answer stands."""

import ast
from types import FunctionType

import pytest

from autograder.bricks import BRICKS
from autograder.strength import measure, mutate, pages, wrap
from autograder.strength.mistake import Mistake
from minidl.kernels.pooling import max_pool2d_backward

LINE, TURNED = "return np.maximum(x, 0)", "return np.maximum(0, x)"


@pytest.fixture(scope="module")
def rows():
    """What the check of every brick catches, measured once."""
    return {row.brick: row for row in measure.measure()}


@pytest.mark.parametrize("name", BRICKS)
def test_mistakes_are_rejected_and_named_and_right_answers_accepted(rows, name):
    row = rows[name]
    assert row.troubles == ()
    assert row.planted == row.killed == row.named >= 4
    assert row.correct == row.accepted >= 1 + 3
    assert row.mutants == row.caught + row.equivalent
    assert row.caught > 0


@pytest.mark.parametrize("name", BRICKS)
def test_a_brick_has_four_known_mistakes_and_three_other_right_answers(name):
    known = measure.mistakes(BRICKS[name])
    assert len({mistake.name for mistake in known}) == len(known) >= 4
    assert len(measure.variants(BRICKS[name])) >= 1 + 3


def test_the_page_of_numbers_is_current(rows, root):
    found = (root / "docs/strength.md").read_text("utf-8")
    assert found == pages.strength(rows.values()), "run: make strength"


def test_the_gallery_of_messages_is_current(root):
    found = (root / "docs/messages.md").read_text("utf-8")
    assert found == pages.messages(), "run: make strength"


def test_hundreds_of_bugs_are_planted_and_of_right_answers_tried(rows):
    planted = sum(row.planted + row.mutants for row in rows.values())
    assert planted >= 400
    assert sum(row.correct for row in rows.values()) >= 200


@pytest.mark.parametrize(
    ("line", "damaged"),
    [
        ("return a + b", ["a - b", "a", "b"]),
        ("return a - b", ["a + b", "a", "b", "b - a"]),
        ("return a @ b", ["a * b", "a", "b", "b @ a"]),
        ("return -a", ["a"]),
        ("return a < b", ["a <= b", "a > b"]),
        ("return a is b", ["a is not b"]),
        ("return a and b", ["a or b", "a", "b"]),
        ("return 3", ["4", "2"]),
        ("return True", ["False"]),
        ("return a.T", ["a"]),
        ("return a.dtype", ["np.float64", "np.float32"]),
        ("return a if b else c", ["a", "c", "c if b else a"]),
        ("return (a, b)", ["(b, a)"]),
        ("return f(a, b)", ["a", "f(b, a)", "f(a)"]),
        ("return a[1:n]", ["a[1:n + 1]", "a[1:n - 1]", "a[1 + 1:n]", "a[2:n]"]),
        ("return range(n)", ["n", "range(n + 1)", "range(n - 1)"]),
        ("return np.ceil(a)", ["a", "np.floor(a)"]),
        (
            "return a.sum(axis=d, keepdims=True)",
            [
                *("a", "a.sum(keepdims=True)", "a.sum(axis=d)"),
                *(f"a.sum(axis={d}, keepdims=True)" for d in (0, 1, -1)),
                *("a.mean(axis=d, keepdims=True)", "a.sum(axis=d, keepdims=False)"),
            ],
        ),
        ("a += b", ["a -= b", "a = b", "pass"]),
        ("a = f(a)", ["pass", "a = a"]),
        ("a.clear()", ["pass", "a"]),
        ("if a:\n    b()", ["if not a:\n    b()", "if True:\n    b()"]),
        ("for a in b:\n    c()", ["for a in ():\n    c()"]),
        ("for a in b:\n    break", ["for a in b:\n    continue"]),
        ("raise ValueError(1 + 1)", []),
        ("zip(a, strict=True)", ["pass", "a"]),
    ],
)
def test_a_line_is_damaged_in_each_of_these_ways(line, damaged):
    tree = ast.parse(line)
    found = set()
    for _ in mutate.each_damage(tree):
        found.add(ast.unparse(ast.fix_missing_locations(tree)))
    assert ast.unparse(tree) == ast.unparse(ast.parse(line))
    start = "return " if line.startswith("return") else ""
    assert {start + each for each in damaged} <= found
    assert found or not damaged


def test_a_mutant_is_the_brick_with_one_line_changed():
    found = {(m.was, m.now) for m in mutate.mutants(BRICKS["relu"])}
    assert (LINE, "return np.minimum(x, 0)") in found
    assert {was for was, _ in found} == {LINE}


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ([], f"relu: accepted: {LINE!r} became {TURNED!r}"),
        (
            [
                ("return x", "return y"),
                (LINE, TURNED),
            ],
            "relu: equivalent.toml has 'return x' become 'return y', which is not a "
            "damage that the check accepts; drop it, or prove what is there now",
        ),
    ],
)
def test_a_proof_that_is_missing_or_not_needed_is_a_trouble(monkeypatch, listed, says):
    proofs = [{"was": was, "now": now} for was, now in listed]
    monkeypatch.setattr(measure, "proven", lambda: {"relu": proofs})
    assert measure.measure_brick("relu").troubles == (says,)


def test_every_proof_is_a_sentence_about_a_brick():
    for name, proofs in measure.proven().items():
        assert name in BRICKS
        assert all(each["proof"].endswith(".") for each in proofs)


def test_a_mistake_that_is_accepted_is_a_trouble(monkeypatch):
    right = Mistake("right", "It is.", lambda x: x * (x > 0))
    monkeypatch.setattr(measure, "mistakes", lambda brick: (right,))
    (trouble,) = measure.measure_brick("relu").troubles
    assert trouble.startswith("relu: the mistake 'right' is not named but: relu: right")


def test_a_message_that_is_long_or_gives_the_answer_away_is_a_trouble(monkeypatch):
    (leaky,) = (m for m in measure.mistakes(BRICKS["relu"]) if m.name == "leaky")
    monkeypatch.setattr(measure, "mistakes", lambda brick: (leaky,))
    monkeypatch.setattr(measure, "given_away", lambda brick, said: "np.maximum(x, 0)")
    monkeypatch.setattr(measure, "LINES", 3)
    assert measure.measure_brick("relu").troubles == (
        "relu: the message on 'leaky' has 4 lines",
        "relu: the message on 'leaky' gives away: np.maximum(x, 0)",
    )


@pytest.mark.parametrize(
    ("said", "gives"),
    [
        ("Likely: try np.maximum( x,0 ).", "np.maximum(x, 0)"),
        ("Likely: take the larger of both.", None),
    ],
)
def test_a_statement_of_the_solution_is_found_in_a_message(said, gives):
    assert measure.given_away(BRICKS["relu"], said) == gives


@pytest.mark.parametrize("now", ["pass", "larger.append(seen >= y)"])
def test_a_cache_that_misleads_is_rejected_by_the_check_of_the_gradient(now):
    brick, beside = BRICKS["max_pool2d"], dict(max_pool2d_backward.__globals__)
    source = next(m.source for m in mutate.mutants(brick) if m.now == now)
    beside["max_pool2d"] = mutate.defined(brick, source)
    obj = FunctionType(
        max_pool2d_backward.__code__, beside, argdefs=max_pool2d_backward.__defaults__
    )
    assert measure.survives(brick, beside["max_pool2d"])
    assert not measure.survives(BRICKS["max_pool2d_backward"], obj)


def test_an_optimizer_may_change_its_parameter_but_not_the_gradient():
    brick = BRICKS["SGD"]
    found = [now for now, _ in wrap.damages(brick, measure.solution(brick))]
    assert found == ["g is set to 0 at the end"]


def test_a_line_for_the_gallery_has_to_be_in_the_solution_and_known(monkeypatch):
    brick = BRICKS["relu"]
    line = {"was": "return x", "now": "return -x"}
    monkeypatch.setattr(pages, "chosen", lambda: {"relu": line})
    with pytest.raises(
        ValueError, match=r"relu: 'return x' of telling\.toml is not one"
    ):
        pages.telling(brick)
    line["was"] = LINE
    with pytest.raises(
        ValueError, match="relu: the check names no mistake in the wrong"
    ):
        pages.telling(brick)
