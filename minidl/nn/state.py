"""Whether a state_dict fits a Module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from minidl.tensor import Tensor


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
