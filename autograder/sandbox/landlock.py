"""The tier of Landlock: the kernel gives up its rights before it starts.

For machines that forbid namespaces to ordinary accounts, Docker's default among them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from autograder.sandbox import launcher, seccomp
from autograder.sandbox.bubblewrap import as_file
from autograder.sandbox.cage import SYSTEM, Cage, Launch
from autograder.sandbox.environment import environment

SIGNALS_SCOPED = 6  # the version of Landlock that keeps signals inside
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom", "/dev/zero")
STATE = (
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
    *("/proc/self/maps", "/proc/self/schedstat", "/proc/self/stat"),
    *("/proc/self/statm", "/proc/self/status"),
)
LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64")
PROGRAMS = ("/bin", "/usr/bin", "/usr/share/fonts", "/usr/share/zoneinfo")


def launch(cage: Cage, command: list[str], confined: bool = True) -> Launch:
    """How to start a command that confines itself; not confined: limits only."""
    work = cage.folder.work
    prepare(cage)
    filters = None
    if confined:
        scoped = launcher.abi() >= SIGNALS_SCOPED
        filters = as_file(seccomp.program(shared=True, signals=scoped))
    variables = cage.variables(work)
    plan = {
        "command": command,
        "environment": variables,
        "filter": filters,
        "grants": grants(cage) if confined else None,
        "rlimits": cage.limits.rlimits(),
    }
    python = str(environment() / "bin/python")
    script = Path(launcher.__file__).read_text("utf-8")
    starter = [python, "-I", "-S", "-c", script, json.dumps(plan)]
    return Launch(starter, variables, filters)


def prepare(cage: Cage) -> None:
    """Put into the student's folder what it should find there."""
    place = cage.folder.work / ".matplotlib"
    place.mkdir()
    copies = [Path(shutil.copy(path, place)) for path in cage.fonts()]
    cage.folder.hand_over(place, *copies)


def grants(cage: Cage) -> dict[str, list[str]]:
    """What may be read, written, and filled with sockets."""
    readable = [*PROGRAMS, *SYSTEM, *STATE, *DEVICES, *map(str, cage.readable())]
    return {
        "read": readable + [str(p) for folder in LIBRARIES for p in without(folder)],
        "write": [str(cage.folder.work), "/dev/null"],
        "sockets": [str(cage.folder.sockets)],
    }


def without(folder: str) -> list[Path]:
    """What lies in a folder of libraries, other Pythons and their packages left out."""
    place = Path(folder)
    if not place.is_dir():
        return []
    return [path for path in place.iterdir() if not path.name.startswith("python")]
