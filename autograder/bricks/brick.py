"""What an exercise is: the minidl object to write, its points and its cases."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

AnyArray = npt.NDArray[Any]
Inputs = dict[str, Any]
"""Arguments of one call by name: arrays go by position, other values by keyword."""

Driver = Callable[..., Any]
"""Uses a learner's object on the inputs and returns arrays: driver(object, ...)."""

DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Family:
    """A generator of cases: `make` draws float64 inputs, the same for the same seed.

    Each family becomes one case a dtype. With `strided`, the arrays arrive as views
    that are not contiguous in memory.
    """

    name: str
    make: Callable[[np.random.Generator], Inputs]
    strided: bool = False
    dtypes: tuple[str, ...] = DTYPES


@dataclass(frozen=True)
class Case:
    """One call: a name such as "large values, float32" and its inputs."""

    name: str
    inputs: Inputs
    strided: bool = False

    def arguments(self) -> tuple[list[AnyArray], dict[str, Any]]:
        """Fresh copies of the arrays, and the other values by name."""
        arrays = [
            strided(value) if self.strided else value.copy()
            for value in self.inputs.values()
            if isinstance(value, np.ndarray)
        ]
        params = {k: v for k, v in self.inputs.items() if not isinstance(v, np.ndarray)}
        return arrays, params


@dataclass(frozen=True)
class Brick:
    """One function or class of minidl that a learner writes.

    target:   the dotted path of the object, "minidl.kernels.activations.relu"
    hole:     of a class, the method that the learner writes; the rest is given
    outputs:  a name for each array that the answer has
    driver:   how to use an object that is not a plain function of arrays
    draws:    the answer is random; its statistics are compared with the spread
              of PyTorch's own draws
    """

    target: str
    title: str
    outputs: tuple[str, ...]
    families: tuple[Family, ...]
    points: int = 1
    driver: Driver | None = None
    draws: bool = False
    hole: str = ""

    @property
    def name(self) -> str:
        """The name that the learner defines: "relu"."""
        return self.target.rpartition(".")[2]

    @property
    def module(self) -> str:
        """The module in which the object lives: "minidl.kernels.activations"."""
        return self.target.rpartition(".")[0]

    @property
    def file(self) -> str:
        """The name of its recording; "Linear" and "linear" are one on some disks."""
        return f"{self.name}.class.npz" if self.hole else f"{self.name}.npz"

    def cases(self, seed: int) -> list[Case]:
        """Draw one case for each family and dtype."""
        drawn = []
        for family in self.families:
            key = zlib.crc32(f"{self.name}/{family.name}".encode())
            for dtype in family.dtypes:
                inputs = family.make(np.random.default_rng([seed, key]))
                cast = {name: as_dtype(value, dtype) for name, value in inputs.items()}
                drawn.append(Case(f"{family.name}, {dtype}", cast, family.strided))
        return drawn


@dataclass(frozen=True)
class Chapter:
    """A notebook and the bricks that are written in it."""

    slug: str
    title: str
    bricks: tuple[Brick, ...]

    @property
    def number(self) -> int:
        """2 for "02-activations"."""
        return int(self.slug[:2])


def as_dtype(value: Any, dtype: str) -> Any:
    """The value in this float dtype; integers and plain Python values stay."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(dtype)
    return value


def strided(array: AnyArray) -> AnyArray:
    """A copy of array in which neighbours are two places apart in memory."""
    if array.ndim == 0:
        return array.copy()
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def upstream(*shape: int) -> AnyArray:
    """The upstream gradient of a gradient case: 1, 2, 3, … in this shape.

    Never ones: a softmax backward that returns zeros would pass.
    """
    return np.arange(1.0, 1.0 + np.prod(shape, dtype=int)).reshape(shape)
