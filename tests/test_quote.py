"""Where the learner's work begins and ends in a brick's source."""

import re

import pytest

from autograder.quote import quote

SCALE = '''\
import math


@final
class Scale:
    """Multiply by a number."""

    def __init__(self, k):
        self.k = k

    def forward(self, x):
        """Return k x."""

        # Twice is enough.
        for _ in range(1):
            y = self.k * x + math.sin(0)
        return y

    def name(self):
        return "scale"


def other():
    pass
'''


def test_only_the_body_after_the_docstring_is_the_work():
    scale = quote(SCALE, "Scale", "forward")
    assert scale.before[0] == "@final"
    assert scale.before[-2:] == ('        """Return k x."""', "")
    assert scale.solution[0] == "        # Twice is enough."
    assert scale.solution[-1] == "        return y"
    assert scale.after == ("", "    def name(self):", '        return "scale"')


def test_a_blank_quote_has_the_stub_and_a_fenced_one_has_the_marks():
    scale = quote(SCALE, "Scale", "forward")
    assert scale.blank().splitlines()[-5:-3] == [
        "        # YOUR CODE HERE",
        "        raise NotImplementedError()",
    ]
    fenced = scale.fenced().splitlines()
    begin = fenced.index("        ### BEGIN SOLUTION")
    end = fenced.index("        ### END SOLUTION")
    assert tuple(fenced[begin + 1 : end]) == scale.solution


def test_statements_of_a_solution_are_found_inside_its_blocks():
    solution = quote(SCALE, "Scale", "forward")
    assert solution.shown_in("then y = self.k*x\n + math.sin(0) follows")
    assert not solution.shown_in("my = self.k * x + math.sin(0)")
    assert not solution.shown_in("return y")


@pytest.mark.parametrize(
    ("source", "name", "hole", "says"),
    [
        (SCALE, "Scales", "", "there is no function or class called Scales"),
        (SCALE, "Scale", "", 'Scale is a class; say which method to write: hole="'),
        (SCALE, "Scale", "backward", "no function or class called backward"),
        (SCALE, "other", "", "other needs a docstring and a body after it"),
        ('def f():\n    """Return."""\n', "f", "", "f needs a docstring and a body"),
    ],
)
def test_what_cannot_be_quoted_is_refused(source, name, hole, says):
    with pytest.raises((LookupError, ValueError), match=re.escape(says)):
        quote(source, name, hole)
