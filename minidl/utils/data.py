"""Data sets of samples, and batches of them in order or shuffled."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from operator import index
from typing import Any, Generic, TypeVar

import numpy as np

from minidl.arguments import check_only_defaults
from minidl.creation import as_tensor, tensor
from minidl.dtypes import float64
from minidl.generator import Generator, rng_of
from minidl.shaping import stack
from minidl.tensor import Tensor

Sample = TypeVar("Sample")

# PyTorch's options for loading in other processes, and for memory of a GPU.
LEFT_OUT = {
    "num_workers": 0, "pin_memory": False, "timeout": 0, "worker_init_fn": None,
    "multiprocessing_context": None, "prefetch_factor": None, "in_order": True,
    "persistent_workers": False, "pin_memory_device": "",
}  # fmt: skip


class Dataset(Generic[Sample]):
    """Samples by number; a subclass writes __getitem__ and __len__."""

    def __getitem__(self, i: int) -> Sample:
        raise NotImplementedError(f"{type(self).__name__}: write __getitem__")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__}: write __len__")


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Sample i is row i of each tensor."""

    def __init__(self, *tensors: Tensor) -> None:
        if not tensors or not all(isinstance(x, Tensor) and x.ndim for x in tensors):
            raise TypeError("TensorDataset: pass Tensors with one row for each sample")
        if len({len(x) for x in tensors}) > 1:
            shapes = ", ".join(str(x.shape) for x in tensors)
            raise ValueError(f"TensorDataset: Size mismatch between tensors: {shapes}")
        self.tensors = tensors

    def __getitem__(self, i: Any) -> tuple[Tensor, ...]:
        return tuple(x[i] for x in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])


class Subset(Dataset[Sample]):
    """The samples of a data set that indices names, in that order."""

    def __init__(self, dataset: Dataset[Sample], indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, i: int) -> Sample:
        return self.dataset[self.indices[i]]

    def __len__(self) -> int:
        return len(self.indices)


class DataLoader(Generic[Sample]):
    """Goes through a data set in batches; each `for` over it is one epoch.

    batch_size:     None for samples one by one, without a new dimension
    sampler:        the numbers of the samples in the order in which to take them
    batch_sampler:  the numbers of the samples of each batch
    collate_fn:     makes a batch from a list of samples
    """

    def __init__(
        self,
        dataset: Dataset[Sample],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        *,
        collate_fn: Callable[[Any], Any] | None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **left_out: Any,
    ) -> None:
        check_only_defaults("DataLoader", left_out, LEFT_OUT)
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.shuffle, self.sampler, self.generator = bool(shuffle), sampler, generator
        self.batch_sampler = batch_sampler
        check_loader(self)
        default = default_convert if batch_size is None else default_collate
        self.collate_fn = default if collate_fn is None else collate_fn
        if batch_sampler is not None:
            self.batch_size = None

    def __iter__(self) -> Iterator[Any]:
        if self.batch_sampler is not None:
            return map(self.batch, self.batch_sampler)
        size = self.batch_size
        portions = self.portions(self.order(), size or 1)
        return map(self.batch, portions if size else chain.from_iterable(portions))

    def __len__(self) -> int:
        count = len(self.order())
        if self.batch_size is None:
            return count
        return (math.floor if self.drop_last else math.ceil)(count / self.batch_size)

    def order(self) -> Any:
        """What names each batch: a list of numbers; or each sample: a number."""
        samples = range(len(self.dataset)) if self.sampler is None else self.sampler
        return samples if self.batch_sampler is None else self.batch_sampler

    def portions(self, order: Sequence[int], size: int) -> Iterator[list[int]]:
        """Yield the numbers of the samples of one epoch, a list for each batch.

        order:   the numbers, 0 to N - 1; if self.shuffle, take them in an order that
                 rng_of(self.generator), a generator of NumPy, draws anew
        size:    how many make a batch; the last one may be smaller, but if
                 self.drop_last, it is then left out
        """
        if self.shuffle:
            order = rng_of(self.generator).permutation(len(order)).tolist()
        remaining = iter(order)
        while numbers := list(islice(remaining, size)):
            if len(numbers) == size or not self.drop_last:
                yield numbers

    def batch(self, numbers: Any) -> Any:
        """The samples of these numbers as one batch; or the sample of one number.

        Rows of tensors are taken together, which for 128 images takes a tenth of the
        time of stacking 128 samples.
        """
        dataset: Any = self.dataset
        if self.batch_size is None and self.batch_sampler is None:
            return self.collate_fn(dataset[numbers])
        if self.collate_fn is default_collate:
            while type(dataset) is Subset:
                numbers = [dataset.indices[i] for i in numbers]
                dataset = dataset.dataset
            if type(dataset) is TensorDataset:
                return list(dataset[np.array([index(i) for i in numbers])])
        return self.collate_fn([dataset[i] for i in numbers])


