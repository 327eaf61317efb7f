"""The types of numbers a tensor may hold, and the one device it may live on."""

from __future__ import annotations

from typing import Any

import numpy as np

DType = np.dtype[Any]

float32, float64 = np.dtype(np.float32), np.dtype(np.float64)
int64, int32, int16 = np.dtype(np.int64), np.dtype(np.int32), np.dtype(np.int16)
int8, uint8, bool_ = np.dtype(np.int8), np.dtype(np.uint8), np.dtype(np.bool_)
DTYPES = (float32, float64, int64, int32, int16, int8, uint8, bool_)

FLOAT = float32  # PyTorch's default for numbers that are not in an array
STRENGTH = {"b": 0, "u": 1, "i": 1, "f": 2}  # the kind of dtype that wins over another


def dtype_from(name: str, dtype: Any) -> DType:
    """The dtype that is asked for; Python's float, int and bool name one too."""
    if not isinstance(dtype, np.dtype | type) or np.dtype(dtype) not in DTYPES:
        raise TypeError(
            f"{name}: dtype {getattr(dtype, '__name__', dtype)!s:.40} is not supported;"
            f" pass one of {', '.join(map(str, DTYPES))}"
        )
    return np.dtype(dtype)


class device:  # noqa: N801, as in PyTorch
    """Where a tensor is: device("cpu"), since NumPy computes nowhere else."""

    __slots__ = ("index", "type")

    def __init__(self, type: str | device, index: int | None = None) -> None:
        name = str(type)
        if name not in ("cpu", "cpu:0") or index not in (None, 0):
            raise ValueError(
                f"device: {name!r} is not supported; NumPy computes on the CPU"
            )
        self.type, self.index = "cpu", index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device)

    def __hash__(self) -> int:
        return hash(self.type)

    def __str__(self) -> str:
        return self.type

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"


CPU = device("cpu")


def check_device(name: str, where: Any) -> None:
    """Raise unless a device argument is None or the CPU."""
    if where is not None and not isinstance(where, str | device):
        raise TypeError(f'{name}: device is {where!r:.40}; pass "cpu" or nothing')
    if where is not None:
        device(where)
