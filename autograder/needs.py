"""What a learner's function needs beside its own lines, once it is in a module."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

from autograder.bricks import BRICKS
from autograder.bricks.brick import Brick
from autograder.cell import Refused, Written, free_names, written
from autograder.source import Import, Source, imports_of

NOTEBOOK_ONLY = {"display", "get_ipython"}
PLAIN = (bool, int, float, complex, str, bytes, tuple, type(None))


class Needs:
    """Collects a brick's own lines, its helper functions, constants and imports.

    pieces:   source by name, each after what it needs; the brick comes last
    imports:  what the target module does not import yet
    """

    def __init__(
        self,
        brick: Brick,
        target: Source,
        built: Callable[[Brick], bool],
        circular: Callable[[str], bool],
    ) -> None:
        self.brick, self.target = brick, target
        self.built, self.circular = built, circular
        self.pieces: dict[str, str] = {}
        self.imports: list[Import] = []
        self._begun: set[str] = set()

    def gather(self, name: str, value: Any) -> None:
        """Collect the source of a function or class and all that it needs.

        Raises:  Refused with what to move or rename
        """
        if name in self._begun:
            return
        self._begun.add(name)
        found = written(name, value)
        for used, needed in free_names(name, found.text):
            try:
                self._settle(used, name, found)
            except Refused:
                if needed:
                    raise
        self._add_piece(name, found.text)

    def _settle(self, name: str, user: str, found: Written) -> None:
        """Make sure that name means in the module what it means in the notebook."""
        known = found.known
        if name not in known:
            self._need_builtin(name, user)
            return
        value = known[name]
        present = self.target.imports.get(name)
        if present and present.value is value and name not in self.target.definitions:
            return
        inner = getattr(value, "__wrapped__", value)
        own_class = isinstance(value, type) and value.__module__ == known["__name__"]
        if getattr(inner, "__globals__", None) is known or own_class:
            self._need_own(name, user, value)
        elif new := imported(name, value, found.cell, known):
            self._need_import(new, user)
        elif constant := constant_in(found.cell, name, value):
            self._add_piece(name, constant)
        else:
            raise Refused(variable(name, user, value))

    def _need_builtin(self, name: str, user: str) -> None:
        if name in NOTEBOOK_ONLY:
            raise Refused(f"{user} uses {name}, which only a notebook has; remove it")
        if not hasattr(builtins, name):
            raise Refused(f"{user} uses {name}, which is not defined")
        if self.target.origin(name):
            raise Refused(
                f"{user} uses Python's own {name}, but in {self._file} this name "
                f"means another thing; write it without"
            )

    def _need_own(self, name: str, user: str, value: Any) -> None:
        """A function or class of the notebook: a brick of the wall, or a helper."""
        own = getattr(value, "__name__", name)
        if own not in (name, "<lambda>"):
            raise Refused(f"{user} calls {name}, which is {own}; call it {own}")
        if name == self.brick.name:
            return
        if name not in BRICKS and isinstance(value, type):
            raise Refused(variable(name, user, value))
        if name not in BRICKS:
            self.gather(name, value)
        elif self.built(BRICKS[name]):
            self._need_import(Import(name, BRICKS[name].module, name), user)
        else:
            raise Refused(f"{user} calls {name}, which has not passed its check yet")

    def _need_import(self, new: Import, user: str) -> None:
        """Import what the module lacks; refuse another meaning and a circle."""
        present = self.target.origin(new.bound)
        if present == new.origin:
            return
        if present or new.bound in self._taken:
            theirs = dotted(present) if present else f"Python's own {new.bound}"
            raise Refused(
                f"{user} uses {dotted(new.origin)}, but in {self._file} {new.bound} "
                f"means {theirs}; import yours under another name: import … as …"
            )
        if new.module == self.brick.module:
            raise Refused(
                f"{user} calls {new.bound}, which is {new.name} in {self._file}; "
                f"call it {new.name}"
            )
        for module in (new.module, new.origin[0]):
            if self.circular(module):
                raise Refused(
                    f"{user} uses {new.bound}, but {module} itself imports "
                    f"{self._file}; import it from elsewhere, or write {user} without"
                )
        self.imports.append(new)

    def _add_piece(self, name: str, text: str) -> None:
        """Take the lines in, unless the module has the name for something else."""
        if name == self.brick.name:
            self.pieces[name] = text
            return
        defined = name in self.target.definitions
        if defined and self.target.segment(name) == text:
            return
        if self.target.origin(name) or name in self._taken:
            raise Refused(
                f"{self._file} already uses the name {name} for something else; "
                f"rename yours, run its cell, and check {self.brick.name} again"
            )
        self.pieces[name] = text

    @cached_property
    def _taken(self) -> set[str]:
        """Python's own names that the rest of the module uses."""
        return {
            node.id
            for statement in self.target.tree.body
            if statement is not self.target.definitions.get(self.brick.name)
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and hasattr(builtins, node.id)
        } - set(self.target.definitions)

    @property
    def _file(self) -> str:
        return self.brick.module.rpartition(".")[2] + ".py"


def dotted(origin: tuple[str, str]) -> str:
    """The origin as one name: "math.sqrt", or "math" for the module."""
    return ".".join(origin).rstrip(".")


def variable(name: str, user: str, value: Any) -> str:
    """What to do about a notebook's variable that a function reads."""
    if isinstance(value, type):
        return (
            f"{user} uses {name}, a class of the notebook; "
            "write what it does as functions in the cell"
        )
    if type(value) in PLAIN:
        return (
            f"{user} uses {name}, a variable from elsewhere in the notebook; "
            f"move {name} = {value!r:.40} into the cell of {user}"
        )
    return (
        f"{user} uses {name}, a variable of the notebook ({type(value).__name__}); "
        f"move what makes it into {user} itself"
    )


def imported(
    name: str, value: Any, cell: Source, known: dict[str, Any]
) -> Import | None:
    """The import that gives value this name; None when it is the notebook's own."""
    module, own = (str(getattr(value, a, "")) for a in ("__module__", "__name__"))
    if own and module.startswith("minidl."):
        return Import(name, module, own)
    for found in written_imports(cell, known):
        if found.name == "*":
            found = Import(name, found.module, name)
        if found.bound == name and found.value is value:
            return found
    if isinstance(value, ModuleType):
        return Import(name, value.__name__)
    home = getattr(sys.modules.get(module), "__dict__", known)
    if home is not known and home.get(own) is value:
        return Import(name, module, own)
    return None


def written_imports(cell: Source, known: dict[str, Any]) -> Iterator[Import]:
    """The imports of the cell, then those of the notebook's other cells."""
    others = known.get("In", [])
    for text in (cell.text, *reversed(others if isinstance(others, list) else [])):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        for node in tree.body:
            yield from imports_of(node)


def constant_in(cell: Source, name: str, value: Any) -> str | None:
    """The line of the cell that sets name to the plain value it still has."""
    node = cell.definitions.get(name)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return None
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return None
    try:
        first = ast.literal_eval(node.value)
    except ValueError:
        return None
    same = (type(first), repr(first)) == (type(value), repr(value))
    return cell.segment(name) if same and type(value) in PLAIN else None
