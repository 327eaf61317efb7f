"""The exercises: one file a chapter. Everything else asks this list."""

from __future__ import annotations

import difflib

from autograder.bricks import (
    ch01_neurons,
    ch02_activations,
    ch03_forward_pass,
    ch04_backpropagation,
    ch05_gradient_descent,
    ch06_training,
    ch07_cnn,
    ch08_rnn,
    ch09_gan,
    ch10_mnist_project,
)
from autograder.bricks.brick import Brick, Chapter

CHAPTERS: tuple[Chapter, ...] = (
    ch01_neurons.CHAPTER,
    ch02_activations.CHAPTER,
    ch03_forward_pass.CHAPTER,
    ch04_backpropagation.CHAPTER,
    ch05_gradient_descent.CHAPTER,
    ch06_training.CHAPTER,
    ch07_cnn.CHAPTER,
    ch08_rnn.CHAPTER,
    ch09_gan.CHAPTER,
    ch10_mnist_project.CHAPTER,
)
BRICKS: dict[str, Brick] = {
    brick.name: brick for chapter in CHAPTERS for brick in chapter.bricks
}


def find(name: str) -> Brick:
    """The brick of this name.

    Raises:  LookupError with the nearest names, when there is none
    """
    if name in BRICKS:
        return BRICKS[name]
    near = difflib.get_close_matches(name, BRICKS, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "see: autograder bricks"
    raise LookupError(f"{name!r} is not a brick; {hint}")


def chapter_of(brick: Brick) -> Chapter:
    """The chapter in which the brick is written."""
    return next(chapter for chapter in CHAPTERS if brick in chapter.bricks)
