"""A wrong answer that learners really give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A learner's wrong function, and the sentence that names what went wrong.

    The sentence points to the cause without giving the answer away.
    """

    name: str
    says: str
    wrong: Callable[..., Any]
