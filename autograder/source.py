"""A Python file as text that can be edited: its definitions and its imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

MARK = "# laid by autograder catch-up, not by you"
NOTHING = object()

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Import:
    """A name that an import binds: `import numpy as np` binds np.

    name:  what is taken from the module, or "" for the module itself
    """

    bound: str
    module: str
    name: str = ""

    @property
    def statement(self) -> str:
        """The import as a line of Python."""
        thing = self.name or self.module
        plain = thing if self.name else self.module.partition(".")[0]
        alias = "" if self.bound == plain else f" as {self.bound}"
        start = f"from {self.module} import" if self.name else "import"
        return f"{start} {thing}{alias}"

    @property
    def origin(self) -> tuple[str, str]:
        """Module and name of what is bound, however the import is spelled."""
        root = self.module.partition(".")[0]
        if not self.name:
            return (root if self.bound == root else self.module), ""
        if f"{self.module}.{self.name}" in sys.modules:
            return f"{self.module}.{self.name}", ""
        return self.module, self.name

    @property
    def value(self) -> Any:
        """What the name stands for, if its module is loaded; else NOTHING."""
        module, name = self.origin
        found = sys.modules.get(module, NOTHING)
        if name and isinstance(found, ModuleType):
            return getattr(found, name, NOTHING)
        return found

    @property
    def place(self) -> tuple[int, bool, str]:
        """Where it stands in a sorted list of imports: its group comes first."""
        root = self.module.partition(".")[0]
        if root == "__future__":
            group = 0
        elif root in sys.stdlib_module_names:
            group = 1
        else:
            group = 3 if root == "minidl" else 2
        return group, bool(self.name), self.module


@dataclass(frozen=True)
class Source:
    """The text of the module called `module`.

    Raises:  SyntaxError or ValueError, when first asked, if it is not Python
    """

    text: str
    module: str = ""

    @cached_property
    def tree(self) -> ast.Module:
        """The text, parsed."""
        return ast.parse(self.text)

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """Functions, classes and plain variables of the top level, by name."""
        return {
            name: node
            for node in self.tree.body
            if isinstance(node, Definition)
            for name in names_of(node)
        }

    @cached_property
    def imports(self) -> dict[str, Import]:
        """What the imports of the top level bind, by name."""
        found = (i for node in self.tree.body for i in imports_of(node))
        return {each.bound: each for each in found}

    def origin(self, name: str) -> tuple[str, str] | None:
        """Module and name of what the file calls name; None when it is free."""
        if name in self.definitions:
            return self.module, name
        return self.imports[name].origin if name in self.imports else None

    def segment(self, name: str) -> str:
        """The lines that define name, decorators included."""
        first, last = self.span(name)
        lines = self.text.split("\n")[first - 1 : last]
        return "\n".join(line for line in lines if line != MARK)

    def span(self, name: str) -> tuple[int, int]:
        """First and last line of a definition, with our mark when it carries one."""
        node = self.definitions[name]
        first = first_line(node)
        marked = first > 1 and self.text.split("\n")[first - 2] == MARK
        return first - marked, node.end_lineno or node.lineno

    def marked(self, name: str) -> bool:
        """Whether the definition carries our mark."""
        return self.text.split("\n")[self.span(name)[0] - 1] == MARK

    def replace(self, name: str, text: str) -> Source:
        """The file with text in place of the definition of name."""
        first, last = self.span(name)
        lines = self.text.split("\n")
        lines[first - 1 : last] = text.split("\n")
        return Source("\n".join(lines), self.module)

    def remove(self, name: str) -> Source:
        """The file without the definition of name and the blank lines after it."""
        first, last = self.span(name)
        lines = self.text.split("\n")
        while last < len(lines) - 1 and not lines[last].strip():
            last += 1
        del lines[first - 1 : last]
        return Source("\n".join(lines), self.module)

    def add_import(self, new: Import) -> Source:
        """The file with one import more, where it belongs among the others."""
        if self.imports.get(new.bound) == new:
            return self
        lines = self.text.split("\n")
        present = [
            (found.place, node)
            for node in self.tree.body
            for found in list(imports_of(node))[:1]
        ]
        before = [pair for pair in present if pair[0] <= new.place]
        after = [pair for pair in present if pair[0] > new.place]
        block = [new.statement]
        if after and (not before or after[0][0][0] == new.place[0]):
            (group, *_), node = after[0]
            at = node.lineno - 1
            block = [*block, *([""] if group != new.place[0] else [])]
        elif before:
            (group, *_), node = before[-1]
            at = node.end_lineno or node.lineno
            block = [*([""] if group != new.place[0] else []), *block]
        else:
            documented = ast.get_docstring(self.tree) is not None
            at = (self.tree.body[0].end_lineno or 0) if documented else 0
            block = ["", *block] if documented else [*block, ""]
        lines[at:at] = block
        return Source("\n".join(lines), self.module)

    def drop_import(self, name: str) -> Source:
        """The file without the line that imports name alone, if nothing uses it."""
        used = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)}
        for node in self.tree.body:
            if name not in used and [i.bound for i in imports_of(node)] == [name]:
                lines = self.text.split("\n")
                del lines[node.lineno - 1 : node.end_lineno]
                return Source("\n".join(lines), self.module)
        return self


def first_line(node: ast.stmt) -> int:
    """The line on which a statement begins, that of a decorator included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def names_of(node: Definition) -> Iterator[str]:
    """The names that a definition binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
        return
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def imports_of(node: ast.stmt) -> Iterator[Import]:
    """What an import statement binds; nothing for other statements."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.asname or alias.name.partition(".")[0], alias.name)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield Import(alias.asname or alias.name, node.module, alias.name)
