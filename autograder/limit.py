"""Stops a learner's code that does not end."""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 0.01  # seconds between two tries: `except:` in an endless loop swallows one


class TimeUp(BaseException):
    """Raised inside code that ran into its limit; `except Exception` misses it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp inside the block after so many seconds, until the block ends."""
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
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


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
