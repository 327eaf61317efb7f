"""Chapter 5: what learners get wrong about gradient descent."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch05_adam,
    ch05_loader,
    ch05_rmsprop,
    ch05_schedules,
    ch05_sgd,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch05_sgd.MISTAKES,
    **ch05_rmsprop.MISTAKES,
    **ch05_adam.MISTAKES,
    **ch05_schedules.MISTAKES,
    **ch05_loader.MISTAKES,
}
