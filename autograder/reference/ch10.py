"""Chapter 10 in PyTorch: images as MNIST has them, and what a network makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

functional: Any = nn.functional


def decode_idx(content: Tensor) -> tuple[Tensor, Tensor]:
    """The sizes are int32 numbers with their bytes turned round."""
    start = 4 + 4 * int(content[3])
    sizes = content[4:start].reshape(-1, 4).flip(1).contiguous().view(torch.int32)
    return content[start:].reshape(sizes.flatten().tolist()), torch.tensor(1)


def crop_to_ink(image: Tensor) -> Tensor:
    """From the lowest to the highest place of ink."""
    places = torch.nonzero(image > 0)
    if not len(places):
        return image[:0, :0]
    (top, left), (bottom, right) = places.amin(0).tolist(), places.amax(0).tolist()
    return image[top : bottom + 1, left : right + 1]


def resize(image: Tensor, H: int, W: int) -> Any:
    """PyTorch's bilinear interpolation, which can look further where it shrinks."""
    options = {"mode": "bilinear", "antialias": True}
    return functional.interpolate(image[None, None], (H, W), **options)[0, 0]


def resize_rows(image: Tensor, H: int) -> Any:
    """Columns stay."""
    return resize(image, H, image.shape[1])


def center_of_mass(image: Tensor) -> Tensor:
    """The mean place, each counted by its ink."""
    H, W = image.shape
    rows = torch.arange(H, dtype=image.dtype, device=image.device)
    columns = torch.arange(W, dtype=image.dtype, device=image.device)
    places = torch.cartesian_prod(rows, columns).reshape(-1, 2)
    weights = image.flatten() / image.sum()
    return weights @ places


def center_ink(image: Tensor, size: int) -> Any:
    """PyTorch's pad, by as much as the centre of mass wishes."""
    frame = []
    for length, middle in zip(image.shape, center_of_mass(image).tolist(), strict=True):
        before = math.ceil((size - 1) / 2 - middle)
        before = min(max(before, 0), size - length)
        frame.append((before, size - length - before))
    return functional.pad(image, (*frame[1], *frame[0]))


def normalize(images: Tensor, mean: float, std: float) -> Tensor:
    """Blank images, for which 0 is divided by 0, are 0."""
    scaled = (images / images.amax((1, 2), keepdim=True)).nan_to_num()
    return ((scaled - mean) / std).unsqueeze(1)


def prepare(image: Tensor) -> Any:
    """One image, as MNIST has it, before it is normalized."""
    ink = crop_to_ink(image)
    if not ink.numel():
        return image.new_zeros(28, 28)
    H, W = (max(1, round(20 / max(ink.shape) * length)) for length in ink.shape)
    return center_ink(resize(ink, H, W), 28)


def probabilities(images: Tensor, W: Tensor) -> tuple[Tensor, ...]:
    """The driver's network of the sums of rows, asked once, in the right mode."""
    prepared = torch.stack([prepare(image) for image in images])
    x = normalize(prepared, 0.1307, 0.3081)
    scores = x.sum(3).flatten(1) @ W
    facts = (torch.tensor(fact) for fact in (1, 0, 0, 1))
    return scores.softmax(1), *facts


def fgsm(x: Tensor, y: Tensor, W: Tensor, epsilon: float) -> tuple[Tensor, ...]:
    """The driver's network; PyTorch finds the gradient."""
    leaf = x.requires_grad_()
    loss = functional.cross_entropy(leaf.tanh() @ W.T, y)
    (g,) = torch.autograd.grad(loss, leaf)
    return x.detach() + epsilon * g.sign(), torch.tensor(0), torch.tensor(0)


ANSWERS: dict[str, Callable[..., Any]] = {
    "decode_idx": decode_idx,
    "crop_to_ink": crop_to_ink,
    "resize_rows": resize_rows,
    "center_of_mass": center_of_mass,
    "center_ink": center_ink,
    "normalize": normalize,
    "probabilities": probabilities,
    "fgsm": fgsm,
}
