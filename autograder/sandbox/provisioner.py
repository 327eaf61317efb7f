"""Starts a Jupyter kernel in a sandbox, and ends it with all that it started."""

from __future__ import annotations

import signal
import subprocess
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance, Int

from autograder.sandbox import folder, processes, tiers
from autograder.sandbox.cage import Cage, Launch
from autograder.sandbox.folder import Folder
from autograder.sandbox.limits import Limits
from autograder.sandbox.stage import stage
from autograder.sandbox.watch import Watch

SAID = 2_000  # bytes kept of what a kernel said outside its messages


class SandboxProvisioner(LocalProvisioner):
    """A kernel in the best tier that this machine holds.

    The thread that starts a kernel has to outlive it: the system ends the kernel
    when that thread ends.

    chapter:  whose bricks, and all later ones, are hollow in the kernel's minidl
    """

    chapter = Int(1, help="the chapter that is graded").tag(config=True)
    limits = Instance(Limits, args=())

    process: subprocess.Popen[bytes] | None = None
    tier: tiers.Tier | None = None
    _folder: Folder | None = None
    _launch: Launch | None = None
    _watch: Watch | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare a folder, sockets in it, and the command of the tier.

        Raises:  SandboxUnavailable when no tier holds
        """
        self.tier = tiers.choose()
        own = stage(self.chapter)
        if self._folder is None:
            self._folder = folder.take()
        else:
            self._folder.clear()
        try:
            kwargs.pop("env", None)  # the grader's own
            command = await self._write_connection(self._folder, **kwargs)
            cage = Cage(self._folder, self.limits, own)
            self._launch = self.tier.launch(cage, command)
        except BaseException:
            await self.cleanup()
            raise
        return {"cmd": self._launch.command}

    async def _write_connection(self, place: Folder, **kwargs: Any) -> list[str]:
        """Tell kernel and client where they meet; the kernel's own command."""
        manager: Any = self.parent
        file = place.sockets / "kernel.json"
        manager.transport, manager.ip = "ipc", str(place.sockets / "k")
        manager.connection_file = str(file)
        prepared = await super().pre_launch(**kwargs)
        place.hand_over(file)
        command: list[str] = prepared["cmd"]
        return command

    async def launch_kernel(
        self, cmd: list[str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """Start the command under the account of its folder, and watch it."""
        place, launch = self._folder, self._launch
        if place is None or launch is None:
            raise RuntimeError("sandbox: pre_launch comes before launch_kernel")
        try:
            with place.log.open("wb") as log:
                options = launch.options(place)
                self.process = subprocess.Popen(
                    cmd, stdout=log, stderr=subprocess.STDOUT, **options
                )
        finally:
            launch.close()
        self.pid = self.process.pid
        self._watch = Watch(self.pid, place.path, self.limits, self._end)
        self._watch.start()
        return self.connection_info

    @property
    def why(self) -> str:
        """Why the sandbox was ended before its time; "" if it was not."""
        return self._watch.why if self._watch else ""

    @property
    def said(self) -> str:
        """The end of what the kernel said outside its messages."""
        if self._folder is None or not self._folder.log.exists():
            return ""
        return self._folder.log.read_bytes()[-SAID:].decode(errors="replace")

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel itself; any other signal ends the sandbox."""
        if self.process is None:
            return
        if signum != signal.SIGINT:
            self._end()
            return
        if pid := self._kernel():
            processes.send(pid, signal.SIGINT)

    def _kernel(self) -> int | None:
        """The kernel's own process, inside of what starts and confines it."""
        if self.process is None or self.tier is None:
            return None
        pid: int | None = self.process.pid
        for _ in range(2 if self.tier.name.startswith("bwrap") else 1):
            pid = processes.oldest_child(pid) if pid else None
        return pid

    @property
    def crowded(self) -> bool:
        """Whether half of the threads or of the memory that it may have are in use."""
        if self.process is None:
            return False
        pids, limits = (
            [self.process.pid, *processes.below(self.process.pid)],
            self.limits,
        )
        full = limits.memory_bytes // 2
        return (
            processes.tasks(pids) > limits.processes // 2
            or processes.memory(pids, full) > full
        )

    @property
    def excess(self) -> str:
        """What the kernel has too much of at this moment; "" if nothing."""
        return self._watch.excess() if self._watch else ""

    @property
    def waited(self) -> float:
        """Seconds that the kernel waited for a processor that others had."""
        pid = self._kernel()
        return processes.waited(pid) if pid else 0.0

    async def kill(self, restart: bool = False) -> None:
        """End the sandbox at once."""
        if self.process is not None:
            self._end()

    async def terminate(self, restart: bool = False) -> None:
        """End the sandbox at once: nothing in it has a say in this."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Stop watching; remove what the kernel left, and give back the folder."""
        if self._watch is not None:
            self._watch.stop()
        await super().cleanup(restart)
        if self._folder is not None and not restart:
            self._folder.release()
            self._folder = None

    def _end(self) -> None:
        process = self.process
        if process is not None and process.poll() is None:
            processes.end(process.pid)
            process.wait()
