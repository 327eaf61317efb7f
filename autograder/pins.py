"""Pin what Binder installs: the extra `learn`, resolved by pip with all it brings.

python -m autograder.pins            pin the newest versions
python -m autograder.pins --check    hold pip to the pins; fail if they differ
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
PINS = BINDER / "requirements.txt"
HEAD = (
    "# What Binder installs: the extra learn of pyproject.toml. Written by: make pins\n"
)


class PinsError(ValueError):
    """Pins that cannot be made or do not hold: why, and what to do."""


def main() -> None:
    """Write the pins, or check them."""
    try:
        refuse_another_python(f"python-{sys.version_info[0]}.{sys.version_info[1]}")
        if "--check" in sys.argv[1:]:
            check()
        else:
            PINS.write_text(resolved(), "utf-8")
    except PinsError as error:
        sys.exit(f"pins: {error}")


def refuse_another_python(here: str, platform: str = sys.platform) -> None:
    """Raise PinsError where pip would choose other packages than on Binder."""
    there = (BINDER / "runtime.txt").read_text("utf-8").strip()
    if (here, platform) != (there, "linux"):
        raise PinsError(
            f"Binder has {there} on linux, this is {here} on {platform}, which may "
            f"need other packages; run it with {there} on linux"
        )


def check() -> None:
    """Raise PinsError unless pip, held to the pins, resolves just these."""
    pins = PINS.read_text("utf-8")
    now = resolved("--constraint", str(PINS))
    if now != pins:
        changed = sorted({*now.splitlines()} ^ {*pins.splitlines()})
        raise PinsError(
            f"binder/requirements.txt and pyproject.toml differ in "
            f"{', '.join(changed)}; run: make pins"
        )


def resolved(*arguments: str) -> str:
    """The text of requirements.txt: every package that the extra `learn` brings.

    Raises:  PinsError with what pip said, when it finds no such packages
    """
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    options = ["--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    done = subprocess.run(
        [*pip, *options, *arguments, f"{ROOT}[learn]"], capture_output=True, text=True
    )
    if done.returncode:
        raise PinsError(f"pip resolves nothing; run: make pins\n{done.stderr}")
    found = (each["metadata"] for each in json.loads(done.stdout)["install"])
    pins = sorted(f"{canonical(each['name'])}=={each['version']}" for each in found)
    return HEAD + "".join(f"{pin}\n" for pin in pins if not pin.startswith("minidl=="))


def canonical(name: str) -> str:
    """The name as package indexes spell it: "jupyter-client" of "jupyter_client"."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
