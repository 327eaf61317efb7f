"""Reads and writes what PyTorch answered: one .npz a brick, and a manifest."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.expect import Expected
from autograder.run import Outcome

DIRECTORY = Path(__file__).parent / "recordings"
AGAIN = "reinstall minidl, or record anew: python -m autograder.reference.record"


class DamagedRecording(Exception):
    """A recording that is missing or is not the file that the manifest describes."""


@dataclass(frozen=True)
class KnownMistake:
    """A wrong answer as it was recorded: its outcome on every case."""

    name: str
    says: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Recording:
    """The public cases of a brick, and what PyTorch and known mistakes answer.

    Most checks pass and never ask for the mistakes, so `recall` reads them late.
    """

    cases: tuple[Case, ...]
    expected: tuple[Expected, ...]
    recall: Callable[[], tuple[KnownMistake, ...]]

    @functools.cached_property
    def mistakes(self) -> tuple[KnownMistake, ...]:
        """The known mistakes of the brick."""
        return self.recall()


def manifest(directory: Path = DIRECTORY) -> dict[str, Any]:
    """Where, when and with what the results were recorded, and each file's hash."""
    try:
        text = (directory / "manifest.json").read_text(encoding="utf-8")
        return dict(json.loads(text))
    except (OSError, ValueError) as error:
        raise DamagedRecording(f"manifest.json cannot be read; {AGAIN}") from error


@functools.cache
def load(brick: Brick, directory: Path = DIRECTORY) -> Recording:
    """The recording of a brick, its hash checked against the manifest.

    Raises:  DamagedRecording when it is missing or differs from the manifest
    """
    file = brick.file
    try:
        data = (directory / file).read_bytes()
    except OSError as error:
        raise DamagedRecording(f"{file} is missing; {AGAIN}") from error
    recorded = manifest(directory)["files"].get(file)
    found = hashlib.sha256(data).hexdigest()
    if found != recorded:
        raise DamagedRecording(
            f"{file} is damaged: its SHA-256 is {found[:12]}…, the manifest says "
            f"{str(recorded)[:12]}…; {AGAIN}"
        )
    return _unpack(data)


def save(recording: Recording, path: Path) -> str:
    """Write the recording; the same content gives the same bytes. Returns its hash."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **_pack(recording))
    path.write_bytes(buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _pack(recording: Recording) -> dict[str, AnyArray]:
    arrays: dict[str, AnyArray] = {}

    def put(name: str, values: tuple[AnyArray, ...]) -> None:
        arrays.update({f"{name}/{j}": value for j, value in enumerate(values)})

    cases, mistakes = [], []
    for i, (case, expected) in enumerate(
        zip(recording.cases, recording.expected, strict=True)
    ):
        plain = {k: v for k, v in case.inputs.items() if not isinstance(v, np.ndarray)}
        arrays.update({f"{i}/{k}": v for k, v in case.inputs.items() if k not in plain})
        put(f"{i}/outputs", expected.outputs)
        for j, output in enumerate(expected.outputs):
            if output.dtype.kind == "f":  # integers are compared exactly
                arrays[f"{i}/condition/{j}"] = expected.condition[j]
                arrays[f"{i}/spread/{j}"] = expected.spread[j]
        row = {"name": case.name, "strided": case.strided, "order": list(case.inputs)}
        cases.append({**row, "plain": plain, "dtypes": expected.dtypes})
    for m, mistake in enumerate(recording.mistakes):
        outcomes = []
        for i, outcome in enumerate(mistake.outcomes):
            put(f"{i}/mistake {m}", outcome.outputs)
            row = {"problem": outcome.problem, "changed": outcome.changed}
            count = len(outcome.outputs)
            outcomes.append({**row, "warned": outcome.warned, "outputs": count})
        row = {"name": mistake.name, "says": mistake.says}
        mistakes.append({**row, "outcomes": outcomes})
    text = json.dumps({"cases": cases, "mistakes": mistakes}, ensure_ascii=False)
    arrays["index"] = np.frombuffer(text.encode(), np.uint8)
    return arrays


def _unpack(data: bytes) -> Recording:
    cases, expected = [], []
    with np.load(io.BytesIO(data), allow_pickle=False) as npz:
        index = json.loads(npz["index"].tobytes())
        for i, row in enumerate(index["cases"]):
            plain = {k: _tuple(v) for k, v in row["plain"].items()}
            inputs = {
                k: plain[k] if k in plain else npz[f"{i}/{k}"] for k in row["order"]
            }
            cases.append(Case(row["name"], inputs, row["strided"]))
            dtypes = tuple(row["dtypes"])
            outputs = _arrays(npz, f"{i}/outputs", len(dtypes))
            condition, spread = (
                tuple(
                    npz[f"{i}/{what}/{j}"] if o.dtype.kind == "f" else np.zeros(o.shape)
                    for j, o in enumerate(outputs)
                )
                for what in ("condition", "spread")
            )
            expected.append(Expected(outputs, dtypes, condition, spread))
    recall = functools.partial(_mistakes, data, index["mistakes"])
    return Recording(tuple(cases), tuple(expected), recall)


def _mistakes(data: bytes, rows: list[dict[str, Any]]) -> tuple[KnownMistake, ...]:
    with np.load(io.BytesIO(data), allow_pickle=False) as npz:
        return tuple(
            KnownMistake(
                row["name"],
                row["says"],
                tuple(
                    Outcome(
                        _arrays(npz, f"{i}/mistake {m}", o["outputs"]),
                        _tuple(o["problem"]),
                        changed=tuple(o["changed"]),
                        warned=o["warned"],
                    )
                    for i, o in enumerate(row["outcomes"])
                ),
            )
            for m, row in enumerate(rows)
        )


def _arrays(npz: Any, name: str, count: int) -> tuple[AnyArray, ...]:
    return tuple(npz[f"{name}/{j}"] for j in range(count))


def _tuple(value: Any) -> Any:
    """JSON turns tuples into lists; a shape is a tuple again."""
    return tuple(value) if isinstance(value, list) else value
