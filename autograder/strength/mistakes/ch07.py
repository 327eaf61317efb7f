"""Chapter 7: what learners get wrong about convolution and pooling."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch07_backward,
    ch07_convolution,
    ch07_gradients,
    ch07_layers,
    ch07_pooling,
    ch07_pooling_gradients,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch07_convolution.MISTAKES,
    **ch07_gradients.MISTAKES,
    **ch07_backward.MISTAKES,
    **ch07_pooling.MISTAKES,
    **ch07_pooling_gradients.MISTAKES,
    **ch07_layers.MISTAKES,
}
