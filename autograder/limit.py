"""Stops a learner's code that does not end."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 0.01  # seconds between two tries: `except:` in an endless loop swallows one
SCHEDULE = "/proc/self/schedstat"


class TimeUp(BaseException):
    """Raised inside code that ran into its limit; `except Exception` misses it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp inside the block after so many seconds, until the block ends.

    On Linux, time in which others had the processors does not count.
    """
    on_main = threading.current_thread() is threading.main_thread()
    if on_main and hasattr(signal, "setitimer"):
        with _alarm(seconds):
            yield
    else:
        with _watcher(seconds):
            yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    # A real signal also ends a sleep or a wait, which an exception set from
    # another thread does not.
    began, end = waited(), time.monotonic() + seconds

    def ring(number: int, frame: FrameType | None) -> None:
        left = end + waited() - began - time.monotonic()
        if left <= 0:
            raise TimeUp
        signal.setitimer(signal.ITIMER_REAL, max(left, AGAIN), AGAIN)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def waited() -> float:
    """Seconds that this process's main thread has waited for a processor; 0 if unknown.

    Source:  the documentation of Linux, Scheduler Statistics, /proc/<pid>/schedstat
    """
    try:
        with open(SCHEDULE, "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


@contextmanager
def _watcher(seconds: float) -> Iterator[None]:
    # Windows has no interval timer, and signals reach the main thread alone.
    done = threading.Event()
    target = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            raise_in(target, ctypes.py_object(TimeUp))
            wait = AGAIN

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        raise_in(target, None)
