"""How many operations a computation takes: NumPy arrays that count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array


class Counted(np.ndarray[Any, Any]):
    """An array that adds up the operations done with it and with what they give."""

    total = 0

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any
    ) -> Any:
        """Do the operation on plain arrays, and count it."""
        arrays = [np.asarray(x) if isinstance(x, Counted) else x for x in inputs]
        if "out" in options:
            options["out"] = tuple(np.asarray(x) for x in options["out"])
        result = getattr(ufunc, method)(*arrays, **options)
        if method == "reduce":
            Counted.total += np.size(arrays[0])
        elif ufunc is np.matmul:  # a multiplication and an addition for each product
            Counted.total += 2 * np.size(result) * np.shape(arrays[0])[-1]
        else:
            Counted.total += np.size(result)
        return np.asarray(result).view(Counted)


def count_operations(function: Callable[..., Any], *arrays: Array) -> int:
    """How many numbers are computed in function(*arrays), sums and products apart.

    A product of (N, D) with (D, M) counts 2 N D M, any other function one for each
    entry, tanh as well as +. Copying and choosing count nothing.
    """
    before = Counted.total
    function(*[np.asarray(array).view(Counted) for array in arrays])
    return Counted.total - before
