"""An honest student loses nothing through a busy machine, a neighbour or a crash."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time

import handing
import pytest
from handing import NAMES, feedback, graded, messages, passed

from autograder import limit
from autograder.grading.session import Session
from autograder.sandbox import processes, watch
from autograder.sandbox.limits import Limits
from autograder.sandbox.watch import Watch

THREADS = (
    "import threading, time\n"
    "while True: threading.Thread(target=time.sleep, args=(600,)).start()"
)


def test_a_cell_that_leaves_a_crowd_behind_is_the_one_left_out():
    result = graded(handing.notebook(handing.solutions(), [THREADS]))
    assert passed(result) == NAMES, messages(result)
    assert "This cell left too many threads running" in feedback(result)
    assert len(result.warnings) == 1


def test_a_kernel_that_the_machine_ends_costs_no_point(monkeypatch):
    ended, run = [], Session.run

    def end_it():
        time.sleep(1)  # into the cell
        ended.extend(kernels())
        os.kill(max(ended), signal.SIGKILL)

    async def run_and_end_once(self, code, seconds):
        if code == cells[0] and not ended:
            threading.Thread(target=end_it, daemon=True).start()
        await run(self, code, seconds)

    monkeypatch.setattr(Session, "run", run_and_end_once)
    cells = ["import time; time.sleep(3)"]
    result = graded(handing.notebook(handing.solutions(), cells))
    assert ended
    assert passed(result) == NAMES, messages(result)
    assert result.warnings == ()


def kernels() -> list[int]:
    """The processes of this grader's sandboxes that answer already."""
    return [
        pid
        for pid in processes.below(os.getpid())
        if processes.state(pid)[0] == "S" and processes.tasks([pid]) > 3
    ]


def test_waiting_for_a_processor_does_not_count_in_an_exercise(monkeypatch):
    began = time.monotonic()
    monkeypatch.setattr(limit, "waited", lambda: (time.monotonic() - began) / 2)
    with pytest.raises(limit.TimeUp), limit.time_limit(0.5):
        time.sleep(30)
    assert 0.9 < time.monotonic() - began < 10


@pytest.mark.parametrize(("crowded", "took"), [(False, 0.6), (True, 0.2)])
def test_waiting_for_a_processor_does_not_count_in_a_cell(crowded, took):
    class Manager:
        waited = 0.0

        def __init__(self) -> None:
            self.crowded = crowded

    class Busy(Session):
        async def _content(self, message, end):
            await asyncio.sleep(end - time.monotonic())
            # It waited for others in the first two stretches of its time.
            self.manager.waited = min(0.4, self.manager.waited + 0.2)

    began = time.monotonic()
    session = Busy(Manager(), None, None, began + 60)
    assert asyncio.run(session._patiently("message", 0.2)) is None
    assert took <= time.monotonic() - began < took + 5


def test_who_floods_the_grader_is_who_sends_now_not_who_has_sent_most(monkeypatch):
    monkeypatch.setattr(watch, "RELIEF", 0)
    sent = {"honest": iter([900, 901]), "flooding": iter([3, 80])}
    ended = []

    class Watched(Watch):
        def __init__(self, name: str) -> None:
            super().__init__(0, None, Limits(), lambda: ended.append(name))
            self.kernel = name

        def sent(self) -> int:
            return next(sent[self.kernel])

    both = {Watched("honest"), Watched("flooding")}
    monkeypatch.setattr(Watch, "running", both)
    next(iter(both)).relieve()
    assert ended == ["flooding"]
