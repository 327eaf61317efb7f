"""Wrong ways to hold rows out, and to write class numbers as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake

# ruff: noqa: D103 -- the name of each function says what goes wrong

Rows = Any
Rng = np.random.Generator


def parts(x: Rows, y: Rows, train: Any, test: Any) -> Any:
    """The rows of x and y at these places."""
    return x[train], x[test], y[train], y[test]


def no_shuffle(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    n = int(np.ceil(test_size * len(x)))
    order = np.arange(len(x))
    return parts(x, y, order[: len(x) - n], order[len(x) - n :])


def shuffled_apart(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    n = int(np.ceil(test_size * len(x)))
    x, y = rng.permutation(x), rng.permutation(y)
    return x[n:], x[:n], y[n:], y[:n]


def only_x_shuffled(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    n = int(np.ceil(test_size * len(x)))
    x = rng.permutation(x)
    return x[n:], x[:n], y[n:], y[:n]


def shuffled_in_place(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    n = int(np.ceil(test_size * len(x)))
    order = rng.permutation(len(x))
    x[:], y[:] = x[order], y[order]
    return x[n:], x[:n], y[n:], y[:n]


def last_rows_held_out(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    n = int(np.ceil(test_size * len(x)))
    test, train = np.arange(n), rng.permutation(np.arange(n, len(x)))
    return parts(x, y, train, test)


def train_in_old_order(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    test = rng.permutation(len(x))[: int(np.ceil(test_size * len(x)))]
    return parts(x, y, np.setdiff1d(np.arange(len(x)), test), test)


def rounded_down(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order, n = rng.permutation(len(x)), int(test_size * len(x))
    return parts(x, y, order[n:], order[:n])


def sizes_swapped(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order, n = rng.permutation(len(x)), int(np.ceil(test_size * len(x)))
    return parts(x, y, order[:n], order[n:])


def pairs_first(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order, n = rng.permutation(len(x)), int(np.ceil(test_size * len(x)))
    return x[order[n:]], y[order[n:]], x[order[:n]], y[order[:n]]


def two_pairs(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order, n = rng.permutation(len(x)), int(np.ceil(test_size * len(x)))
    return (x[order[n:]], y[order[n:]]), (x[order[:n]], y[order[:n]])


def train_keeps_test(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order, n = rng.permutation(len(x)), int(np.ceil(test_size * len(x)))
    return parts(x, y, order, order[:n])


def drawn_twice(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    n = int(np.ceil(test_size * len(x)))
    return parts(x, y, rng.permutation(len(x))[n:], rng.permutation(len(x))[:n])


def own_generator(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order = np.random.default_rng(0).permutation(len(x))
    n = int(np.ceil(test_size * len(x)))
    return parts(x, y, order[n:], order[:n])


def global_generator(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order = np.random.permutation(len(x))  # noqa: NPY002 -- this is the mistake
    n = int(np.ceil(test_size * len(x)))
    return parts(x, y, order[n:], order[:n])


def minus_zero(x: Rows, y: Rows, test_size: float, rng: Rng) -> Any:
    order, n = rng.permutation(len(x)), int(np.ceil(test_size * len(x)))
    return parts(x, y, order[:-n], order[-n:])


TRAIN_TEST_SPLIT = (
    Mistake(
        "order[-0:]",
        "With nothing held out, order[-0:] is everything. Count from the front.",
        minus_zero,
    ),
    Mistake(
        "no shuffle",
        "The rows are not shuffled. A table sorted by target would train on one kind "
        "of row and test on another.",
        no_shuffle,
    ),
    Mistake(
        "x and y shuffled apart",
        "x and y are shuffled by two different orders, so rows lose their targets. "
        "Draw one order and use it for both.",
        shuffled_apart,
    ),
    Mistake(
        "only x shuffled",
        "Only x is shuffled, so rows lose their targets. Use the same order for y.",
        only_x_shuffled,
    ),
    Mistake(
        "x and y changed in place",
        "The caller's x and y are shuffled too. Index with a shuffled order instead.",
        shuffled_in_place,
    ),
    Mistake(
        "the same rows held out",
        "The first rows are always the test. Shuffle all rows before you hold some "
        "out.",
        last_rows_held_out,
    ),
    Mistake(
        "train in the old order",
        "The train rows stay in their old order. Shuffle all rows, then cut.",
        train_in_old_order,
    ),
    Mistake(
        "rounded down",
        "The number of test rows is rounded down. Round up.",
        rounded_down,
    ),
    Mistake(
        "sizes swapped",
        "test_size became the share of the training rows. It is that of the test rows.",
        sizes_swapped,
    ),
    Mistake(
        "order of the parts",
        "The order of the four parts is x_train, x_test, y_train, y_test.",
        pairs_first,
    ),
    Mistake("two pairs", "Return four arrays side by side, not two pairs.", two_pairs),
    Mistake(
        "test rows trained on",
        "The test rows are among the training rows as well, so the test measures "
        "memory. Take them out.",
        train_keeps_test,
    ),
    Mistake(
        "drawn twice",
        "Train and test come from two shuffles, so they overlap and miss rows. "
        "Shuffle once, then cut.",
        drawn_twice,
    ),
    Mistake(
        "generator of its own",
        "The split is the same for every rng. Draw from the generator that is passed "
        "in.",
        own_generator,
    ),
    Mistake(
        "global generator",
        "np.random's global functions ignore rng, so nobody can repeat the split. "
        "Draw from rng.",
        global_generator,
    ),
)


def marked_in_every_row(labels: Any, num_classes: int) -> Any:
    y = np.zeros((len(labels), num_classes), int)
    y[:, labels] = 1
    return y


def labels_as_marks(labels: Any, num_classes: int) -> Any:
    y = np.zeros((len(labels), num_classes), int)
    y[np.arange(len(labels)), labels] = labels
    return y


ONE_HOT = (
    Mistake(
        "floats",
        "The marks are floats. PyTorch's one_hot gives whole numbers, int64.",
        lambda labels, num_classes: np.eye(num_classes)[labels],
    ),
    Mistake(
        "true and false",
        "The marks are True and False. Give whole numbers, 0 and 1.",
        lambda labels, num_classes: labels[:, None] == np.arange(num_classes),
    ),
    Mistake(
        "classes in rows",
        "This is transposed: a row for each label, a column for each class.",
        lambda labels, num_classes: np.eye(num_classes, dtype=int)[labels].T,
    ),
    Mistake(
        "columns by the largest label",
        "The columns are counted from the labels at hand. The last classes may be "
        "absent: num_classes says how many there are.",
        lambda labels, num_classes: np.eye(labels.max() + 1, dtype=int)[labels],
    ),
    Mistake(
        "counted from 1",
        "The marks are one column too far left. Class numbers start at 0.",
        lambda labels, num_classes: np.eye(num_classes, dtype=int)[labels - 1],
    ),
    Mistake(
        "one column more",
        "There is one column too many: classes 0 to num_classes - 1.",
        lambda labels, num_classes: np.eye(num_classes + 1, dtype=int)[labels],
    ),
    Mistake(
        "marked in every row",
        "y[:, labels] marks these columns in every row. Each row has a label of its "
        "own.",
        marked_in_every_row,
    ),
    Mistake("labels as marks", "The mark is 1, not the label.", labels_as_marks),
    Mistake(
        "zeros for ones",
        "0 and 1 are exchanged: the class of a row is the single 1.",
        lambda labels, num_classes: 1 - np.eye(num_classes, dtype=int)[labels],
    ),
    Mistake(
        "every class up to the label",
        "All classes up to the label are marked. Mark the label's own column only.",
        lambda labels, num_classes: np.tri(num_classes, dtype=int)[labels],
    ),
    Mistake(
        "one sum for all",
        "The rows are added up: these are the counts of the classes.",
        lambda labels, num_classes: np.bincount(labels, minlength=num_classes),
    ),
)
