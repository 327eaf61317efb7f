"""Measures the checks: planted mistakes they reject, right answers they accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from autograder.bricks import BRICKS, CHAPTERS
from autograder.bricks.brick import Brick
from autograder.check import judge
from autograder.strength.mistake import Mistake


@dataclass(frozen=True)
class Strength:
    """What the check of one brick rejected, named and accepted."""

    brick: str
    killed: int
    named: int
    planted: int
    accepted: int
    correct: int

    @property
    def whole(self) -> bool:
        """Every mistake rejected, every right answer accepted."""
        return self.killed == self.planted and self.accepted == self.correct


def mistakes(brick: Brick) -> tuple[Mistake, ...]:
    """The brick's known mistakes."""
    return tuple(_chapter_file("mistakes", brick).MISTAKES[brick.name])


def variants(brick: Brick) -> tuple[Callable[..., Any], ...]:
    """Right answers to the brick in other formulations, minidl's own first."""
    own = getattr(import_module(brick.module), brick.name)
    return (own, *_chapter_file("variants", brick).VARIANTS[brick.name])


def measure() -> Iterator[Strength]:
    """Judge every mistake and every variant of every brick."""
    for brick in BRICKS.values():
        rejected = [(m, judge(brick, m.wrong)) for m in mistakes(brick)]
        accepted = [judge(brick, variant) for variant in variants(brick)]
        yield Strength(
            brick.name,
            killed=sum(not verdict.passed for _, verdict in rejected),
            named=sum(verdict.mistake == m.name for m, verdict in rejected),
            planted=len(rejected),
            accepted=sum(verdict.passed for verdict in accepted),
            correct=len(accepted),
        )


def _chapter_file(kind: str, brick: Brick) -> Any:
    number = next(c.number for c in CHAPTERS if brick in c.bricks)
    return import_module(f"autograder.strength.{kind}.ch{number:02d}")
