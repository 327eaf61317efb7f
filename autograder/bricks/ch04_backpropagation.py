"""Chapter 4: operators with their gradients, the tape, and checks of gradients."""

from __future__ import annotations

from autograder.bricks.brick import Chapter
from autograder.bricks.ch04_autograd import GRADCHECK, NUMERICAL
from autograder.bricks.ch04_operators import ADD, MATMUL, MUL, SUM, UNBROADCAST
from autograder.bricks.ch04_tape import BACKWARD, ORDER

CHAPTER = Chapter(
    slug="04-backpropagation",
    title="Backpropagation",
    bricks=(
        UNBROADCAST,
        ADD,
        MUL,
        MATMUL,
        SUM,
        ORDER,
        BACKWARD,
        NUMERICAL,
        GRADCHECK,
    ),
)
