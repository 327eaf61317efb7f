"""The private folder of a kernel, and the account that the kernel runs under."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import processes

ROOT = Path("/tmp")  # fixed: the path of a socket has 107 characters at most
SLOTS = 1024
FIRST_USER = 61184
"""Accounts that nobody has: systemd keeps this range for services without one."""


@dataclass(frozen=True)
class Folder:
    """A folder that one kernel has to itself.

    user:  when the grader is root, an account that no other process has; else None
    lock:  an open file; as long as it is, the number is taken
    """

    path: Path
    user: int | None
    lock: int

    @property
    def sockets(self) -> Path:
        """Where the kernel and the grader meet."""
        return self.path / "s"

    @property
    def work(self) -> Path:
        """What is the student's: the notebook's directory, home and /tmp in one."""
        return self.path / "work"

    @property
    def log(self) -> Path:
        """What the kernel says outside its messages."""
        return self.path / "kernel.log"

    def clear(self) -> None:
        """Empty it, for a kernel that starts."""
        if self.user is not None:
            end_all_of(self.user)
        remove(self.path)
        for place in (self.path, self.sockets, self.work):
            place.mkdir(0o700)
        self.hand_over(self.path, self.sockets, self.work)

    def hand_over(self, *paths: Path) -> None:
        """Give these to the account of the kernel."""
        if self.user is not None:
            for path in paths:
                os.chown(path, self.user, self.user, follow_symlinks=False)

    def release(self) -> None:
        """End what is left in it, remove it, and let others have the number."""
        try:
            if self.user is not None:
                end_all_of(self.user)
            remove(self.path)
        finally:
            os.close(self.lock)


def take() -> Folder:
    """A folder that no other kernel has; what a killed grader left in it is removed.

    Raises:  RuntimeError when all are taken, or another user made the place
    """
    place = home()
    for number in range(SLOTS):
        lock = os.open(place / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        user = FIRST_USER + number if os.geteuid() == 0 else None
        folder = Folder(place / str(number), user, lock)
        try:
            folder.clear()
        except BaseException:
            os.close(lock)
            raise
        return folder
    raise RuntimeError(f"sandbox: {SLOTS} kernels run already; use fewer workers")


def home() -> Path:
    """Where the folders are; other users may pass through root's, and see nothing."""
    me = os.geteuid()
    place = ROOT / f"autograder-{me}"
    place.mkdir(0o711, exist_ok=True)
    found = place.lstat()
    if found.st_uid != me or not stat.S_ISDIR(found.st_mode):
        raise RuntimeError(
            f"sandbox: {place} is not a folder of user {me}; somebody else made it; "
            "remove it"
        )
    place.chmod(0o711 if me == 0 else 0o700)
    return place


def remove(path: Path) -> None:
    """Remove what a student may have made: deep trees, folders without permissions.

    Raises:  OSError when something stays
    """
    command = ["rm", "-rf", "--", str(path)]
    if path.exists() and subprocess.run(command, capture_output=True).returncode:
        subprocess.run(["chmod", "-R", "u+rwX", "--", str(path)], capture_output=True)
        subprocess.run(command, capture_output=True)
        if path.exists():
            raise OSError(f"sandbox: {path} cannot be removed; remove it by hand")


def end_all_of(user: int) -> None:
    """Kill every process of an account that only a kernel has."""
    for _ in range(processes.ROUNDS):
        pids = processes.owned_by(user)
        if not pids:
            return
        for pid in pids:
            processes.send(pid, signal.SIGKILL)
        time.sleep(processes.PAUSE)
