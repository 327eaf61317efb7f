"""What `%load_ext autograder` does in a notebook."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from autograder import check, wall, workspace
from autograder.bricks import BRICKS


def load(shell: Any) -> None:
    """Provide check, put the learner's minidl first, and say where it stands.

    Loading it again is harmless.
    """
    shell.push({"check": check})
    shell.set_custom_exc((NameError,), explain_name_error)
    print(open_workspace())


def open_workspace() -> str:
    """Activate the workspace around the notebook; a line on what was found."""
    place = workspace.find()
    if place is None:
        return (
            "No workspace here: check works, but what you build is not kept. "
            "For a workspace, run in a terminal: autograder start DIR"
        )
    try:
        workspace.activate(place)
    except workspace.WorkspaceError as error:
        return f"What you build is not kept: {error}"
    return f"Workspace {place.name}: {summary(wall.status(place))}"


def summary(rows: list[wall.Row]) -> str:
    """The wall in a line: "7 of 27 bricks built (2 of them laid by us)"."""
    laid = sum(row.state == wall.LAID for row in rows)
    built = laid + sum(row.state == wall.BUILT for row in rows)
    damaged = sorted({r.brick.module for r in rows if r.state == wall.DAMAGED})
    text = f"{built} of {len(rows)} bricks built"
    text += f" ({laid} of them laid by us)" if laid else ""
    text += f"; damaged: {', '.join(damaged)}" if damaged else ""
    return text


def explain_name_error(
    shell: Any,
    kind: type[NameError],
    error: NameError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Say which cell to run when a brick is not defined; else show the traceback."""
    if kind is NameError and error.name in BRICKS:
        message = (
            f"{error.name} is not defined yet: run the cell above that defines it, "
            "then this one"
        )
        error._render_traceback_ = lambda: [message]  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
