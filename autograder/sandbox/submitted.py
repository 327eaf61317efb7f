"""What a submission finds as `autograder`: its notebook runs, and nothing is judged.

The stage of a chapter has this file as its package autograder.
"""

from typing import Any


def check(obj: Any) -> None:
    """Say when the answer is compared."""
    name = getattr(obj, "__name__", None) or type(obj).__name__
    print(f"{name}: graded after you hand in")


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext autograder` runs."""
    shell.push({"check": check})
