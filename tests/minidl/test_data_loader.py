"""DataLoader and data sets: PyTorch's batches, and a shuffle that can be repeated."""

from __future__ import annotations

import itertools
from collections import namedtuple

import numpy as np
import pytest
import torch

from minidl import Tensor, tensor
from minidl.generator import Generator, default_generator
from minidl.utils import data

POINTS = np.arange(44.0).reshape(11, 2, 2)
LABELS = np.arange(11)
Sample = namedtuple("Sample", "image label")


class Squares(data.Dataset):
    """A data set with work of its own for each sample."""

    def __init__(self, size=11):
        self.size = size

    def __getitem__(self, index):
        if not isinstance(index, int):
            raise TypeError(f"index is {index!r}")
        return tensor([float(index) ** 2]), index

    def __len__(self):
        return self.size


def ours():
    return data.TensorDataset(tensor(POINTS), tensor(LABELS))


def theirs():
    return torch.utils.data.TensorDataset(torch.tensor(POINTS), torch.tensor(LABELS))


def assert_same(got, expected):
    """Nested batches: the same containers, dtypes, shapes and numbers."""
    if isinstance(expected, torch.Tensor):
        assert isinstance(got, Tensor)
        assert str(got.numpy().dtype) == str(expected.numpy().dtype)
        np.testing.assert_array_equal(got.numpy(), expected.numpy())
        return
    assert type(got) is type(expected)
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        got, expected = list(got.values()), list(expected.values())
    if isinstance(expected, list | tuple):
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other)
    else:
        assert got == expected


def labels(loader):
    """The class numbers, batch by batch."""
    return [batch[1].numpy().tolist() for batch in loader]


@pytest.mark.parametrize("batch_size", [1, 3, 11, 20])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("sampler", [None, [5, 1, 1, 7], range(10, 0, -3)])
def test_batches_are_pytorch_s(batch_size, drop_last, sampler):
    options = {"batch_size": batch_size, "drop_last": drop_last, "sampler": sampler}
    got = data.DataLoader(ours(), **options)
    expected = torch.utils.data.DataLoader(theirs(), **options)
    assert len(got) == len(expected)
    assert_same(list(got), list(expected))


@pytest.mark.parametrize("kind", [list, iter])
def test_batches_of_a_batch_sampler_are_pytorch_s(kind):
    batches = [[3, 1], [], [0, 10, 3], (5,)][:: 2 if kind is list else 3]
    got = data.DataLoader(ours(), batch_sampler=kind(batches))
    expected = torch.utils.data.DataLoader(theirs(), batch_sampler=kind(batches))
    assert (got.batch_size, got.drop_last) == (expected.batch_size, expected.drop_last)
    assert kind is iter or len(got) == len(expected) == 2
    assert_same(list(got), list(expected))


@pytest.mark.parametrize("sampler", [None, [5, 1, 1, 7], [[2, 3], [4]]])
def test_without_a_batch_size_samples_come_one_by_one_as_in_pytorch(sampler):
    got = data.DataLoader(ours(), None, sampler=sampler)
    expected = torch.utils.data.DataLoader(theirs(), None, sampler=sampler)
    assert len(got) == len(expected)
    assert_same(list(got), list(expected))
    doubled = data.DataLoader(LABELS, None, collate_fn=lambda label: 2 * label)
    assert list(doubled) == list(2 * LABELS)
    shuffled = data.DataLoader(LABELS, batch_size=None, shuffle=True)
    assert sorted(x.item() for x in shuffled) == list(LABELS)


def test_a_loader_knows_what_it_was_made_from():
    dataset = ours()
    loader = data.DataLoader(dataset, 3, drop_last=True)
    assert (loader.dataset, loader.batch_size, loader.drop_last) == (dataset, 3, True)


def test_a_data_set_of_one_s_own_is_collated_sample_by_sample():
    first, *_, last = data.DataLoader(Squares(), 4)
    assert first[0].numpy().tolist() == [[0], [1], [4], [9]]
    assert last[1].numpy().tolist() == [8, 9, 10]


def test_a_subset_of_a_subset_gives_the_same_batches_as_its_samples():
    subset = data.Subset(data.Subset(ours(), [9, 3, 5, 7]), [2, 0, 3])
    (batch,) = data.DataLoader(subset, 3)
    (collated,) = data.DataLoader(
        subset, 3, collate_fn=lambda x: data.default_collate(x)
    )
    assert batch[1].numpy().tolist() == collated[1].numpy().tolist() == [5, 9, 7]
    np.testing.assert_array_equal(batch[0].numpy(), POINTS[[5, 9, 7]])
    np.testing.assert_array_equal(collated[0].numpy(), POINTS[[5, 9, 7]])
    assert subset[1][1].item() == 9


