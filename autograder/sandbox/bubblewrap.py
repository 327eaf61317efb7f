"""The tiers of bubblewrap: the kernel has namespaces of its own."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox import seccomp
from autograder.sandbox.cage import SYSTEM, Cage, Launch

HOME = Path("/home/student")
ALONE = """
    --unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts
    --unshare-cgroup-try --uid 1000 --gid 1000 --disable-userns --die-with-parent
    --new-session --hostname grader --cap-drop ALL --clearenv
"""
OTHER_PYTHONS = "lib*/python3*", "local"
"""Below /usr, what may hold packages: torch for one."""


def launch(cage: Cage, command: list[str], proc: bool) -> Launch:
    """How to start a command with bubblewrap; proc: with a /proc of its own."""
    variables = cage.variables(HOME)
    filters = as_file(seccomp.program(shared=False, signals=True))
    wrapped = ["bwrap", *ALONE.split(), *system(), *scratch(cage)]
    wrapped += ["--proc", "/proc"] if proc else []
    for path in cage.readable():
        wrapped += ["--ro-bind", str(path), str(path)]
    for path in cage.fonts():
        wrapped += ["--ro-bind", str(path), f"{HOME}/.matplotlib/{path.name}"]
    sockets = str(cage.folder.sockets)
    wrapped += ["--bind", sockets, sockets, "--remount-ro", "/"]
    for name, value in variables.items():
        wrapped += ["--setenv", name, value]
    wrapped += ["--seccomp", str(filters), "--chdir", str(HOME), "--"]
    limits = cage.limits.rlimits().items()
    wrapped += ["/usr/bin/prlimit", *(f"--{k.lower()}={v}" for k, v in limits), "--"]
    return Launch([*wrapped, *command], {"PATH": os.environ["PATH"]}, filters)


def system() -> list[str]:
    """The machine's programs and libraries, to be read."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for pattern in OTHER_PYTHONS:
        for path in sorted(Path("/usr").glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                arguments += ["--tmpfs", str(path), "--remount-ro", str(path)]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in SYSTEM:
        if Path(name).exists():
            arguments += ["--ro-bind", name, name]
    return arguments


def scratch(cage: Cage) -> list[str]:
    """The folders that may be written to: each in memory, each with its size."""
    size = str(cage.limits.scratch_bytes)
    arguments = ["--dev", "/dev"]
    for path in ("/tmp", str(HOME), "/dev/shm"):
        arguments += ["--size", size, "--perms", "1777", "--tmpfs", path]
    return [*arguments, "--remount-ro", "/dev"]


def as_file(content: bytes) -> int:
    """An open file, without a name, that holds the content."""
    handle = os.memfd_create("filter")
    os.write(handle, content)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
