"""What a timing needs beside it: the machine, the versions, the command."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path


def conditions(*packages: str) -> str:
    """One line in italics that says where and with what the numbers arose.

    packages: whose versions matter, where not those of numpy and ipython
    """
    names = packages or ("numpy", "ipython")
    versions = [
        f"Python {platform.python_version()}",
        *(f"{name} {metadata.version(name)}" for name in names),
    ]
    module = sys.modules["__main__"].__spec__
    command = f"python -m {module.name}" if module else sys.argv[0]
    parts = [processor(), f"{os.cpu_count()} cores", platform.system(), *versions]
    return f"*{', '.join(parts)}; `{command}`*"


def processor() -> str:
    """The processor's name, or its architecture where the system keeps quiet."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def busy_seconds() -> float | None:
    """What all cores together have worked so far, or None where nobody counts.

    Without what this process and those that it waited for have worked: a timing counts
    only where others left the machine alone.
    """
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    ticks = [int(each) for each in stat.read_text("utf-8").split("\n")[0].split()[1:8]]
    idle, waiting = ticks[3:5]
    working = (sum(ticks) - idle - waiting) / os.sysconf("SC_CLK_TCK")
    return working - sum(os.times()[:4])
