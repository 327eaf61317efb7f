"""Measures how far right answers lie apart, and derives every tolerance from it.

    python -m autograder.reference.tolerances [--device cuda]
    python -m autograder.reference.tolerances --check

Run it after `record`: it measures the bricks whose recording or right answers have
changed, and writes tolerances.json, tolerances.csv and docs/tolerances.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder import recording, tolerance
from autograder.bricks import BRICKS
from autograder.bricks.brick import Brick
from autograder.recording import DIRECTORY
from autograder.reference import record, tolerance_page
from autograder.reference.formulations import WAYS
from autograder.reference.measure import inputs, measure
from autograder.reference.measured import Measured, Row, rules, short

TABLE = "tolerances.csv"
COLUMNS = ("case", "output", "kind", "rounding", "spread", "units", "tolerance")
AGAIN = "run: python -m autograder.reference.tolerances"


def main(argv: list[str] | None = None) -> int:
    """Measure and write, or with --check say what is not current."""
    parser = argparse.ArgumentParser(
        prog="tolerances",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    default = record.best_device()
    parser.add_argument("--device", default=default, help="default here: %(default)s")
    parser.add_argument("--check", action="store_true", help="measure nothing")
    chosen = parser.parse_args(argv)
    if chosen.check:
        said = problems()
        print("\n".join(said) or "The tolerances are current.")
        return 1 if said else 0
    known = read()
    stale = changed(known)
    for n, brick in enumerate(stale, 1):
        known[brick.name] = measure(brick, chosen.device)
        record.progress(n, len(stale), brick.name)
    bricks = {name: known[name] for name in BRICKS}
    if said := missed(bricks):
        print("\n".join(said))
        return 1
    write(bricks)
    print(f"{len(stale)} of {len(BRICKS)} bricks measured, the others were current")
    return 0


def changed(known: Mapping[str, Measured]) -> list[Brick]:
    """The bricks that have to be measured."""
    return [
        brick
        for name, brick in BRICKS.items()
        if name not in known
        or known[name].inputs != inputs(brick)
        or [(row.case, row.output) for row in known[name].rows] != due(brick)
    ]


def due(brick: Brick) -> list[tuple[str, str]]:
    """Case and output of each row that the table has to have."""
    public = recording.load(brick)
    return [
        (case.name, brick.outputs[j])
        for case, expected in zip(public.cases, public.expected, strict=True)
        for j in range(len(brick.outputs))
        if tolerance.kind_of(brick, expected, j)
    ]


def missed(bricks: Mapping[str, Measured]) -> list[str]:
    """Known mistakes that these tolerances would let pass."""
    found = rules(bricks.values())
    farthest = {
        kind: max(bricks, key=lambda name: max(bricks[name].largest.get(kind, [0.0])))
        for kind in found
    }
    return [
        f"{name}: the mistake {mistake!r} is wrong by no more than is allowed; give "
        "the brick a case that shows it, or mend the right answers that are farthest "
        f"off, of {' and '.join(sorted({farthest[kind] for kind in errors}))}; nothing "
        "written"
        for name, each in bricks.items()
        for mistake, errors in each.mistakes.items()
        if all(units <= found[kind].factor for kind, units in errors.items())
    ]


def read(directory: Path = DIRECTORY) -> dict[str, Measured]:
    """What was measured, by brick; nothing where there is no table yet."""
    table = json.loads((directory / tolerance.FILE).read_text("utf-8"))
    bricks = {k: Measured(**v) for k, v in table.get("bricks", {}).items()}
    if (directory / TABLE).exists():
        text = (directory / TABLE).read_text("utf-8")
        for cells in csv.DictReader(io.StringIO(text)):
            if cells["brick"] in bricks:
                bricks[cells["brick"]].rows.append(as_row(cells))
    return bricks


def as_row(cells: Mapping[str, str]) -> Row:
    """One line of the table."""
    texts = {name: cells[name] for name in COLUMNS[:3]}
    numbers = {name: float(cells[name]) for name in COLUMNS[3:]}
    errors = {way: float(cells[way]) for way in WAYS if cells[way]}
    fields: dict[str, Any] = {**texts, **numbers}
    return Row(**fields, errors=errors)


def write(bricks: dict[str, Measured], directory: Path = DIRECTORY) -> None:
    """Write the rules, then the table and the page that follow from them."""
    (directory / tolerance.FILE).write_text(as_json(bricks), "utf-8")
    tolerance.rules.cache_clear()
    for name, found in bricks.items():
        found.rows = with_tolerance(BRICKS[name], found.rows)
    (directory / TABLE).write_text(as_csv(bricks), "utf-8")
    if directory == DIRECTORY:
        tolerance_page.write(bricks)


def as_json(bricks: dict[str, Measured]) -> str:
    """The rules, and what they follow from: one line a brick."""
    found = {name: asdict(replace(each, rows=[])) for name, each in bricks.items()}
    for each in found.values():
        del each["rows"]
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()]
    kinds = {kind: asdict(rule) for kind, rule in rules(bricks.values()).items()}
    text = ",\n".join(lines)
    return f'{{"rules": {json.dumps(kinds, indent=1)},\n"bricks": {{\n{text}\n}}}}\n'


def as_csv(bricks: dict[str, Measured]) -> str:
    """One line for each output of each public case."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("brick", *COLUMNS, *WAYS))
    for name, found in bricks.items():
        for row in found.rows:
            cells = [getattr(row, column) for column in COLUMNS]
            writer.writerow([name, *cells, *(row.errors.get(way, "") for way in WAYS)])
    return text.getvalue()


def with_tolerance(brick: Brick, rows: list[Row]) -> list[Row]:
    """The rows with what is allowed now."""
    record = recording.load(brick)
    allowed = {
        (case.name, brick.outputs[j]): tolerance.tolerance(brick, expected, j)
        for case, expected in zip(record.cases, record.expected, strict=True)
        for j in range(len(brick.outputs))
    }
    return [
        replace(
            row,
            tolerance=short(float(allowed[row.case, row.output].max(initial=0.0))),
        )
        for row in rows
    ]


def problems(directory: Path = DIRECTORY) -> list[str]:
    """What is not as the command would write it."""
    known = read(directory)
    if said := [
        f"{brick.name}: its recording, its right answers or its rows of {TABLE} have "
        f"changed; {AGAIN}"
        for brick in changed(known)
    ]:
        return said
    if as_json(known) != (directory / tolerance.FILE).read_text("utf-8"):
        said.append(f"{tolerance.FILE}: the rules are not what was measured; {AGAIN}")
    for name, found in known.items():
        follows = with_tolerance(BRICKS[name], found.rows)
        said += [
            f"{TABLE}: {name}, {row.case}, {row.output}: tolerance {row.tolerance} "
            f"where {right.tolerance} follows; {AGAIN}"
            for row, right in zip(found.rows, follows, strict=True)
            if row != right
        ]
    if not tolerance_page.current(known):
        said.append(f"docs/tolerances.md is not what the table says; {AGAIN}")
    return said


if __name__ == "__main__":
    sys.exit(main())
