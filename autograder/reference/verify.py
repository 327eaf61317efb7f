"""Says where PyTorch answers otherwise now than when it was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder import recording
from autograder.bricks import BRICKS
from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.expect import Expected, as_case, expect_draws
from autograder.recording import Recording
from autograder.reference import record
from autograder.strength.measure import mistakes
from autograder.tolerance import kind_of, rules, scale


def verify(device: str, directory: Path) -> int:
    """Recompute every recorded case and report what no longer agrees."""
    seed = recording.manifest(directory)["seed"]
    bad = 0
    for n, brick in enumerate(BRICKS.values(), 1):
        try:
            problems = disagreements(brick, device, seed, directory)
        except recording.DamagedRecording as error:
            problems = [str(error)]
        record.progress(n, len(BRICKS), brick.name)
        for problem in problems:
            print(f"{brick.name}: {problem}")
        bad += bool(problems)
    print(f"{len(BRICKS) - bad} of {len(BRICKS)} bricks agree with {directory}")
    return 1 if bad else 0


def disagreements(brick: Brick, device: str, seed: int, directory: Path) -> list[str]:
    """What a new computation says differently from the recording of the brick."""
    old = recording.load(brick, directory)
    cases = brick.cases(seed)
    if [case.name for case in cases] != [case.name for case in old.cases]:
        return ["its cases are not those recorded; record anew"]
    problems = list(other_inputs(cases, old))
    if not problems:
        for case, expected in zip(cases, old.expected, strict=True):
            problems += drift(brick, case, expected, device)
    if [(m.name, m.says) for m in mistakes(brick)] != [
        (m.name, m.says) for m in old.mistakes
    ]:
        problems.append("its known mistakes are not those recorded; record anew")
    return problems


def other_inputs(cases: list[Case], old: Recording) -> Iterator[str]:
    """Inputs that are drawn otherwise now."""
    for case, was in zip(cases, old.cases, strict=True):
        for key, value in case.inputs.items():
            if not same_input(value, was.inputs[key]):
                yield f"input {key} of case {case.name!r} is not as recorded"


def drift(brick: Brick, case: Case, expected: Expected, device: str) -> Iterator[str]:
    """Where the answers to a case, in float64 and in its own dtype, are others now."""
    if brick.draws:

        def plain(case: Case) -> tuple[AnyArray, ...]:
            return record.answer(brick, case, "cpu")

        now = expect_draws(case, plain)
        yield from changed(brick, case, now.outputs, expected)
        return
    wide = record.answer(brick, as_case(case, "float64"), device)
    own = record.answer(brick, case, device)
    if dtypes := [str(o.dtype) for o in own if o.dtype.kind == "f"]:
        due = [d for d in expected.dtypes if d.startswith("float")]
        if dtypes != due:
            yield f"case {case.name!r}: recorded {due}, now {dtypes}"
            return
    found = list(changed(brick, case, wide, record.in_float64(expected)))
    yield from found or changed(brick, case, own, expected)


def changed(
    brick: Brick, case: Case, now: tuple[AnyArray, ...], expected: Expected
) -> Iterator[str]:
    """Of each output the entry that changed most, beyond the measured spread.

    The spread is the largest error of right answers that was ever measured: PyTorch's
    own answer has no more reason to move than they.
    """
    for j, was in enumerate(expected.outputs):
        about = f"case {case.name!r}, {brick.outputs[j]}"
        if now[j].shape != was.shape:
            yield f"{about}: recorded shape {was.shape}, now {now[j].shape}"
            continue
        kind = kind_of(brick, expected, j)
        allowed = np.broadcast_to(
            rules()[kind].largest * scale(brick, expected, j) if kind else 0, was.shape
        )
        off = np.abs(now[j].astype(np.float64) - was)
        wrong = ~(off <= allowed)
        if wrong.any():
            worst = np.unravel_index(np.where(wrong, off, -1).argmax(), off.shape)
            entry = f", entry {[int(i) for i in worst]}" if worst else ""
            yield (
                f"{about}{entry}: recorded {was[worst]}, now {now[j][worst]}, "
                f"allowed {float(allowed[worst]):.2g} ({wrong.sum()} of {was.size} "
                "entries differ)"
            )


def same_input(value: Any, other: Any) -> bool:
    """Whether two inputs are equal; nan equals itself."""
    if isinstance(value, np.ndarray):
        return np.array_equal(value, other, equal_nan=True)
    return repr(value) == repr(other)
