"""A generator and a discriminator, trained against each other."""

from __future__ import annotations

from minidl.creation import ones_like, zeros_like
from minidl.functional import binary_cross_entropy_with_logits
from minidl.nn.module import Module
from minidl.optim.optimizer import Optimizer
from minidl.tensor import Tensor


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """How badly the discriminator's logits tell real samples from made ones.

    Shapes:   real (N, 1), fake (M, 1) -> ()
    Formula:  mean of -log sigmoid(real)  +  mean of -log(1 - sigmoid(fake))
    Source:   Goodfellow and others, Generative Adversarial Nets, 2014, algorithm 1
    """
    taken_for_real = binary_cross_entropy_with_logits(real, ones_like(real))
    taken_for_made = binary_cross_entropy_with_logits(fake, zeros_like(fake))
    return taken_for_real + taken_for_made


def generator_loss(fake: Tensor) -> Tensor:
    """How seldom the discriminator takes made samples for real, by its logits.

    Shapes:   fake (M, 1) -> ()
    Formula:  mean of -log sigmoid(fake)
    Source:   Goodfellow and others, Generative Adversarial Nets, 2014, section 3
    """
    return binary_cross_entropy_with_logits(fake, ones_like(fake))


def gan_step(
    generator: Module,
    discriminator: Module,
    real: Tensor,
    z: Tensor,
    optimizer_g: Optimizer,
    optimizer_d: Optimizer,
) -> tuple[float, float]:
    """One step of the discriminator, then one of the generator; both losses.

    The generator is judged by the discriminator as it is after its own step.

    Shapes:  real (N, ...), noise z (M, Z), of which the generator makes (M, ...)
    """
    fake = generator(z)
    optimizer_d.zero_grad()
    loss_d = discriminator_loss(discriminator(real), discriminator(fake.detach()))
    loss_d.backward()
    optimizer_d.step()
    optimizer_g.zero_grad()
    loss_g = generator_loss(discriminator(fake))
    loss_g.backward()
    optimizer_g.step()
    return loss_d.item(), loss_g.item()
