"""Which sandbox this machine can hold: probed by running one, best first."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from autograder.sandbox import bubblewrap, folder, landlock
from autograder.sandbox.cage import Cage, Launch
from autograder.sandbox.limits import Limits

VARIABLE = "AUTOGRADER_SANDBOX"
UNSAFE = "none"

Launcher = Callable[[Cage, list[str]], Launch]
LAUNCHERS: dict[str, Launcher] = {
    "bwrap": functools.partial(bubblewrap.launch, proc=True),
    "bwrap without /proc": functools.partial(bubblewrap.launch, proc=False),
    "landlock": landlock.launch,
    UNSAFE: functools.partial(landlock.launch, confined=False),
}
REMEDY = f"""\
To get one:
  install bubblewrap 0.8 or newer (apt-get install bubblewrap), and libseccomp
  on Ubuntu 24.04, as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0
  in Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined
  or use a Linux with Landlock (5.13 or newer, "landlock" in its list of LSMs)
Without one a submission could read and change what you can. For notebooks that you
trust as your own, set {VARIABLE}={UNSAFE}."""


class SandboxUnavailable(RuntimeError):
    """No tier holds here; the text says how to get one."""


@dataclass(frozen=True)
class Tier:
    """A way to isolate a kernel; holds: a trial run worked; why: what it said."""

    name: str
    holds: bool
    why: str = ""

    def launch(self, cage: Cage, command: list[str]) -> Launch:
        """How to start a command in this tier."""
        return LAUNCHERS[self.name](cage, command)


def probe() -> list[Tier]:
    """Every tier, best first."""
    return [attempt(name) for name in LAUNCHERS if name != UNSAFE]


def choose() -> Tier:
    """The tier that AUTOGRADER_SANDBOX names; else the best that holds.

    Raises:  SandboxUnavailable when it does not hold
    """
    name = os.environ.get(VARIABLE, "")
    if name == UNSAFE:
        return Tier(UNSAFE, True, f"asked for by {VARIABLE}")
    if name and name not in LAUNCHERS:
        names = ", ".join(repr(each) for each in LAUNCHERS)
        raise SandboxUnavailable(f"sandbox: {VARIABLE}={name!r} is none of {names}")
    reasons = ""
    for each in [name] if name else [n for n in LAUNCHERS if n != UNSAFE]:
        tier = attempt(each)
        if tier.holds:
            return tier
        reasons += f"  {tier.name}: {tier.why}\n"
    raise SandboxUnavailable(
        f"sandbox: no tier holds on this machine\n{reasons}{REMEDY}"
    )


@functools.cache
def attempt(name: str) -> Tier:
    """Run nothing in a tier, with all that a kernel would get: once a process."""
    if sys.platform != "linux":
        return Tier(name, False, f"needs Linux, and this is {sys.platform}")
    if name != "landlock" and shutil.which("bwrap") is None:
        return Tier(name, False, "bwrap is not installed")
    place = folder.take()
    try:
        start = Tier(name, True).launch(Cage(place, Limits()), ["/usr/bin/true"])
        options = start.options(place)
        try:
            done = subprocess.run(
                start.command, stderr=subprocess.PIPE, timeout=20, **options
            )
        finally:
            start.close()
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        return Tier(name, False, f"{type(error).__name__}: {error}")
    finally:
        place.release()
    said = done.stderr.decode(errors="replace").strip().splitlines()
    why = said[-1] if said else f"exit status {done.returncode}"
    return Tier(name, done.returncode == 0, "" if done.returncode == 0 else why)
