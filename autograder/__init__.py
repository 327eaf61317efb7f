"""Tells a learner whether a brick is right, and an instructor how right a class is."""

from autograder.check import check

__all__ = ["check", "load_ipython_extension"]


def load_ipython_extension(shell: object) -> None:
    """What `%load_ext autograder` runs: find the workspace, provide `check`."""
    from autograder import extension

    extension.load(shell)
