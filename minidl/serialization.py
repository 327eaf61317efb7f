"""Tensors in files: safetensors, a format that PyTorch reads and writes too.

Source:  the format, https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from minidl.dtypes import DTYPES, check_device
from minidl.operators import AnyArray
from minidl.tensor import Tensor

TYPES = {"F32", "F64", "I64", "I32", "I16", "I8", "U8", "BOOL"}  # DTYPES in a file
SUPPORTED = ", ".join(map(str, DTYPES))
ALONE = {"minidl": "one tensor"}  # the mark of a file that holds no dict


def save(obj: Any, f: str | os.PathLike[str]) -> None:
    """Write a state_dict, or one Tensor, to the file f, which is never half written."""
    alone = isinstance(obj, Tensor)
    tensors = {"tensor": obj} if alone else obj
    if not isinstance(tensors, dict):
        raise TypeError(
            f"save: obj is a {type(obj).__name__}; pass a Tensor or a state_dict, "
            "model.state_dict()"
        )
    from safetensors import numpy as format

    arrays = {name: array_of(name, tensor) for name, tensor in tensors.items()}
    content = format.save(arrays, {"format": "pt", **(ALONE if alone else {})})
    path = path_of("save", f)
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load(
    f: str | os.PathLike[str], map_location: Any = None, *, weights_only: bool = True
) -> Any:
    """What save wrote to the file f: a dict of Tensors by name, or one Tensor."""
    check_device("load", map_location)
    if not weights_only:
        raise NotImplementedError(
            "load: weights_only=False would run code in the file; leave it at True"
        )
    path = path_of("load", f)
    if not path.is_file():
        raise FileNotFoundError(f"load: there is no file {path}")
    from safetensors import SafetensorError, safe_open

    tensors = {}
    try:
        with safe_open(path, "np") as file:
            for name in file.keys():  # noqa: SIM118, it is no dict
                if (found := file.get_slice(name).get_dtype()) not in TYPES:
                    raise ValueError(
                        f"load: {name!r} in {path} is {found}, but minidl has only "
                        f"{SUPPORTED}; convert it before it is saved"
                    )
                tensors[name] = Tensor(file.get_tensor(name))
            alone = (file.metadata() or {}).items() >= ALONE.items()
    except SafetensorError as error:
        raise ValueError(
            f"load: {path} is not a whole safetensors file ({error}); write it with "
            "minidl.save, or with save_file of safetensors.torch"
        ) from None
    return tensors["tensor"] if alone else tensors


def array_of(name: Any, tensor: Any) -> AnyArray:
    """The numbers of a tensor, row by row, as the format wants them."""
    if not isinstance(name, str) or name == "__metadata__":
        raise TypeError(f"save: the key {name!r} is no name; name each Tensor")
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"save: {name!r} is a {type(tensor).__name__}, not a Tensor; a file holds "
            "Tensors by name, so save each state_dict to a file of its own"
        )
    if tensor.dtype not in DTYPES:
        raise TypeError(f"save: {name!r} is {tensor.dtype}; make it one of {SUPPORTED}")
    return np.asarray(tensor.array, order="C")


def path_of(name: str, f: Any) -> Path:
    """The path of a file; an open file is none."""
    if not isinstance(f, str | os.PathLike):
        raise TypeError(f"{name}: f is a {type(f).__name__}; pass the path of a file")
    return Path(f)
