"""Every chapter graded from end to end: functions, classes, and what drives them.

Her own bricks are laid into the hollow minidl, so that later cells and bricks use them.
"""

from __future__ import annotations

import ast
import json

import pytest
from handing import LIMITS, SECRET, code, feedback, messages, passed

from autograder import build
from autograder.bricks import CHAPTERS
from autograder.grading import fresh
from autograder.grading.grade import chapter_of, grade
from autograder.grading.intake import Submission

RUNNING = (ast.Expr, ast.Assign, ast.For, ast.With)
MISTAKES = {
    "04-backpropagation": (
        ("- f(x - step)) / (2 * eps)", "- f(x - step)) / eps"),
        {"numerical_gradient": "Between the two points lie two steps", "gradcheck": ""},
    ),
    "05-gradient-descent": (
        ('        p -= group["lr"] * g', '        p += group["lr"] * g'),
        {"SGD": "uphill"},
    ),
    "06-training": (
        ("            input = module(input)", "            module(input)"),
        {"Sequential": "values differ"},
    ),
}
LAID = {
    "04-backpropagation": (
        "from minidl import tensor as t\nx = t([3.0], requires_grad=True)\n"
        "(x * x + x).sum().backward()\nprint('laid', x.grad.numpy())",
        "laid [7.]",
    ),
    "05-gradient-descent": (
        "import minidl.optim as o\nfrom minidl import tensor as t\n"
        "from minidl.nn import Parameter\np = Parameter(t([1.0]))\n"
        "p.sum().backward()\no.SGD([p], lr=0.25).step()\nprint('laid', p.item())",
        "laid 0.75",
    ),
    "06-training": (
        "from minidl import nn, zeros\n"
        "net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))\n"
        "print('laid', net(zeros(4, 2)).shape, len(list(net.parameters())))",
        "laid (4, 1) 4",
    ),
}


def handed(slug, made=build.instructor, change=("", ""), last=()):
    """A chapter's imports, exercises and checks, solved unless made otherwise.

    change:  a text that stands once in the solutions, and what stands there instead
    last:    code that the student added at the end
    """
    book = json.loads(made(chapter_of(slug)))
    book["cells"] = [*filter(needed, book["cells"]), *map(code, last)]
    text, (old, new) = json.dumps(book), (json.dumps(each)[1:-1] for each in change)
    assert not old or text.count(old) == 1
    return Submission((text.replace(old, new) if old else text).encode())


def needed(cell):
    """Whether it is an exercise or a check, imports or defines things."""
    if cell["id"].startswith(("exercise-", "check-")):
        return True
    if cell["cell_type"] != "code":
        return False
    parts = ast.parse("".join(cell["source"]).replace("%load_ext", "import")).body
    defines = not any(isinstance(part, RUNNING) for part in parts)
    return defines or isinstance(parts[0], ast.Import | ast.ImportFrom)


def graded(slug, submission):
    return grade(submission, "ada", slug, SECRET, LIMITS)


def names(slug):
    return {brick.name for brick in chapter_of(slug).bricks}


@pytest.mark.parametrize("torch", [True, False], ids=["with torch", "without"])
@pytest.mark.parametrize("slug", LAID)
def test_who_solved_everything_gets_every_point(slug, torch, monkeypatch):
    monkeypatch.setattr(fresh, "has_torch", lambda: torch)
    cell, shown = LAID[slug]
    result = graded(slug, handed(slug, last=[cell]))
    assert passed(result) == names(slug), messages(result)
    assert shown in feedback(result)


@pytest.mark.parametrize("slug", MISTAKES)
def test_a_mistake_costs_its_brick_and_those_that_need_it(slug):
    change, wrong = MISTAKES[slug]
    result = graded(slug, handed(slug, change=change))
    said = messages(result)
    assert names(slug) - passed(result) == set(wrong), said
    assert all(sentence in said[name] for name, sentence in wrong.items()), said


@pytest.mark.parametrize("slug", LAID)
def test_who_wrote_nothing_gets_nothing_and_reads_why(slug):
    result = graded(slug, handed(slug, made=build.learner))
    assert passed(result) == set()
    assert all(messages(result).values())
    assert "is still empty" in feedback(result)


@pytest.mark.attacks
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_a_whole_solved_notebook_gets_every_point_and_no_cell_fails(chapter):
    submission = Submission(build.instructor(chapter).encode())
    result = graded(chapter.slug, submission)
    assert passed(result) == names(chapter.slug), messages(result)
    assert result.warnings == ()
    kinds = [each for outputs in result.outputs.values() for each in outputs]
    assert [each for each in kinds if each["output_type"] == "error"] == []
