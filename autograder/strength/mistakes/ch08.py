"""Chapter 8: what learners get wrong about networks with a memory."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch08_lstm,
    ch08_rnn,
    ch08_rows,
    ch08_time,
    ch08_unroll,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    **ch08_rnn.MISTAKES,
    **ch08_time.MISTAKES,
    **ch08_unroll.MISTAKES,
    **ch08_lstm.MISTAKES,
    **ch08_rows.MISTAKES,
}
