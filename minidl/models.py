"""The two networks that read a digit, and which of them a file holds."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from minidl.array import Array
from minidl.data.handwriting import prepare_digits
from minidl.kernels import softmax
from minidl.nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from minidl.operators import AnyArray
from minidl.tape import no_grad
from minidl.tensor import Tensor


def mlp() -> Sequential:
    """784-128-10, from images (N, 1, 28, 28) to logits (N, 10)."""
    return Sequential(Flatten(), Linear(784, 128), ReLU(), Linear(128, 10))


def cnn() -> Sequential:
    """32-64-64 convolutions and two dense layers: (N, 1, 28, 28) to (N, 10)."""
    return Sequential(
        *(Conv2d(1, 32, 3), ReLU(), MaxPool2d(2)),
        *(Conv2d(32, 64, 3), ReLU(), MaxPool2d(2)),
        *(Conv2d(64, 64, 3), ReLU(), Flatten()),
        *(Linear(576, 64), ReLU(), Linear(64, 10)),
    )


def from_state(state: Mapping[str, Tensor]) -> Module:
    """The network whose parameters have these shapes, with these values.

    Layers without parameters, such as Dropout, change the numbers in the names: what
    counts is the order of the names, "2.weight" before "10.weight".

    Raises:  ValueError if neither network has these shapes
    """
    names = sorted(state, key=in_order)
    shapes = [tuple(state[name].shape) for name in names]
    for network in (mlp(), cnn()):
        own = network.state_dict()
        keys = sorted(own, key=in_order)
        if [tuple(own[key].shape) for key in keys] == shapes:
            found = {key: state[name] for key, name in zip(keys, names, strict=True)}
            network.load_state_dict(found)
            return network
    raise ValueError(
        f"from_state: the tensors have shapes {shapes}, but neither minidl.models.mlp "
        "nor cnn has parameters of these shapes; pass a network of your own to "
        "create_app(model) in Python"
    )


def in_order(name: str) -> list[tuple[int, str]]:
    """A key by which names sort, numbers in them as numbers."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def probabilities(model: Module, images: AnyArray) -> Array:
    """How likely each image shows each digit, as this model reads it.

    The images are prepared as those that the model was trained on; no gradient is.

    Shapes:  images (N, H, W), bright ink on dark -> (N, 10), rows add up to 1
    """
    model.eval()
    with no_grad():
        found = model(Tensor(prepare_digits(images)))
    return softmax(found.numpy())


def check_reads_digits(name: str, model: Module) -> None:
    """Let the model read two blank images.

    Raises:  ValueError if what comes out is not ten finite numbers an image
    """
    found = probabilities(model, np.zeros((2, 28, 28), np.uint8))
    if found.shape != (2, 10):
        raise ValueError(
            f"{name}: the model makes {found.shape} of two images (2, 1, 28, 28), not "
            "(2, 10); pass one that ends in a logit for each of ten digits"
        )
    if not np.isfinite(found).all():
        raise ValueError(
            f"{name}: the model makes nan of a blank image, but probabilities are "
            "numbers; train it again with a lower learning rate"
        )
