"""Time check on a right answer to every brick: python -m benchmarks.check_time."""

from __future__ import annotations

import contextlib
import importlib
import io
import statistics
import time
from typing import Any

from autograder import bricks, check
from autograder.bricks.brick import Brick
from benchmarks.machine import conditions

ROUNDS = 11


def main() -> None:
    """Print the table, the slowest brick first."""
    answers = {brick: minidls_own(brick) for brick in bricks.BRICKS.values()}
    first = {brick: milliseconds(answer) for brick, answer in answers.items()}
    times: dict[Brick, list[float]] = {brick: [] for brick in answers}
    for _ in range(ROUNDS):
        for brick, answer in answers.items():
            times[brick].append(milliseconds(answer))
    median = {brick: statistics.median(each) for brick, each in times.items()}
    print("| brick | cases | first, ms | median, ms |\n|---|---:|---:|---:|")
    for brick in sorted(median, key=median.__getitem__, reverse=True):
        cases = sum(len(family.dtypes) for family in brick.families)
        row = f"{cases} | {first[brick]:.1f} | {median[brick]:.1f}"
        print(f"| `{brick.name}` | {row} |")
    print(f"\nThe first call reads the recording; then the median of {ROUNDS} rounds.")
    print(conditions())


def minidls_own(brick: Brick) -> Any:
    """The object of minidl, which is a right answer."""
    return getattr(importlib.import_module(brick.module), brick.name)


def milliseconds(answer: Any) -> float:
    """How long check takes to accept the answer."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        check(answer)
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
