"""autograder doctor: what grading stands on, and whether it holds."""

from __future__ import annotations

import platform
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder import recording
from autograder.bricks import BRICKS
from autograder.grading.fresh import SECRET
from autograder.grading.writer import Writer, no_driver
from autograder.sandbox import tiers

PACKAGES = ("minidl", "numpy", "nbgrader", "jupyter_client", "ipykernel")
OPTIONAL = ("torch", "distributed", "psycopg2-binary")


@dataclass(frozen=True)
class Fact:
    """One line of the report; `bad` where grading would fail or be unsafe."""

    about: str
    says: str
    bad: bool = False

    def row(self) -> tuple[str, str, str]:
        """As the command line shows it."""
        return self.about, "bad" if self.bad else "", self.says


def examine(course: Path | None) -> list[Fact]:
    """What grading needs on this machine, and in a course if one is named."""
    facts = [*sandbox(), *versions(), *device(), *recordings()]
    if course is not None:
        facts += [*secret(course), *database(course)]
    return facts


def sandbox() -> Iterator[Fact]:
    """Each tier, and the one that is chosen."""
    for tier in tiers.probe():
        state = "holds" if tier.holds else f"does not hold: {tier.why}"
        yield Fact("tier", f"{tier.name}: {state}")
    try:
        yield Fact("sandbox", tiers.choose().name)
    except tiers.SandboxUnavailable as error:
        yield Fact("sandbox", str(error), bad=True)


def versions() -> Iterator[Fact]:
    """Python and the packages that grading uses."""
    yield Fact("Python", f"{platform.python_version()}, {platform.platform()}")
    for name in PACKAGES:
        try:
            yield Fact(name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Fact(name, "missing: pip install 'minidl[grading]'", bad=True)
    for name in OPTIONAL:
        try:
            yield Fact(name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Fact(name, "not installed, and not needed")


def device() -> Iterator[Fact]:
    """Who computes the expected values of fresh cases, and on what."""
    try:
        from autograder.reference import record
    except ModuleNotFoundError:
        yield Fact("device", "CPU; no PyTorch, so minidl's own functions answer")
        return
    name = record.device_name(record.best_device())
    yield Fact("device", f"{name}; PyTorch answers, on the CPU unless --live cuda")


def recordings() -> Iterator[Fact]:
    """Whether every recording is what the manifest describes, and where it was made."""
    try:
        made = recording.manifest()
        for brick in BRICKS.values():
            recording.load(brick)
    except recording.DamagedRecording as error:
        yield Fact("recordings", str(error), bad=True)
        return
    where = f"{made['date']} on {made['device']} with PyTorch {made['torch']}"
    yield Fact("recordings", f"{len(BRICKS)} bricks, all whole, recorded {where}")


def secret(course: Path) -> Iterator[Fact]:
    """Whether the course has a secret that only its owner can read."""
    path = course / SECRET
    if not path.exists():
        yield Fact("secret", f"missing; run: autograder course {course}", bad=True)
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        says = f"others can read it (mode {mode:o}); run: chmod 600 {path}"
        yield Fact("secret", says, bad=True)
    else:
        yield Fact("secret", "there, readable by its owner only")


def database(course: Path) -> Iterator[Fact]:
    """Which gradebook the course has, and what is in it."""
    try:
        url = make_url(Writer(course).database)
    except ValueError as error:
        yield Fact("database", str(error), bad=True)
        return
    shown = url.render_as_string(hide_password=True)
    if url.drivername == "sqlite" and not Path(url.database or "").exists():
        yield Fact("database", f"{shown}: made when you release the first chapter")
        return
    try:
        yield Fact("database", f"{shown} {inside(create_engine(url))}")
    except ModuleNotFoundError as error:
        yield Fact("database", f"{shown}: {no_driver(error)}", bad=True)
    except SQLAlchemyError as error:
        yield Fact("database", f"{shown}: {str(error).splitlines()[0]}", bad=True)


def inside(engine: Engine) -> str:
    """Which server answers, and how much its gradebook holds."""
    try:
        tables = inspect(engine).get_table_names()
        with engine.connect() as connection:
            counts = [
                f"{says} {connection.scalar(text(f'SELECT count(*) FROM {name}'))}"
                for name, says in (
                    ("student", "students"),
                    ("assignment", "chapters"),
                    ("submitted_assignment", "submissions"),
                )
                if name in tables
            ]
        version = ".".join(map(str, engine.dialect.server_version_info or ()))
        return f"({engine.dialect.name} {version}): {', '.join(counts) or 'empty'}"
    finally:
        engine.dispose()
