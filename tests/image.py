"""What Binder makes of the repository: a copy of it, and an environment."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Image:
    """What Binder builds: a copy of the repository, and Python beside it."""

    repository: Path
    environment: dict[str, str]

    def run(self, *command: str, at: str = ".") -> str:
        """What a command of the image prints; it must not fail."""
        done = subprocess.run(
            command,
            cwd=self.repository / at,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def clone(root: Path, directory: Path) -> None:
    """Copy what git tracks, or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(command, cwd=root, text=True).split("\0"):
        if (root / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, directory / name)
