"""Chapter 6: data held out in turn, and pictures moved a little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import Brick, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]
WHOLE, WIDE = ("int64",), ("float64",)


def folded(n_samples: int, n_splits: int, shuffled: bool = False) -> Make:
    """So many samples in so many folds; with a seed if they are shuffled."""

    def make(rng: Rng) -> Inputs:
        seed = int(rng.integers(1000)) if shuffled else -1
        return {"n_samples": n_samples, "n_splits": n_splits, "seed": seed}

    return make


def drive_k_fold(k_fold: Any, n_samples: int, n_splits: int, seed: int) -> Any:
    """The folds in order, or (seed from 0 on) facts about folds drawn at random.

    They are those of FOLD_FACTS. Without an rng there is nothing to repeat or vary.

    Raises:  TypeError, when the answer is not a list of pairs of integers
    """
    import numpy as np

    def draw(number: int) -> Any:
        rng = {} if seed < 0 else {"rng": np.random.default_rng(number)}
        folds = list(k_fold(n_samples, n_splits, **rng))
        if not all(isinstance(fold, tuple | list) and len(fold) == 2 for fold in folds):
            raise TypeError("a list of pairs is due: (train, test) for each fold")
        kinds = {np.asarray(p).dtype for fold in folds for p in fold if len(p)}
        if any(kind.kind not in "iu" for kind in kinds):
            raise TypeError("row numbers should be integers: they are to pick rows")
        return [tuple(np.asarray(p).astype(int).tolist() for p in f) for f in folds]

    folds, everything = draw(seed), list(range(n_samples))
    held_out = [row for _, test in folds for row in test]
    again, other = draw(seed) == folds, draw(seed + 1) == folds
    facts = (
        sorted(held_out) == everything,
        not any(set(train) & set(test) for train, test in folds),
        all(sorted({*train, *test}) == everything for train, test in folds),
        all(list(part) == sorted(part) for fold in folds for part in fold),
        held_out == everything,
        again,
        other,
    )
    sizes = [np.array([len(fold[i]) for fold in folds]) for i in (1, 0)]
    return *sizes, *(np.array(int(fact)) for fact in facts)


FOLD_FACTS = (
    "number of rows held out in each fold:",
    "number of rows to train with in each fold:",
    "every row is held out in one fold (1 yes, 0 no):",
    "no fold trains with a row that it holds out (1 yes, 0 no):",
    "each fold uses every row (1 yes, 0 no):",
    "rows are listed in rising order (1 yes, 0 no):",
    "the folds are blocks in order (1 yes, 0 no):",
    "the same rng gives the same folds (1 yes, 0 no):",
    "another rng gives the same folds (1 yes, 0 no):",
)

K_FOLD = Brick(
    target="minidl.data.folds.k_fold",
    title="Every row held out once",
    outputs=FOLD_FACTS,
    driver=drive_k_fold,
    families=(
        Family("twelve rows in four folds", folded(12, 4), dtypes=WHOLE),
        Family("eleven rows in three folds", folded(11, 3), dtypes=WHOLE),
        Family("seven rows in four folds", folded(7, 4), dtypes=WHOLE),
        Family("one row held out at a time", folded(5, 5), dtypes=WHOLE),
        Family("two folds", folded(9, 2), dtypes=WHOLE),
        Family("drawn at random", folded(20, 4, shuffled=True), dtypes=WHOLE),
        Family("drawn, with a remainder", folded(23, 5, shuffled=True), dtypes=WHOLE),
    ),
)


def pictures(max_shift: int, *shape: int, draws: int = 25) -> Make:
    """Pictures without a 0 or an equal entry, so that each shift can be told."""

    def make(rng: Rng) -> Inputs:
        x = rng.permutation(np.arange(1.0, 1 + np.prod(shape))).reshape(shape)
        seed = int(rng.integers(1000))
        return {"x": x, "max_shift": max_shift, "seed": seed, "draws": draws}

    return make


def drive_augment(augment: Any, x: Any, max_shift: int, seed: int, draws: int) -> Any:
    """Facts about moved pictures that do not depend on the numbers drawn.

    They are those of AUGMENT_FACTS, about so many calls. Every move of every picture
    is tried. How often each occurs says nothing when there are few.
    """
    import numpy as np

    (H, W), s = x.shape[-2:], max_shift
    moves = [(i, j) for i in range(2 * s + 1) for j in range(2 * s + 1)]
    wide = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(s, s)] * 2)
    pictures = [
        {one[..., i : i + H, j : j + W].tobytes(): (i, j) for i, j in moves}
        for one in wide
    ]
    rng, twin = np.random.default_rng(seed), np.random.default_rng(seed)
    calls = [np.asarray(augment(x, max_shift, rng)) for _ in range(draws)]
    again = np.array_equal(calls[0], augment(x, max_shift, twin))
    fit = all(call.shape == x.shape and call.dtype == x.dtype for call in calls)
    found = [
        [known.get(one.tobytes()) for known, one in zip(pictures, call, strict=False)]
        for call in calls
    ]
    seen = [move for call in found for move in call if move]
    times = [seen.count(move) for move in moves]
    many = draws * len(x) > 20 * len(moves)
    facts = (
        fit,
        len(seen) == draws * len(x),
        any(len(set(call)) > 1 for call in found),
        many and sum(map(bool, times)),
        many and len({i for i, _ in seen}),
        many and len({j for _, j in seen}),
        many and max(times) > 3 * draws * len(x) / len(moves),
        many and any(call.tobytes() != calls[0].tobytes() for call in calls),
        again,
    )
    return tuple(np.array(int(fact)) for fact in facts)


AUGMENT_FACTS = (
    "shape and dtype stay as they are (1 yes, 0 no):",
    "every picture is moved within reach, zeros coming in (1 yes, 0 no):",
    "pictures of one batch move differently (1 yes, 0 no):",
    "number of different moves:",
    "number of different moves up or down:",
    "number of different moves to the left or right:",
    "one move is far more frequent than others (1 yes, 0 no):",
    "another call moves them in other ways (1 yes, 0 no):",
    "the same rng moves them in the same ways (1 yes, 0 no):",
)

AUGMENT = Brick(
    target="minidl.data.augmentation.augment",
    title="Pictures moved by a pixel or two",
    outputs=AUGMENT_FACTS,
    points=2,
    driver=drive_augment,
    families=(
        Family("forty pictures, two pixels", pictures(2, 40, 5, 6)),
        Family("one pixel", pictures(1, 30, 4, 4), dtypes=WIDE),
        Family("three channels", pictures(1, 20, 3, 5, 4), dtypes=WIDE),
        Family("no pixel", pictures(0, 6, 3, 4, draws=2), dtypes=WIDE),
        Family("one picture", pictures(1, 1, 4, 5, draws=2), dtypes=WIDE),
        Family("empty batch", pictures(2, 0, 4, 4, draws=2), dtypes=WIDE),
        Family("not contiguous", pictures(1, 24, 4, 6), True, WIDE),
    ),
)
