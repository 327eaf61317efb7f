"""Sources of random numbers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from minidl.dtypes import check_device


class Generator:
    """A source of random numbers; the same seed gives the same numbers again."""

    def __init__(self, device: Any = "cpu") -> None:
        check_device("Generator", device)

    @cached_property
    def rng(self) -> np.random.Generator:
        """NumPy's generator; not made before it is needed: its import takes time."""
        return np.random.default_rng()

    def manual_seed(self, seed: int) -> Generator:
        """Start again from this seed; the generator itself."""
        self.rng = np.random.default_rng(seed % 2**64)  # PyTorch takes negative ones
        return self


default_generator = Generator()


def rng_of(generator: Generator | None) -> np.random.Generator:
    """NumPy's generator inside this one, or inside the default one."""
    if generator is None:
        return default_generator.rng
    if not isinstance(generator, Generator):
        raise TypeError(
            f"generator is a {type(generator).__name__}; pass a minidl.Generator"
        )
    return generator.rng
