"""The Python that a submission runs in: what the chapters need, and no PyTorch.

A virtual environment of its own, where an account without rights can read it: the
grader's holds torch, nbgrader and the recordings, and may lie in a private folder.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from packaging.requirements import Requirement

PACKAGES = (
    "ipykernel",
    "ipywidgets",
    "matplotlib",
    "numpy",
    "pooch",
    "safetensors",
    "scikit-learn",
    "tqdm",
)
WITHOUT = {"debugpy"}  # 25 MB, and ipykernel starts without it
SKIPPED = (
    *("site-packages", "dist-packages", "config-*", "ensurepip", "idlelib"),
    *("lib2to3", "test", "tests", "tkinter", "turtledemo", "sitecustomize.py"),
)
MONTH = 30 * 24 * 3600  # seconds
LAYOUT = 1  # of what is written here; another number makes it anew


def cache() -> Path:
    """Where the environment and the stages are kept between two gradings."""
    if os.geteuid() == 0:
        return Path("/var/cache/autograder")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "autograder"


def once(name: str, make: Callable[[Path, Path], None]) -> Path:
    """The folder of this name in the cache, made whole or not at all.

    make(draft, place) fills a draft, which becomes the place.
    """
    place = cache() / name
    if place.exists():
        os.utime(place)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=place.parent))
        try:
            make(draft, place)
            draft.chmod(0o755)
            draft.rename(place)
            remove_unused(name.rpartition("-")[0])
        except OSError:
            if not place.exists():  # else somebody else was quicker
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return place


def remove_unused(kind: str) -> None:
    """Remove the folders of this kind that no grading used for a month."""
    for place in cache().glob(f"{kind}-*"):
        if time.time() - place.stat().st_mtime > MONTH:
            shutil.rmtree(place, ignore_errors=True)


@functools.cache
def environment() -> Path:
    """The folder of the environment; its interpreter is bin/python.

    Raises:  RuntimeError when a package that the chapters need is not installed
    """
    installed = distributions()
    versions = sorted(f"{name}=={each.version}" for name, each in installed.items())
    told = "\n".join([str(LAYOUT), sys.version, sys.base_prefix, *versions])
    key = hashlib.sha256(told.encode()).hexdigest()[:16]

    def make(draft: Path, place: Path) -> None:
        copy_interpreter(draft / "python")
        packages = draft / f"lib/python{version()}/site-packages"
        for each in installed.values():
            copy_package(each, packages)
        (draft / "bin").mkdir()
        (draft / "bin/python").symlink_to(f"../python/bin/python{version()}")
        (draft / "pyvenv.cfg").write_text(f"home = {place}/python/bin\n")
        # Compiling is half of a kernel's start; so is matplotlib's list of fonts.
        quiet = ["-q", "-j", "0", str(packages), str(draft / "python")]
        run([sys.executable, "-m", "compileall", *quiet])
        (draft / "matplotlib").mkdir()
        fonts = [sys.executable, "-c", "import matplotlib.font_manager"]
        run(fonts, {**os.environ, "MPLCONFIGDIR": str(draft / "matplotlib")})
        open_up(draft)

    return once(f"environment-{key}", make)


def run(command: list[str], variables: dict[str, str] | None = None) -> None:
    """Run it; what does not compile or draw is no matter of ours."""
    subprocess.run(command, env=variables, capture_output=True)


def version() -> str:
    """Of Python, as its folders have it: 3.11."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def distributions() -> dict[str, importlib.metadata.Distribution]:
    """PACKAGES and all that they require, by name."""
    found: dict[str, importlib.metadata.Distribution] = {}
    rest = list(PACKAGES)
    while rest:
        name = rest.pop().lower().replace("_", "-")
        if name in found or name in WITHOUT:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            raise RuntimeError(
                f"sandbox: the chapters need {name}, which is not installed; "
                "run: pip install 'minidl[grading]'"
            ) from None
        for line in found[name].requires or ():
            required = Requirement(line)
            if not required.marker or required.marker.evaluate({"extra": ""}):
                rest.append(required.name)
    return found


def copy_package(package: importlib.metadata.Distribution, place: Path) -> None:
    """Copy what belongs to a package, without its commands."""
    for file in package.files or ():
        if ".." not in file.parts:
            source = Path(str(package.locate_file(file)))
            if source.is_file():
                copy(source, place / file)


def copy_interpreter(place: Path) -> None:
    """Copy Python and its standard library."""
    library = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    shutil.copytree(
        library,
        place / sys.platlibdir / library.name,
        copy_function=lambda source, goal: copy(Path(source), Path(goal)),
        ignore=shutil.ignore_patterns(*SKIPPED),
        ignore_dangling_symlinks=True,
    )
    base: str = getattr(sys, "_base_executable", sys.executable)
    copy(Path(base).resolve(), place / f"bin/python{version()}")
    shared = sysconfig.get_config_var("INSTSONAME") or ""
    for folder in (f"{sys.base_prefix}/lib", sysconfig.get_config_var("LIBDIR")):
        if ".so" in shared and os.path.isfile(f"{folder}/{shared}"):
            copy(Path(folder, shared), place / "lib" / shared)
            return


def copy(source: Path, goal: Path) -> None:
    """Copy a file by linking it: at once, and without taking room."""
    goal.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_mode & stat.S_IROTH:
        try:
            os.link(source.resolve(), goal)
            return
        except OSError:  # another disk, or another's file
            pass
    shutil.copy2(source, goal)
    goal.chmod(goal.stat().st_mode | stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)


def open_up(place: Path) -> None:
    """Let every account read the folders, whatever the umask."""
    for folder, _, names in os.walk(place):
        os.chmod(folder, 0o755)
        for name in names:
            path = Path(folder, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and not mode & stat.S_IROTH:
                path.chmod(mode | stat.S_IRGRP | stat.S_IROTH)
