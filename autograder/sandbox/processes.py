"""The processes of a sandbox: which they are, what they hold, how they end."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")
ROUNDS = 500
PAUSE = 0.005  # seconds between two rounds of killing


def below(root: int) -> list[int]:
    """Every process that descends from root."""
    children: dict[int, list[int]] = {}
    for pid in running():
        children.setdefault(state(pid)[1], []).append(pid)
    found, rest = [], [root]
    while rest:
        ours = children.get(rest.pop(), [])
        found += ours
        rest += ours
    return found


def running() -> list[int]:
    """Every process of this machine."""
    return [int(name) for name in os.listdir(PROC) if name.isdigit()]


def state(pid: int) -> tuple[str, int]:
    """A letter, Z for one that has ended, and its parent; ("Z", 0) when it is gone."""
    letter, parent = (stat(pid) or ["Z", "0"])[:2]
    return letter, int(parent)


def system_time(pid: int) -> int:
    """Ticks of the clock that the system has worked for a process."""
    return int((stat(pid) or ["0"] * 13)[12])


def tasks(pids: list[int]) -> int:
    """How many threads these processes have together."""
    return sum(int((stat(pid) or ["0"] * 18)[17]) for pid in pids)


def waited(pid: int) -> float:
    """Seconds that a process was ready to run while others had the processors."""
    try:
        return int((PROC / f"{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def stat(pid: int) -> list[str]:
    """What the system tells of a process, from its state on; [] when it is gone."""
    try:
        told = (PROC / f"{pid}/stat").read_bytes()
    except OSError:
        return []
    return told.decode(errors="replace").rpartition(")")[2].split()


def oldest_child(pid: int) -> int | None:
    """The first process that a process started, of those still there."""
    return min((each for each in running() if state(each)[1] == pid), default=None)


def owned_by(user: int) -> list[int]:
    """Every process of this user that has not ended."""
    found = []
    for pid in running():
        try:
            if (PROC / str(pid)).stat().st_uid == user and state(pid)[0] != "Z":
                found.append(pid)
        except OSError:
            continue
    return found


def memory(pids: list[int], enough: int) -> int:
    """Bytes that the processes hold together, pages that they share counted once.

    The count that costs little counts such pages again and again; the true one is
    taken only when that exceeds what would be enough to know.
    """
    total = sum(resident(pid) for pid in pids)
    return sum(share(pid) for pid in pids) if total > enough else total


def resident(pid: int) -> int:
    """Bytes of a process that are in memory; 0 when it is gone."""
    try:
        pages = (PROC / f"{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def share(pid: int) -> int:
    """Bytes in memory, shared ones divided among those who share them."""
    try:
        lines = (PROC / f"{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return resident(pid)
    return sum(int(line.split()[1]) * 1024 for line in lines if line[:4] == "Pss:")


def end(root: int) -> None:
    """Kill root and all that descends from it, those that fork meanwhile too.

    root goes last: what has lost its parent falls to it, and is found.
    """
    for _ in range(ROUNDS):
        pids = below(root)
        if not pids:
            break
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                send(pid, number)
        time.sleep(PAUSE)
    send(root, signal.SIGKILL)


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
