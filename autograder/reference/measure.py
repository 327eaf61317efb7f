"""Measures how far right answers to a brick lie apart, and how far mistakes do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from autograder import expect, recording, tolerance
from autograder.bricks import chapter_of
from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.compare import compare
from autograder.expect import Expected
from autograder.grading.fresh import fingerprint
from autograder.recording import Recording
from autograder.reference import formulations, record
from autograder.reference.measured import DRAWS, Measured, Row, short
from autograder.run import Outcome
from autograder.tolerance import kind_of, scale

VARIANTS = Path(__file__).parents[1] / "strength" / "variants"


def inputs(brick: Brick) -> str:
    """A hash of what the brick is measured on: while it is equal nothing changed."""
    digest = hashlib.sha256(str(DRAWS).encode())
    digest.update(recording.manifest()["files"].get(brick.file, "").encode())
    for module in (expect, formulations, tolerance):
        digest.update(Path(str(module.__file__)).read_bytes())
    for path in sorted(VARIANTS.glob(f"ch{chapter_of(brick).number:02d}*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def measure(brick: Brick, device: str, draws: int = DRAWS) -> Measured:
    """Hold every right answer to PyTorch's, on the public cases and on fresh ones."""
    record.exact_arithmetic()
    found = Measured(inputs(brick), in_mistakes(brick, recording.load(brick)))
    ways = formulations.formulations(brick, device)
    for draw, case, expected in drawn(brick, device, draws):
        answered = {
            name: [answer(case) for answer in answers] for name, answers in ways.items()
        }
        for j in range(len(brick.outputs)):
            kind = kind_of(brick, expected, j)
            if not kind:
                continue
            errors = {
                name: [error(outputs[j], expected.outputs[j]) for outputs in several]
                for name, several in answered.items()
            }
            unit = scale(brick, expected, j)
            units = max(in_units(e, unit) for each in errors.values() for e in each)
            found.take(kind, draw, short(units), sum(map(len, errors.values())))
            if draw == 0:
                worst = {
                    name: short(max(float(e.max(initial=0.0)) for e in each))
                    for name, each in errors.items()
                }
                found.rows.append(row(brick, case, expected, j, worst, short(units)))
    return found


def drawn(
    brick: Brick, device: str, draws: int
) -> Iterator[tuple[int, Case, Expected]]:
    """The public cases, then those of further draws that are not the same again."""
    public = recording.load(brick)
    seen = {fingerprint(case) for case in public.cases}
    for case, expected in zip(public.cases, public.expected, strict=True):
        yield 0, case, expected
    right = in_fresh_case(brick, device)
    for draw in range(1, draws):
        for case in brick.cases(record.SEED + draw):
            if fingerprint(case) not in seen:
                seen.add(fingerprint(case))
                yield draw, case, right(case)


def row(
    brick: Brick,
    case: Case,
    expected: Expected,
    j: int,
    errors: dict[str, float],
    units: float,
) -> Row:
    """The row of one output; its tolerance follows when every brick is measured."""
    size = np.abs(expected.outputs[j]).max(initial=0.0)
    roundings = np.max(expected.condition[j] + size, initial=0.0)
    rounding = short(float(np.finfo(np.float64).eps * roundings))
    kind = kind_of(brick, expected, j)
    spread = short(float(np.max(expected.spread[j], initial=0.0)))
    if kind == "float32":
        spread = max(spread, *errors.values())
    output = brick.outputs[j]
    return Row(case.name, output, kind, rounding, spread, units, 0.0, errors)


def in_mistakes(brick: Brick, known: Recording) -> dict[str, dict[str, float]]:
    """The error of each known mistake in each kind, in units of its scale.

    The case counts in which it stands out most. A mistake that gives itself away
    otherwise, by a shape, a warning, an integer, is left out.
    """
    found = {}
    for mistake in known.mistakes:
        pairs = list(zip(mistake.outcomes, known.expected, strict=True))
        if any(gives_itself_away(brick, *pair) for pair in pairs):
            continue
        most: dict[str, float] = {}
        for outcome, expected in pairs:
            for j, got in enumerate(outcome.outputs):
                if kind := kind_of(brick, expected, j):
                    off = error(got, expected.outputs[j])
                    units = short(in_units(off, scale(brick, expected, j)))
                    most[kind] = max(most.get(kind, 0.0), units)
        found[mistake.name] = most
    return found


def gives_itself_away(brick: Brick, outcome: Outcome, expected: Expected) -> bool:
    """Whether more is wrong with the outcome than the values of floats."""
    finding = compare(brick, outcome, expected)
    if finding is None:
        return False
    return finding.stage != "values" or not kind_of(brick, expected, finding.output)


def in_fresh_case(brick: Brick, device: str) -> Callable[[Case], Expected]:
    """Who says what is right; of a random brick only inputs beside the seed count."""
    known: dict[str, Expected] = {}

    def right(case: Case) -> Expected:
        inputs = {k: v for k, v in case.inputs.items() if k != "seed"}
        key = fingerprint(Case("", inputs) if brick.draws else case)
        if key not in known:
            known[key] = record.expect_in_torch(brick, case, device)
        return known[key]

    return right


def error(got: AnyArray, right: AnyArray) -> AnyArray:
    """How far each entry lies from the right one."""
    return np.abs(got.astype(np.float64) - right)


def in_units(errors: AnyArray, unit: AnyArray) -> float:
    """The largest error in units of its scale; no error is 0 of any scale."""
    with np.errstate(divide="ignore", invalid="ignore"):
        units = np.where(errors == 0, 0.0, errors / unit)
    return float(units.max(initial=0.0))
