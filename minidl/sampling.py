"""Tensors of random numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from minidl.creation import like, made, sizes
from minidl.dtypes import FLOAT, DType, dtype_from, int64
from minidl.generator import Generator, default_generator, rng_of
from minidl.tensor import Tensor

__all__ = ["Generator", "bernoulli", "manual_seed", "normal", "rand", "rand_like"]
__all__ += ["randint", "randint_like", "randn", "randn_like", "randperm"]


def manual_seed(seed: int) -> Generator:
    """Seed the default generator, which draws where no other is given."""
    return default_generator.manual_seed(seed)


def rand(*size: Any, generator: Generator | None = None, **options: Any) -> Tensor:
    """Uniform random numbers from [0, 1)."""
    return floats("rand", rng_of(generator).random, size, options)


def randn(*size: Any, generator: Generator | None = None, **options: Any) -> Tensor:
    """Normal random numbers of mean 0 and variance 1."""
    return floats("randn", rng_of(generator).standard_normal, size, options)


def floats(name: str, draw: Any, size: Any, options: dict[str, Any]) -> Tensor:
    """Numbers drawn in the precision that is asked for."""
    dtype = dtype_from(name, options.get("dtype") or FLOAT)
    if dtype.kind != "f":
        raise TypeError(f"{name}: dtype {dtype} is not a float dtype; use randint")
    return made(name, np.asarray(draw(sizes(name, size), dtype=dtype)), **options)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: DType = int64,
    **options: Any,
) -> Tensor:
    """Random integers from low (0 if only one bound is given) to high - 1."""
    if size is None:
        low, high, size = 0, low, high
    if not low < high:
        raise ValueError(f"randint: no integers from {low} to {high} - 1; raise high")
    draws = rng_of(generator).integers(low, high, sizes("randint", (size,)))
    return made("randint", draws, dtype=dtype, **options)


def randperm(
    n: int, *, generator: Generator | None = None, dtype: DType = int64, **options: Any
) -> Tensor:
    """The integers 0 to n - 1 in random order."""
    order = rng_of(generator).permutation(*sizes("randperm", (n,)))
    return made("randperm", order, dtype=dtype, **options)


def bernoulli(input: Tensor, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability that input says, else 0; entry by entry."""
    p = input.array
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(
            f"bernoulli: input has entries from {p.min()} to {p.max()}; pass "
            "probabilities, 0 to 1"
        )
    return Tensor((rng_of(generator).random(p.shape) < p).astype(p.dtype))


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    **options: Any,
) -> Tensor:
    """Normal random numbers; mean and std are numbers (then give size) or Tensors."""
    dtypes = [x.dtype for x in (mean, std) if isinstance(x, Tensor)]
    middle, spread = (getattr(x, "array", x) for x in (mean, std))
    if np.any(np.less(spread, 0)):
        raise ValueError("normal: std has a negative entry; it must be 0 or more")
    if size is None and not dtypes:
        raise TypeError("normal: mean and std are numbers; pass size too")
    shape = None if size is None else sizes("normal", (size,))
    draws = np.asarray(rng_of(generator).normal(middle, spread, shape))
    return made("normal", draws, **{"dtype": next(iter(dtypes), None), **options})


rand_like, randn_like = like(rand), like(randn)


def randint_like(input: Tensor, low: int, high: Any = None, **options: Any) -> Tensor:
    """Random integers in the shape and dtype of input."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, input.shape, **{"dtype": input.dtype, **options})
