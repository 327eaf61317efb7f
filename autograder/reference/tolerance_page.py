"""The numbers of docs/tolerances.md; its words are written by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

import numpy as np

from autograder import recording, tolerance
from autograder.bricks import BRICKS, CHAPTERS
from autograder.bricks.brick import Chapter
from autograder.reference.measured import (
    DRAWS,
    GOAL,
    KINDS,
    Measured,
    rule,
    rules,
    worst,
)

PAGE = Path(__file__).parents[2] / "docs" / "tolerances.md"
BLOCK = r"(<!-- {} -->\n).*?(<!-- end -->)"
EXAMPLE = "softmax"


def write(bricks: dict[str, Measured]) -> None:
    """Bring the numbers of the page up to date."""
    PAGE.write_text(filled(PAGE.read_text("utf-8"), bricks), "utf-8")


def current(bricks: dict[str, Measured]) -> bool:
    """Whether the page has these numbers."""
    text = PAGE.read_text("utf-8")
    return filled(text, bricks) == text


def filled(text: str, bricks: dict[str, Measured]) -> str:
    """The page with what stands between its markers made anew."""
    blocks = {
        "rules": rules_table(bricks),
        "factor": factor(bricks),
        "example": example(),
        "chapters": chapters_table(bricks),
        "device": device(),
    }
    for name, block in blocks.items():
        made = f"\\g<1>{block}\n\\g<2>"
        text = re.sub(BLOCK.format(name), made, text, flags=re.DOTALL)
    return text


def rules_table(bricks: dict[str, Measured]) -> str:
    """Each kind of answer: what was measured, and what is allowed."""
    rows = []
    for kind, found in rules(bricks.values()).items():
        answers = sum(each.answers.get(kind, 0) for each in bricks.values())
        row = (f"{answers:,}", f"{found.largest:.3g}", f"{found.growth:.3g}")
        draws = worst(bricks.values(), kind)
        others = [rule(draws[:i] + draws[i + 1 :], []).factor for i in range(DRAWS)]
        span = f"{min(others):g} – {max(others):g}"
        rows.append((kind, *row, f"{found.factor:g}", span, f"{found.caught:.2g}"))
    header = ("largest", "growth", "allowed", "less one draw", "mistake")
    return table(("answers", "compared", *header), rows)


def factor(bricks: dict[str, Measured]) -> str:
    """How the factor of float64 follows, with its numbers."""
    found = rules(bricks.values())["float64"]
    draws, doubled = worst(bricks.values(), "float64"), round(math.log2(DRAWS))
    mean, times = fmean(draws), round(math.log2(GOAL / DRAWS))
    return (
        f"For float64: the largest error is {mean:.3g} units in one draw, on average, "
        f"and {found.largest:.3g} in all {DRAWS}.\nFrom 1 draw to {DRAWS} their number "
        f"doubles {doubled} times, so the growth is ({found.largest:.3g} / {mean:.3g})"
        f"^(1/{doubled}) = {found.growth:.4g}.\nFrom {DRAWS} to {GOAL:,} it doubles "
        f"{times} times: {found.largest:.3g} × {found.growth:.4g}^{times}, rounded up, "
        f"is {found.factor:g} units."
    )


def example() -> str:
    """One entry of one case, from what was recorded to what is allowed."""
    brick = BRICKS[EXAMPLE]
    record = recording.load(brick)
    case, expected = record.cases[0], record.expected[0]
    right, condition = expected.outputs[0], expected.condition[0]
    first, size = (0,) * right.ndim, np.abs(right).max()
    lost = expected.spread[0] / tolerance.EPS32
    unit = tolerance.scale(brick, expected, 0)[first]
    allowed = tolerance.tolerance(brick, expected, 0)[first]
    sum_ = condition[first] + size
    return table(
        (f'`{EXAMPLE}`, case "{case.name}", entry {list(first)}', ""),
        [
            ("PyTorch's answer", f"{right[first]:.6g}"),
            ("moves, for each unit that the inputs move", f"{condition[first]:.3g}"),
            ("largest entry of the answer", f"{size:.3g}"),
            ("the two together", f"{sum_:.3g}"),
            ("roundings that PyTorch's float32 answer loses", f"{float(lost):.3g}"),
            ("the larger of these two", f"{max(sum_, float(lost)):.3g}"),
            ("times one rounding, 2.22e-16: the unit", f"{unit:.3g}"),
            (f"times {allowed / unit:.0f}: allowed", f"{allowed:.2g}"),
        ],
    )


def chapters_table(bricks: dict[str, Measured]) -> str:
    """Each chapter: how many answers were compared, and the largest errors."""
    rows = []
    for chapter in CHAPTERS:
        found = [bricks[b.name] for b in chapter.bricks if b.name in bricks]
        cases = len({(id(each), row.case) for each in found for row in each.rows})
        answers = sum(sum(each.answers.values()) for each in found)
        worst = [
            largest(each.largest.get(kind, []) for each in found) for kind in KINDS
        ]
        rows.append((chapter.slug, str(cases), f"{answers:,}", *worst, apart(chapter)))
    return table(
        ("chapter", "cases", "compared", *KINDS, "CPU and GPU differ by"), rows
    )


def largest(draws: Iterable[list[float]]) -> str:
    """The largest of the errors in all draws, a dash where there is none."""
    units = [unit for each in draws for unit in each]
    return f"{max(units):.2g}" if units else "–"


def apart(chapter: Chapter) -> str:
    """The largest difference of CPU and GPU in float64; a dash without a GPU."""
    made = recording.manifest()
    if made["device"] == "CPU":
        return "–"
    known = made["largest CPU-device difference"]
    worst = max(known.get(brick.name, 0.0) for brick in chapter.bricks)
    return f"{worst:.2g}"


def device() -> str:
    """Where the recordings were made."""
    made = recording.manifest()
    if made["device"] == "CPU":
        return (
            f"The recordings were made on {made['date']} on a CPU, with PyTorch "
            f"{made['torch']}. No GPU was at hand, so neither\nthe difference between "
            "CPU and GPU is stated nor how long a GPU takes. `record --device cuda`,"
            "\nthen `tolerances`, fills in the column."
        )
    return (
        f"The recordings were made on {made['date']} on {made['device']}, with driver "
        f"{made['driver']}, CUDA {made['cuda']} and PyTorch {made['torch']}."
    )


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown; numbers to the right."""
    rule = ("---", *["--:"] * (len(header) - 1))
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))
