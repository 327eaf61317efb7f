"""Chapter 1: wrong neurons, wrong slopes and wrong tables that learners write."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch01_linear,
    ch01_mse,
    ch01_rows,
    ch01_standardize,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "linear": ch01_linear.LINEAR,
    "linear_backward": ch01_linear.LINEAR_BACKWARD,
    "mse_loss": ch01_mse.MSE_LOSS,
    "mse_loss_backward": ch01_mse.MSE_LOSS_BACKWARD,
    "standardize": ch01_standardize.STANDARDIZE,
    "train_test_split": ch01_rows.TRAIN_TEST_SPLIT,
    "one_hot": ch01_rows.ONE_HOT,
}
