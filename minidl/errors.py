"""What is raised for what is not there: not built yet, or outside minidl."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class NotBuiltYet(NotImplementedError):
    """A brick of minidl that the learner has still to write; names its chapter.

    Raised as `NotBuiltYet("relu: chapter 2")`; the text also says what to do.
    """

    def __str__(self) -> str:
        brick, _, chapter = str(self.args[0]).partition(": chapter ")
        return (
            f"{brick} is not built yet: write it in chapter {chapter}, "
            f"or run `autograder catch-up {int(chapter) + 1}` and restart the kernel"
        )


def outside(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for a name that PyTorch may have and owner, with known names, has not.

    It names the nearest that there is.
    """
    near = get_close_matches(name, known, 1)
    nearest = f"; the nearest is {owner}.{near[0]}" if near else ""
    return AttributeError(f"{owner}.{name} is not part of minidl{nearest}")
