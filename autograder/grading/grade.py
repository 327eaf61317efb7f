"""Grades one submission: her kernel computes, and here it is compared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from autograder.bricks import CHAPTERS
from autograder.bricks.brick import Chapter
from autograder.grading import answers, fresh, plan
from autograder.grading.exam import Exam, exams, put, sit
from autograder.grading.intake import Submission
from autograder.grading.outputs import CUT, Outputs
from autograder.grading.plan import Step
from autograder.grading.result import BrickResult, Result, key_of
from autograder.grading.session import Died, Lost, Session, TimeUp, session
from autograder.sandbox.limits import Limits

KERNELS = 4  # an early crash must not cost later answers; a habit of crashing may
FINAL = {"empty", "lost"}  # asking again would change nothing, or hurt


def grade(
    submission: Submission,
    student: str,
    chapter_slug: str,
    secret: bytes,
    limits: Limits,
    live: str = "",
) -> Result:
    """The verdict on every brick of the chapter, and what the cells showed.

    Whatever the submission does costs its own points at most. No file of the course
    is needed, and several may run at once.

    Raises:  LookupError when there is no such chapter
             ValueError when PyTorch cannot answer on the device `live` here
             SandboxUnavailable or RuntimeError when this machine cannot grade
    """
    began, chapter = time.monotonic(), chapter_of(chapter_slug)
    key = key_of(submission, student, chapter_slug, secret, limits, live)
    references = fresh.references(live)
    try:
        cells = submission.cells()
    except ValueError as error:
        failed = [lacking(b.name, "refused", str(error)) for b in chapter.bricks]
        return Result(key, tuple(failed), {}, (str(error),), 0.0, live)
    walk = Walk(chapter, plan.steps(chapter, cells), limits)
    prepare = partial(exams, chapter, student, secret, submission.data, live)
    # A thread of its own: the caller may be in an event loop, as formgrader is.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, walk.go(prepare)).result()
    return Result(
        key,
        tuple(walk.found[brick.name] for brick in chapter.bricks),
        walk.outputs.by_cell,
        tuple(walk.warnings),
        time.monotonic() - began,
        live,
        references,
    )


class Walk:
    """The way through one notebook, with another kernel if one is lost.

    found:  the result of each brick that has one
    left:   cells that cost a kernel or ran into their limit; not run a second time
    died:   steps at which a kernel died; tried once more, for the machine may have
            ended it, or an earlier cell
    """

    def __init__(self, chapter: Chapter, steps: list[Step], limits: Limits) -> None:
        self.chapter, self.steps, self.limits = chapter, steps, limits
        self.outputs = Outputs()
        self.found: dict[str, BrickResult] = {}
        self.warnings: list[str] = []
        self.left: set[Step] = set()
        self.died: set[Step] = set()
        self.at = Step(-1, "")

    async def go(self, prepare: Callable[[], dict[str, Exam]]) -> None:
        """Take every step; then every brick of the chapter has its result."""
        preparing = asyncio.create_task(asyncio.to_thread(prepare))
        end = time.monotonic() + self.limits.notebook_seconds
        why = ""
        for lost in range(KERNELS):
            try:
                number = self.chapter.number
                async with session(number, self.limits, self.outputs, end) as kernel:
                    kernel.careful = lost > 0
                    if not lost:
                        await self.choose(kernel)
                    await self.all_steps(kernel, await preparing)
                return
            except Lost as error:
                why = str(error)
                if isinstance(error, Died) and self.at not in self.died:
                    self.died.add(self.at)
                else:
                    self.lose(why)
        for brick in self.chapter.bricks:
            said = f"was not asked: the code before it {why}"
            self.found.setdefault(brick.name, lacking(brick.name, "not asked", said))

    async def choose(self, kernel: Session) -> None:
        """Leave out those of the chapter's own cells that hers do not build on.

        Her kernel says which, before it has run anything of hers. A wrong answer, or
        none, costs time.
        """
        parts = plan.parts(self.steps)
        with suppress(TimeUp, answers.Malformed):
            reply = await kernel.ask(answers.choice(parts), self.limits.cell_seconds)
            self.steps = plan.only(self.steps, answers.chosen(reply, len(parts)))

    async def all_steps(self, kernel: Session, exams: dict[str, Exam]) -> None:
        """Run the cells, ask for each brick where its check stands, and at the end.

        At the end, because a helper may stand below the check that needs it, and
        because the machine may have been busy; what took too long comes last.
        """
        for step in self.steps:
            self.at = step
            if step in self.left:
                continue
            if step.brick is None:
                await self.run(kernel, step)
            elif step.brick.name in self.found:
                await put(kernel, step.brick, [], self.limits.cell_seconds)
            else:
                await self.ask(kernel, exams[step.brick.name])
        for exam in sorted(exams.values(), key=self.endless):
            before = self.found.get(exam.brick.name)
            if before is None or not (before.passed or before.stage in FINAL):
                self.at = Step(-1, "", exam.brick)
                await self.ask(kernel, exam)

    def endless(self, exam: Exam) -> bool:
        """Whether the brick took too long when it was asked."""
        found = self.found.get(exam.brick.name)
        return found is not None and found.stage == "endless"

    async def run(self, kernel: Session, step: Step) -> None:
        """Run one cell; what it shows is kept."""
        self.outputs.show_in(step.cell)
        try:
            await kernel.run(step.source, self.limits.cell_seconds)
            if kernel.client.dropped:
                self.outputs.note(step.cell, CUT)
        except TimeUp as error:
            self.left.add(step)
            self.say(step, f"This cell {error}.")
        finally:
            self.outputs.show_in_none()

    async def ask(self, kernel: Session, exam: Exam) -> None:
        """Ask for a brick; of two results the right one counts, else the first."""
        result = await sit(kernel, exam, self.limits.cell_seconds)
        if result.passed or exam.brick.name not in self.found:
            self.found[exam.brick.name] = result

    def lose(self, why: str) -> None:
        """Note which step cost the kernel; it is not taken again."""
        self.left.add(self.at)
        if self.at.brick:
            name = self.at.brick.name
            said = f"your code {why} when it was asked"
            self.found.setdefault(name, lacking(name, "lost", said))
            self.warnings.append(f"{name} {why}")
        else:
            self.say(self.at, f"This cell {why}. It is left out of the grading.")

    def say(self, step: Step, text: str) -> None:
        """A sentence in the cell, and for the instructor."""
        self.outputs.note(step.cell, text)
        self.warnings.append(f"cell {step.cell + 1}: {text}")


def chapter_of(slug: str) -> Chapter:
    """The chapter of this name.

    Raises:  LookupError
    """
    for chapter in CHAPTERS:
        if chapter.slug == slug:
            return chapter
    known = ", ".join(chapter.slug for chapter in CHAPTERS)
    raise LookupError(f"{slug} is no chapter; the chapters are {known}")


def lacking(brick: str, stage: str, said: str) -> BrickResult:
    """The result of a brick that could not be asked for."""
    return BrickResult(brick, False, stage, None, f"{brick}: {said}", 0.0)
