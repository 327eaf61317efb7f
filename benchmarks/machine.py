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
