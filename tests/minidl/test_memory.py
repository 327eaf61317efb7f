"""Keeping freed memory: on glibc it saves page faults, elsewhere it does nothing."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from minidl.memory import keep_freed_memory

COUNT_FAULTS = """
import resource
import numpy as np
{first}
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        arrays = [np.ones(1_000_000) for _ in range(8)]
        del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


def page_faults(first):
    """Page faults of five times eight arrays of 8 MB in a new process."""
    command = [sys.executable, "-c", COUNT_FAULTS.format(first=first)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(not keep_freed_memory(), reason="the C library is not glibc")
def test_new_arrays_take_the_memory_of_freed_ones():
    assert page_faults("import minidl.nn") < page_faults("") / 10


@pytest.mark.parametrize("error", [ValueError, OSError])
def test_another_c_library_is_left_alone(monkeypatch, error):
    def unknown(name):
        raise error(name)

    monkeypatch.setattr(os, "confstr", unknown)
    assert keep_freed_memory() is False


def test_a_system_without_confstr_is_left_alone(monkeypatch):
    monkeypatch.delattr(os, "confstr", raising=False)
    assert keep_freed_memory() is False


def test_a_library_that_answers_nothing_or_lacks_mallopt_is_left_alone(monkeypatch):
    monkeypatch.setattr(os, "confstr", lambda name: None)
    assert keep_freed_memory() is False
    monkeypatch.setattr(os, "confstr", lambda name: "glibc 2.36")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert keep_freed_memory() is False
