"""Runs a learner's object on one case and reports what happened."""

from __future__ import annotations

import builtins
import io
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.limit import TimeUp, time_limit

SECONDS = 10.0  # for one case; a check takes milliseconds
PRINTED = 2_000  # characters kept of what the code prints
PACKAGE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Outcome:
    """What one call did; `problem` is set when it gave no arrays to compare.

    problem:  (stage, sentence) such as ("nothing", "returned nothing")
    changed:  names of the inputs that the call changed
    warned:   the first floating-point warning, such as "overflow encountered in exp"
    """

    outputs: tuple[AnyArray, ...] = ()
    problem: tuple[str, str] | None = None
    detail: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    warned: str = ""
    printed: str = ""


def run(brick: Brick, obj: Any, case: Case, seconds: float = SECONDS) -> Outcome:
    """Use obj on fresh copies of the inputs; nothing that it does gets out."""
    arrays, params = case.arguments()
    names = [k for k, v in case.inputs.items() if isinstance(v, np.ndarray)]
    screen = Screen()
    problem: tuple[str, str] | None = None
    detail: tuple[str, ...] = ()
    outputs: tuple[AnyArray, ...] = ()
    with closed_in(screen) as caught:
        try:
            with time_limit(seconds):
                if brick.driver:
                    result = brick.driver(obj, *arrays, **params)
                else:
                    result = obj(*arrays, **params)
                outputs, problem = as_outputs(result, len(brick.outputs))
        except KeyboardInterrupt:
            raise
        except TimeUp:
            problem = ("endless", f"was stopped after {seconds:g} seconds")
        except BaseException as error:
            problem = ("raised", f"raised {summary(error)}")
            detail = own_frames(error)
    originals, _ = case.arguments()
    changed = tuple(
        name
        for name, now, then in zip(names, arrays, originals, strict=True)
        if not np.array_equal(now, then, equal_nan=True)
    )
    floats = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
    return Outcome(
        outputs, problem, detail, changed, floats[0] if floats else "", str(screen)
    )


class Screen(io.StringIO):
    """Keeps the beginning of what is printed: a loop must not fill the memory."""

    def write(self, text: str) -> int:
        """Keep text while there is room, and say that all was written."""
        room = PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)

    def __str__(self) -> str:
        return self.getvalue()


@contextmanager
def closed_in(screen: Screen) -> Iterator[list[warnings.WarningMessage]]:
    """Catch prints and warnings, refuse input(), and watch floating-point errors."""

    def nobody(*_: object) -> str:
        raise RuntimeError(
            "input() has nobody to answer it during a check; use the arguments"
        )

    asked = builtins.input
    builtins.input = nobody
    watch = np.errstate(over="warn", divide="warn", invalid="warn", under="ignore")
    try:
        with (
            redirect_stdout(screen),
            redirect_stderr(screen),
            warnings.catch_warnings(record=True) as caught,
            watch,
        ):
            warnings.simplefilter("always")
            yield caught
    finally:
        builtins.input = asked


def as_outputs(
    result: Any, count: int
) -> tuple[tuple[AnyArray, ...], tuple[str, str] | None]:
    """The arrays that were returned, or why they cannot be compared."""
    if result is None:
        return (), ("nothing", "returned nothing (None)")
    several = isinstance(result, tuple) or (count > 1 and isinstance(result, list))
    items = tuple(result) if several else (result,)
    if len(items) != count:
        given = "1 value" if len(items) == 1 else f"{len(items)} values"
        due = "1 array is due" if count == 1 else f"{count} arrays are due"
        return (), ("count", f"returned {given} where {due}")
    for item in items:
        if item is None:
            return (), ("nothing", "returned None in place of an array")
        if not isinstance(item, np.ndarray | np.generic | int | float):
            kind = type(item).__name__
            return (), ("type", f"returned a {kind} where a NumPy array is due")
    arrays = tuple(np.array(item) for item in items)
    for array in arrays:
        if array.dtype.kind not in "fiub":
            return (), ("type", f"returned an array of dtype {array.dtype}")
    return arrays, None


def summary(error: BaseException) -> str:
    """The exception on one line: "ValueError: shapes do not match"."""
    message = " ".join(str(error).split())
    name = type(error).__name__
    return f"{name}: {message[:200]}" if message else name


def own_frames(error: BaseException) -> tuple[str, ...]:
    """The learner's own lines on the way to the error, the deepest last.

    In her notebook: what she calls of minidl may be hers, but has no line there.
    """
    library = getattr(sys.modules.get("minidl"), "__file__", None)
    ours = (PACKAGE, str(Path(library).parent)) if library else (PACKAGE,)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(ours)
        and "site-packages" not in frame.filename
        and not frame.filename.startswith("<__array_function__")
    ]
    return tuple(f"line {f.lineno}, in {f.name}: {f.line}" for f in frames[-3:])
