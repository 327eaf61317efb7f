"""The wall of bricks: empty in a new workspace, then what the learner built."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import package
from autograder.bricks import BRICKS, CHAPTERS, chapter_of
from autograder.bricks.brick import Brick, Chapter
from autograder.cell import Refused, global_names
from autograder.needs import Needs
from autograder.quote import quote
from autograder.source import MARK, Import, Source, names_of

STUB = Import("NotBuiltYet", "minidl.errors", "NotBuiltYet")

EMPTY, BUILT, LAID, DAMAGED = "empty", "built by you", "laid by us", "file damaged"


@dataclass(frozen=True)
class Added:
    """What became of a brick that passed its check; as text, a sentence about it.

    built:  whether the learner's minidl has her source now
    """

    text: str
    built: bool = True

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Row:
    """One brick of the wall and its state."""

    chapter: Chapter
    brick: Brick
    state: str


@dataclass(frozen=True)
class CaughtUp:
    """The bricks that were laid, and a sentence for each that could not be."""

    laid: list[Brick]
    trouble: list[str]


def hollow(source: str, bricks: Iterable[Brick]) -> str:
    """The source with the body of each brick replaced by `raise NotBuiltYet(…)`."""
    result = Source(source)
    for brick in bricks:
        found = quote(result.text, brick.name, brick.hole)
        number = chapter_of(brick).number
        stub = f'{found.indent}raise NotBuiltYet("{brick.name}: chapter {number}")'
        result = result.replace(brick.name, found.around([stub]))
    return result.add_import(STUB).text


def add(brick: Brick, value: Any, workspace: Path) -> Added:
    """Write what passed its check into the learner's minidl.

    What cannot stand in a module is refused: the text then says what to do, and
    nothing has changed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # her cell has given them once
            old = package.read(workspace, brick)
            new = with_brick(old, brick, value, workspace)
            if new.text == old.text:
                return Added("It stands in your minidl already.")
            kept = state_in(old, brick) != EMPTY
            copy = package.replace(workspace, brick, new, kept)
    except (Refused, OSError) as error:
        return Added(f"But it is not in your minidl: {error}.", built=False)
    place = package.file_of(workspace, brick.module).relative_to(workspace)
    earlier = f"; the file as it was is kept in {copy.name}" if copy else ""
    return Added(f"It is in your {place.as_posix()} now{earlier}.")


def with_brick(old: Source, brick: Brick, value: Any, workspace: Path) -> Source:
    """The file with the learner's function or class and what it needs.

    Raises:  Refused with what to change
    """
    bare = old
    for name in helpers(old, brick):
        bare = bare.remove(name)

    def built(other: Brick) -> bool:
        return state_in(package.read(workspace, other), other) != EMPTY

    def circular(module: str) -> bool:
        return package.circular(workspace, module, brick.module)

    needs = Needs(brick, bare, built, circular)
    needs.gather(brick.name, value)
    new = bare.replace(brick.name, "\n\n\n".join(needs.pieces.values()))
    for each in needs.imports:
        new = new.add_import(each)
    new = new.drop_import(STUB.bound)
    package.load(new, package.file_of(workspace, brick.module))
    return new


def helpers(source: Source, brick: Brick) -> set[str]:
    """What an earlier answer to the brick brought along, and nothing else uses."""
    ours = package.finished(brick.module).definitions
    used = {
        name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for name, node in source.definitions.items()
    }
    brought = {
        name
        for name, node in source.definitions.items()
        if name not in ours and list(names_of(node)) == [name]
    }
    others = {
        n.id
        for statement in source.tree.body
        if statement is not source.definitions[brick.name]
        and statement not in [source.definitions[name] for name in brought]
        for n in ast.walk(statement)
        if isinstance(n, ast.Name)
    }
    return reach(used[brick.name], brought, used) - reach(others, brought, used)


def reach(start: set[str], among: set[str], used: dict[str, set[str]]) -> set[str]:
    """The names among these that start uses, directly or through one another."""
    found: set[str] = set()
    rest = start & among
    while rest:
        found |= rest
        rest = set().union(*(used[name] for name in rest)) & among - found
    return found


def state_in(source: Source, brick: Brick) -> str:
    """The state of a brick, as the learner's file tells it."""
    node: ast.AST = source.definitions[brick.name]
    if brick.hole and isinstance(node, ast.ClassDef):
        methods = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
        node = methods.get(brick.hole, node)
    body = list(getattr(node, "body", ()))
    if len(body) > 1 and isinstance(body[0], ast.Expr):
        del body[0]  # the docstring
    if len(body) == 1 and ast.unparse(body[0]).startswith(f"raise {STUB.bound}("):
        return EMPTY
    return LAID if source.marked(brick.name) else BUILT


def status(workspace: Path) -> list[Row]:
    """Every brick with its state."""
    rows = []
    for brick in BRICKS.values():
        try:
            state = state_in(package.read(workspace, brick), brick)
        except (Refused, OSError):
            state = DAMAGED
        rows.append(Row(chapter_of(brick), brick, state))
    return rows


def catch_up(workspace: Path, chapter: int) -> CaughtUp:
    """Lay our bricks where those of the chapters before this one are empty.

    What the learner built stays as it is.
    """
    result = CaughtUp([], [])
    wanted = [b for each in CHAPTERS if each.number < chapter for b in each.bricks]
    for module in dict.fromkeys(brick.module for brick in wanted):
        bricks = [brick for brick in wanted if brick.module == module]
        try:
            result.laid.extend(lay(workspace, bricks))
        except (Refused, OSError) as error:
            result.trouble.append(f"{', '.join(b.name for b in bricks)}: {error}")
    return result


def lay(workspace: Path, bricks: list[Brick]) -> list[Brick]:
    """Write our own source, marked as ours, where these bricks of a file are empty.

    Raises:  Refused when the file has lost a brick, or what our source needs
    """
    sources = [package.read(workspace, brick) for brick in bricks]
    old, ours = sources[0], package.finished(bricks[0].module)
    empty = [brick for brick in bricks if state_in(old, brick) == EMPTY]
    new = old
    for brick in empty:
        text = ours.segment(brick.name)
        new = new.replace(brick.name, f"{MARK}\n{text}")
        for name in sorted(global_names(brick.name, text)):
            if name in ours.imports and not new.origin(name):
                new = new.add_import(ours.imports[name])
            if new.origin(name) != ours.origin(name):
                raise Refused(f"{old.module} means something of its own by {name}")
    if empty:
        hers = [b for b in BRICKS.values() if b.module == old.module]
        kept = any(state_in(old, brick) == BUILT for brick in hers)
        package.replace(workspace, bricks[0], new.drop_import(STUB.bound), kept)
    return empty
