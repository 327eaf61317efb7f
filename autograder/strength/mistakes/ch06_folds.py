"""Chapter 6: what learners get wrong about folds."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import IntArray

# ruff: noqa: D103 -- the name of each function says what goes wrong
# ruff: noqa: NPY002 -- global generators are among the mistakes

Rng = np.random.Generator | None
Folds = list[tuple[IntArray, IntArray]]


def ordered(n: int, rng: Rng) -> IntArray:
    return np.arange(n) if rng is None else rng.permutation(n)


def with_rest(n: int, parts: Any) -> Folds:
    """Each of the parts held out, and all other rows to train with."""
    return [(np.setdiff1d(np.arange(n), part), np.sort(part)) for part in parts]


def cut(rows: IntArray, k: int) -> list[IntArray]:
    return list(np.array_split(rows, k))


def remainder_never_held_out(n: int, k: int, rng: Rng = None) -> Folds:
    rows, size = ordered(n, rng), n // k
    return with_rest(n, [rows[i * size : (i + 1) * size] for i in range(k)])


def remainder_in_the_last(n: int, k: int, rng: Rng = None) -> Folds:
    cuts = [i * (n // k) for i in range(1, k)]
    return with_rest(n, np.split(ordered(n, rng), cuts))


def rounded_up(n: int, k: int, rng: Rng = None) -> Folds:
    rows, size = ordered(n, rng), -(-n // k)
    return with_rest(n, [rows[i * size : (i + 1) * size] for i in range(k)])


def every_kth(n: int, k: int, rng: Rng = None) -> Folds:
    rows = ordered(n, rng)
    return with_rest(n, [rows[i::k] for i in range(k)])


def everything_trains(n: int, k: int, rng: Rng = None) -> Folds:
    return [(np.arange(n), np.sort(part)) for part in cut(ordered(n, rng), k)]


def exchanged(n: int, k: int, rng: Rng = None) -> Folds:
    return [(test, train) for train, test in with_rest(n, cut(ordered(n, rng), k))]


def next_block_only(n: int, k: int, rng: Rng = None) -> Folds:
    parts = [np.sort(part) for part in cut(ordered(n, rng), k)]
    return [(parts[(i + 1) % k], parts[i]) for i in range(k)]


def one_order_each(n: int, k: int, rng: Rng = None) -> Folds:
    return with_rest(n, [cut(ordered(n, rng), k)[i] for i in range(k)])


def never_shuffled(n: int, k: int, rng: Rng = None) -> Folds:
    return with_rest(n, cut(np.arange(n), k))


def always_shuffled(n: int, k: int, rng: Rng = None) -> Folds:
    return with_rest(n, cut(ordered(n, rng or np.random.default_rng(0)), k))


def own_generator(n: int, k: int, rng: Rng = None) -> Folds:
    return with_rest(n, cut(ordered(n, rng and np.random.default_rng(0)), k))


def global_generator(n: int, k: int, rng: Rng = None) -> Folds:
    rows = np.arange(n) if rng is None else np.random.permutation(n)
    return with_rest(n, cut(rows, k))


def not_sorted(n: int, k: int, rng: Rng = None) -> Folds:
    parts = cut(ordered(n, rng), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


def held_out_only(n: int, k: int, rng: Rng = None) -> Any:
    return [np.sort(part) for part in cut(ordered(n, rng), k)]


K_FOLD = tuple(
    Mistake(name, says, wrong)
    for name, says, wrong in (
        (
            "remainder never held out",
            "The rows that are left over when the number is divided are never held "
            "out. Give one more row to the first folds.",
            remainder_never_held_out,
        ),
        (
            "remainder in the last fold",
            "The last fold takes all rows that are left over. Give one each to the "
            "first folds.",
            remainder_in_the_last,
        ),
        (
            "rounded up",
            "The size is rounded up, so the last fold comes off short. Sizes differ "
            "by one row at most.",
            rounded_up,
        ),
        (
            "every k-th row",
            "A fold is every k-th row. Without rng a fold is a block of neighbours.",
            every_kth,
        ),
        (
            "trains with all rows",
            "The rows held out are among those to train with: the fold measures "
            "memory. Take them out.",
            everything_trains,
        ),
        (
            "parts exchanged",
            "The two parts are exchanged: first the rows to train with, then those "
            "held out.",
            exchanged,
        ),
        (
            "one block to train with",
            "Each fold trains with one other block. Train with all rows that are not "
            "held out.",
            next_block_only,
        ),
        (
            "an order for each fold",
            "Rows are shuffled again for each fold, so some are held out twice and "
            "others never. Shuffle once, then cut.",
            one_order_each,
        ),
        (
            "never shuffled",
            "rng is not used: the folds are blocks, whatever is passed.",
            never_shuffled,
        ),
        (
            "always shuffled",
            "Rows are shuffled without an rng. Without one, they keep their order.",
            always_shuffled,
        ),
        (
            "generator of its own",
            "The folds are the same for every rng. Draw from the one that is passed.",
            own_generator,
        ),
        (
            "global generator",
            "np.random's global functions ignore rng, so nobody can repeat the folds. "
            "Draw from rng.",
            global_generator,
        ),
        (
            "not sorted",
            "The rows of a part stand in the order in which they were drawn. List "
            "them in rising order.",
            not_sorted,
        ),
        (
            "held-out rows only",
            "Each fold is a pair: the rows to train with, and the rows held out.",
            held_out_only,
        ),
    )
)
