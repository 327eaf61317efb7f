"""check(relu): holds a learner's own object against what PyTorch answered."""

from __future__ import annotations

import os
import sys
from typing import Any

from autograder import bricks, recording
from autograder.bricks.brick import Brick
from autograder.compare import Finding, compare
from autograder.diagnose import known_mistake, relation
from autograder.feedback import CheckFailed, Verdict
from autograder.run import SECONDS, Outcome, run


def check(obj: Any) -> None:
    """Compare obj with PyTorch on the recorded cases and say what is wrong first.

    A right answer joins the learner's minidl, when the notebook is in a workspace.

    Raises:  CheckFailed with the verdict as its text
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        # nbgrader runs checks itself when it could not read nbgrader_config.py.
        raise CheckFailed(
            "check: nbgrader runs without the course's configuration, so nothing is "
            "graded; mend nbgrader_config.py and grade again"
        )
    try:
        brick = identify(obj)
        verdict = judge(brick, obj)
    except recording.DamagedRecording as error:
        raise CheckFailed(f"check: {error}") from None
    if not verdict.passed:
        shown = show(verdict.text(), verdict.html())
        raise CheckFailed(verdict.text(), shown) from None
    added = join_wall(brick, obj)
    verdict = Verdict(verdict.brick, " ".join(filter(None, (verdict.headline, added))))
    if not show(verdict.text(), verdict.html()):
        print(verdict.text())


def identify(obj: Any) -> Brick:
    """The brick that obj is meant to be, by its name.

    Raises:  CheckFailed when obj is no function or class, or no brick has its name
    """
    if isinstance(obj, str):
        raise CheckFailed(f"check: pass the object itself: check({obj}), no quotes")
    if not callable(obj) or not hasattr(obj, "__name__"):
        kind = type(obj).__name__
        raise CheckFailed(
            f"check: got a {kind}, not a function; pass the function itself, "
            "check(relu), not its result, check(relu(x))"
        )
    if obj.__name__ == "<lambda>":
        raise CheckFailed("check: a lambda has no name; write def relu(x): …")
    try:
        brick = bricks.find(obj.__name__)
    except LookupError as error:
        raise CheckFailed(f"check: {error}") from None
    due = "class" if brick.name[0].isupper() else "function"
    given = "class" if isinstance(obj, type) else "function"
    if due != given:
        raise CheckFailed(f"{brick.name}: should be a {due}, and yours is a {given}")
    return brick


def judge(brick: Brick, obj: Any, seconds: float = SECONDS) -> Verdict:
    """Run obj on every recorded case and compare; nothing is printed or written."""
    record = recording.load(brick)
    outcomes: list[Outcome] = []
    findings: list[Finding | None] = []
    for case, expected in zip(record.cases, record.expected, strict=True):
        outcomes.append(run(brick, obj, case, seconds))
        findings.append(compare(brick, outcomes[-1], expected))
        if findings[-1] and findings[-1].stage == "endless":
            break
    return conclude(brick, record, outcomes, findings)


def conclude(
    brick: Brick,
    record: recording.Recording,
    outcomes: list[Outcome],
    findings: list[Finding | None],
) -> Verdict:
    """The verdict that follows from what was found in the recorded cases."""
    first = next((i for i, finding in enumerate(findings) if finding), None)
    if first is None:
        count = len(record.cases)
        points = "1 point" if brick.points == 1 else f"{brick.points} points"
        return Verdict(
            brick.name,
            f"{brick.name}: right, {points}. All {count} cases agree with PyTorch.",
        )
    finding, outcome = findings[first], outcomes[first]
    assert finding is not None
    if is_empty(outcome):
        return empty(brick, finding)
    mistake = known_mistake(brick, record, outcomes, findings)
    case = record.cases[first]
    return Verdict(
        brick.name,
        f'{brick.name}: {finding.headline} (case "{case.name}")',
        finding,
        case.name,
        mistake.says if mistake else relation(case, finding),
        mistake.name if mistake else None,
        outcome.printed,
    )


def is_empty(outcome: Outcome) -> bool:
    """Whether the body is still the line that the notebook came with."""
    return outcome.problem == ("raised", "raised NotImplementedError")


def empty(brick: Brick, finding: Finding) -> Verdict:
    """The verdict on an exercise that has not been begun."""
    lines = (
        "Replace the line `raise NotImplementedError()` by your own code,",
        "run that cell, then this one.",
    )
    found = Finding("empty", "is still empty", lines)
    return Verdict(brick.name, f"{brick.name}: is still empty", found)


def join_wall(brick: Brick, obj: Any) -> str:
    """Add the object to the learner's minidl; one sentence on what happened."""
    from autograder import wall, workspace

    place = workspace.active()
    if place is None:
        return ""
    return str(wall.add(brick, obj, place))


def show(text: str, rich: str) -> bool:
    """Display the verdict in Jupyter; False where there is no Jupyter."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if not hasattr(shell, "kernel"):
        return False
    shell.display_pub.publish({"text/html": rich, "text/plain": text})
    return True
