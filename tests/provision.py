"""Install what the tests need: PyTorch for the CPU, the extras, Chromium, PostgreSQL.

Needs only the standard library; runs in the environment that it fills.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
PIP = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def main() -> None:
    """Install in this order, so that the extras find torch in place."""
    install_torch()
    say("the test tools and nbgrader: pip install -e .[dev,reference]")
    subprocess.run([*PIP, "--editable", f"{ROOT}[dev,reference]"], check=True)
    install_chromium()
    install_postgresql()
    install_bubblewrap()


def torch_pin() -> str:
    """The one requirement of the extra `reference`: "torch==2.13.0"."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (pin,) = project["optional-dependencies"]["reference"]
    return str(pin)


def torch_sources(platform: str) -> list[list[str]]:
    """Arguments for pip, to be tried in turn; none brings CUDA to Linux."""
    if platform != "linux":
        return [[torch_pin()]]  # PyPI's own build for macOS and Windows has no CUDA
    return [[f"{torch_pin()}+cpu"], ["--index-url", CPU_INDEX, torch_pin()]]


def install_torch() -> None:
    """Install the pinned PyTorch unless it is there.

    Raises:  SystemExit with what pip said, when no source has it
    """
    if installed("torch") == torch_pin().partition("==")[2]:
        return
    say(f"{torch_pin()} for the CPU: it computes the results that check compares with")
    errors = []
    for source in torch_sources(sys.platform):
        error = run(*PIP, *source)
        if error is None:
            return
        errors.append(error)
    sys.exit(
        "\n".join(errors) + f"\nprovision: no source has {torch_pin()} for the CPU; "
        f"install it by hand: {sys.executable} -m pip install {torch_pin()} "
        "(on Linux PyPI's own build comes with gigabytes of CUDA)"
    )


def installed(package: str) -> str | None:
    """Version of an installed package without its build ("+cpu"), None if absent."""
    try:
        return metadata.version(package).partition("+")[0]
    except metadata.PackageNotFoundError:
        return None


def install_chromium() -> None:
    """Install Chromium unless there is one: by apt-get where root, else playwright.

    Where neither works the browser tests say so; that is no reason to stop here.
    """
    if chromium() is not None:
        return
    say("Chromium: tests open a chapter in a real browser")
    errors: list[str | None] = []
    if os.name == "posix" and os.getuid() == 0 and shutil.which("apt-get"):
        errors.append(run("apt-get", "update", "-qq"))
        errors.append(run("apt-get", "install", "-y", "-qq", "chromium"))
    if chromium() is None:
        errors.append(run(sys.executable, "-m", "playwright", "install", "chromium"))
    if chromium() is None:
        print(*filter(None, errors), "No Chromium: no browser tests.", sep="\n")


def chromium() -> str | None:
    """Path of a Chromium that runs: one on the PATH, else playwright's."""
    on_path = (path for name in CHROMIUM_NAMES if (path := shutil.which(name)))
    return next(filter(runs, on_path), None) or next(
        filter(runs, playwrights_own()), None
    )


def playwrights_own() -> list[str]:
    """Where playwright keeps its Chromium, if playwright is installed."""
    code = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return done.stdout.split("\n")[:1] if done.returncode == 0 else []


def runs(path: str) -> bool:
    """Whether it starts: Ubuntu's chromium-browser may only advertise a snap."""
    return Path(path).is_file() and run(path, "--version") is None


def install_postgresql() -> None:
    """Install Debian's PostgreSQL where root; elsewhere its tests say it is missing.

    Its service is not needed: the tests start a server of their own.
    """
    if postgresql() or os.name != "posix" or os.getuid() or not shutil.which("apt-get"):
        return
    say("PostgreSQL: tests keep a gradebook in a real server")
    errors = (
        run("apt-get", "update", "-qq"),
        run("apt-get", "install", "-y", "-qq", "postgresql"),
    )
    if postgresql() is None:
        print(*filter(None, errors), "No PostgreSQL: its tests are left out.", sep="\n")


def postgresql() -> Path | None:
    """The folder of PostgreSQL's programs: the newest of Debian's, else on the PATH."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else None


def install_bubblewrap() -> None:
    """Install bubblewrap where root; elsewhere grading has the tier of Landlock."""
    if shutil.which("bwrap") or os.name != "posix" or os.getuid():
        return
    if shutil.which("apt-get"):
        say("bubblewrap: submissions run in its sandbox")
        error = run("apt-get", "install", "-y", "-qq", "bubblewrap", "libseccomp2")
        if error:
            print(error, "No bubblewrap: its tiers are not tested.", sep="\n")


def run(*command: str) -> str | None:
    """Run quietly; what it printed if it failed, None if it worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return None if done.returncode == 0 else f"{' '.join(command)}\n{done.stdout}"


def say(what: str) -> None:
    """Announce an installation, which may take minutes."""
    print(f"Installing {what}", flush=True)


if __name__ == "__main__":
    main()
