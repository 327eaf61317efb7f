"""Chapter 3: what learners get wrong about the forward pass."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch03_binary,
    ch03_cross_entropy,
    ch03_hinge,
    ch03_initialization,
    ch03_log_softmax,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch03_initialization.MISTAKES,
    **ch03_log_softmax.MISTAKES,
    **ch03_cross_entropy.MISTAKES,
    **ch03_binary.MISTAKES,
    **ch03_hinge.MISTAKES,
}
