"""Chapter 9: other correct ways to write each brick."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.variants import ch09_transposed
from minidl import exp, log, maximum, ones_like, tensor, zeros, zeros_like
from minidl.adversarial import discriminator_loss, generator_loss
from minidl.array import Array
from minidl.functional import binary_cross_entropy_with_logits as bce
from minidl.functional import cross_entropy, softplus
from minidl.shaping import cat, stack
from minidl.tape import no_grad
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each says how it goes about it


def by_softplus(real: Tensor, fake: Tensor) -> Tensor:
    return softplus(-real, 1, math.inf).mean() + softplus(fake, 1, math.inf).mean()


def by_hand(real: Tensor, fake: Tensor) -> Tensor:
    def unlike(x: Tensor) -> Tensor:
        return (maximum(x, zeros_like(x)) + log(1 + exp(-abs(x)))).mean()

    return unlike(-real) + unlike(fake)


def by_two_classes(real: Tensor, fake: Tensor) -> Any:
    def loss(x: Tensor, label: int) -> Tensor:
        scores = stack([zeros_like(x), x], -1).reshape(-1, 2)
        return cross_entropy(scores, tensor(np.full(x.numel(), label)))

    return sum([loss(real, 1), loss(fake, 0)])


def with_other_labels(real: Tensor, fake: Tensor) -> Tensor:
    ones, none = 0 * real.detach() + 1, 0 * fake.detach()
    return bce(fake, none) + bce(real, ones)


def wish_by_softplus(fake: Tensor) -> Tensor:
    return softplus(-fake, 1, math.inf).mean()


def wish_turned_around(fake: Tensor) -> Tensor:
    return bce(-fake, zeros_like(fake))


def wish_by_sum(fake: Tensor) -> Tensor:
    return bce(fake, ones_like(fake), reduction="sum") / fake.numel()


def wish_by_two_classes(fake: Tensor) -> Tensor:
    x = fake.reshape(-1, 1)
    scores = cat([x, zeros(x.shape, dtype=x.dtype)], 1)
    return cross_entropy(scores, tensor(np.zeros(len(x), np.int64)))


def made_without_tape(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    with no_grad():
        fake = G(z)
    loss_d = discriminator_loss(D(real), D(fake))
    D.zero_grad()
    loss_d.backward()
    od.step()
    loss_g = generator_loss(D(G(z)))
    G.zero_grad()
    loss_g.backward()
    og.step()
    return float(loss_d), float(loss_g)


def in_two_halves(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    od.zero_grad()
    fake = G(z)
    logits, other = D(real), D(tensor(fake.detach().numpy()))
    of_real = bce(logits, ones_like(logits))
    of_real.backward()
    of_fake = bce(other, zeros_like(other))
    of_fake.backward()
    od.step()
    og.zero_grad()
    score = D(fake)
    loss = bce(score, ones_like(score))
    loss.backward()
    og.step()
    return [of_real.item() + of_fake.item(), loss.item()]


def with_the_judge_frozen(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    og.zero_grad()
    od.zero_grad()
    fake = G(z)
    loss_d = discriminator_loss(D(real), D(fake.detach()))
    loss_d.backward()
    od.step()
    for p in D.parameters():
        p.requires_grad = False
    loss_g = generator_loss(D(fake))
    loss_g.backward()
    og.step()
    for p in D.parameters():
        p.requires_grad = True
    return loss_d.item(), loss_g.item()


def zeroed_afterwards(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    fake = G(z)
    loss_d = discriminator_loss(D(real), D(fake.detach()))
    loss_d.backward()
    od.step()
    od.zero_grad()
    loss_g = generator_loss(D(fake))
    loss_g.backward()
    og.step()
    og.zero_grad()
    od.zero_grad()
    return loss_d.item(), loss_g.item()


def counts_by_loops(x: Array, centres: Array, radius: float) -> Any:
    counts = np.zeros(len(centres), int)
    for sample in x:
        apart = [math.dist(sample, centre) for centre in centres]
        if min(apart) <= radius:
            counts[apart.index(min(apart))] += 1
    return counts


def counts_by_squares(x: Array, centres: Array, radius: float) -> Any:
    d = ((x[:, np.newaxis, :] - centres[np.newaxis]) ** 2).sum(-1)
    hits = (d == d.min(1, keepdims=True)) & (d <= radius**2)
    return hits.sum(0)


def counts_mode_by_mode(x: Array, centres: Array, radius: float) -> Any:
    d = np.stack([np.hypot.reduce(x - centre, axis=1) for centre in centres])
    return np.array(
        [np.sum((d.argmin(0) == k) & (d[k] <= radius)) for k in range(len(d))]
    )


def counts_added(x: Array, centres: Array, radius: float) -> Any:
    counts = np.zeros(len(centres), np.int32)
    d = np.sqrt(np.einsum("nkd,nkd->nk", x[:, None] - centres, x[:, None] - centres))
    k = d.argmin(1)
    np.add.at(counts, k[d[np.arange(len(x)), k] <= radius], 1)
    return counts


def score_by_entropies(p: Array) -> Any:
    def entropy(q: Any) -> Any:
        return -(q * np.log(q, out=np.zeros_like(q), where=q > 0)).sum(-1)

    return np.exp(entropy(p.mean(0)) - entropy(p).mean())


def score_by_loops(p: Array) -> float:
    q, total = p.mean(axis=0), 0.0
    for row in p:
        total += sum(a * math.log(a / b) for a, b in zip(row, q, strict=True) if a > 0)
    return math.exp(total / len(p))


def score_with_where(p: Array) -> Any:
    q = p.mean(0, keepdims=True)
    ratio = np.where(p > 0, p, 1) / np.where(q > 0, q, 1)
    return np.exp(np.mean(np.sum(np.where(p > 0, p * np.log(ratio), 0), axis=1)))


def score_of_differences(p: Array) -> float:
    tiny = np.finfo(p.dtype).tiny
    logs = np.log(np.maximum(p, tiny)) - np.log(np.maximum(p.mean(0), tiny))
    return float(np.exp(np.einsum("nc,nc->n", p, logs).mean()))


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "discriminator_loss": (by_softplus, by_hand, by_two_classes, with_other_labels),
    "generator_loss": (
        wish_by_softplus,
        wish_turned_around,
        wish_by_sum,
        wish_by_two_classes,
    ),
    "gan_step": (
        made_without_tape,
        in_two_halves,
        with_the_judge_frozen,
        zeroed_afterwards,
    ),
    "mode_counts": (
        counts_by_loops,
        counts_by_squares,
        counts_mode_by_mode,
        counts_added,
    ),
    "inception_score": (
        score_by_entropies,
        score_by_loops,
        score_with_where,
        score_of_differences,
    ),
    **ch09_transposed.VARIANTS,
}
