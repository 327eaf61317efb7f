"""Chapter 10: what learners get wrong about images, networks and attacks."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch10_asking,
    ch10_centering,
    ch10_preparing,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "decode_idx": ch10_preparing.DECODE_IDX,
    "crop_to_ink": ch10_preparing.CROP_TO_INK,
    "resize_rows": ch10_preparing.RESIZE_ROWS,
    "center_of_mass": ch10_centering.CENTER_OF_MASS,
    "center_ink": ch10_centering.CENTER_INK,
    "normalize": ch10_centering.NORMALIZE,
    "probabilities": ch10_asking.PROBABILITIES,
    "fgsm": ch10_asking.FGSM,
}
