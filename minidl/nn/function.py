"""Modules without parameters: a function, with its options fixed beforehand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minidl.nn.module import Module
from minidl.tensor import Tensor


def as_module(name: str, function: Callable[..., Tensor]) -> type[Any]:
    """The class, called name, of Modules that call function with fixed options.

    The options are the arguments but input, target and dtype; losses do not print them.
    """
    arguments = inspect.signature(function).parameters
    options = [each for each in arguments if each not in ("input", "target", "dtype")]
    signature = inspect.Signature([arguments[each] for each in options])

    class Function(Module):
        __doc__ = function.__doc__
        __signature__ = signature

        def __init__(self, *values: Any, **named: Any) -> None:
            super().__init__()
            try:
                given = signature.bind(*values, **named)
            except TypeError as error:
                raise TypeError(f"{name}{signature}: {error}") from None
            given.apply_defaults()
            for option, value in given.arguments.items():
                if option.endswith("weight"):  # goes with to(), and into state_dict
                    self.register_buffer(option, value)
                else:
                    setattr(self, option, value)

        def forward(self, *inputs: Tensor) -> Tensor:
            return function(*inputs, **{name: getattr(self, name) for name in options})

        def extra_repr(self) -> str:
            shown = [] if "target" in arguments else options
            values = {option: getattr(self, option) for option in shown}
            if not values.get("inplace", True):
                del values["inplace"]
            return ", ".join(f"{option}={value!r}" for option, value in values.items())

    Function.__name__ = Function.__qualname__ = name
    Function.__module__ = "minidl.nn"
    return Function
