"""The heap: memory that one training step frees is memory the next one needs."""

from __future__ import annotations

import ctypes
import os

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # numbers in glibc's malloc.h
LARGEST = 1 << 25
"""Bytes; the highest threshold that every 64-bit glibc takes."""


def keep_freed_memory() -> bool:
    """Whether freed arrays up to 32 MB now stay with the process, to be used again.

    Without this, glibc hands arrays above 128 kB back to the system as they are freed,
    and every training step waits for the same pages to be zeroed and mapped again:
    10 000 page faults and 0.4 of the time of a CNN's step. The price is that a process
    stays as large as it once was. Other C libraries are left alone.
    """
    try:
        glibc = os.confstr("CS_GNU_LIBC_VERSION")
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError, ValueError):  # not glibc
        return False
    if not glibc:
        return False
    large = mallopt(M_MMAP_THRESHOLD, LARGEST)
    return bool(large and mallopt(M_TRIM_THRESHOLD, 1 << 30))
