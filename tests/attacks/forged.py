"""What a notebook is that wants points it has not earned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Forgery:
    """A notebook of chapter 2 whose exercises are empty, but for what is said here.

    cells:    code put on top
    answers:  bodies of exercises, by brick
    edit:     what else is done to the notebook, in place
    file:     makes the file's bytes out of the notebook's text
    earned:   bricks that are right all the same; every other one has to fail
    says:     stands in the feedback
    """

    name: str
    cells: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    edit: Callable[[Notebook], None] | None = None
    file: Callable[[str], bytes] | None = None
    earned: frozenset[str] = frozenset()
    says: str = "relu: "
