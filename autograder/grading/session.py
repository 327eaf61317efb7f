"""One student's kernel: runs her cells, and carries questions in and answers out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from queue import Empty
from typing import Any

from autograder.grading import answers
from autograder.grading.outputs import Outputs
from autograder.sandbox.kernel import SandboxedKernelManager
from autograder.sandbox.limits import Limits

READY = 60.0  # seconds for a kernel to start, on a machine that is very busy
GRACE = 3.0  # seconds to react to an interrupt
TICK = 0.25  # seconds between two looks whether the kernel lives
LAST_WORDS = 1.0  # seconds for outputs to follow the reply


class Lost(Exception):
    """The kernel is gone or has to go; a sentence on what it did."""


class Died(Lost):
    """The kernel is gone; what ran at that moment need not be the cause."""


class TimeUp(Exception):
    """What ran was interrupted at its limit; the kernel goes on."""


class Session:
    """A running kernel and what it still may do.

    end:     when its notebook has used up its time
    waited:  seconds that it waited for a processor, when last looked
    careful: whether to look after each cell for what would cost a later one

    Every message may be forged by the student's code: nothing in it is believed
    beyond its form, and only she sees what it says.
    """

    def __init__(self, manager: Any, client: Any, outputs: Outputs, end: float) -> None:
        self.manager, self.client, self.outputs = manager, client, outputs
        self.end, self.waited, self.careful = end, 0.0, False

    async def run(self, code: str, seconds: float) -> None:
        """Run a cell; what it shows goes to the outputs.

        A cell that fails or takes too long and leaves a crowd behind has hampered those
        that follow: it is the one to leave out, and a new kernel is due. A careful
        session looks after every cell.

        Raises:  Lost or TimeUp
        """
        message = self.client.execute(code, stop_on_error=False)
        try:
            content = await self._reply(message, seconds)
        except TimeUp:
            self._look()
            raise
        if self.careful or content.get("status") == "error":
            self._look()

    def _look(self) -> None:
        """Raise Lost if the kernel holds more than a later cell could do with."""
        if why := self.manager.excess:
            raise Lost(why)
        if self.manager.crowded:
            raise Lost("left too many threads running, or too much in memory")

    async def ask(self, expression: str, seconds: float) -> str:
        """The value of the expression in the kernel, as it is printed there.

        Raises:  Lost or TimeUp; answers.Malformed when there is no value
        """
        message = self.client.execute(
            "",
            silent=True,
            store_history=False,
            user_expressions={"answer": expression},
        )
        content = await self._reply(message, seconds)
        return answers.text_in(content)

    async def _reply(self, message: str, seconds: float) -> dict[str, Any]:
        """The content of the reply to a message, after the outputs that precede it."""
        self.outputs.listen_to(message)
        if time.monotonic() > self.end:
            raise Lost("used up the time that a notebook has")
        content = await self._patiently(message, seconds)
        if content is None:
            await self.manager.interrupt_kernel()
            if await self._content(message, time.monotonic() + GRACE) is None:
                raise Lost(f"did not stop after {seconds:g} seconds")
        with suppress(TimeoutError):
            await asyncio.wait_for(self.outputs.complete.wait(), LAST_WORDS)
        if content is None:
            raise TimeUp(f"was stopped after {seconds:g} seconds")
        return content

    async def _patiently(self, message: str, seconds: float) -> dict[str, Any] | None:
        """The content of the reply; time in which others had the processors is given.

        Not to a crowd: it waits for itself.
        """
        end = time.monotonic() + seconds
        while (left := min(end, self.end) - time.monotonic()) > 0:
            content = await self._content(message, time.monotonic() + left)
            if content is not None:
                return content
            before, self.waited = self.waited, self.manager.waited
            if not self.manager.crowded:
                end += max(0.0, self.waited - before)
        return None

    async def _content(self, message: str, end: float) -> dict[str, Any] | None:
        """The content of the reply, or None when it is not there in time."""
        while (left := end - time.monotonic()) > 0:
            if self.outputs.trouble:
                raise Lost(self.outputs.trouble)
            try:
                reply = await self.client.get_shell_msg(timeout=min(left, TICK))
                if reply["parent_header"].get("msg_id") == message:
                    return dict(reply["content"])
            except Empty:
                if not await self.manager.is_alive():
                    raise Died(self.manager.ended or "stopped its kernel") from None
            except Exception as error:
                raise Lost("sent something that is no reply") from error
        return None


@asynccontextmanager
async def session(
    chapter: int, limits: Limits, outputs: Outputs, end: float
) -> AsyncIterator[Session]:
    """A new kernel in the sandbox, killed at the end whatever it does."""
    manager = SandboxedKernelManager(chapter=chapter, limits=limits)
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    reading = None
    try:
        await client.wait_for_ready(timeout=READY)
        reading = asyncio.ensure_future(outputs.read(client))
        opened = Session(manager, client, outputs, end)
        await opened.run(answers.installation(), READY)
        yield opened
    finally:
        if reading:
            reading.cancel()
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
