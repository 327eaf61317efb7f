"""DataLoader and data sets: what they refuse, and what they say."""

from __future__ import annotations

import re

import numpy as np
import pytest

from minidl import tensor
from minidl.utils import data

LABELS = np.arange(11)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda: data.TensorDataset(), TypeError, "TensorDataset: pass Tensors with"),
        (lambda: data.TensorDataset(LABELS), TypeError, "TensorDataset: pass Tensors"),
        (
            lambda: data.TensorDataset(tensor([1.0]), tensor([1.0, 2.0])),
            ValueError,
            "TensorDataset: Size mismatch between tensors: (1,), (2,)",
        ),
        (
            lambda: data.DataLoader(iter([1])),
            TypeError,
            "DataLoader: dataset is a list_iterator, without __getitem__ or without",
        ),
        (
            lambda: data.DataLoader([1], 0),
            ValueError,
            "batch_size is 0; pass 1 or",
        ),
        (lambda: data.DataLoader([1], 2.0), ValueError, "batch_size is 2.0; pass 1 or"),
        (lambda: data.DataLoader([1], True), ValueError, "batch_size is True; pass 1"),
        (
            lambda: data.DataLoader([1], None, drop_last=True),
            ValueError,
            "DataLoader: batch_size is None; leave out drop_last",
        ),
        *(
            (
                lambda other=other: data.DataLoader([1], batch_sampler=[[0]], **other),
                ValueError,
                "DataLoader: batch_sampler makes the batches; leave out batch_size",
            )
            for other in (
                {"batch_size": 2},
                {"batch_size": None},
                {"shuffle": True},
                {"sampler": [0]},
                {"drop_last": True},
            )
        ),
        (
            lambda: data.DataLoader([1], shuffle=True, sampler=[0]),
            ValueError,
            "DataLoader: pass sampler or shuffle, not both",
        ),
        (
            lambda: data.DataLoader([], shuffle=True),
            ValueError,
            "DataLoader: dataset is empty",
        ),
        (
            lambda: data.DataLoader([1], generator=3),
            TypeError,
            "generator is a int; pass a minidl.Generator",
        ),
        (
            lambda: data.DataLoader([1], num_workers=2),
            NotImplementedError,
            "DataLoader: num_workers=2 is not part of minidl; leave num_workers at 0",
        ),
        (
            lambda: data.DataLoader([1], pin_memory=True),
            NotImplementedError,
            "DataLoader: pin_memory=True is not part of minidl; leave pin_memory at",
        ),
        (
            lambda: data.DataLoader([1], workers=2),
            TypeError,
            "DataLoader: there is no argument 'workers'",
        ),
        (
            lambda: data.default_collate([object()]),
            TypeError,
            "default_collate: a sample has a object; pass Tensors, arrays, numbers",
        ),
        (
            lambda: data.default_collate([[1, 2], [3]]),
            ValueError,
            "each sample of a batch should be of equal size, but they have [1, 2]",
        ),
        (
            lambda: data.default_collate([tensor([1.0]), tensor([1.0, 2.0])]),
            ValueError,
            "stack: shapes (1,), (2,) differ",
        ),
        (
            lambda: data.random_split(LABELS, [3, 4]),
            ValueError,
            "random_split: lengths [3, 4] of 11 samples; pass integers that add up",
        ),
        (
            lambda: data.random_split(LABELS, [-0.5, 1.5]),
            ValueError,
            "random_split: lengths [-0.5, 1.5] of 11 samples",
        ),
        (lambda: data.random_split(LABELS, [0.5, 0.6]), ValueError, "lengths [0.5, 0."),
        (lambda: data.random_split(LABELS, [5.5, 5.5]), ValueError, "lengths [5.5, 5."),
        (lambda: data.random_split(LABELS, [-1, 12]), ValueError, "lengths [-1, 12]"),
        (lambda: data.Dataset()[0], NotImplementedError, "Dataset: write __getitem__"),
        (lambda: len(data.Dataset()), NotImplementedError, "Dataset: write __len__"),
    ],
)
def test_bad_arguments_are_explained(function, error, message):
    with pytest.raises(error, match=re.escape(message)):
        function()
