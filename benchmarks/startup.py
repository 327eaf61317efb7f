"""Time what a start costs, each import in a fresh Python: python -m benchmarks.startup.

The statements take turns, so that a busy machine is as hard on one as on another.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.machine import conditions

ROUNDS = 21
STATEMENTS = ("pass", "import numpy", "import minidl", "from autograder import check")


def main() -> None:
    """Print the table."""
    times: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in range(ROUNDS):
        for statement in STATEMENTS:
            times[statement].append(seconds(statement))
    empty = statistics.median(times["pass"])
    median = {each: statistics.median(times[each]) - empty for each in STATEMENTS[1:]}
    print("| statement | median, ms | against `import numpy` |\n|---|---:|---:|")
    for statement, cost in median.items():
        ratio = cost / median["import numpy"]
        print(f"| `{statement}` | {1000 * cost:.0f} | {ratio:.2f} |")
    print(f"\n{ROUNDS} rounds, less {1000 * empty:.0f} ms of Python itself.")
    print(conditions())


def seconds(statement: str) -> float:
    """How long a fresh Python takes to run the statement and end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
