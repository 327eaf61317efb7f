"""Chapter 9: two networks against each other, and convolutions that grow images."""

from __future__ import annotations

from autograder.bricks import ch09_adversarial, ch09_transposed
from autograder.bricks.brick import Chapter

CHAPTER = Chapter(
    slug="09-gan",
    title="Generative adversarial networks",
    bricks=(
        ch09_adversarial.DISCRIMINATOR_LOSS,
        ch09_adversarial.GENERATOR_LOSS,
        ch09_adversarial.GAN_STEP,
        ch09_adversarial.MODE_COUNTS,
        ch09_transposed.SPREAD,
        ch09_transposed.TRANSPOSED_SIZE,
        ch09_transposed.CONV_TRANSPOSE2D,
        ch09_transposed.CONV_TRANSPOSE2D_BACKWARD,
        ch09_adversarial.INCEPTION_SCORE,
    ),
)
