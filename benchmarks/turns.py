"""Processes that take turns: each works only when it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

THREADS = 2


class Turn:
    """A module run as a process, which answers in lines of JSON."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.name = " ".join((module, *arguments))
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def ask(self, line: Any) -> Any:
        """Send a line, and wait for the answer."""
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)
        return self.answer()

    def answer(self) -> Any:
        """The next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended without an answer; see above")
        return json.loads(line)

    def end(self) -> None:
        """Close the input, and wait for the process to end."""
        self.process.communicate()


def environment() -> dict[str, str]:
    """Two threads for every library; OpenBLAS chooses its kernels freely."""
    free = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return free | dict.fromkeys(threads, str(THREADS))
