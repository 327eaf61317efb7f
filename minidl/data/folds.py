"""Every sample is held out once: the folds of cross-validation."""

from __future__ import annotations

import numpy as np

from minidl.array import IntArray


def k_fold(
    n_samples: int, n_splits: int, rng: np.random.Generator | None = None
) -> list[tuple[IntArray, IntArray]]:
    """For each fold the rows to train with, and the rows that are held out.

    Each row is held out in one fold. Without rng the folds are blocks in order; with
    rng, rows drawn at random. Rows are listed in rising order.

    Shapes:  -> n_splits pairs of (train,) and (test,); the first n_samples % n_splits
             test parts have one row more than the others
    Source:  the sizes and the order are those of scikit-learn's KFold
    """
    check_splits(n_samples, n_splits)
    rows = np.arange(n_samples) if rng is None else rng.permutation(n_samples)
    folds = np.array_split(rows, n_splits)
    return [(np.setdiff1d(rows, fold), np.sort(fold)) for fold in folds]


def check_splits(n_samples: int, n_splits: int) -> None:
    """Raise ValueError unless there are 2 folds or more, each with a sample."""
    if not 2 <= n_splits <= n_samples:
        raise ValueError(
            f"k_fold: {n_splits} folds of {n_samples} samples; pass n_splits from 2 to "
            "the number of samples"
        )
