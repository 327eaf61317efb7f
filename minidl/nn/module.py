"""Module: a part of a network that knows its parameters and its own parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import numpy as np

from minidl.dtypes import float32, float64
from minidl.nn import state
from minidl.nn.parameter import Parameter
from minidl.tape import no_grad
from minidl.tensor import Tensor


class Module:
    """The base of all layers and networks.

    A Parameter, a Module or a registered buffer that is assigned to an attribute
    goes into the table of its kind, in the order of assignment.

    training:  whether layers such as Dropout behave as in training
    """

    def __init__(self) -> None:
        self.training = True
        self._parameters: dict[str, Parameter | None] = {}
        self._buffers: dict[str, Tensor | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._temporary: set[str] = set()  # names of buffers not in state_dict

    def __setattr__(self, name: str, value: Any) -> None:
        for table, kind in TABLES.items():
            known = name in self.__dict__.get(table, ())
            fits = isinstance(value, kind) or (known and value is None)
            if fits and (known or kind is not Tensor):
                self._register(table, name, value)
                return
            if known:
                raise TypeError(
                    f"cannot assign a {type(value).__name__} as {name!r} of "
                    f"{type(self).__name__}; pass a {kind.__name__} or None"
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

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What forward() makes of the inputs."""
        return self.forward(*inputs, **options)

    def forward(self, *inputs: Any) -> Any:
        """Compute the output; every Module that is called defines this."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

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
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"{name!r} is no name: pass a str, not empty, without a dot")
        if hasattr(self, name) and name not in self.__dict__[table]:
            raise KeyError(f"attribute {name!r} exists already; choose another name")
        if value is not None and not isinstance(value, TABLES[table]):
            raise TypeError(
                f"{name!r} is a {type(value).__name__}; pass a "
                f"{TABLES[table].__name__} or None"
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

    def named_modules(
        self,
        memo: set[Module] | None = None,
        prefix: str = "",
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Module]]:
        """This module and all parts of parts, each with the path to it."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = joined(prefix, name)
                yield from module.named_modules(memo, path, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all parts of parts."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct parts, each once, with their names."""
        return self._named("_modules", "", recurse=False, remove_duplicate=True)

    def children(self) -> Iterator[Module]:
        """The direct parts, each once."""
        return (module for _, module in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters here and (recurse) in all parts, each with its path."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters here and (recurse) in all parts, each once."""
        return (parameter for _, parameter in self.named_parameters("", recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers here and (recurse) in all parts, each with its path."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers here and (recurse) in all parts, each once."""
        return (buffer for _, buffer in self.named_buffers("", recurse))

    def _named(
        self, table: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        """The values in a table of this module and its parts, each with its path."""
        everything = self.named_modules(None, prefix, remove_duplicate)
        seen: set[int] = set()
        for path, module in everything if recurse else [(prefix, self)]:
            for name, value in module.__dict__[table].items():
                if value is not None and id(value) not in seen:
                    if remove_duplicate:
                        seen.add(id(value))
                    yield joined(path, name), value

    def state_dict(
        self, *, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Tensor]:
        """Every parameter and persistent buffer under its path, detached."""
        found: dict[str, Tensor] = {}
        for path, module in self.named_modules(remove_duplicate=False):
            for name, value in (module._parameters | module._buffers).items():
                if value is not None and name not in module._temporary:
                    kept = value if keep_vars else value.detach()
                    found[prefix + joined(path, name)] = kept
        return found

    def load_state_dict(
        self, state_dict: Mapping[str, Tensor], strict: bool = True
    ) -> state.IncompatibleKeys:
        """Copy every value into the parameter or buffer of its name.

        Raises:  RuntimeError if sizes differ, or (strict) names are missing or left
        """
        own = self.state_dict(keep_vars=True)
        keys = state.compare(type(self).__name__, own, state_dict, strict)
        with no_grad():
            for name in own.keys() & state_dict.keys():
                own[name].copy_(state_dict[name])
        return keys

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call fn with every part, parts of a part first, and with this module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set training here and in all parts."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Leave training mode: the same as train(False)."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train the parameters, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = parameter.grad.detach().zero_()

    def to(self, *where: Any, device: Any = None, dtype: Any = None) -> Self:
        """Give all floats here and in all parts a dtype, or that of a tensor."""

        def converted(tensor: Tensor) -> Tensor:
            return tensor.to(*where, device=device, dtype=dtype)

        asked = converted(Tensor(np.zeros(0))).dtype
        if asked.kind != "f":
            raise TypeError(f"Module.to: {asked} is not a float dtype; pass one")
        for parameter in self.parameters():
            for tensor in (parameter, parameter.grad):
                if tensor is not None:
                    tensor.array = converted(tensor).array
        for module in self.modules():
            for name, buffer in module._buffers.items():
                if buffer is not None and buffer.dtype.kind == "f":
                    module._buffers[name] = converted(buffer)
        return self

    def float(self) -> Self:
        """The same as to(float32)."""
        return self.to(float32)

    def double(self) -> Self:
        """The same as to(float64)."""
        return self.to(float64)

    def cpu(self) -> Self:
        """Itself: minidl computes on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """An error."""
        raise NotImplementedError("cuda: NumPy computes on the CPU; leave .cuda() out")

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


TABLES = {"_parameters": Parameter, "_modules": Module, "_buffers": Tensor}


def joined(prefix: str, name: str) -> str:
    """The path to a name below prefix, which may be empty."""
    return f"{prefix}.{name}" if prefix else name
