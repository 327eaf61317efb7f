"""A sandboxed kernel that a test talks to, one cell after the other."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from queue import Empty
from typing import Any

from autograder.grading.session import READY
from autograder.sandbox import processes
from autograder.sandbox.kernel import SandboxedKernelManager
from autograder.sandbox.limits import MB, Limits

SMALL = Limits(
    memory_bytes=600 * MB,
    scratch_bytes=16 * MB,
    file_bytes=8 * MB,
    output_bytes=MB // 4,
    grader_bytes=150 * MB,
)
HASTY = replace(SMALL, cell_seconds=1.5)  # for cells that do not end by themselves


@dataclass(frozen=True)
class Shown:
    """What a cell came to: its texts, and whether the kernel still answers."""

    text: str
    ended: str = ""
    dropped: int = 0


class Kernel:
    """A kernel in a sandbox; use it in a `with`."""

    def __init__(self, chapter: int = 2, limits: Limits = SMALL) -> None:
        self.limits = limits
        self.manager: Any = SandboxedKernelManager(chapter=chapter, limits=limits)

    def __enter__(self) -> Kernel:
        self.runner = asyncio.Runner()
        try:
            self.runner.run(self._start())
        except BaseException:
            self.runner.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self._stop())
        self.runner.close()

    async def _start(self) -> None:
        await self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(READY)

    async def _stop(self) -> None:
        self.client.stop_channels()
        await self.manager.shutdown_kernel()

    def run(self, code: str) -> Shown:
        """Run a cell within its time; then interrupt it, then end the kernel."""
        return self.runner.run(self._run(code))

    async def _run(self, code: str) -> Shown:
        texts: list[str] = []
        asked = self.client.execute(code)
        end, grace = time.monotonic() + self.limits.cell_seconds, False
        while True:
            try:
                message = await self.client.get_iopub_msg(timeout=0.2)
                if message["parent_header"].get("msg_id") == asked:
                    if message["msg_type"] != "execute_input":
                        texts.append(str(message["content"]))
                    if message["content"].get("execution_state") == "idle":
                        why = "was stopped after its time" if grace else ""
                        return Shown("\n".join(texts), why, self.client.dropped)
            except Empty:
                if not await self.manager.is_alive():
                    why = self.manager.ended or "stopped its kernel"
                    return Shown("\n".join(texts), why, self.client.dropped)
            if time.monotonic() > end and not grace:
                await self.manager.interrupt_kernel()
                end, grace = time.monotonic() + 1, True
            elif time.monotonic() > end:
                why = "did not stop"
                return Shown("\n".join(texts), why, self.client.dropped)

    def processes(self) -> list[int]:
        """Every process of the sandbox."""
        root = self.manager.provisioner.pid
        return [root, *processes.below(root)]


def grader_holds() -> int:
    """Bytes of memory that this process has."""
    return processes.resident(os.getpid())


def wait_until_gone(pids: Iterable[int]) -> None:
    """Return when none of the processes runs any more; they have a minute."""
    end = time.monotonic() + 60
    while left := [pid for pid in pids if (processes.PROC / f"{pid}/exe").exists()]:
        assert time.monotonic() < end, left
        time.sleep(0.05)
