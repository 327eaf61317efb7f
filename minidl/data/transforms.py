"""What happens to a table of data before a network sees it."""

from __future__ import annotations

import numpy as np

from minidl.array import Array, IntArray


def standardize(train: Array, test: Array) -> tuple[Array, Array]:
    """Shift and scale columns so that train has mean 0 and deviation 1.

    Both arrays use the mean and deviation of train: what is measured on test
    must not be known before the test. A constant column is only shifted; rounding
    may leave its deviation a little above 0, so what counts is its range.

    Shapes:   train (N, D), test (K, D) -> (N, D), (K, D)
    Formula:  (x - mean) / std, std over N (not N - 1)
    """
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(np.ptp(train, axis=0) == 0, 1, std)
    return (train - mean) / std, (test - mean) / std


def train_test_split(
    x: Array, y: Array, test_size: float, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Shuffle rows, then hold some out: x_train, x_test, y_train, y_test.

    Shapes:   x (N, ...), y (N, ...); the test parts have ceil(test_size * N) rows
    Source:   the name, order and rounding of scikit-learn's function
    """
    order = rng.permutation(len(x))
    n_test = int(np.ceil(test_size * len(x)))
    test, train = order[:n_test], order[n_test:]
    return x[train], x[test], y[train], y[test]


def one_hot(labels: IntArray, num_classes: int) -> IntArray:
    """Rows of zeros with a single 1 in the column that the label names.

    Shapes:  (N,) of class numbers -> (N, num_classes), int64
    """
    return np.eye(num_classes, dtype=np.int64)[labels]
