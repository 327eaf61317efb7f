"""A sandboxed kernel as Jupyter knows it, and a client that it cannot flood."""

from __future__ import annotations

import math
import time
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Instance, Int, Type

from autograder.sandbox.environment import environment
from autograder.sandbox.limits import Limits

PROVISIONER = "autograder-sandbox"
QUEUE = 16  # messages that wait in the grader's memory; each has its largest size
ALWAYS = 8_192  # bytes: messages that say "idle" are smaller, and always get through


class CappedChannel(AsyncZMQSocketChannel):
    """A channel that throws away what is beyond an allowance of bytes."""

    allowance: int | None = None
    received = dropped = 0

    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message that is within the allowance.

        Raises:  Empty when none comes in time, however many are thrown away
        """
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = min(end - time.monotonic(), 3600)
            if left < 0 or not await self.socket.poll(round(1000 * left)):
                raise Empty
            frames = await self.socket.recv_multipart()
            size = sum(map(len, frames))
            self.received += size
            over = self.allowance is not None and self.received > self.allowance
            if over and size > ALWAYS:
                self.dropped += size
            else:
                _, parts = self.session.feed_identities(frames)
                message: dict[str, Any] = self.session.deserialize(parts)
                if not over or message["msg_type"] == "status":
                    return message
                self.dropped += size


class CappedClient(AsyncKernelClient):
    """A client whose memory a kernel cannot fill.

    Each message and each queue has its largest size; what one request shows has
    `limits.output_bytes`, and the rest is read and thrown away.
    """

    limits = Instance(Limits, args=())
    iopub_channel_class = Type(CappedChannel)

    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.MAXMSGSIZE, self.limits.message_bytes)
        context.setsockopt(zmq.RCVHWM, QUEUE)
        return context

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = False,
        hb: bool = False,
        control: bool = False,
    ) -> None:
        """Open the two channels that grading reads: nobody answers input()."""
        super().start_channels(shell, iopub, stdin, hb, control)

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run code in the kernel, with a new allowance for what it shows."""
        channel = self.iopub_channel
        channel.allowance = self.limits.output_bytes
        channel.received = channel.dropped = 0
        return super().execute(*args, **kwargs)

    @property
    def dropped(self) -> int:
        """Bytes thrown away since the last request."""
        return int(self.iopub_channel.dropped)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return as soon as the kernel answers and its outputs arrive.

        Raises:  RuntimeError when it ends or does not answer in time
        """
        end = time.monotonic() + (timeout or 60)
        while time.monotonic() < end:
            asked = self.kernel_info()
            if await self._answers(asked) and await self._shows(asked):
                return
            manager: Any = self.parent
            if not await manager.is_alive():
                said = manager.provisioner.said
                raise RuntimeError(f"sandbox: the kernel ended as it started\n{said}")
        raise RuntimeError(f"sandbox: no answer in {timeout or 60:g} seconds")

    async def _answers(self, asked: str) -> bool:
        try:
            while True:
                message = await self.get_shell_msg(timeout=0.5)
                if message["parent_header"].get("msg_id") == asked:
                    return True
        except Empty:
            return False

    async def _shows(self, asked: str) -> bool:
        # A subscription takes a moment to reach the kernel: until then it shows
        # nothing, and the question is asked again.
        try:
            while True:
                message = await self.get_iopub_msg(timeout=0.1)
                mine = message["parent_header"].get("msg_id") == asked
                if mine and message["content"].get("execution_state") == "idle":
                    return True
        except Empty:
            return False


class SandboxedKernelManager(AsyncKernelManager):
    """A kernel in a sandbox; it is ended, never asked to end.

    chapter:  whose bricks, and all later ones, are hollow in the kernel's minidl
    """

    chapter = Int(1)
    limits = Instance(Limits, args=())
    client_factory = Type(CappedClient)

    @property
    def kernel_spec(self) -> KernelSpec:
        """Our own interpreter, whatever kernels are installed here."""
        python = str(environment() / "bin/python")
        command = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
        quiet = ["--HistoryManager.enabled=False", "--Application.log_level=ERROR"]
        config = {"chapter": self.chapter, "limits": self.limits}
        provisioner = {"provisioner_name": PROVISIONER, "config": config}
        return KernelSpec(
            argv=[python, *command, *quiet],
            display_name="autograder sandbox",
            language="python",
            metadata={"kernel_provisioner": provisioner},
        )

    @property
    def ended(self) -> str:
        """Why it was ended before its time, after "your notebook"; "" if it was not."""
        return getattr(self.provisioner, "why", "")

    @property
    def crowded(self) -> bool:
        """Whether what was left behind, threads or data, may hamper the kernel."""
        return bool(getattr(self.provisioner, "crowded", False))

    @property
    def excess(self) -> str:
        """What the kernel has too much of at this moment; "" if nothing."""
        return str(getattr(self.provisioner, "excess", ""))

    @property
    def waited(self) -> float:
        """Seconds that the kernel waited for a processor that others had."""
        return float(getattr(self.provisioner, "waited", 0.0))

    def client(self, **kwargs: Any) -> Any:
        """A CappedClient of the kernel, with the same limits."""
        return super().client(limits=self.limits, **kwargs)

    async def _async_shutdown_kernel(
        self, now: bool = True, restart: bool = False
    ) -> None:
        await super()._async_shutdown_kernel(now=True, restart=restart)

    shutdown_kernel = _async_shutdown_kernel

    def _connect_control_socket(self) -> None:
        """Open no socket that only serves to ask politely."""
