"""Moved pictures: whole pixels, zeros behind them, drawn from the generator."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from minidl.data import augment


def pictures(*shape, dtype=np.float64):
    """Pictures whose entries are all different, none of them 0."""
    return np.arange(1, 1 + np.prod(shape)).reshape(shape).astype(dtype)


def moves_of(x, moved, reach):
    """By how many pixels each picture was moved down and right, None if by none."""
    H, W = x.shape[-2:]
    found = []
    for before, after in zip(torch.tensor(x), torch.tensor(moved), strict=True):
        wide = torch.nn.functional.pad(before, (reach,) * 4)
        fits = [
            (reach - top, reach - left)
            for top in range(2 * reach + 1)
            for left in range(2 * reach + 1)
            if torch.equal(wide[..., top : top + H, left : left + W], after)
        ]
        found.append(fits[0] if fits else None)
    return found


@pytest.mark.parametrize("shape", [(50, 5, 7), (50, 1, 6, 6), (50, 3, 4, 5)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_every_picture_is_pytorch_s_padded_and_cut_one(shape, dtype):
    x = pictures(*shape).astype(dtype) if dtype != np.uint8 else np.full(shape, 7, "u1")
    before = x.copy()
    moved = augment(x, 2, np.random.default_rng(0))
    assert moved.dtype == dtype
    assert moved.shape == shape
    assert None not in moves_of(x, moved, 2)
    assert_array_equal(x, before)


def test_all_moves_are_equally_likely():
    x = pictures(5000, 4, 4)
    times = Counter(moves_of(x, augment(x, 1, np.random.default_rng(0)), 1))
    assert len(times) == 9
    expected, deviation = 5000 / 9, (5000 / 9 * 8 / 9) ** 0.5
    assert max(abs(n - expected) for n in times.values()) < 4 * deviation


def test_the_generator_decides():
    x = pictures(20, 5, 5)
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    first, again = augment(x, 2, rng), augment(x, 2, twin)
    assert_array_equal(first, again)
    assert not np.array_equal(first, augment(x, 2, rng))


@pytest.mark.parametrize("shape", [(0, 4, 4), (0, 2, 4, 4), (3, 4, 5)])
def test_no_pictures_and_no_reach_change_nothing(shape):
    x = pictures(*shape)
    assert_array_equal(augment(x, 0, np.random.default_rng(0)), x)


def test_pictures_moved_out_of_themselves_are_empty():
    x = pictures(200, 2, 2)
    moved = augment(x, 3, np.random.default_rng(0))
    assert np.any(moved.sum(axis=(1, 2)) == 0)
    assert None not in moves_of(x, moved, 3)
