"""Confines itself and becomes the kernel. Needs the standard library and one argument.

It runs outside the package, under an account that may be unable to read that.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import Any, NoReturn

libc = ctypes.CDLL(None, use_errno=True)

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
SET_DEATH_SIGNAL, SET_SECCOMP, SUBREAPER, NO_NEW_PRIVILEGES = 1, 22, 36, 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
MAKE_SOCKET, REMOVE_FILE = 1 << 9, 1 << 5
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
SOCKETS = READ_FILE | READ_DIR | MAKE_SOCKET | REMOVE_FILE
KNOWN = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
"""Rights on files that each version of Landlock knows; 0xFFFF from version 5."""


def main() -> NoReturn:
    """Fork; the child becomes the kernel, this process buries what it leaves."""
    plan = json.loads(sys.argv[1])
    grader = os.getppid()
    prctl(SUBREAPER, 1)
    child = os.fork()
    if child == 0:
        try:
            confine(plan)
            os.execve(plan["command"][0], plan["command"], plan["environment"])
        except BaseException as error:
            os.write(2, f"launcher: {type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(126)
    signal.signal(signal.SIGINT, lambda *_: os.kill(child, signal.SIGINT))
    signal.signal(signal.SIGTERM, lambda *_: bury())
    prctl(SET_DEATH_SIGNAL, signal.SIGTERM)  # sent when the grader dies
    if os.getppid() != grader:
        bury()
    while True:
        pid, status = os.wait()
        if pid == child:
            bury(os.waitstatus_to_exitcode(status) & 0xFF)


def bury(code: int = 0) -> NoReturn:
    """Kill every descendant, then leave."""
    me = os.getpid()
    while left := [pid for pid in everybody() if descends(pid, me)]:
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in left:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            break
    os._exit(code)


def everybody() -> list[int]:
    """The number of each process."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def descends(pid: int, ancestor: int) -> bool:
    """Whether a process, still running, descends from another."""
    while pid > 1:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                pid = int(file.read().rpartition(b")")[2].split()[1])
        except OSError:
            return False
        if pid == ancestor:
            return True
    return False


def confine(plan: dict[str, Any]) -> None:
    """Give up, for good, what the plan does not grant."""
    os.setsid()
    prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # the first to go when the machine runs out of memory
    prctl(NO_NEW_PRIVILEGES, 1)
    if plan["grants"] is not None:
        restrict(plan["grants"])
    for name, value in plan["rlimits"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    if plan["filter"] is not None:
        load(plan["filter"])


def abi() -> int:
    """The version of Landlock that the system has; 0 if it has none."""
    try:
        return system_call(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    except OSError:
        return 0


def restrict(grants: dict[str, list[str]]) -> None:
    """Allow nothing but what is granted: to read, to write, to make sockets.

    Raises:  OSError when the system has no Landlock
    """
    version = abi()
    files = KNOWN.get(version, 0xFFFF)
    # Rights on files; from version 4 TCP; from 6 abstract sockets and signals.
    parts = [files, 3, 3][: 1 if version < 4 else 2 if version < 6 else 3]
    rules = struct.pack(f"{len(parts)}Q", *parts)
    handle = system_call(CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    rights = {"read": READ, "write": files, "sockets": SOCKETS}
    for kind, paths in grants.items():
        for path in paths:
            if os.path.exists(path):
                grant(handle, path, rights[kind] & files)
    system_call(RESTRICT_SELF, handle, 0)
    os.close(handle)


def grant(handle: int, path: str, rights: int) -> None:
    """Add one rule: the rights, on the path and what lies below it."""
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    allowed = rights if os.path.isdir(path) else rights & ON_FILES
    system_call(ADD_RULE, handle, 1, struct.pack("=Qi", allowed, place), 0)
    os.close(place)


def load(handle: int) -> None:
    """Install the filter of system calls that an open file holds."""
    size = os.fstat(handle).st_size
    code = ctypes.create_string_buffer(os.pread(handle, size, 0), size)
    os.close(handle)
    header = struct.pack("HxxxxxxP", size // 8, ctypes.addressof(code))
    if libc.prctl(SET_SECCOMP, 2, header, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def prctl(option: int, value: int) -> None:
    """Change a property of this process."""
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def system_call(number: int, *arguments: Any) -> int:
    """A system call that libc has no name for."""
    result = int(libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


if __name__ == "__main__":
    main()
