"""Cases that nobody has seen: drawn for one student from the course's secret."""

from __future__ import annotations

import functools
import hashlib
import hmac
import importlib.util
import json
import os
import secrets
import warnings
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from autograder import recording
from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.expect import Answer, Expected, expect

SECRET = ".autograder-secret"
CASES = 8  # of three, an answer that flips a coin passes one time in eight
DRAWS = 8  # tries to reach that number; a family may be the same in every draw

_of_draws: dict[str, Expected] = {}


def make_secret(course: Path) -> None:
    """Give the course a secret of its own, unless it has one."""
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        file = os.open(course / SECRET, flags, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "w") as open_file:
        open_file.write(secrets.token_hex(32) + "\n")


def read_secret(course: Path) -> bytes:
    """The course's secret.

    Raises:  FileNotFoundError that says how to make one
             ValueError when it is too short to be one
    """
    try:
        secret = (course / SECRET).read_bytes().strip()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{course} has no {SECRET}; run: autograder course {course}"
        ) from None
    if len(secret) < 32:
        raise ValueError(
            f"{course / SECRET} holds {len(secret)} characters, a secret has at least "
            f"32; restore it, or delete it and run: autograder course {course}"
        )
    return secret


def cases(brick: Brick, student: str, secret: bytes) -> list[Case]:
    """The brick's cases for this student: always the same, for others different.

    Every family is drawn once. It goes on until CASES of them are not public.
    """
    known = public(brick)
    found: dict[str, Case] = {}
    for draw in range(DRAWS):
        for case in brick.cases(seed(secret, student, brick.name, draw)):
            found.setdefault(fingerprint(case), case)
        if len(found.keys() - known) >= CASES:
            break
    return list(found.values())


@functools.cache
def public(brick: Brick) -> dict[str, Expected]:
    """What is right for each public case, by the case's fingerprint."""
    record = recording.load(brick)
    return dict(
        zip(map(fingerprint, record.cases), record.expected, strict=True),
    )


def seed(secret: bytes, *parts: object) -> int:
    """A number that follows from these parts, for those who know the secret."""
    text = json.dumps([str(part) for part in parts]).encode()
    return int.from_bytes(hmac.digest(secret, text, "sha256"))


def fingerprint(case: Case) -> str:
    """Equal for cases with equal inputs."""
    digest = hashlib.sha256(repr(case.strided).encode())
    for name, value in case.inputs.items():
        if isinstance(value, np.ndarray):
            digest.update(f"{name}: {value.dtype} {value.shape}".encode())
            digest.update(value.tobytes())
        else:
            digest.update(f"{name}: {value!r}".encode())
    return digest.hexdigest()


def expected(brick: Brick, case: Case, live: str = "") -> Expected:
    """What is right for the case: PyTorch's answer, or minidl's where torch is not.

    A family that is the same in every draw is a public case: its answer is recorded,
    and computed again on the device `live`, if one is named.
    Of a random brick only the statistics count, and they are the same for every seed.
    """
    if not live and (recorded := public(brick).get(fingerprint(case))):
        return recorded
    if not brick.draws:
        return answered(brick, case, live)
    inputs = {name: value for name, value in case.inputs.items() if name != "seed"}
    key = f"{brick.name} {fingerprint(Case('', inputs))}"
    if key not in _of_draws:
        _of_draws[key] = answered(brick, case, live)
    return _of_draws[key]


def answered(brick: Brick, case: Case, live: str) -> Expected:
    """What is right for the case, computed now.

    Where minidl answers, the answer is held to what PyTorch gave to the public case of
    the same family: to its dtypes, for minidl takes means in Python's floats, and to
    its error in float32, if that is larger.
    """
    found = expect(brick, case, *answerers(brick, live))
    if has_torch():
        return found
    record = recording.load(brick)
    at = [known.name for known in record.cases].index(case.name)
    theirs = record.expected[at]
    if brick.draws:
        return replace(found, dtypes=theirs.dtypes)
    spread = tuple(map(np.maximum, found.spread, theirs.spread))
    return replace(found, dtypes=theirs.dtypes, spread=spread)


def answerers(brick: Brick, live: str) -> tuple[Answer, ...]:
    """Who answers for the brick on this machine; the first says what is right."""
    if has_torch():
        from autograder.reference import record

        return record.answerers(brick, live or "cpu")
    return (partial(in_minidl, brick),)


def references(live: str) -> str:
    """Who answers on this machine, and on which device.

    Raises:  ValueError when nobody can answer on the device `live`
    """
    if live not in ("", "cpu", "cuda"):
        raise ValueError(f"grade: --live is cpu or cuda, not {live}")
    if not has_torch():
        if live:
            raise ValueError(
                f"grade: --live {live} computes with PyTorch, and it is not installed; "
                "pip install 'minidl[reference]', or leave --live out"
            )
        return "minidl's own functions on the CPU"
    from autograder.reference import record

    if live == "cuda" and record.best_device() != "cuda":
        raise ValueError(
            "grade: --live cuda needs a GPU, and PyTorch sees none here; use --live cpu"
        )
    return record.described(live or "cpu")


def has_torch() -> bool:
    """Whether PyTorch is installed here."""
    return importlib.util.find_spec("torch") is not None


def in_minidl(brick: Brick, case: Case) -> tuple[AnyArray, ...]:
    """What minidl's own finished function or class answers."""
    own = getattr(import_module(brick.module), brick.name)
    arrays, params = case.arguments()
    use = partial(brick.driver, own) if brick.driver else own
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = use(*arrays, **params)
    items = result if isinstance(result, tuple) else (result,)
    return tuple(np.asarray(item) for item in items)
