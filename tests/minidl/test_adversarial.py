"""Two networks against each other, as in PyTorch; and what one of them makes."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from against_torch import assert_matches_pytorch, normal
from numpy.testing import assert_allclose, assert_array_equal

import minidl
from minidl import nn, optim, tensor
from minidl.adversarial import discriminator_loss, gan_step, generator_loss
from minidl.data import ring
from minidl.metrics import inception_score, mode_counts

bce = torch.nn.functional.binary_cross_entropy_with_logits


def their_discriminator_loss(real, fake):
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def their_generator_loss(fake):
    return bce(fake, torch.ones_like(fake))


def either(ours, theirs):
    """The one for minidl's Tensors, the other for PyTorch's."""
    return lambda *x: (ours if isinstance(x[0], minidl.Tensor) else theirs)(*x)


@pytest.mark.parametrize("size", [1, 30, 1000])
def test_both_losses_match_pytorch(size):
    real, fake = size * normal(5, 1), size * normal(3, 1)
    loss = either(discriminator_loss, their_discriminator_loss)
    assert_matches_pytorch(loss, real, fake)
    assert_matches_pytorch(either(generator_loss, their_generator_loss), fake)


def networks(of):
    """A generator with batch normalization and a discriminator, of a package's nn."""
    first = of.Linear(3, 8), of.BatchNorm1d(8), of.ReLU(), of.Linear(8, 2)
    second = of.Linear(2, 8), of.LeakyReLU(0.2), of.Linear(8, 1)
    return of.Sequential(*first), of.Sequential(*second)


def their_step(generator, discriminator, real, z, optimizer_g, optimizer_d):
    """The step of PyTorch's DCGAN tutorial."""
    fake = generator(z)
    optimizer_d.zero_grad()
    loss_d = their_discriminator_loss(discriminator(real), discriminator(fake.detach()))
    loss_d.backward()
    optimizer_d.step()
    optimizer_g.zero_grad()
    loss_g = their_generator_loss(discriminator(fake))
    loss_g.backward()
    optimizer_g.step()
    return loss_d.item(), loss_g.item()


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_parameters_after_ten_steps_are_pytorchs(kind):
    torch.manual_seed(0)
    theirs, ours = networks(torch.nn), networks(nn)
    for a, b in zip(ours, theirs, strict=True):
        b.double()
        a.double()
        a.load_state_dict({k: tensor(v.numpy()) for k, v in b.state_dict().items()})
    optimizers, others = (
        [getattr(package, kind)(network.parameters(), lr=0.01) for network in pair]
        for package, pair in ((optim, ours), (torch.optim, theirs))
    )
    rng = np.random.default_rng(0)
    for _ in range(10):
        real, z = rng.normal(size=(6, 2)), rng.normal(size=(5, 3))
        got = gan_step(*ours, tensor(real), tensor(z), *optimizers)
        expected = their_step(*theirs, torch.tensor(real), torch.tensor(z), *others)
        assert_allclose(got, expected, rtol=1e-9)
    for a, b in zip(ours, theirs, strict=True):
        for name, value in b.state_dict().items():
            assert_allclose(a.state_dict()[name].numpy(), value.numpy(), rtol=1e-8)


def test_the_discriminators_loss_leaves_the_generator_alone():
    generator, discriminator = networks(nn)
    flows = []

    class Watched(nn.Module):
        def forward(self, z):
            made = generator(z)
            return made.record(made.array, lambda g: flows.append(g) or (g,))

    optimizers = [optim.SGD(n.parameters(), 0.1) for n in (generator, discriminator)]
    real, z = (tensor(normal(*s).astype(np.float32)) for s in ((4, 2), (4, 3)))
    gan_step(Watched(), discriminator, real, z, *optimizers)
    assert len(flows) == 1


def test_modes_are_counted_as_by_hand():
    centres = np.array([[0.0, 0], [10, 0], [0, 10]])
    x = np.array([[0.0, 5], [3, 4], [4, 4], [10, 1], [9, 9]])
    assert_array_equal(mode_counts(x, centres, 5.0), [2, 1, 0])
    assert_array_equal(mode_counts(x[:0], centres, 5.0), [0, 0, 0])


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_the_inception_score_is_the_mean_divergence_by_pytorch(classes):
    rng = np.random.default_rng(classes)
    p = rng.dirichlet(np.ones(classes), 30)
    mean = torch.tensor(p.mean(axis=0)).log().expand(30, classes)
    divergence = torch.nn.functional.kl_div(
        mean, torch.tensor(p), reduction="batchmean"
    )
    assert_allclose(inception_score(p), divergence.exp().item(), rtol=1e-12)
    assert_allclose(inception_score(np.eye(classes)), classes, rtol=1e-12)
    assert_allclose(inception_score(p[:1]), 1, rtol=1e-12)


def test_a_ring_has_its_points_around_its_centres():
    x, centres = ring(4000, np.random.default_rng(0), modes=5, spread=0.01)
    assert x.shape == (4000, 2)
    assert_allclose(np.linalg.norm(centres, axis=1), 1)
    counts = mode_counts(x, centres, 0.05)
    assert counts.sum() == 4000
    assert counts.min() > 700
    again, _ = ring(4000, np.random.default_rng(0), modes=5, spread=0.01)
    assert_array_equal(x, again)


@pytest.mark.parametrize("wrong", [{"modes": 0}, {"spread": -1.0}])
def test_a_ring_without_modes_or_of_negative_spread_is_refused(wrong):
    said = {"modes": 8, "spread": 0.05} | wrong
    message = f"ring: modes is {said['modes']} and spread {said['spread']}; pass 1"
    with pytest.raises(ValueError, match=re.escape(message)):
        ring(3, np.random.default_rng(0), **wrong)
