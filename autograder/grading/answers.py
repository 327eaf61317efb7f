"""Carries inputs into a student's kernel and arrays out; nothing it says is believed.

Inputs go in as typed raw bytes. What comes back is text that has to match a strict
pattern, is bounded, and is never unpickled or evaluated.
"""

from __future__ import annotations

import base64
import functools
import inspect
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder import limit, run
from autograder.bricks import brick as brick_module
from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.grading import probe, used
from autograder.run import PRINTED, SECONDS, Outcome

MODULES = {
    "autograder.bricks.brick": brick_module,
    "autograder.limit": limit,
    "autograder.run": run,
    "autograder.grading.used": used,
    "autograder.grading.probe": probe,
}
"""What the kernel is given, each after what it imports."""

LARGEST = 6 << 20  # characters in one reply
DIMENSIONS = 8
SENTENCE = 300  # characters of a problem that are shown
STAGES = {"endless", "raised", "nothing", "count", "type", "missing", "shape"}
TEXT = re.compile(r"'([A-Za-z0-9+/]*={0,2})'")
CHOICE = re.compile(r"'([01]*)'")
DTYPE = re.compile(r"[<>|=](b1|[iu][1248]|f(2|4|8|16))")
CONTROL = re.compile(r"\x1b\[[0-9;]*m|[^\x09\x0a\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")

INSTALL = """\
def install(modules):
    import sys, types
    for name, text in modules:
        module = sys.modules[name] = types.ModuleType(name)
        module.__file__ = "/" + name.replace(".", "/") + ".py"
        exec(compile(text, module.__file__, "exec"), module.__dict__)
    get_ipython().autograder_probe = module
install({modules!r})
del install
"""


class Malformed(Exception):
    """A reply that no honest kernel sends; a sentence on what is wrong with it."""


@functools.cache
def installation() -> str:
    """The code that gives a new kernel the probe."""
    texts = [
        (name, Path(inspect.getfile(module)).read_text("utf-8"))
        for name, module in MODULES.items()
    ]
    return INSTALL.replace("{modules!r}", repr(texts))


def question(brick: Brick, cases: Sequence[Case], seconds: float) -> str:
    """The expression whose value in the kernel is the packed answer to the cases.

    seconds:  for all of them; after most of these an honest kernel stops by itself
    """
    request = {
        "target": brick.target,
        "outputs": brick.outputs,
        "hole": brick.hole,
        "driver": inspect.getsource(brick.driver) if brick.driver else None,
        "seconds": SECONDS,
        "in_all": 0.8 * seconds,
        "cases": [
            {
                "strided": case.strided,
                "inputs": [(k, probe.pack(v)) for k, v in case.inputs.items()],
            }
            for case in cases
        ],
    }
    text = packed(request)
    return f"get_ipython().autograder_probe.answer({text!r}, get_ipython().user_ns)"


def choice(cells: Sequence[tuple[str, bool]]) -> str:
    """The expression that says which cells have to run, as `chosen` reads it.

    cells:  the text of each, and whether it is ours
    """
    return f"get_ipython().autograder_probe.needed({packed(cells)!r})"


def packed(request: Any) -> str:
    """The request as text that stays what it is on its way."""
    return base64.b64encode(json.dumps(request).encode()).decode()


def text_in(content: Any) -> str:
    """The text that a reply of the kernel holds.

    Raises:  Malformed, with the error that it reports, when there is none
    """
    try:
        value = content["user_expressions"]["answer"]
        if value.get("status") == "error":
            raise Malformed(line(f"asking raised {value['ename']}: {value['evalue']}"))
        text = value["data"]["text/plain"]
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed("the kernel did not answer") from error
    if not isinstance(text, str):
        raise Malformed("the kernel answered with no text")
    return text


def chosen(reply: str, count: int) -> list[bool]:
    """Of so many cells, which have to run.

    Raises:  Malformed
    """
    if not (found := CHOICE.fullmatch(reply)) or len(found[1]) != count:
        raise Malformed("the answer is not a list of cells")
    return [letter == "1" for letter in found[1]]


def outcomes(reply: str, brick: Brick, cases: Sequence[Case]) -> list[Outcome]:
    """What the kernel says about the cases; fewer when one of them did not end.

    Raises:  Malformed unless every part of the reply is of the kind and size due
    """
    found = TEXT.fullmatch(reply) if len(reply) <= LARGEST else None
    if not found:
        raise Malformed("the answer is larger than allowed or is no packed text")
    try:
        rows = json.loads(base64.b64decode(found[1], validate=True))
        if not isinstance(rows, list) or len(rows) > len(cases):
            raise Malformed("the answer is not a list of one outcome a case")
        parsed = [
            outcome(row, brick, case) for row, case in zip(rows, cases, strict=False)
        ]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Malformed("the answer cannot be read") from error
    ended = bool(parsed) and parsed[-1].problem is not None
    if len(parsed) < len(cases) and not ended:
        raise Malformed("the answer lacks some cases")
    return parsed


def outcome(row: dict[str, Any], brick: Brick, case: Case) -> Outcome:
    """One outcome, each field checked."""
    problem = row["problem"]
    if problem is not None:
        stage, sentence = problem
        if stage not in STAGES:
            raise Malformed("the answer has a problem of an unknown kind")
        problem = (stage, line(sentence))
    arrays = tuple(array(item) for item in row["outputs"])
    if problem is None and len(arrays) != len(brick.outputs):
        raise Malformed("the answer has not as many arrays as are due")
    return Outcome(
        arrays,
        problem,
        tuple(line(each) for each in row["detail"][:3]),
        tuple(name for name in case.inputs if name in row["changed"]),
        line(row["warned"]),
        plain(row["printed"])[:PRINTED],
    )


def array(item: dict[str, Any]) -> AnyArray:
    """The array that dtype, shape and bytes describe, if they fit each other."""
    kind, shape = item["dtype"], item["shape"]
    if not isinstance(kind, str) or not DTYPE.fullmatch(kind):
        raise Malformed("an array is not of numbers")
    if len(shape) > DIMENSIONS or any(type(n) is not int or n < 0 for n in shape):
        raise Malformed("an array has no possible shape")
    data, dtype = base64.b64decode(item["bytes"], validate=True), np.dtype(kind)
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise Malformed("an array has not as many bytes as its shape says")
    if dtype.kind == "b" and data.strip(b"\0\1"):
        raise Malformed("an array of truth values holds others")
    return np.frombuffer(data, dtype).reshape(shape)


def line(text: str) -> str:
    """Text from the kernel as one short line."""
    return " ".join(plain(text).split())[:SENTENCE]


def plain(text: str) -> str:
    """Text without control characters and half characters.

    Raises:  Malformed when it is no text
    """
    if not isinstance(text, str):
        raise Malformed("something that is no text stands where a sentence is due")
    return CONTROL.sub("", text)
