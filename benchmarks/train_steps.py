"""Time whole train steps against PyTorch and peers: python -m benchmarks.train_steps.

Names of workloads as arguments choose among them. Each library has a process of its
own, and they take turns, so that a busy machine is as hard on one as on another.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import random
import statistics
import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import Progress, TaskID

from benchmarks.machine import busy_seconds, conditions
from benchmarks.turns import Turn

ROUNDS = 15
SECONDS = 0.15
"""How long a turn is; at least one step."""

AGREEMENT = 1e-4
"""How far the first losses may lie from PyTorch's, relative to them."""

TARGETS = {"mlp": 0.6, "cnn": 0.9, "lstm": 1.4, "gan": 0.65, "tiny": 0.5}
CANDIDATES = {
    "PyTorch": ("torch",),
    "minidl": ("minidl",),
    "PyTorch, heap kept": ("torch", "keep"),
    "minidl, heap kept": ("minidl", "keep"),
    "autograd": ("autograd",),
    "mygrad": ("mygrad",),
    "dezero": ("dezero",),
}


@dataclass
class Result:
    """What was measured of one library with one workload."""

    losses: list[float]
    seconds: list[float] = field(default_factory=list)
    memory: float = 0.0

    @property
    def median(self) -> float:
        """Of the times of a step."""
        return statistics.median(self.seconds)


Results = dict[str, Result]


def main() -> None:
    """Measure, and print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_steps")
    parser.add_argument("workloads", nargs="*", help=f"of {', '.join(TARGETS)}")
    names = parser.parse_args().workloads or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"there is no workload {', '.join(unknown)}; see --help")
    missing = [name for name in CANDIDATES if not is_installed(name)]
    if "PyTorch" in missing:
        parser.error("PyTorch is what the others are measured against; pip install it")
    results, others = {}, {}
    with Progress(console=Console(stderr=True)) as progress:
        for name in names:
            task = progress.add_task(name, total=ROUNDS)
            before, start = busy_seconds(), time.perf_counter()
            results[name] = measured(name, missing, progress, task)
            others[name] = others_share(before, time.perf_counter() - start)
    present = [name for name in CANDIDATES if name not in missing]
    print_times(results, present)
    print_memory(results, present)
    print_conditions(results, missing, others)


def is_installed(name: str) -> bool:
    """Whether the library can be imported."""
    return importlib.util.find_spec(CANDIDATES[name][0]) is not None


def others_share(before: float | None, seconds: float) -> str:
    """How much of the cores other processes had since then, in percent."""
    now = busy_seconds()
    if before is None or now is None:
        return "?"
    return f"{max(0, 100 * (now - before) / seconds / (os.cpu_count() or 1)):.0f} %"


def measured(
    workload: str, missing: list[str], progress: Progress, task: TaskID
) -> Results:
    """Every candidate's times; they take turns, in another order each round."""
    turns, results = {}, {}
    for name, (library, *keep) in CANDIDATES.items():
        if name in missing:
            continue
        turn = Turn("benchmarks.worker", library, workload, *keep)
        losses = turn.answer()
        if losses is not None:
            turns[name], results[name] = turn, Result(losses)
    order = list(turns)
    for i in range(ROUNDS):
        random.Random(i).shuffle(order)
        for name in order:
            answer = turns[name].ask(SECONDS)
            results[name].seconds += answer["seconds"]
            results[name].memory = answer["memory"]
        progress.advance(task)
    for turn in turns.values():
        turn.end()
    return results


def disagreement(results: Results, name: str) -> float:
    """How far a candidate's first losses are from PyTorch's, relative to them."""
    pairs = zip(results[name].losses, results["PyTorch"].losses, strict=True)
    return max(abs(a - b) / abs(b) if math.isfinite(a) else math.inf for a, b in pairs)


def print_times(results: dict[str, Results], present: list[str]) -> None:
    """Print the median step of PyTorch, and everybody's ratio to it."""
    kept = {"PyTorch, heap kept", "minidl, heap kept"} <= set(present)
    columns = ["PyTorch, ms", "target", *present[1:], *["both kept"] * kept]
    print_head("workload", columns)
    for workload, each in results.items():
        torch = each["PyTorch"].median
        cells = [f"{1000 * torch:.2f}", f"{TARGETS[workload]:.2f}"]
        for name in present[1:]:
            cells.append(f"{each[name].median / torch:.2f}" if name in each else "–")
        if kept:
            tuned = each["PyTorch, heap kept"].median
            cells.append(f"{each['minidl, heap kept'].median / tuned:.2f}")
        print(f"| {workload} | {' | '.join(cells)} |")
    print()


def print_memory(results: dict[str, Results], present: list[str]) -> None:
    """Print how many MB the steps added to each process at its peak."""
    print_head("workload, MB", present)
    for workload, each in results.items():
        cells = [f"{each[n].memory:.1f}" if n in each else "–" for n in present]
        print(f"| {workload} | {' | '.join(cells)} |")
    print()


def print_head(first: str, columns: list[str]) -> None:
    """Print a table's first two lines."""
    print(f"| {first} | {' | '.join(columns)} |")
    print(f"|---|{'---:|' * len(columns)}")


def print_conditions(
    results: dict[str, Results], missing: list[str], others: dict[str, str]
) -> None:
    """Print whether the losses agree, what is missing, the machine; stop if not."""
    far = {
        f"{name}, {workload}": disagreement(each, name)
        for workload, each in results.items()
        for name in each
    }
    wrong = [each for each, size in far.items() if size > AGREEMENT]
    if wrong:
        raise SystemExit(f"The first losses are not PyTorch's: {'; '.join(wrong)}")
    print(
        f"The first losses of all agree with PyTorch's to {max(far.values()):.0e}. "
        f"{ROUNDS} rounds of {SECONDS} s, 2 threads each, OPENBLAS_CORETYPE not set."
    )
    shares = ", ".join(f"{name} {share}" for name, share in others.items())
    print(f"Of the cores, other processes had meanwhile: {shares}.")
    if missing:
        print(f"Not installed: {', '.join(missing)}.")
    libraries = {CANDIDATES[n][0] for n in CANDIDATES if n not in missing} - {"minidl"}
    print(conditions("numpy", *sorted(libraries)))


if __name__ == "__main__":
    main()
