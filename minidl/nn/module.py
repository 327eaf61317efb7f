"""Module: a part of a network that knows its parameters and its own parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from minidl.nn.parameter import Parameter
from minidl.nn.registry import Registry
from minidl.nn.state import State, joined


class Module(Registry, State):
    """The base of all layers and networks.

    A Parameter or a Module that is assigned to an attribute becomes known: it goes
    into the dict _parameters or _modules, in the order of assignment.

    training:  whether layers such as Dropout behave as in training
    """

    def __init__(self) -> None:
        super().__init__()
        self.training = True

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What forward() makes of the inputs."""
        return self.forward(*inputs, **options)

    def forward(self, *inputs: Any) -> Any:
        """Compute the output; every Module that is called defines this."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def named_modules(
        self,
        memo: set[Any] | None = None,
        prefix: str = "",
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Any]]:
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

    def modules(self) -> Iterator[Any]:
        """This module and all parts of parts."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """The direct parts, each once, with their names."""
        first = {module: name for name, module in reversed(self._modules.items())}
        for name, module in self._modules.items():
            if module is not None and first[module] == name:
                yield name, module

    def children(self) -> Iterator[Any]:
        """The direct parts, each once."""
        return (module for _, module in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters here and (recurse) in all parts, each with the path to it.

        prefix:            the path to this module
        remove_duplicate:  yield a parameter that is held twice only at the first place
        """
        seen: set[int] = set()
        for path, module in self.named_modules(None, prefix, remove_duplicate):
            for name, parameter in module._parameters.items():
                if parameter is not None and id(parameter) not in seen:
                    if remove_duplicate:
                        seen.add(id(parameter))
                    yield joined(path, name), parameter
            if not recurse:
                break

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters here and (recurse) in all parts, each once."""
        return (parameter for _, parameter in self.named_parameters("", recurse))

    def apply(self, fn: Callable[[Any], Any]) -> Self:
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
