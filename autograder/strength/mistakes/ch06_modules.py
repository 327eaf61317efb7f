"""Chapter 6: what learners get wrong about a module's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograder.strength.mistake import Mistake
from minidl.nn.module import Module
from minidl.nn.state import joined

Named = Iterator[tuple[str, Any]]
Method = Callable[[Any, str, bool, bool], Named]

NO_PATHS = (
    "The names are right, the paths are not: a parameter of a part carries the path "
    "to that part before its name."
)


def module(method: Method) -> type:
    """A Module with this method as its named_parameters."""

    def named_parameters(
        self: Any, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Named:
        return method(self, prefix, recurse, remove_duplicate)

    return type("Module", (Module,), {"named_parameters": named_parameters})


right = Module.named_parameters


def walk(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """Every value of _parameters with its path, None and repetitions included."""
    for path, part in self.named_modules(None, prefix, unique):
        if recurse or part is self:
            for name, value in part._parameters.items():
                yield joined(path, name), value


def once(named: Named, key: Callable[[str, Any], Any]) -> Named:
    """Each pair whose key has not come before; None is left out."""
    seen = set()
    for path, value in named:
        if value is not None and key(path, value) not in seen:
            seen.add(key(path, value))
            yield path, value


def picked(named: Named, unique: bool) -> Named:
    """The parameters among these, each once if unique."""
    return once(named, lambda path, value: id(value) if unique else path)


@module
def one_level(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """The parts are asked, but not their parts."""
    start = len(prefix) + 1 if prefix else 0
    everything = walk(self, prefix, recurse, unique)
    near = (pair for pair in everything if pair[0][start:].count(".") <= 1)
    return picked(near, unique)


@module
def parts_first(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """A module's own parameters come after those of its parts."""

    def after(part: Any, path: str) -> Named:
        for name, below in part._modules.items() if recurse else ():
            yield from after(below, joined(path, name))
        for name, value in part._parameters.items():
            yield joined(path, name), value

    return picked(after(self, prefix), unique)


@module
def without_paths(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """Only the last name."""
    for path, value in right(self, prefix, recurse, unique):
        yield path.rpartition(".")[2], value


@module
def leading_dot(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """A dot even where nothing stands before it."""
    for path, value in right(self, prefix, recurse, unique):
        yield path if "." in path else f".{path}", value


@module
def buffers_too(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """Buffers are yielded after the parameters."""
    yield from right(self, prefix, recurse, unique)
    yield from self.named_buffers(prefix, recurse, unique)


@module
def equal_is_same(self: Any, prefix: str, recurse: bool, unique: bool) -> Named:
    """Two parameters with the same numbers count as one."""
    everything = right(self, prefix, recurse, unique)
    if not unique:
        return everything
    return once(everything, lambda path, value: tuple(value.array.ravel()))


MODULE = (
    Mistake(
        "own only",
        "Only the module's own parameters are found. Its parts have parameters too.",
        module(lambda self, prefix, recurse, unique: right(self, prefix, False)),
    ),
    Mistake(
        "one level",
        "The parts are asked, but not the parts of parts. named_modules goes all the "
        "way down.",
        one_level,
    ),
    Mistake(
        "parts first",
        "A module's own parameters come before those of its parts.",
        parts_first,
    ),
    Mistake("without paths", NO_PATHS, without_paths),
    Mistake(
        "prefix ignored",
        "The prefix is ignored. It is the path to this module and stands before all "
        "others.",
        module(lambda self, prefix, *options: right(self, "", *options)),
    ),
    Mistake(
        "leading dot",
        "A path begins with a dot where nothing stands before it.",
        leading_dot,
    ),
    Mistake(
        "absent ones",
        "None is yielded. A name in _parameters may stand for a parameter that does "
        "not exist.",
        module(lambda self, *options: walk(self, *options)),
    ),
    Mistake(
        "buffers too",
        "Buffers are yielded. They are not trained and have a table of their own.",
        buffers_too,
    ),
    Mistake(
        "shared twice",
        "A parameter that is held in two places is yielded twice: an optimizer would "
        "step twice.",
        module(
            lambda self, prefix, recurse, unique: right(self, prefix, recurse, False)
        ),
    ),
    Mistake(
        "equal is same",
        "Two parameters with equal numbers are taken for one. Ask whether they are the "
        "same object.",
        equal_is_same,
    ),
    Mistake(
        "same name once",
        "Two parameters of the same name in different parts are taken for one.",
        module(
            lambda self, *options: once(
                right(self, *options), lambda path, value: path.rpartition(".")[2]
            )
        ),
    ),
    Mistake(
        "always once",
        "remove_duplicate=False asks for every place of a shared parameter.",
        module(lambda self, prefix, recurse, unique: right(self, prefix, recurse)),
    ),
    Mistake(
        "always recursive",
        "recurse=False asks for the module's own parameters alone.",
        module(lambda self, prefix, recurse, unique: right(self, prefix, True, unique)),
    ),
)


MISTAKES: dict[str, tuple[Mistake, ...]] = {"Module": MODULE}
