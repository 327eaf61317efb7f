"""Which attributes of a Module are parameters, buffers and parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minidl.nn.parameter import Parameter
from minidl.tensor import Tensor

if TYPE_CHECKING:
    from minidl.nn.module import Module


class Registry:
    """An object that sorts what is assigned to it into tables.

    A Parameter, a Module or a registered buffer that is assigned to an attribute
    goes into the table of its kind, in the order of assignment.
    """

    def __init__(self) -> None:
        self._parameters: dict[str, Parameter | None] = {}
        self._buffers: dict[str, Tensor | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._temporary: set[str] = set()  # names of buffers not in state_dict

    def __setattr__(self, name: str, value: Any) -> None:
        for table, (kind, words) in TABLES.items():
            known = name in self.__dict__.get(table, ())
            fits = isinstance(value, kind) or (known and value is None)
            if fits and (known or kind is not Tensor):
                self._register(table, name, value)
                return
            if known:
                raise TypeError(
                    f"cannot assign a {type(value).__name__} as {name!r} of "
                    f"{type(self).__name__}; pass a {words} or None"
                )
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        for table in TABLES:
            values = self.__dict__.get(table, {})
            if name in values:
                return values[name]
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        for table in TABLES:
            if name in self.__dict__[table]:
                del self.__dict__[table][name]
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def _register(self, table: str, name: str, value: Any) -> None:
        """Put a value into a table, and take its name out of the other places."""
        if table not in self.__dict__:
            raise AttributeError(f"before {name!r}: call super().__init__() first")
        for other in TABLES:
            if other != table:
                self.__dict__[other].pop(name, None)
        self.__dict__.pop(name, None)
        self.__dict__[table][name] = value

    def _register_new(self, table: str, name: str, value: Any) -> None:
        """Put a value under a name that is free, or in the table already."""
        kind, words = TABLES[table]
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"{name!r} is no name: pass a str, not empty, without a dot")
        if hasattr(self, name) and name not in self.__dict__[table]:
            raise KeyError(f"attribute {name!r} exists already; choose another name")
        if value is not None and not isinstance(value, kind):
            raise TypeError(
                f"{name!r} is a {type(value).__name__}; pass a {words} or None"
            )
        self._register(table, name, value)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter; None keeps its name for one that does not exist."""
        self._register_new("_parameters", name, param)

    def register_buffer(
        self, name: str, tensor: Tensor | None, persistent: bool = True
    ) -> None:
        """Add a tensor that is not trained; a persistent one is in state_dict."""
        self._register_new("_buffers", name, tensor)
        (self._temporary.discard if persistent else self._temporary.add)(name)

    def register_module(self, name: str, module: Module | None) -> None:
        """Add a part."""
        self._register_new("_modules", name, module)

    add_module = register_module

    def extra_repr(self) -> str:
        """What print shows between the parentheses, before the parts."""
        return ""

    def __repr__(self) -> str:
        lines = self.extra_repr().splitlines()
        parts = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if parts or len(lines) > 1:
            lines = ["", *[f"  {line}" for line in lines + parts], ""]
        return f"{type(self).__name__}({chr(10).join(lines)})"


TABLES: dict[str, tuple[type, str]] = {
    "_parameters": (Parameter, "Parameter"),
    "_modules": (Registry, "Module"),
    "_buffers": (Tensor, "Tensor"),
}
"""Of each table, what belongs into it, and that in words."""
