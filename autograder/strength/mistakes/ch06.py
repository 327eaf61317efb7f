"""Chapter 6: what learners get wrong about training."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch06_batch_norm,
    ch06_dropout,
    ch06_layers,
    ch06_measuring,
    ch06_modules,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch06_modules.MISTAKES,
    **ch06_layers.MISTAKES,
    **ch06_dropout.MISTAKES,
    **ch06_batch_norm.MISTAKES,
    **ch06_measuring.MISTAKES,
}
