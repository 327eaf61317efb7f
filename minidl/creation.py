"""Tensors made from numbers, lists and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from minidl.operators import FLOAT
from minidl.tensor import Tensor


def tensor(
    data: Any, *, dtype: npt.DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor that holds a copy of data: a number, nested lists of them, an array.

    Python's floats become float32, as in PyTorch. An array keeps its dtype.
    """
    data = data.data if isinstance(data, Tensor) else data
    try:
        array = np.array(data, dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"tensor: {data!r:.60} does not become an array ({error}); pass a number, "
            "an array, or lists of equal length of numbers"
        ) from None
    if dtype is None and array.dtype.kind == "f" and not made_of_arrays(data):
        array = array.astype(FLOAT)
    return Tensor(array, requires_grad)


def made_of_arrays(data: Any) -> bool:
    """Whether the innermost values are NumPy's, which have a dtype, not Python's."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return isinstance(data, np.ndarray | np.generic)