@pytest.mark.parametrize("kind", [list, np.array, tensor])
def test_numbers_of_samples_may_be_in_a_list_an_array_or_a_tensor(kind):
    subset = data.Subset(ours(), kind([9, 3, 5]))
    assert labels(data.DataLoader(subset, 2)) == [[9, 3], [5]]
    assert labels(data.DataLoader(ours(), 2, sampler=kind([9, 3, 5]))) == [[9, 3], [5]]


def test_an_endless_sampler_is_asked_as_far_as_needed():
    loader = iter(data.DataLoader(ours(), 2, sampler=itertools.cycle([9, 3, 5])))
    assert [next(loader)[1].numpy().tolist() for _ in range(3)] == [
        [9, 3],
        [5, 9],
        [3, 5],
    ]


def test_a_subclass_of_tensor_dataset_is_asked_for_its_samples():
    class Negative(data.TensorDataset):
        def __getitem__(self, index):
            return [
                -x if isinstance(index, int) else x for x in super().__getitem__(index)
            ]

    (batch,) = data.DataLoader(Negative(tensor(LABELS)), 11)
    np.testing.assert_array_equal(batch[0].numpy(), -LABELS)


def test_a_batch_is_a_copy():
    dataset = ours()
    (batch,) = data.DataLoader(dataset, 11)
    batch[0].zero_()
    np.testing.assert_array_equal(dataset.tensors[0].numpy(), POINTS)


def test_an_epoch_is_a_permutation_and_the_next_is_another():
    loader = data.DataLoader(Squares(100), 7, shuffle=True)
    first, second = (list(itertools.chain(*labels(loader))) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second
    assert first != sorted(first)


def test_a_shuffle_can_be_repeated_by_the_seed():
    def epochs(loader):
        return labels(loader), labels(loader)

    default_generator.manual_seed(3)
    first = epochs(data.DataLoader(ours(), 2, shuffle=True))
    default_generator.manual_seed(3)
    assert epochs(data.DataLoader(ours(), 2, shuffle=True)) == first
    own = (data.DataLoader(ours(), 2, True, generator=seeded(5)) for _ in range(2))
    assert epochs(next(own)) == epochs(next(own)) != first


def seeded(seed):
    return Generator().manual_seed(seed)


NESTED = {
    "arrays": [np.array([1.0, 2.0]), np.array([3.0, 4.0])],
    "float32 arrays": [np.ones(2, np.float32)] * 3,
    "NumPy numbers": [np.float32(1), np.float32(2)],
    "floats": [1.5, 2.5],
    "integers": [1, 2, 3],
    "bools": [True, False],
    "strings": ["a", "b"],
    "tuples": [(1, 2.0, "a"), (3, 4.0, "b")],
    "lists": [[1, np.ones(2)], [2, np.zeros(2)]],
    "dicts": [{"x": np.ones(2), "y": 1}, {"x": np.zeros(2), "y": 2}],
    "named tuples": [Sample(np.ones(2), 1), Sample(np.zeros(2), 2)],
    "nested": [({"x": (1, 2)}, [3]), ({"x": (4, 5)}, [6])],
}


@pytest.mark.parametrize("batch", NESTED.values(), ids=NESTED)
def test_samples_are_collated_as_in_pytorch(batch):
    assert_same(data.default_collate(batch), torch.utils.data.default_collate(batch))


@pytest.mark.parametrize("batch", NESTED.values(), ids=NESTED)
def test_a_sample_alone_is_converted_as_in_pytorch(batch):
    assert_same(data.default_convert(batch), torch.utils.data.default_convert(batch))


def test_tensors_are_stacked():
    x = tensor([1.0, 2.0], requires_grad=True)
    batch = data.default_collate([x, tensor([3.0, 4.0])])
    assert batch.tolist() == [[1, 2], [3, 4]]
    batch.sum().backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        (11, [4, 7]),
        (11, [0, 11]),
        (11, [0.5, 0.5]),
        (11, [0.2, 0.3, 0.5]),
        (100, [0.8, 0.1, 0.1]),
        (8, [1 / 3, 1 / 3, 1 / 3]),
        (1, [1]),
    ],
)
def test_random_split_gives_parts_of_pytorch_s_sizes(size, lengths):
    got = data.random_split(Squares(size), lengths)
    expected = torch.utils.data.random_split(range(size), lengths)
    assert [len(part) for part in got] == [len(part) for part in expected]
    assert sorted(itertools.chain(*(x.indices for x in got))) == list(range(size))


def test_random_split_can_be_repeated_by_the_seed():
    def split(generator=None):
        return [part.indices for part in data.random_split(ours(), [4, 7], generator)]

    assert split(seeded(1)) == split(seeded(1)) != split(seeded(2))
    default_generator.manual_seed(1)
    first = split()
    default_generator.manual_seed(1)
    assert split() == first
