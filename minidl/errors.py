"""What a brick that has not been written yet raises."""


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
