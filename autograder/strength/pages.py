"""docs/strength.md and docs/messages.md: what the checks catch, and what they say."""

from __future__ import annotations

import linecache
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from autograder.bricks import CHAPTERS
from autograder.bricks.brick import Brick
from autograder.check import judge
from autograder.feedback import Verdict
from autograder.strength.measure import Strength
from autograder.strength.mutate import NAME, defined, mutants, solved

DOCS = Path(__file__).parents[2] / "docs"
CHOSEN = Path(__file__).parent / "telling.toml"

STRENGTH = """\
# How strong the checks are

A check is worth what it catches. Every brick's check is tried on three kinds of
answers.

**Known mistakes**, {planted} in all: what learners really write, each written by hand.
The check has to reject it, and to name it in the line that begins with "Likely".

**Mutations**, {mutants} in all: minidl's own solution, damaged in one place by rules.
An operator, comparison, constant, axis, `keepdims` or dtype is another, a bound is off
by one, a term, argument, call or statement is left out, two arguments change places,
the answer has a wrong dtype, an input is set to 0. The check has to reject it, unless
no answer changes: then [equivalent.toml](../autograder/strength/equivalent.toml) has
the proof, and the measurement fails when it is no longer needed. What compiles to the
same code is not counted.

**Right answers** in another form, {correct} in all. Some are written by hand: loops,
einsum, masks, other formulas. The others are made of minidl's solution: every sum from
its other end, wherever there is one; arrays that are read-only, not contiguous, stored
by columns or of a subclass, for bricks that return arrays; more digits on the way, and
a list in place of a tuple, for those whose arrays go straight to the comparison. The
check has to accept them. A dtype other than PyTorch's is never right.

Rejected: {killed} of {planted} known mistakes, {named} of them named, and {caught} of
{mutants} mutations; the other {equivalent} are proven equivalent. Accepted: {accepted}
of {correct} right answers.

`make strength` measures all of this anew and builds this page. A test does the same,
and fails when a number differs.
"""

MESSAGES = """\
# What the checks say

For each brick a line that a learner got wrong, in an answer that is right otherwise,
and what the check says to it. It shows the first difference from PyTorch, and the
likely cause where it knows the mistake; in a notebook comes a small picture of where
the arrays differ. No message on a known mistake has more than five lines or contains a
statement of the solution.

`make strength` builds this page. A test does the same, and fails when it differs.
"""

COLUMNS = (
    *("known mistakes", "rejected", "named", "mutations", "rejected"),
    *("proven equivalent", "right answers", "accepted"),
)

NUMBERS = (
    *("planted", "killed", "named", "mutants", "caught"),
    *("equivalent", "correct", "accepted"),
)


def write(rows: Iterable[Strength], directory: Path = DOCS) -> list[Path]:
    """Write both pages; returns where they are."""
    pages = {"strength.md": strength(rows), "messages.md": messages()}
    for name, text in pages.items():
        (directory / name).write_text(text, "utf-8")
    return [directory / name for name in pages]


def strength(rows: Iterable[Strength]) -> str:
    """The page of numbers, a table a chapter."""
    by_name = {row.brick: row for row in rows}
    total = {
        name: sum(getattr(row, name) for row in by_name.values()) for name in NUMBERS
    }
    parts = [STRENGTH.format(**{k: f"{v:,}" for k, v in total.items()})]
    for chapter in CHAPTERS:
        lines = [f"## {chapter.number}. {chapter.title}", ""]
        lines += [cells("brick", *COLUMNS), cells("---", *["---:"] * len(COLUMNS))]
        for brick in chapter.bricks:
            row = by_name[brick.name]
            numbers = (getattr(row, name) for name in NUMBERS)
            lines.append(cells(f"`{brick.name}`", *numbers))
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def cells(*row: object) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(map(str, row))} |"


def messages() -> str:
    """The gallery: a wrong line for each brick, and the verdict on it."""
    parts = [MESSAGES]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.number}. {chapter.title}\n")
        for brick in chapter.bricks:
            line, verdict = telling(brick)
            parts.append(f"### {brick.name}\n\n```python\n{line}\n```\n")
            parts.append(f"```text\n{verdict.text()}\n```\n")
    return "\n".join(parts)


def telling(brick: Brick) -> tuple[str, Verdict]:
    """A wrong line and the verdict: the chosen one, or the first that is named.

    Raises:  ValueError when the check does not know the mistake
    """
    for now, source in wrong_lines(brick):
        lines = source.splitlines(keepends=True)
        linecache.cache[NAME] = len(source), None, lines, NAME  # for the traceback
        verdict = judge(brick, defined(brick, source))
        if verdict.mistake:
            return now, verdict
    raise ValueError(
        f"{brick.name}: the check names no mistake in the wrong line that is to be "
        f"shown; choose another in {CHOSEN.name}"
    )


def wrong_lines(brick: Brick) -> Iterator[tuple[str, str]]:
    """The chosen wrong line and the source with it, or those of each mutant."""
    line = chosen().get(brick.name)
    if line is None:
        yield from ((m.now, m.source) for m in mutants(brick))
        return
    right = solved(brick)
    if right.count(line["was"]) != 1:
        raise ValueError(
            f"{brick.name}: {line['was']!r} of {CHOSEN.name} is not one line of the "
            "solution; choose one that is"
        )
    yield line["now"], right.replace(line["was"], line["now"])


@cache
def chosen() -> dict[str, dict[str, str]]:
    """The line to show of a brick: what it was, and what a learner wrote."""
    return dict(tomllib.loads(CHOSEN.read_text("utf-8")))
