"""Wrong ways to bring the columns of a table to one scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake

# ruff: noqa: D103 -- the name of each function says what goes wrong

Rows = Any


def unit(table: Rows, mean: Any, std: Any) -> Rows:
    """The table in units of std from mean; a constant column is only shifted."""
    return (table - mean) / np.where(std == 0, 1, std)


def scaled(train: Rows, test: Rows, mean: Any, std: Any) -> Any:
    return unit(train, mean, std), unit(test, mean, std)


def own_statistics(train: Rows, test: Rows) -> Any:
    return (
        unit(train, train.mean(axis=0), train.std(axis=0)),
        unit(test, test.mean(axis=0), test.std(axis=0)),
    )


def statistics_of_both(train: Rows, test: Rows) -> Any:
    both = np.concatenate([train, test])
    return scaled(train, test, both.mean(axis=0), both.std(axis=0))


def minmax(train: Rows, test: Rows) -> Any:
    low, high = train.min(axis=0), train.max(axis=0)
    return scaled(train, test, low, high - low)


def scaled_in_place(train: Rows, test: Rows) -> Any:
    mean, std = train.mean(axis=0), train.std(axis=0)
    for table in (train, test):
        table -= mean
        table /= np.where(std == 0, 1, std)
    return train, test


def constant_to_zero(train: Rows, test: Rows) -> Any:
    std = train.std(axis=0)
    factor = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
    return tuple((table - train.mean(axis=0)) * factor for table in (train, test))


def per_row(train: Rows, test: Rows) -> Any:
    return tuple(
        unit(table, table.mean(axis=1, keepdims=True), table.std(axis=1, keepdims=True))
        for table in (train, test)
    )


STANDARDIZE = (
    Mistake(
        "test by its own statistics",
        "test is scaled by its own mean and deviation. Use those of train for both.",
        own_statistics,
    ),
    Mistake(
        "statistics of both tables",
        "Mean and deviation come from train and test together: that is leakage. Use "
        "train alone.",
        statistics_of_both,
    ),
    Mistake(
        "one mean for all columns",
        "One mean and one deviation serve all columns. Each column needs its own.",
        lambda train, test: scaled(train, test, train.mean(), train.std()),
    ),
    Mistake(
        "rows instead of columns",
        "Every row is scaled by itself. Columns are the features: axis 0.",
        per_row,
    ),
    Mistake(
        "N - 1",
        "The deviation divides by N - 1. Here it divides by N.",
        lambda train, test: scaled(
            train, test, train.mean(axis=0), train.std(axis=0, ddof=1)
        ),
    ),
    Mistake(
        "variance",
        "The columns are divided by the variance. Divide by its square root.",
        lambda train, test: scaled(train, test, train.mean(axis=0), train.var(axis=0)),
    ),
    Mistake(
        "divided by zero",
        "A constant column has deviation 0: shift it, and do not divide it.",
        lambda train, test: (
            (train - train.mean(axis=0)) / train.std(axis=0),
            (test - train.mean(axis=0)) / train.std(axis=0),
        ),
    ),
    Mistake(
        "a small number added",
        "A small number added to the deviation changes every column, and blows a "
        "constant one up. Treat deviation 0 by itself.",
        lambda train, test: (
            (train - train.mean(axis=0)) / (train.std(axis=0) + 1e-8),
            (test - train.mean(axis=0)) / (train.std(axis=0) + 1e-8),
        ),
    ),
    Mistake(
        "constant column erased",
        "The constant column of train became 0 in test too. It is only shifted.",
        constant_to_zero,
    ),
    Mistake(
        "only shifted",
        "The columns are shifted but not divided by the deviation.",
        lambda train, test: (train - train.mean(axis=0), test - train.mean(axis=0)),
    ),
    Mistake(
        "only divided",
        "The columns are divided but not shifted: subtract the mean first.",
        lambda train, test: scaled(train, test, 0, train.std(axis=0)),
    ),
    Mistake(
        "minimum and maximum",
        "This scales to [0, 1] by minimum and maximum. Use mean and deviation.",
        minmax,
    ),
    Mistake(
        "test left as it was",
        "test is returned as it came. A model sees both tables in the same units.",
        lambda train, test: (
            unit(train, train.mean(axis=0), train.std(axis=0)),
            test.copy(),
        ),
    ),
    Mistake(
        "train only",
        "One table came back. Return both: train, test.",
        lambda train, test: unit(train, train.mean(axis=0), train.std(axis=0)),
    ),
    Mistake(
        "tables changed in place",
        "-= and /= change the caller's tables. Make new arrays.",
        scaled_in_place,
    ),
)
