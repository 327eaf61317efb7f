"""Chapter 6: right folds and moved pictures in other formulations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.array import Array

# ruff: noqa: D103 -- the name of each function says how it does it

Rng = np.random.Generator


def folds_by_masks(n_samples: int, n_splits: int, rng: Rng | None = None) -> Any:
    rows = np.arange(n_samples)
    if rng is not None:
        rng.shuffle(rows)
    sizes = np.full(n_splits, n_samples // n_splits)
    sizes[: n_samples % n_splits] += 1
    folds, start = [], 0
    for size in sizes:
        mask = np.zeros(n_samples, bool)
        mask[rows[start : start + size]] = True
        folds.append((np.flatnonzero(~mask), np.flatnonzero(mask)))
        start += size
    return folds


def folds_of_lists(n_samples: int, n_splits: int, rng: Rng | None = None) -> Any:
    rows = list(range(n_samples))
    if rng:
        rows = rng.permutation(rows).tolist()
    least, more = divmod(n_samples, n_splits)
    for i in range(n_splits):
        start = i * least + min(i, more)
        test = rows[start : start + least + (i < more)]
        yield [row for row in range(n_samples) if row not in test], sorted(test)


def folds_by_deletion(n_samples: int, n_splits: int, rng: Rng | None = None) -> Any:
    everything = np.arange(n_samples)
    order = everything if rng is None else rng.random(n_samples).argsort()
    parts = [np.sort(part) for part in np.array_split(order, n_splits)]
    return [(np.delete(everything, part), part) for part in parts]


def folds_by_numbers(n_samples: int, n_splits: int, rng: Rng | None = None) -> Any:
    fold = np.sort(np.arange(n_samples) % n_splits)
    fold = fold if rng is None else rng.permutation(fold)
    return tuple(
        (np.where(fold != k)[0], np.where(fold == k)[0]) for k in range(n_splits)
    )


def moved_by_windows(x: Array, max_shift: int, rng: Rng) -> Array:
    edges = [(0, 0)] * (x.ndim - 2) + [(max_shift, max_shift)] * 2
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, edges), x.shape[-2:], axis=(-2, -1)
    )
    top, left = rng.integers(2 * max_shift + 1, size=(2, len(x)))
    return windows[np.arange(len(x)), ..., top, left, :, :].copy()


def moved_by_rolling(x: Array, max_shift: int, rng: Rng) -> Array:
    moved = x.copy()
    for n in range(len(x)):
        i, j = rng.integers(-max_shift, max_shift, size=2, endpoint=True)
        moved[n] = np.roll(x[n], (i, j), axis=(-2, -1))
        moved[n, ..., : max(i, 0), :] = 0
        moved[n, ..., x.shape[-2] + min(i, 0) :, :] = 0
        moved[n, ..., : max(j, 0)] = 0
        moved[n, ..., x.shape[-1] + min(j, 0) :] = 0
    return moved


def moved_by_slices(x: Array, max_shift: int, rng: Rng) -> Array:
    H, W = x.shape[-2:]
    moved = np.zeros_like(x)
    for n in range(len(x)):
        i = int(rng.choice(np.arange(-max_shift, max_shift + 1)))
        j = int(rng.choice(np.arange(-max_shift, max_shift + 1)))
        seen = x[n, ..., max(-i, 0) : H - max(i, 0), max(-j, 0) : W - max(j, 0)]
        moved[n, ..., max(i, 0) : H + min(i, 0), max(j, 0) : W + min(j, 0)] = seen
    return moved


def moved_by_pixels(x: Array, max_shift: int, rng: Rng) -> Array:
    moved = np.zeros(x.shape, x.dtype)
    down, right = (rng.integers(-max_shift, max_shift + 1, len(x)) for _ in range(2))
    for n, i, j in np.ndindex(len(x), *x.shape[-2:]):
        a, b = i - down[n], j - right[n]
        if 0 <= a < x.shape[-2] and 0 <= b < x.shape[-1]:
            moved[n, ..., i, j] = x[n, ..., a, b]
    return moved


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "augment": (
        moved_by_windows,
        moved_by_rolling,
        moved_by_slices,
        moved_by_pixels,
    ),
    "k_fold": (
        folds_by_masks,
        folds_of_lists,
        folds_by_deletion,
        folds_by_numbers,
    ),
}
