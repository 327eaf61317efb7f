"""Modules without parameters: a function, with its options fixed beforehand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minidl.nn.module import Module
from minidl.tensor import Tensor


def as_module(
    name: str, function: Callable[..., Tensor], inputs: int = 1, shows: bool = True
) -> type[Any]:
    """The class, called name, of Modules that call function with fixed options.

    inputs:  how many arguments come first; the others are the constructor's
    shows:   whether print shows the options
    """
    parameters = list(inspect.signature(function).parameters.values())[inputs:]
    options = [each.name for each in parameters if each.name != "dtype"]
    signature = inspect.Signature(parameters[: len(options)])

    class Function(Module):
        __doc__ = function.__doc__
        __signature__ = signature

        def __init__(self, *values: Any, **named: Any) -> None:
            super().__init__()
            for option, value in fixed(name, signature, values, named).items():
                if option.endswith("weight"):  # goes with to(), and into state_dict
                    self.register_buffer(option, value)
                else:
                    setattr(self, option, value)

        def forward(self, *inputs: Tensor) -> Tensor:
            return function(*inputs, **{name: getattr(self, name) for name in options})

        def extra_repr(self) -> str:
            shown = {name: getattr(self, name) for name in options if shows}
            if not shown.get("inplace", True):
                del shown["inplace"]
            return ", ".join(f"{name}={value!r}" for name, value in shown.items())

    Function.__name__ = Function.__qualname__ = name
    Function.__module__ = "minidl.nn"
    return Function


def fixed(
    name: str, signature: inspect.Signature, values: tuple[Any, ...], named: Any
) -> dict[str, Any]:
    """The value of every option, the default where none is given."""
    try:
        given = signature.bind(*values, **named)
    except TypeError as error:
        raise TypeError(f"{name}{signature}: {error}") from None
    given.apply_defaults()
    return given.arguments
