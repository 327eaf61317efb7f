"""Chapter 4: what learners get wrong about gradients, the tape and its checks."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch04_autograd,
    ch04_entrywise,
    ch04_matrix,
    ch04_tape,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch04_entrywise.MISTAKES,
    **ch04_matrix.MISTAKES,
    **ch04_tape.MISTAKES,
    **ch04_autograd.MISTAKES,
}
