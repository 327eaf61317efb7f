"""Modules made of other Modules: in order, in a list, by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Self

from minidl.nn.module import Module


class Numbered:
    """What Sequential and ModuleList share: parts with the names 0, 1, 2, …"""

    _modules: dict[str, Module | None]
    add_module: Callable[[str, Module | None], None]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Any:
        named: Any = list(self._modules.items())[index]
        return type(self)(dict(named)) if isinstance(index, slice) else named[1]  # type: ignore[call-arg]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, list(self._modules)[index], module)

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        del modules[index]
        self._number(modules)

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def append(self, module: Module) -> Self:
        """Add a part at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add parts at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add a part before the one with this index."""
        modules = list(self)
        modules.insert(index, module)
        self._number(modules)
        return self

    def pop(self, index: int | slice) -> Any:
        """Take out a part, or a slice of them."""
        part = self[index]
        del self[index]
        return part

    def _number(self, modules: Iterable[Module]) -> None:
        """Hold these parts and no others, named by their place."""
        self._modules.clear()
        self.extend(modules)


class Sequential(Numbered, Module):
    """Parts that are called one after the other; each gets what the last returned.

    Made from Modules, or from one dict of names and Modules.
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        first = modules[0] if len(modules) == 1 else None
        if isinstance(first, Mapping):
            for name, module in first.items():
                self.add_module(name, module)
        else:
            self.extend(modules)  # type: ignore[arg-type]

    def forward(self, input: Any) -> Any:
        """The output of the last part."""
        for module in self:
            input = module(input)
        return input


class ModuleList(Numbered, Module):
    """A list of parts; how they are called is up to the Module that holds it."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def __getitem__(self, index: int | slice) -> Any:
        part = list(self)[index]
        return type(self)(part) if isinstance(index, slice) else part

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        lines, start = [], 0
        for text, group in groupby(map(repr, self)):
            count, text = len(list(group)), text.replace("\n", "\n  ")
            alone = count == 1
            place = f"{start}" if alone else f"{start}-{start + count - 1}"
            lines.append(f"\n  ({place}): " + ("" if alone else f"{count} x ") + text)
            start += count
        return f"ModuleList({''.join(lines)}" + ("\n)" if lines else ")")


class ModuleDict(Module):
    """A dict of parts; how they are called is up to the Module that holds it."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Collection[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Collection[Any]:
        """The parts."""
        return self._modules.values()

    def items(self) -> Collection[tuple[str, Any]]:
        """The names with the parts."""
        return self._modules.items()

    def update(self, modules: Any) -> None:
        """Add the parts of a dict, or of pairs of a name and a part."""
        for key, module in dict(modules).items():
            self[key] = module

    def pop(self, key: str) -> Any:
        """Take out a part."""
        return self._modules.pop(key)

    def clear(self) -> None:
        """Take out all parts."""
        self._modules.clear()
