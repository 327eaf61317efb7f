"""Chapter 9 in PyTorch: its losses, modules, optimizers and transposed convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

functional: Any = nn.functional
bce: Any = functional.binary_cross_entropy_with_logits
Pair = tuple[int, int]


def to_discriminator(real: Tensor, fake: Tensor) -> Any:
    """Binary cross-entropy against ones and zeros."""
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def to_generator(fake: Tensor) -> Any:
    """Binary cross-entropy against ones."""
    return bce(fake, torch.ones_like(fake))


def with_gradients(loss: Callable[..., Any]) -> Callable[..., tuple[Tensor, ...]]:
    """The loss of these logits, and the gradients of 3 times the loss."""

    def answer(*logits: Tensor) -> tuple[Tensor, ...]:
        leaves = [x.requires_grad_() for x in logits]
        value = loss(*leaves)
        return value, *torch.autograd.grad(3 * value, leaves)

    return answer


def gan_step(
    real: Tensor, z: Tensor, *weights: Tensor, optimizer: str, lr: tuple[float, float]
) -> Any:
    """The alternating steps of PyTorch's DCGAN tutorial."""
    layers = []
    for W in weights:
        outputs, inputs = W.shape
        layer = nn.Linear(inputs, outputs, bias=False, device=W.device, dtype=W.dtype)
        layer.load_state_dict({"weight": W})
        layers.append(layer)
    generator = nn.Sequential(layers[0], nn.Tanh(), layers[1])
    discriminator = nn.Sequential(layers[2], nn.Tanh(), layers[3])
    kind: Any = getattr(torch.optim, optimizer)
    optimizer_g = kind(generator.parameters(), lr=lr[0])
    optimizer_d = kind(discriminator.parameters(), lr=lr[1])
    losses = []
    for x, noise in zip(real, z, strict=True):
        fake = generator(noise)
        optimizer_d.zero_grad()
        loss_d = to_discriminator(discriminator(x), discriminator(fake.detach()))
        loss_d.backward()
        optimizer_d.step()
        optimizer_g.zero_grad()
        loss_g = to_generator(discriminator(fake))
        loss_g.backward()
        optimizer_g.step()
        losses.append(torch.stack([loss_d, loss_g]))
    facts = torch.tensor(1), torch.tensor(len(real))
    after = (
        torch.cat([p.flatten() for p in network.parameters()])
        for network in (generator, discriminator)
    )
    return *facts, torch.stack(losses), *after


def mode_counts(x: Tensor, centres: Tensor, radius: float) -> Tensor:
    """The nearest centre by PyTorch's distances, counted where it is near enough."""
    distance, nearest = torch.cdist(x, centres).min(dim=1)
    return torch.bincount(nearest[distance <= radius], minlength=len(centres))


def inception_score(p: Tensor) -> Tensor:
    """What the class of a sample tells beyond those of all: a gap of entropies."""
    whole, each = (torch.special.entr(q).sum(-1) for q in (p.mean(0), p))
    return torch.exp(whole - each.mean())


def spread(image: Tensor, kernel: Tensor, stride: Pair = (1, 1)) -> Any:
    """One image of one channel, one kernel."""
    y = functional.conv_transpose2d(image[None, None], kernel[None, None], None, stride)
    return y[0, 0]


def transposed_size(
    count: Pair,
    window: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    extra: Pair = (0, 0),
) -> tuple[Tensor, ...]:
    """The size of PyTorch's answer, which it knows without numbers."""
    x, W = (torch.empty((1, 1, *size), device="meta") for size in (count, window))
    y = functional.conv_transpose2d(x, W, None, stride, padding, extra)
    return tuple(torch.tensor(n) for n in y.shape[2:])


def extra_for(x: Tensor, W: Tensor, size: Any, **window: Any) -> list[int]:
    """The output_padding with which PyTorch makes images of this size."""
    kernel, count = list(W.shape[2:]), list(x.shape[2:])
    apart = window.get("dilation", (1, 1))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, apart, strict=True)]
    pair = {name: window[name] for name in ("stride", "padding") if name in window}
    least = transposed_size((count[0], count[1]), (spans[0], spans[1]), **pair)
    return [n - int(m) for n, m in zip(size, least, strict=True)]


def conv_transpose2d(
    x: Tensor, W: Tensor, b: Tensor | None = None, size: Any = None, **window: Any
) -> Any:
    """PyTorch takes the rows and columns at the end where ours takes the size."""
    extra = extra_for(x, W, size, **window)
    return functional.conv_transpose2d(x, W, b, output_padding=extra, **window)


def conv_transpose2d_backward(g: Tensor, x: Tensor, W: Tensor, **window: Any) -> Any:
    """Gradients of images, weights and biases."""
    groups = window.get("groups", 1)
    b = torch.zeros(W.shape[1] * groups, dtype=W.dtype, device=W.device)
    inputs = [part.requires_grad_() for part in (x, W, b)]
    y = conv_transpose2d(x, W, b, size=g.shape[2:], **window)
    return torch.autograd.grad(y, inputs, g)


ANSWERS: dict[str, Callable[..., Any]] = {
    "discriminator_loss": with_gradients(to_discriminator),
    "generator_loss": with_gradients(to_generator),
    "gan_step": gan_step,
    "mode_counts": mode_counts,
    "inception_score": inception_score,
    "spread": spread,
    "transposed_size": transposed_size,
    "conv_transpose2d": conv_transpose2d,
    "conv_transpose2d_backward": conv_transpose2d_backward,
}
