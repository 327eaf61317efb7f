"""What a Module holds, saved, loaded and converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np

from minidl.dtypes import float32, float64
from minidl.tape import no_grad
from minidl.tensor import Tensor


class State:
    """The methods of Module that save, load and convert all that it holds."""

    named_modules: Callable[..., Iterator[tuple[str, Any]]]

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers here and (recurse) in all parts, each with its path."""
        everywhere = self.named_modules(None, prefix, remove_duplicate)
        found = [
            (joined(path, name), buffer)
            for path, module in everywhere
            if recurse or module is self
            for name, buffer in module._buffers.items()
            if buffer is not None
        ]
        first = {id(buffer): path for path, buffer in reversed(found)}
        for path, buffer in found:
            if not remove_duplicate or first[id(buffer)] == path:
                yield path, buffer

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers here and (recurse) in all parts, each once."""
        return (buffer for _, buffer in self.named_buffers("", recurse))

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
    ) -> IncompatibleKeys:
        """Copy every value into the parameter or buffer of its name.

        Raises:  RuntimeError if sizes differ, or (strict) names are missing or left
        """
        own = self.state_dict(keep_vars=True)
        keys = compare(type(self).__name__, own, state_dict, strict)
        with no_grad():
            for name in own.keys() & state_dict.keys():
                own[name].copy_(state_dict[name])
        return keys

    def to(self, *where: Any, device: Any = None, dtype: Any = None) -> Self:
        """Give all floats here and in all parts a dtype, or that of a tensor."""

        def converted(tensor: Tensor) -> Tensor:
            return tensor.to(*where, device=device, dtype=dtype)

        asked = converted(Tensor(np.zeros(0))).dtype
        if asked.kind != "f":
            raise TypeError(f"Module.to: {asked} is not a float dtype; pass one")
        for _, module in self.named_modules():
            for parameter in module._parameters.values():
                for tensor in (parameter, getattr(parameter, "grad", None)):
                    if tensor is not None:
                        tensor.array = converted(tensor).array
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


def joined(prefix: str, name: str) -> str:
    """The path to a name below prefix, which may be empty."""
    return f"{prefix}.{name}" if prefix else name


class IncompatibleKeys(NamedTuple):
    """The names of a Module and of a state_dict that are not in the other."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not any(self):
            return "<All keys matched successfully>"
        missing, unexpected = self
        return f"IncompatibleKeys(missing={missing}, unexpected={unexpected})"


def compare(
    name: str, own: Mapping[str, Tensor], given: Mapping[str, Tensor], strict: bool
) -> IncompatibleKeys:
    """The names that do not match, an error if strict.

    Raises:  RuntimeError, in PyTorch's words, also where shapes differ
    """
    keys = IncompatibleKeys(
        [key for key in own if key not in given],
        [key for key in given if key not in own],
    )
    errors = [
        f"{kind} key(s) in state_dict: " + ", ".join(f'"{key}"' for key in names) + "."
        for kind, names in zip(("Missing", "Unexpected"), keys, strict=True)
        if names and strict
    ]
    for key, value in own.items():
        if key in given and not isinstance(given[key], Tensor):
            errors.append(f"{key} is a {type(given[key]).__name__}, not a Tensor")
        elif key in given and value.shape != given[key].shape:
            errors.append(
                f"size mismatch for {key}: copying a param with shape "
                f"{given[key].shape} from checkpoint, the shape in current model is "
                f"{value.shape}."
            )
    if errors:
        facts = "\n\t".join(errors)
        raise RuntimeError(f"Error(s) in loading state_dict for {name}:\n\t{facts}")
    return keys
