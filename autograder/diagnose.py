"""Guesses why an answer is wrong: a known mistake, or a tell-tale relation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.compare import Finding
from autograder.expect import Expected
from autograder.recording import KnownMistake, Recording
from autograder.run import Outcome
from autograder.tolerance import rounding, tolerance


def known_mistake(
    brick: Brick,
    recording: Recording,
    outcomes: list[Outcome],
    findings: list[Finding | None],
) -> KnownMistake | None:
    """The recorded mistake that the answer repeats, if there is one.

    It must give the same as the answer in the first wrong case and in most wrong
    cases; among several, the one that agrees most often is named.
    """
    wrong = [i for i, finding in enumerate(findings) if finding]
    best, most = None, (0, 0)
    for mistake in recording.mistakes:
        agree = [
            same(brick, mine, theirs, expected)
            for mine, theirs, expected in zip(
                outcomes, mistake.outcomes, recording.expected, strict=False
            )
        ]
        score = sum(agree[i] for i in wrong), sum(agree)
        if agree[wrong[0]] and 2 * score[0] > len(wrong) and score > most:
            best, most = mistake, score
    return best


def same(brick: Brick, mine: Outcome, theirs: Outcome, expected: Expected) -> bool:
    """Whether two wrong outcomes are the same, up to rounding."""
    if mine.problem or theirs.problem:
        return mine.problem == theirs.problem
    if mine.changed != theirs.changed or bool(mine.warned) != bool(theirs.warned):
        return False
    for j, (a, b) in enumerate(zip(mine.outputs, theirs.outputs, strict=True)):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if not near(a, b, slack(brick, expected, j, b)):
            return False
    return True


def slack(brick: Brick, expected: Expected, j: int, wrong: AnyArray) -> AnyArray:
    """How far two answers with the same mistake may lie apart.

    Rounding grows with the wrong answer's own size, which may be far from the right
    one's; two random draws are each as far from their mean as a right draw.
    """
    allowed = tolerance(brick, expected, j)
    if brick.draws:
        return 2 * allowed
    size = np.abs(wrong[np.isfinite(wrong)]).max(initial=0.0)
    own = rounding(wrong.dtype, float(size)) if wrong.dtype.kind == "f" else 0.0
    return np.asarray(allowed.max(initial=0.0) + own)


def near(a: AnyArray, b: AnyArray, allowed: AnyArray) -> bool:
    """Whether a and b differ by no more than allowed; nan and inf equal themselves."""
    both = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~both], b[~both], equal_nan=True):
        return False
    gap = np.where(both, a, 0).astype(float) - np.where(both, b, 0).astype(float)
    return bool((np.abs(gap) <= allowed).all())


def relation(case: Case, finding: Finding) -> str:
    """A sentence when got and expected stand in a simple relation, else ""."""
    got, want = finding.got, finding.expected
    if finding.stage == "dtype":
        return (
            "A float64 number met the float32 input, or the other way round: use "
            "plain Python numbers, or astype(x.dtype)."
        )
    if got is None or want is None or not want.size:
        return ""
    if got.T.shape == want.shape and want.ndim > 1 and close(got.T, want):
        return "This is the right answer transposed."
    if got.shape != want.shape:
        return ""
    if close(-got, want):
        return "This is the right answer with its sign flipped."
    for factor, meaning in factors(case):
        if close(got, factor * want):
            return f"Every value is {meaning} times PyTorch's."
    g = case.inputs.get("g")
    if isinstance(g, np.ndarray) and g.shape == want.shape and close(got * g, want):
        return "The upstream gradient g is not multiplied in."
    return ""


def factors(case: Case) -> Iterator[tuple[float, str]]:
    """Constants that a slip multiplies an answer with, and how to say them."""
    arrays = [v for v in case.inputs.values() if isinstance(v, np.ndarray)]
    rows = next((len(a) for a in arrays if a.ndim), 1)
    size = max((a.size for a in arrays), default=1)
    yield 2.0, "2"
    yield 0.5, "½"
    for n, meaning in ((rows, "the number of rows"), (size, "the number of entries")):
        if n > 2:
            yield float(n), f"{n}, {meaning},"
            yield 1 / n, f"1/{n}, one over {meaning},"


def close(a: AnyArray, b: AnyArray) -> bool:
    """Equal up to float32 rounding: a relation is a guess, not a grade."""
    allowed = rounding(np.float32, float(np.abs(b).max(initial=0.0)))
    return bool(np.any(b)) and np.allclose(a, b, rtol=0, atol=allowed)
