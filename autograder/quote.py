"""Cut a brick out of minidl's source, at the edges of the learner's work."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
"""What nbgrader's ClearSolutions leaves: both ways to release look the same."""

TOKEN = re.compile(r"\w+|\S")
TELLING = 6
"""A statement of fewer tokens gives nothing away: `i += 1`, `loss.backward()`."""


@dataclass(frozen=True)
class Quote:
    """The source lines of a brick, with the learner's work in the middle.

    statements: what the solution says, statement by statement
    """

    before: tuple[str, ...]
    solution: tuple[str, ...]
    after: tuple[str, ...]
    statements: tuple[str, ...]

    def blank(self) -> str:
        """The source as learners receive it."""
        return self.around(self.indent + line for line in STUB)

    def fenced(self) -> str:
        """The source as instructors keep it: nbgrader's marks around the solution."""
        begin, end = "### BEGIN SOLUTION", "### END SOLUTION"
        return self.around([self.indent + begin, *self.solution, self.indent + end])

    def around(self, lines: Iterable[str]) -> str:
        """The source with these lines in place of the solution."""
        return "\n".join([*self.before, *lines, *self.after])

    @property
    def indent(self) -> str:
        """The blanks in front of the solution's first line."""
        first = self.solution[0]
        return first[: len(first) - len(first.lstrip())]

    def shown_in(self, text: str) -> str | None:
        """The first telling statement that text contains, however it is spaced."""
        tokens = spaced(text)
        for statement in self.statements:
            if len(TOKEN.findall(statement)) >= TELLING and spaced(statement) in tokens:
                return statement
        return None


def quote(source: str, name: str, hole: str = "") -> Quote:
    """The function called name; of a class, all of it with the method hole as work.

    Raises:  LookupError  when source defines no such function or method
             ValueError   when it has no docstring, or nothing after it
    """
    brick = definition(ast.parse(source), name)
    work = definition(brick, hole) if hole else brick
    if isinstance(work, ast.ClassDef):
        raise LookupError(f'{name} is a class; say which method to write: hole="…"')
    if ast.get_docstring(work) is None or len(work.body) == 1:
        raise ValueError(f"{work.name} needs a docstring and a body after it")
    lines = tuple(source.splitlines())
    first = min(node.lineno for node in (brick, *brick.decorator_list))
    begin = work.body[0].end_lineno or 0
    while not lines[begin].strip():
        begin += 1
    return Quote(
        before=lines[first - 1 : begin],
        solution=lines[begin : work.end_lineno],
        after=lines[work.end_lineno : brick.end_lineno],
        statements=tuple(statements(source, work.body[1:])),
    )


def definition(tree: ast.AST, name: str) -> ast.FunctionDef | ast.ClassDef:
    """The function or class called name, directly in the body of tree."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
    raise LookupError(f"there is no function or class called {name}")


def statements(source: str, body: Sequence[ast.stmt]) -> Iterator[str]:
    """The text of each simple statement, of a return only what it returns."""
    for node in chain.from_iterable(map(ast.walk, body)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            said = node.value if isinstance(node, ast.Return) else node
            yield ast.get_source_segment(source, said or node) or ""


def spaced(text: str) -> str:
    """The words and signs of text, each between single blanks."""
    return f" {' '.join(TOKEN.findall(text))} "
