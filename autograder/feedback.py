"""The words and the picture that a learner gets back."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from autograder.bricks.brick import AnyArray
from autograder.compare import Finding

ROWS, COLUMNS, CELL = 16, 40, 12  # of the picture; a cell is 12 pixels wide
SCREEN = 5  # lines shown of what the code printed
RIGHT, WRONG = "#2e8b57", "#d9730d"


class CheckFailed(AssertionError):
    """An answer that is not right yet; its text says why."""

    def __init__(self, text: str, shown: bool = False) -> None:
        super().__init__(text)
        self.shown = shown

    def _render_traceback_(self) -> list[str]:
        """What Jupyter prints below the verdict: what it is about, no traceback."""
        name, _, _ = str(self).partition(":")
        return [f"{name}: not right yet" if self.shown else str(self)]


@dataclass(frozen=True)
class Verdict:
    """Whether a brick is right, and what to tell its author.

    case:     the name of the first case that failed
    likely:   the sentence of the known mistake or relation, or ""
    mistake:  the name of the known mistake, if it is one
    """

    brick: str
    headline: str
    finding: Finding | None = None
    case: str = ""
    likely: str = ""
    mistake: str | None = None
    printed: str = ""

    @property
    def passed(self) -> bool:
        """Whether every case agrees."""
        return self.finding is None

    @property
    def stage(self) -> str:
        """What kind of thing is wrong first, or "passed"."""
        return self.finding.stage if self.finding else "passed"

    def screen(self) -> list[str]:
        """The beginning of what the learner's code printed."""
        lines = self.printed.strip().splitlines()
        return lines[:SCREEN] + (["…"] if len(lines) > SCREEN else [])

    def text(self) -> str:
        """The verdict as plain text: what is wrong, where, and the likely mistake."""
        lines = [self.headline, *(self.finding.lines if self.finding else ())]
        if self.likely:
            lines.append(f"Likely: {self.likely}")
        if self.screen():
            lines += ["Your code printed:", *self.screen()]
        return "\n  ".join(lines)

    def html(self) -> str:
        """The verdict as HTML, with a picture where arrays can be compared."""
        parts = [f"<strong>{html.escape(self.headline)}</strong>"]
        if self.finding and self.finding.lines:
            parts.append(block(self.finding.lines))
        if self.likely:
            parts.append(f"<div><b>Likely:</b> {html.escape(self.likely)}</div>")
        parts.append(picture(self.finding))
        if self.screen():
            parts += ["<small>Your code printed:</small>", block(self.screen())]
        color = RIGHT if self.passed else WRONG
        style = f"border-left:4px solid {color};padding:4px 12px"
        return f'<div style="{style}">{"".join(parts)}</div>'


def block(lines: Iterable[str]) -> str:
    """Lines in a fixed-width font, wrapped where they are too long."""
    style = "margin:4px 0;background:none;white-space:pre-wrap"
    text = html.escape("\n".join(lines))
    return f'<pre style="{style}">{text}</pre>'


def picture(finding: Finding | None) -> str:
    """A small SVG of the array: entries that differ are filled, the others are not."""
    if finding is None or finding.wrong is None or finding.wrong.size < 2:
        return ""
    wrong, shape = as_grid(finding.wrong), finding.wrong.shape
    rows, columns = wrong.shape
    cells = [
        f'<rect x="{CELL * j + 1}" y="{CELL * i + 1}" width="{CELL - 2}" '
        f'height="{CELL - 2}" fill="{WRONG if wrong[i, j] else "none"}" '
        f'stroke="{WRONG if wrong[i, j] else RIGHT}"/>'
        for i in range(rows)
        for j in range(columns)
    ]
    cut = " (its beginning)" if wrong.size < finding.wrong.size else ""
    return (
        f'<svg width="{CELL * columns}" height="{CELL * rows}" role="img" '
        'style="display:block;margin:6px 0 2px" aria-label="where the arrays differ">'
        f"{''.join(cells)}</svg><small>Where your array of shape {shape}{cut} differs: "
        f'<span style="color:{WRONG}">■</span> differs, '
        f'<span style="color:{RIGHT}">□</span> agrees.</small>'
    )


def as_grid(array: AnyArray) -> AnyArray:
    """The array as rows and columns, cut to what a small picture can hold."""
    flat = (
        array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    )
    return np.asarray(flat[:ROWS, :COLUMNS])
