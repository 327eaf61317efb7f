"""Points drawn from a few places, for networks that shall draw such points."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def ring(
    n: int, rng: np.random.Generator, modes: int = 8, spread: float = 0.05
) -> tuple[Array, Array]:
    """Points x (n, 2) around `modes` centres on a circle, and the centres (modes, 2).

    The circle has radius 1; spread is the standard deviation around each centre.

    Raises:  ValueError if there is no mode, or if the spread is negative
    Source:  Metz and others, Unrolled generative adversarial networks, 2017, section 3
    """
    if modes < 1 or spread < 0:
        raise ValueError(
            f"ring: modes is {modes} and spread {spread}; pass 1 or more, and 0 or more"
        )
    angle = 2 * np.pi * np.arange(modes) / modes
    centres = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = centres[rng.integers(0, modes, n)] + spread * rng.normal(size=(n, 2))
    return x, centres
