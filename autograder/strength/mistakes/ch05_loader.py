"""Chapter 5: what learners get wrong about mini-batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.generator import rng_of
from minidl.utils.data import DataLoader

# ruff: noqa: D103 -- the name of each function says what is wrong with it

Numbers = Sequence[int]


def loading(portions: Callable[..., Any]) -> type[DataLoader[Any]]:
    """A DataLoader with this method in the place of its own."""
    return type("DataLoader", (DataLoader,), {"portions": portions})


def ordering(shuffled: Callable[[Any, Numbers], Numbers]) -> type[DataLoader[Any]]:
    """A DataLoader that takes the samples in this order, and is right otherwise."""
    return loading(
        lambda self, order, size: cut(self, list(shuffled(self, order)), size)
    )


def cutting(
    pieces: Callable[[list[int], int, bool], Any],
) -> type[DataLoader[Any]]:
    """A DataLoader that cuts the right order like this: pieces(order, size, drop)."""
    return loading(
        lambda self, order, size: pieces(mixed(self, order), size, self.drop_last)
    )


def mixed(self: Any, order: Numbers) -> list[int]:
    """The right order."""
    if not self.shuffle:
        return list(order)
    return [order[i] for i in rng_of(self.generator).permutation(len(order))]


def cut(self: Any, order: Numbers, size: int) -> list[list[int]]:
    """The right batches."""
    return pieces(list(order), size, self.drop_last)


def pieces(order: list[int], size: int, drop: bool) -> list[list[int]]:
    """The right batches of this order."""
    full = [order[k : k + size] for k in range(0, len(order), size)]
    return [batch for batch in full if len(batch) == size or not drop]


def always_mixed(self: Any, order: Numbers) -> Numbers:
    return [order[i] for i in rng_of(self.generator).permutation(len(order))]


def mixed_once(self: Any, order: Numbers) -> Numbers:
    rng = np.random.default_rng(0)
    return [order[i] for i in rng.permutation(len(order))] if self.shuffle else order


def own_generator(self: Any, order: Numbers) -> Numbers:
    rng = np.random.default_rng()
    return [order[i] for i in rng.permutation(len(order))] if self.shuffle else order


def with_replacement(self: Any, order: Numbers) -> Numbers:
    if not self.shuffle:
        return order
    drawn = rng_of(self.generator).integers(0, len(order), len(order))
    return [order[i] for i in drawn]


def sampler_ignored(self: Any, order: Numbers) -> Numbers:
    return mixed(self, range(len(order)))


def batches_mixed(self: Any, order: Numbers, size: int) -> list[list[int]]:
    found = cut(self, order, size)
    if self.shuffle:
        found = [found[i] for i in rng_of(self.generator).permutation(len(found))]
    return found


def mixed_inside(self: Any, order: Numbers, size: int) -> list[list[int]]:
    return [mixed(self, batch) for batch in cut(self, order, size)]


def full_ones(order: list[int], size: int, drop: bool) -> list[list[int]]:
    return pieces(order, size, True)


def last_always_dropped(order: list[int], size: int, drop: bool) -> list[list[int]]:
    found = pieces(order, size, False)
    return found[:-1] if drop else found


def filled_up(order: list[int], size: int, drop: bool) -> list[list[int]]:
    found = pieces(order, size, drop)
    if found and len(found[-1]) < size:
        found[-1] = (found[-1] + order * size)[:size]
    return found


def moved_back(order: list[int], size: int, drop: bool) -> list[list[int]]:
    found = pieces(order, size, drop)
    if found and len(found[-1]) < size <= len(order):
        found[-1] = order[-size:]
    return found


def overlapping(order: list[int], size: int, drop: bool) -> list[list[int]]:
    found = [order[k : k + size] for k in range(len(order))]
    return [batch for batch in found if len(batch) == size or not drop]


def even_parts(order: list[int], size: int, drop: bool) -> list[list[int]]:
    count = len(order) // size if drop else -(-len(order) // size)
    return [part.tolist() for part in np.array_split(np.array(order), count)]


def size_many(order: list[int], size: int, drop: bool) -> list[list[int]]:
    parts = np.array_split(np.array(order), min(size, len(order)))
    return [part.tolist() for part in parts]


def first_only(order: list[int], size: int, drop: bool) -> Iterator[list[int]]:
    yield order[:size]


MISTAKES = {
    "DataLoader": (
        Mistake(
            "never shuffled",
            "The option shuffle has no effect.",
            ordering(lambda self, order: order),
        ),
        Mistake(
            "always shuffled",
            "The samples are shuffled also where nobody asked for it.",
            ordering(always_mixed),
        ),
        Mistake(
            "the same order every epoch",
            "Every epoch has the same order. Draw a new one, from the generator.",
            ordering(mixed_once),
        ),
        Mistake(
            "generator ignored",
            "The same seed gives another order: the loader's own generator is not "
            "used.",
            ordering(own_generator),
        ),
        Mistake(
            "with replacement",
            "Numbers are drawn with replacement: some samples come twice, some never. "
            "An epoch shows each sample once.",
            ordering(with_replacement),
        ),
        Mistake(
            "sampler ignored",
            "The numbers in order are not used, only how many there are.",
            ordering(sampler_ignored),
        ),
        Mistake(
            "batches shuffled",
            "The batches change places, but the same samples stay together. Shuffle "
            "the samples.",
            loading(batches_mixed),
        ),
        Mistake(
            "shuffled inside the batch",
            "Samples are shuffled only within their batch, which changes nothing. "
            "Shuffle before you cut.",
            loading(mixed_inside),
        ),
        Mistake(
            "last batch lost",
            "A smaller last batch is always left out. That is for drop_last only.",
            cutting(full_ones),
        ),
        Mistake(
            "drop_last without effect",
            "The option drop_last has no effect.",
            cutting(lambda order, size, drop: pieces(order, size, False)),
        ),
        Mistake(
            "full batch dropped",
            "drop_last drops the last batch even when it is full.",
            cutting(last_always_dropped),
        ),
        Mistake(
            "filled up",
            "The last batch is filled up from the beginning: some samples come twice.",
            cutting(filled_up),
        ),
        Mistake(
            "moved back",
            "The last batch begins earlier to be full: some samples come twice.",
            cutting(moved_back),
        ),
        Mistake(
            "overlapping",
            "A batch begins at every sample. The next one begins where this one ends.",
            cutting(overlapping),
        ),
        Mistake(
            "even parts",
            "The batches are made equal. All but the last have exactly size samples.",
            cutting(even_parts),
        ),
        Mistake(
            "so many batches",
            "size is taken for the number of batches. It is the number of samples in "
            "one.",
            cutting(size_many),
        ),
        Mistake(
            "first batch only",
            "Only the first batch comes out.",
            cutting(first_only),
        ),
        Mistake(
            "first sample lost",
            "The first sample never comes: numbers begin at 0.",
            cutting(lambda order, size, drop: pieces(order[1:], size, drop)),
        ),
    )
}
