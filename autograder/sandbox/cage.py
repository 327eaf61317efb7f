"""What is alike in every tier: what a kernel may read, and its variables."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox.environment import environment
from autograder.sandbox.folder import Folder
from autograder.sandbox.limits import Limits

SYSTEM = (
    *("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf"),
    *("/etc/ld.so.conf.d", "/etc/localtime", "/etc/ssl/openssl.cnf"),
)
"""Files of the machine, beside /usr, that programs need; nothing about its users."""


@dataclass(frozen=True)
class Cage:
    """A kernel's surroundings; a tier makes a command of them.

    stage:  the folder that the submission imports from; None while probing
    """

    folder: Folder
    limits: Limits
    stage: Path | None = None

    def readable(self) -> list[Path]:
        """What is ours and may be read: Python and the stage."""
        return [environment(), *([self.stage] if self.stage else [])]

    def variables(self, home: Path) -> dict[str, str]:
        """The environment variables; none of the grader's own gets in.

        Nor does MINIDL_DATA: chapter 10 is graded on digits, whoever grades it.
        """
        place = environment()
        return {
            "HOME": str(home),
            "IPYTHONDIR": str(home / ".ipython"),
            "JOBLIB_MULTIPROCESSING": "0",  # it warns where it cannot have it
            "LANG": "C.UTF-8",
            "LD_LIBRARY_PATH": str(place / "python/lib"),
            "LOGNAME": "student",
            "MPLCONFIGDIR": str(home / ".matplotlib"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PATH": f"{place}/bin:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONPATH": str(self.stage or ""),
            "TMPDIR": str(home) if home == self.folder.work else "/tmp",
            "USER": "student",
        }

    def fonts(self) -> list[Path]:
        """matplotlib's list of fonts, which takes it seconds to make."""
        return sorted((environment() / "matplotlib").glob("fontlist*.json"))


@dataclass(frozen=True)
class Launch:
    """How to start a kernel in its cage.

    filters:  the open file that holds the system calls it is refused, if any
    """

    command: list[str]
    variables: dict[str, str]
    filters: int | None = None

    def options(self, folder: Folder) -> dict[str, Any]:
        """What Popen needs to know: the account to drop to, what stays open."""
        options: dict[str, Any] = {
            "cwd": folder.work,
            "env": self.variables,
            "pass_fds": () if self.filters is None else (self.filters,),
            "start_new_session": True,
            "stdin": subprocess.DEVNULL,
        }
        if folder.user is not None:
            account = {"user": folder.user, "group": folder.user, "extra_groups": []}
            options.update(account)
        return options

    def close(self) -> None:
        """Close what only the kernel needs."""
        if self.filters is not None:
            os.close(self.filters)
