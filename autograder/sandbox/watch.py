"""Ends a kernel that holds too much memory or disk, or runs too long."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from autograder.sandbox import processes
from autograder.sandbox.limits import MB, Limits

EVERY = 0.05  # seconds between two looks at the grader
SELDOM = 5  # looks at the grader for each at the kernel, which costs more
RELIEF = 2.0  # seconds for the grader to drop what it was sent
FILES = 5_000  # what a folder may hold


class Watch(threading.Thread):
    """Looks at a kernel from outside, and ends it with the reason in `why`."""

    running: ClassVar[set[Watch]] = set()
    relieving: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self, pid: int, folder: Path, limits: Limits, end: Callable[[], None]
    ) -> None:
        super().__init__(daemon=True, name=f"watch {pid}")
        self.why = ""
        self._pid, self._folder, self._limits, self._end = pid, folder, limits, end
        self._done = threading.Event()
        self._grader = processes.resident(os.getpid())
        self._deadline = time.monotonic() + limits.notebook_seconds

    def run(self) -> None:
        """Look again and again until stop is called or a limit is exceeded."""
        self.running.add(self)
        looks = 0
        while not self._done.wait(EVERY) and not self.why:
            looks += 1
            if self.grown() > self._limits.grader_bytes:
                self.relieve()
            elif looks % SELDOM == 0 and (why := self.excess()):
                self.stop_for(why)
        self.running.discard(self)

    def stop(self) -> None:
        """Look no more."""
        self._done.set()

    def stop_for(self, why: str) -> None:
        """End the kernel for this reason."""
        self.why = why
        self._end()

    def grown(self) -> int:
        """Bytes that the grader has more than when the kernel started."""
        return processes.resident(os.getpid()) - self._grader

    def relieve(self) -> None:
        """End the kernel that floods the grader: the one for which the system works.

        Sending is the system's work, and computing is not. What counts is the work at
        this moment: an honest kernel may have run for longer.
        """
        if not self.relieving.acquire(blocking=False):
            return
        try:
            before = {each: each.sent() for each in self.running.copy()}
            time.sleep(EVERY)
            flood = max(before, key=lambda each: each.sent() - before[each])
            flood.stop_for("flooded the grader")
            time.sleep(RELIEF)
            for each in self.running.copy():
                each._grader = processes.resident(os.getpid())
        finally:
            self.relieving.release()

    def sent(self) -> int:
        """Ticks of the clock that the system has worked for the kernel."""
        pids = [self._pid, *processes.below(self._pid)]
        return sum(processes.system_time(pid) for pid in pids)

    def excess(self) -> str:
        """What the kernel did too much of; "" if nothing."""
        limits = self._limits
        if time.monotonic() > self._deadline:
            return f"ran longer than {limits.notebook_seconds:g} seconds"
        pids = [self._pid, *processes.below(self._pid)]
        if processes.memory(pids, limits.memory_bytes) > limits.memory_bytes:
            return f"used more than {limits.memory_bytes // MB} MB of memory"
        if holds_more(self._folder, limits.scratch_bytes):
            return f"wrote more than {limits.scratch_bytes // MB} MB of files"
        return ""


def holds_more(folder: Path, size: int) -> bool:
    """Whether what lies below folder is larger than size, too much, or hidden.

    A folder that cannot be read, or lies too deep, is taken for too much.
    """
    rest, total, count = [str(folder)], 0, 0
    while rest:
        try:
            with os.scandir(rest.pop()) as entries:
                for entry in entries:
                    count += 1
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if total > size or count > FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        rest.append(entry.path)
        except FileNotFoundError:
            continue
        except OSError:
            return True
    return False
