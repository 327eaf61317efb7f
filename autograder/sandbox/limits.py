"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20
GB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What one submission may use before it is stopped.

    cell_seconds:      wall clock of one cell
    notebook_seconds:  wall clock of one kernel, from its start
    cpu_seconds:       processor time of each process
    memory_bytes:      of all its processes together
    scratch_bytes:     what it may write, in all
    file_bytes:        what it may write to one file
    processes:         processes and threads, together
    open_files:        files and sockets of each process
    output_bytes:      what one cell may print or display
    message_bytes:     one message to the grader
    grader_bytes:      what the grader may grow by while the kernel runs: a message
                       can have parts without end
    """

    cell_seconds: float = 60.0
    notebook_seconds: float = 300.0
    cpu_seconds: int = 300
    memory_bytes: int = 2 * GB
    scratch_bytes: int = 64 * MB
    file_bytes: int = 32 * MB
    processes: int = 64
    open_files: int = 256
    output_bytes: int = 2 * MB
    message_bytes: int = 8 * MB
    grader_bytes: int = GB

    def rlimits(self) -> dict[str, int]:
        """What the system enforces in each process, by the name of its RLIMIT."""
        return {
            "CORE": 0,
            "CPU": self.cpu_seconds,
            "DATA": self.memory_bytes,
            "FSIZE": self.file_bytes,
            "MEMLOCK": 0,
            "NOFILE": self.open_files,
            "NPROC": self.processes,
        }
