"""Which of a chapter's own cells a student's code builds on. Runs in her kernel.

The others are there to be looked at. In grading nobody looks, and they take most of a
submission's time: pictures, trainings, data.
"""

from __future__ import annotations

import re
import symtable
from collections.abc import Sequence
from dataclasses import dataclass

ANY_NAME = {"eval", "exec", "get_ipython", "globals", "vars", "In", "Out"}
"""Whoever uses one of these may reach every name."""

CHANGED = re.compile(r"(\w+)\s*(?:\*\*|//|<<|>>|[-+*/%@&|^])=")
"""A name that takes an augmented assignment."""


@dataclass(frozen=True)
class Names:
    """The names of the notebook that a cell deals with.

    bound:   it defines, imports or assigns them
    values:  those of them that it assigns; unlike functions, a later cell may change
             what they hold
    read:    it uses them, in functions too
    """

    bound: frozenset[str]
    values: frozenset[str]
    read: frozenset[str]


NONE = Names(frozenset(), frozenset(), frozenset())


def used(cells: Sequence[tuple[str, bool]]) -> list[bool]:
    """Whether each cell has to run: all of hers, and of ours what hers build on.

    cells:  the text of each, and whether it is ours
    """
    found = [names_in(text) for text, _ in cells]
    run = [names is None for names in found]
    known = [names or NONE for names in found]
    for i, (_, ours) in enumerate(cells):
        if not ours:
            if run[i] or known[i].read & ANY_NAME:
                return [True] * len(cells)
            run[i] = True
    values = frozenset[str]().union(*(names.values for names in known))
    wanted = set[str]().union(*(known[i].read for i, on in enumerate(run) if on))
    missed = True
    while missed:
        missed = False
        for i, names in enumerate(known):
            if not run[i] and wanted & (names.bound | names.read & values):
                run[i] = missed = True
                wanted |= names.read
    return run


def names_in(text: str) -> Names | None:
    """The names that the text deals with; None when only running it would tell.

    A magic is no Python, and an import of * does not say what it defines.
    """
    if "import *" in text:
        return None
    try:
        tables = [symtable.symtable(text, "<cell>", "exec")]
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    bound, values, read = set(), set(), set()
    changed = set(CHANGED.findall(text))  # to symtable these are not read
    for table in tables:
        outermost = table.get_type() == "module"
        for symbol in table.get_symbols():
            if not (outermost or symbol.is_global()):
                continue
            name = symbol.get_name()
            if symbol.is_referenced() or name in changed:
                read.add(name)
            if symbol.is_assigned() or symbol.is_imported():
                bound.add(name)
                if not (symbol.is_imported() or symbol.is_namespace()):
                    values.add(name)
        tables.extend(table.get_children())
    return Names(frozenset(bound), frozenset(values), frozenset(read))
