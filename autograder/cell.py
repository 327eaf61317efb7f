"""Where a learner's function or class was written: its cell, lines, free names."""

from __future__ import annotations

import ast
import inspect
import linecache
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from autograder.quote import STUB
from autograder.source import Source, first_line

AS_TEXT = annotations.compiler_flag
"""Set in code under `from __future__ import annotations`."""


class Refused(Exception):
    """Why a source cannot join the wall: a sentence that says what to do."""


@dataclass(frozen=True)
class Written:
    """A function or a class as the learner wrote it.

    known:  the global names of the notebook
    text:   its lines, decorators included, "YOUR CODE HERE" left out
    cell:   the cell or file in which they stand
    """

    known: dict[str, Any]
    text: str
    cell: Source


def written(name: str, value: Any) -> Written:
    """What was written with class, or with def under the decorators on that def.

    Raises:  Refused when there is none, or when its lines cannot be found
    """
    if isinstance(value, type):
        return written_class(name, value)
    function = inspect.unwrap(value)
    if not isinstance(function, FunctionType) or function.__name__ == "<lambda>":
        kind = "lambda" if isinstance(function, FunctionType) else type(value).__name__
        raise Refused(f"{name} is a {kind}; write it as def {name}(…):")
    if function.__code__.co_freevars:
        raise Refused(
            f"{name} was made inside another function, whose variables it uses; "
            "write its def at the left margin, and what it uses inside it"
        )
    code = function.__code__
    if code.co_name != name:
        raise Refused(f"{name} was written as def {code.co_name}; write def {name}")
    cell, node = definition(name, [code])
    if function is not value and not node.decorator_list:
        raise Refused(f"{name} was wrapped after its def; put @… above the def instead")
    return Written(function.__globals__, lines_of(node, cell), cell)


def written_class(name: str, value: type) -> Written:
    """The class as it was written; every method of it must stand in its cell.

    Raises:  Refused when it cannot be found
    """
    methods = [m for m in vars(value).values() if isinstance(m, FunctionType)]
    if value.__name__ != name or not methods:
        raise Refused(f"{name} is not a class written here; write class {name}: …")
    cell, node = definition(name, [method.__code__ for method in methods])
    return Written(methods[0].__globals__, lines_of(node, cell), cell)


def lines_of(node: ast.FunctionDef | ast.ClassDef, cell: Source) -> str:
    """The lines of a definition without the mark where the learner's work begins."""
    lines = cell.text.split("\n")[first_line(node) - 1 : node.end_lineno]
    return "\n".join(line for line in lines if line.strip() != STUB[0])


def definition(
    name: str, codes: list[CodeType]
) -> tuple[Source, ast.FunctionDef | ast.ClassDef]:
    """The cell, and the definition at its left margin that gave all this code.

    Raises:  Refused when there is none
    """
    file = codes[0].co_filename
    linecache.checkcache(file)
    cell = Source("".join(linecache.getlines(file)))
    try:
        nodes = cell.tree.body
    except (SyntaxError, ValueError):
        nodes = []
    for node in nodes:
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and node.name == name
            and all(stands_in(node, code) for code in codes)
            and all(compiles_to(code, node, cell) for code in codes)
        ):
            return cell, node
    raise Refused(
        f"the lines of {name} that were run cannot be found; "
        f"write it at the left margin, run that cell, and check again"
    )


def stands_in(node: ast.FunctionDef | ast.ClassDef, code: CodeType) -> bool:
    """Whether code begins where the def does, or inside the class."""
    first = first_line(node)
    if isinstance(node, ast.FunctionDef):
        return code.co_firstlineno == first
    return first < code.co_firstlineno <= (node.end_lineno or first)


def free_names(user: str, text: str) -> Iterator[tuple[str, bool]]:
    """The global names that a def uses, and whether running it needs them.

    A name that stands in annotations alone is not needed to run.
    """
    tree = ast.parse(text)
    every = global_names(user, text)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    needed = global_names(user, ast.unparse(ast.fix_missing_locations(tree)))
    for name in sorted(every):
        yield name, name in needed


def global_names(user: str, text: str) -> set[str]:
    """The names that the code reads from its module or from Python."""
    found: set[str] = set()
    tables = [symtable.symtable(text, "<cell>", "exec")]
    for table in tables:
        outermost = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                name = symbol.get_name()
                raise Refused(f"{user} changes the global {name}; return its value")
            if symbol.is_referenced() and (symbol.is_global() or outermost):
                found.add(symbol.get_name())
        tables.extend(table.get_children())
    return found


def compiles_to(
    code: CodeType, node: ast.FunctionDef | ast.ClassDef, cell: Source
) -> bool:
    """Whether this definition is the one that was run: a file may have changed since.

    IPython compiles each statement alone, a script is compiled whole, and the code
    differs: Python calls np.exp in another way where it sees the import of np.
    """
    flags = code.co_flags & AS_TEXT
    for tree in (ast.Module([node], []), cell.tree):
        whole = compile(tree, code.co_filename, "exec", flags, dont_inherit=True)
        if any(same(each, code) for each in codes_in(whole)):
            return True
    return False


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """All code objects inside this one."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes_in(constant)


def same(one: Any, other: Any) -> bool:
    """Whether two constants, or two compiled functions, do the same."""
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        parts = ("co_name", "co_code", "co_names", "co_varnames", "co_freevars")
        return (
            all(getattr(one, part) == getattr(other, part) for part in parts)
            and len(one.co_consts) == len(other.co_consts)
            and all(map(same, one.co_consts, other.co_consts))
        )
    if isinstance(one, frozenset):
        return bool(one == other)
    return type(one) is type(other) and repr(one) == repr(other)