def check_loader(loader: DataLoader[Any]) -> None:
    """Raise unless the arguments of a DataLoader fit each other."""
    dataset, size = loader.dataset, loader.batch_size
    if not hasattr(dataset, "__getitem__") or not hasattr(dataset, "__len__"):
        raise TypeError(
            f"DataLoader: dataset is a {type(dataset).__name__}, without "
            "__getitem__ or without __len__; write both"
        )
    if size is not None and (type(size) is not int or size < 1):
        raise ValueError(f"DataLoader: batch_size is {size!r}; pass 1 or more")
    if loader.sampler is not None and loader.shuffle:
        raise ValueError("DataLoader: pass sampler or shuffle, not both")
    ordered = loader.shuffle or loader.sampler is not None
    if loader.batch_sampler is not None and (size != 1 or ordered or loader.drop_last):
        raise ValueError(
            "DataLoader: batch_sampler makes the batches; leave out batch_size, "
            "shuffle, sampler and drop_last"
        )
    if size is None and loader.drop_last:
        raise ValueError("DataLoader: batch_size is None; leave out drop_last")
    if loader.shuffle and not len(dataset):
        raise ValueError("DataLoader: dataset is empty; nothing is to be shuffled")
    rng_of(loader.generator)


def default_collate(batch: Sequence[Any]) -> Any:
    """One batch of a list of samples: tensors stacked, tuples and dicts inside out."""
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch)
    if isinstance(first, np.ndarray | np.generic):
        return tensor(np.stack(batch))
    if isinstance(first, int | float):
        return tensor(list(batch), dtype=float64 if isinstance(first, float) else None)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([x[key] for x in batch]) for key in first}
    if not isinstance(first, tuple | list):
        raise TypeError(
            f"default_collate: a sample has a {type(first).__name__}; pass Tensors, "
            "arrays, numbers, strings, tuples, lists or dicts, or write a collate_fn"
        )
    if len(sizes := {len(x) for x in batch}) > 1:
        raise ValueError(
            "default_collate: each sample of a batch should be of equal size, but they "
            f"have {sorted(sizes)} entries"
        )
    columns = [default_collate(column) for column in zip(*batch, strict=True)]
    return type(first)(*columns) if hasattr(first, "_fields") else columns


def default_convert(sample: Any) -> Any:
    """A sample as it is, but with Tensors in the place of arrays."""
    if isinstance(sample, np.ndarray | np.generic):
        return as_tensor(sample)
    if isinstance(sample, Mapping):
        return {key: default_convert(x) for key, x in sample.items()}
    if not isinstance(sample, tuple | list):
        return sample
    columns = [default_convert(x) for x in sample]
    return type(sample)(*columns) if hasattr(sample, "_fields") else columns


def random_split(
    dataset: Dataset[Sample],
    lengths: Sequence[float],
    generator: Generator | None = None,
) -> list[Subset[Sample]]:
    """Parts of the data set with these lengths, or fractions that add up to 1."""
    sizes = parts(len(dataset), lengths)
    order = iter(rng_of(generator).permutation(len(dataset)).tolist())
    return [Subset(dataset, list(islice(order, size))) for size in sizes]


def parts(samples: int, lengths: Sequence[float]) -> list[int]:
    """The sizes of the parts; what fractions leave over goes to the first ones."""
    total = sum(lengths)
    if math.isclose(total, 1) and total <= 1 and min(lengths) >= 0:
        sizes = [math.floor(samples * fraction) for fraction in lengths]
        return [size + (i < samples - sum(sizes)) for i, size in enumerate(sizes)]
    if total != samples or any(size < 0 or size != int(size) for size in lengths):
        raise ValueError(
            f"random_split: lengths {list(lengths)} of {samples} samples; pass "
            "integers that add up to that, or fractions from 0 to 1 that add up to 1"
        )
    return [int(size) for size in lengths]
