"""One library with one workload, in a process of its own.

python -m benchmarks.worker LIBRARY WORKLOAD [keep] builds the train step and prints its
first losses, or null if the library cannot do it; then, for every line with a number on
its input, it takes steps for so many seconds, one at least, and prints their times. An
answer is a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path

from benchmarks.workloads import WORKLOADS, Step

FACES = ("torch", "minidl")
FIRST = 3
"""Losses that are compared."""


def main(library: str, workload: str, keep: str = "") -> None:
    """Answer until the input ends."""
    step = step_of(library, workload, bool(keep))
    if step is None:
        print("null")
        return
    before = peak()
    print(json.dumps([float(step()) for _ in range(FIRST)]), flush=True)
    for line in sys.stdin:
        seconds = [taken(step)]
        while sum(seconds) < float(line):
            seconds.append(taken(step))
        answer = {"seconds": seconds, "memory": peak() - before}
        print(json.dumps(answer), flush=True)


def step_of(library: str, workload: str, keep: bool) -> Step | None:
    """The train step; with keep, freed memory stays with the process."""
    if keep:
        from minidl.memory import keep_freed_memory

        keep_freed_memory()
    if library not in FACES:
        from benchmarks.peers import training

        peer = importlib.import_module(f"benchmarks.peers.{library}")
        able = workload in peer.WORKLOADS
        return training.step_of(peer, workload) if able else None
    torch = importlib.import_module(library)
    if library == "torch":
        torch.set_num_threads(2)
    return WORKLOADS[workload](torch)


def taken(step: Step) -> float:
    """Seconds of one step."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def peak() -> float:
    """The most memory that this process has had so far, in MB.

    On Linux ru_maxrss starts with what the process that started this one had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        size = re.search(r"VmHWM:\s*(\d+) kB", status.read_text("utf-8"))
        if size:
            return int(size[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
