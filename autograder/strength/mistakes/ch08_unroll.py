"""Chapter 8: what learners get wrong when any cell goes through time."""

from __future__ import annotations

from typing import Any

from autograder.strength.mistake import Mistake
from minidl.shaping import stack
from minidl.tensor import Tensor

Unrolled = tuple[Any, Any]


def unrolled(
    cell: Any,
    input: Any,
    hx: Any,
    *,
    carried: bool = True,
    reverse: bool = False,
) -> Unrolled:
    """The right answer, unless the last arguments say otherwise."""
    outputs, first = [], hx
    for t in reversed(range(len(input))) if reverse else range(len(input)):
        hx = cell(input[t], hx if carried else first)
        outputs.append(hx[0] if isinstance(hx, tuple) else hx)
    return stack(outputs[::-1] if reverse else outputs), hx


def cut_between(cell: Any, input: Tensor, hx: Any) -> Unrolled:
    """The states are handed on without their history."""
    outputs = []
    for x in input:
        h = cell(x, hx)
        outputs.append(h[0] if isinstance(h, tuple) else h)
        hx = tuple(s.detach() for s in h) if isinstance(h, tuple) else h.detach()
    return stack(outputs), h


def cell_states(cell: Any, input: Any, hx: Any) -> Unrolled:
    """c where h is due."""
    outputs = []
    for x in input:
        hx = cell(x, hx)
        outputs.append(hx[1] if isinstance(hx, tuple) else hx)
    return stack(outputs), hx


def along_the_batch(cell: Any, input: Any, hx: Any) -> Unrolled:
    """Stacked along the second dimension."""
    y, hx = unrolled(cell, input, hx)
    return y.transpose(0, 1), hx


def called_twice(cell: Any, input: Any, hx: Any) -> Unrolled:
    """The cell is asked once for the output and once for the state."""
    outputs = []
    for x in input:
        after = cell(x, hx)
        outputs.append(after[0] if isinstance(after, tuple) else after)
        hx = cell(x, hx)
    return stack(outputs), hx


UNROLL = (
    Mistake(
        "state not carried",
        "Every step begins with the first states. Hand the new ones to the next step.",
        lambda cell, input, hx=None: unrolled(cell, input, hx, carried=False),
    ),
    Mistake(
        "backwards",
        "The steps are taken from the last to the first.",
        lambda cell, input, hx=None: unrolled(cell, input, hx, reverse=True),
    ),
    Mistake(
        "cut between steps",
        "The numbers are right, but the states lost their history on the way: no "
        "gradient goes back in time. Leave detach out.",
        lambda cell, input, hx=None: cut_between(cell, input, hx),
    ),
    Mistake(
        "c for h",
        "The outputs are the cell states c. What a cell shows is h, the first of both.",
        lambda cell, input, hx=None: cell_states(cell, input, hx),
    ),
    Mistake(
        "stacked along the batch",
        "Time is the first dimension of the output: (T, N, H).",
        lambda cell, input, hx=None: along_the_batch(cell, input, hx),
    ),
    Mistake(
        "called twice",
        "The cell is called twice a step. Call it once and use both of what it gives.",
        lambda cell, input, hx=None: called_twice(cell, input, hx),
    ),
    Mistake(
        "nothing returned",
        "The function returns nothing: `return` is missing.",
        lambda cell, input, hx=None: None,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"unroll": UNROLL}
