"""Measure what each installation takes on disk: python -m benchmarks.sizes.

One fresh environment grows: each installation contains the one before.
"""

from __future__ import annotations

import subprocess
import tempfile
import venv
from pathlib import Path

from benchmarks.machine import conditions

ROOT = Path(__file__).parents[1]
PIP = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--editable")
STEPS = {
    "`make course`, Binder": (*PIP, f"{ROOT}[learn]"),
    "`pip install --editable '.[grading]'`": (*PIP, f"{ROOT}[grading]"),
    "`make test`, with PyTorch for the CPU": (str(ROOT / "tests/provision.py"),),
}


def main() -> None:
    """Print the table."""
    print("| installation | packages | MB |\n|---|---:|---:|")
    with tempfile.TemporaryDirectory() as directory:
        venv.create(directory, with_pip=True)
        (packages,) = Path(directory).glob("lib/python*/site-packages")
        python = Path(directory) / "bin/python"
        for name, arguments in STEPS.items():
            subprocess.run([python, *arguments], check=True, stdout=subprocess.DEVNULL)
            count = len(list(packages.glob("*.dist-info")))
            print(f"| {name} | {count} | {megabytes(packages)} |", flush=True)
    print(conditions())


def megabytes(directory: Path) -> int:
    """Size of all files below a directory."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return round(sum(path.stat().st_size for path in files) / 1e6)


if __name__ == "__main__":
    main()
