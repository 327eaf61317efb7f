"""Many entries to one: over some dimensions, or over all."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.dtypes import DType, int64
from minidl.operands import array_of, only_floats
from minidl.operators import AnyArray, Dims, check_broadcast, dimension, reduced

if TYPE_CHECKING:
    from minidl.tensor import Tensor

__all__ = ["all", "allclose", "any", "cumsum", "equal", "mean", "norm", "std", "var"]


def cast(name: str, input: Tensor, dtype: DType | None) -> Tensor:
    """The input in the dtype to compute in; as it is if none is asked for."""
    array_of(name, input)
    return input if dtype is None else input.to(dtype)


def mean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Mean over dim: one dimension, several, or all; nan if there are no entries."""
    input = cast("mean", input, dtype)
    x, axes = only_floats("mean", input), reduced("mean", input, dim)
    y = x.sum(axes, keepdims=True)
    shape, small, count = x.shape, y.shape, x.size // max(y.size, 1)
    y = (y if keepdim else y.squeeze(axes)) / (count or math.nan)

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (np.broadcast_to(g.reshape(small) / max(count, 1), shape),)

    return input.record(y, rule)


def var(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """Variance over dim: squared distances from the mean, over n - correction.

    The correction is 1, or 0 with unbiased=False.
    """
    return variance("var", input, dim, unbiased, keepdim, correction)


def std(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """Standard deviation over dim, the root of var; its gradient at 0 is 0."""
    square = variance("std", input, dim, unbiased, keepdim, correction)
    y = np.sqrt(square.array)

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (np.divide(g, 2 * y, out=np.zeros_like(y), where=y != 0),)

    return square.record(y, rule, saves_result=True)


def variance(
    name: str, input: Tensor, dim: Dims, unbiased: bool, keepdim: bool, correction: Any
) -> Tensor:
    """What var and std share; a warning if nothing is left to divide by."""
    if isinstance(dim, bool):  # var(False) is PyTorch's var(unbiased=False)
        unbiased, dim = dim, None
    correction = int(unbiased) if correction is None else correction
    x, axes = only_floats(name, input), reduced(name, input, dim)
    count = math.prod(x.shape[axis] for axis in axes)
    divisor = max(count - correction, 0) or math.nan
    centered = x - x.sum(axes, keepdims=True) / (count or math.nan)
    total = np.square(centered).sum(axes, keepdims=True)
    y = total / divisor
    if math.isnan(divisor):
        fact = f"{count} entries, less the correction {correction}, leave nothing"
        warnings.warn(f"{name}: {fact}; the result is nan or inf", stacklevel=3)
        y = np.where(total > 0, math.inf, y)

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (centered * (g.reshape(y.shape) * (2 / divisor)),)

    return input.record(y if keepdim else y.squeeze(axes), rule)


def norm(
    input: Tensor,
    p: float | str = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: DType | None = None,
) -> Tensor:
    """The p-norm over dim, of the entries as one vector; "fro" means p = 2.

    Formula:   (sum |x|^p)^(1/p); the greatest |x| for p = inf, the number of entries
               that are not 0 for p = 0
    Backward:  sign(x) (|x| / norm)^(p - 1), which is 0 where the norm is 0
    """
    p = 2 if p == "fro" else p
    if isinstance(p, str):
        raise NotImplementedError(f"norm: p={p!r} is not part of minidl; pass a number")
    only_floats("norm", input)
    input = cast("norm", input, dtype)
    x, axes = input.array, reduced("norm", input, dim)
    size = np.abs(x)
    if math.isinf(p) and not x.size:
        raise ValueError(f"norm: the tensor {x.shape} is empty; it has no extreme")
    if math.isinf(p):
        y = (np.max if p > 0 else np.min)(size, axes, keepdims=True)
    elif p == 0:
        y = np.asarray((x != 0).sum(axes, dtype=x.dtype, keepdims=True))
    else:
        y = (size**p).sum(axes, keepdims=True) ** (1 / p)

    def rule(g: AnyArray) -> tuple[AnyArray]:
        return (np.sign(x) * norm_slope(size, y, p, axes) * g.reshape(y.shape),)

    result = y if keepdim else y.squeeze(axes)
    return input.record(result, rule, saves=(input,), saves_result=True)


def norm_slope(
    size: AnyArray, y: AnyArray, p: float, axes: tuple[int, ...]
) -> AnyArray:
    """By how much the norm y grows with each |x|; extremes that are equal share."""
    if p == 0:
        return np.zeros_like(size)
    if math.isinf(p):
        extreme = size == y
        return np.asarray(extreme / extreme.sum(axes, dtype=y.dtype, keepdims=True))
    usable = (y != 0) & ((size != 0) | (p >= 1))
    ratio = np.divide(size, y, out=np.ones_like(size), where=usable)
    return np.where(usable, ratio ** (p - 1), 0)


def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """Sums of the entries up to each one, along dim."""
    input = cast("cumsum", input, dtype)
    x, axis = input.array, dimension("cumsum", input, dim)
    if not x.ndim:
        return input.record(x.astype(x.dtype), lambda g: (g,))
    y = x.cumsum(axis, dtype=x.dtype if x.dtype.kind == "f" else dtype or int64)
    return input.record(y, lambda g: (np.flip(np.flip(g, axis).cumsum(axis), axis),))


def all(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether every entry over dim is true, that is, not 0."""
    x = array_of("all", input)
    return input.wrap(np.all(x, reduced("all", input, dim), keepdims=keepdim))


def any(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether at least one entry over dim is true, that is, not 0."""
    x = array_of("any", input)
    return input.wrap(np.any(x, reduced("any", input, dim), keepdims=keepdim))


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two Tensors have the same shape and the same numbers."""
    return np.array_equal(array_of("equal", input), array_of("equal", other, "other"))


def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Whether |input - other| <= atol + rtol |other| everywhere, broadcast."""
    x, y = array_of("allclose", input), array_of("allclose", other, "other")
    if x.dtype != y.dtype:
        facts = f"{x.dtype} and {y.dtype}"
        raise TypeError(f"allclose: the tensors are {facts}; give both one dtype")
    check_broadcast("allclose", x.shape, y.shape)
    return bool(np.allclose(x, y, rtol, atol, equal_nan))
