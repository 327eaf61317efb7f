"""Measures the checks: planted mistakes they reject, right answers they accept."""

from __future__ import annotations

import multiprocessing
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from autograder import package, recording
from autograder.bricks import BRICKS, chapter_of
from autograder.bricks.brick import Brick
from autograder.check import judge
from autograder.compare import compare
from autograder.quote import quote
from autograder.run import run
from autograder.strength import wrap
from autograder.strength.mistake import Mistake
from autograder.strength.mutate import defined, mutants
from autograder.strength.summation import summed_backwards

PROVEN = Path(__file__).parent / "equivalent.toml"
PROCESSES = 2
SECONDS = 2.0  # for a mutant in one case; the slowest right answer takes half a second
LINES = 5  # of a message, at most
MEMORY = 4 << 30  # bytes that a mutant may ask for


@dataclass(frozen=True)
class Strength:
    """What the check of one brick rejected, named and accepted.

    planted:     known mistakes, written by hand
    mutants:     small damages to the solution, made by rules
    equivalent:  how many of these are proven to change nothing
    troubles:    a sentence for each mistake missed and each right answer rejected
    """

    brick: str
    planted: int
    killed: int
    named: int
    mutants: int
    caught: int
    equivalent: int
    correct: int
    accepted: int
    troubles: tuple[str, ...]


def mistakes(brick: Brick) -> tuple[Mistake, ...]:
    """The brick's known mistakes."""
    return tuple(_chapter_file("mistakes", brick).MISTAKES[brick.name])


def solution(brick: Brick) -> Any:
    """minidl's own function or class."""
    return getattr(import_module(brick.module), brick.name)


def variants(brick: Brick) -> tuple[Callable[..., Any], ...]:
    """Right answers to the brick in other formulations, minidl's own first."""
    return (solution(brick), *_chapter_file("variants", brick).VARIANTS[brick.name])


def right_answers(brick: Brick) -> Iterator[tuple[str, Any]]:
    """The variants, and minidl's own in other forms: what each is, the object."""
    for variant in variants(brick):
        yield variant.__name__, variant
    yield from wrap.forms(brick, solution(brick))
    if backwards := summed_backwards(brick):
        yield "summed backwards", backwards


def damages(brick: Brick) -> Iterator[tuple[str, str, Any]]:
    """Wrong answers made by rules: what was there, what is there now, the object."""
    for mutant in mutants(brick):
        yield mutant.was, mutant.now, defined(brick, mutant.source)
    for now, wrong in wrap.damages(brick, solution(brick)):
        yield "", now, wrong


@cache
def proven() -> dict[str, list[dict[str, str]]]:
    """The damages that change nothing, by brick, each with its proof."""
    return dict(tomllib.loads(PROVEN.read_text("utf-8")))


def measure(names: Iterable[str] = tuple(BRICKS)) -> Iterator[Strength]:
    """Judge every mistake, mutant and variant of these bricks, in two processes.

    They are other processes: some mutants ask for all the memory there is.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawn, bound_memory) as pool:
        yield from pool.map(measure_brick, names)


def bound_memory() -> None:
    """Let this process have no more memory than MEMORY, where that can be said."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def measure_brick(name: str) -> Strength:
    """Judge every mistake, mutant and variant of the brick of this name."""
    brick, troubles = BRICKS[name], []
    judged = [(m, judge(brick, m.wrong)) for m in mistakes(brick)]
    for m, verdict in judged:
        said = verdict.text()
        if verdict.mistake != m.name:
            troubles.append(f"{name}: the mistake {m.name!r} is not named but: {said}")
        if (lines := said.count("\n") + 1) > LINES:
            troubles.append(f"{name}: the message on {m.name!r} has {lines} lines")
        if leak := given_away(brick, said):
            troubles.append(f"{name}: the message on {m.name!r} gives away: {leak}")
    tried = [(form, judge(brick, variant)) for form, variant in right_answers(brick)]
    for form, verdict in tried:
        if not verdict.passed:
            troubles.append(f"{name}: a right answer, {form}: {verdict.text()}")
    survivors, count = [], 0
    for was, now, wrong in damages(brick):
        count += 1
        if survives(brick, wrong):
            survivors.append((was, now))
    listed = [(each["was"], each["now"]) for each in proven().get(name, [])]
    troubles += unproven(name, survivors, listed)
    return Strength(
        name,
        planted=len(judged),
        killed=sum(not verdict.passed for _, verdict in judged),
        named=sum(verdict.mistake == m.name for m, verdict in judged),
        mutants=count,
        caught=count - len(survivors),
        equivalent=sum(pair in listed for pair in survivors),
        correct=len(tried),
        accepted=sum(verdict.passed for _, verdict in tried),
        troubles=tuple(troubles),
    )


def given_away(brick: Brick, said: str) -> str | None:
    """The statement of a solution of the brick's chapter that is said, if one is."""
    quotes = (
        quote(package.finished(other.module).text, other.name, other.hole)
        for other in chapter_of(brick).bricks
    )
    return next(filter(None, (each.shown_in(said) for each in quotes)), None)


def unproven(
    name: str, survivors: list[tuple[str, str]], listed: list[tuple[str, str]]
) -> Iterator[str]:
    """A sentence for each accepted damage without a proof, each proof without one."""
    for was, now in survivors:
        if (was, now) not in listed:
            yield f"{name}: accepted: {was!r} became {now!r}"
    for was, now in listed:
        if (was, now) not in survivors:
            yield (
                f"{name}: {PROVEN.name} has {was!r} become {now!r}, which is not a "
                "damage that the check accepts; drop it, or prove what is there now"
            )


def survives(brick: Brick, obj: Any) -> bool:
    """Whether no recorded case shows a difference."""
    record = recording.load(brick)
    return not any(
        compare(brick, run(brick, obj, case, SECONDS), expected)
        for case, expected in zip(record.cases, record.expected, strict=True)
    )


def _chapter_file(kind: str, brick: Brick) -> Any:
    number = chapter_of(brick).number
    return import_module(f"autograder.strength.{kind}.ch{number:02d}")
