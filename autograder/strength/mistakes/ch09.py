"""Chapter 9: what learners get wrong about two networks and growing images."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch09_gradients,
    ch09_losses,
    ch09_measures,
    ch09_step,
    ch09_transposed,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch09_losses.MISTAKES,
    **ch09_step.MISTAKES,
    **ch09_measures.MISTAKES,
    **ch09_transposed.MISTAKES,
    **ch09_gradients.MISTAKES,
}
