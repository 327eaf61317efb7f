"""Chapter 9: what learners get wrong about the alternating step."""

from __future__ import annotations

from typing import Any

from autograder.strength.mistake import Mistake
from minidl import ones_like, zeros_like
from minidl.adversarial import discriminator_loss, generator_loss
from minidl.functional import binary_cross_entropy_with_logits as bce

# ruff: noqa: D101, D102 -- each name says what goes wrong


class Right:
    """The right answer in parts; each mistake below has one of them wrong."""

    def __call__(self, G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
        """A step of each."""
        fake = G(z)
        loss_d = self.teach_discriminator(D, real, fake, od)
        loss_g = self.teach_generator(D, fake, og)
        return self.result(loss_d, loss_g)

    def teach_discriminator(self, D: Any, real: Any, fake: Any, od: Any) -> Any:
        """The discriminator's step and its loss."""
        self.clear(od)
        loss = self.loss_d(D, real, fake)
        loss.backward()
        od.step()
        return loss

    def loss_d(self, D: Any, real: Any, fake: Any) -> Any:
        """The discriminator's loss."""
        return discriminator_loss(D(real), D(fake.detach()))

    def teach_generator(self, D: Any, fake: Any, og: Any) -> Any:
        """The generator's step and its loss."""
        og.zero_grad()
        loss = self.loss_g(D, fake)
        loss.backward()
        og.step()
        return loss

    def loss_g(self, D: Any, fake: Any) -> Any:
        """The generator's loss."""
        return generator_loss(D(fake))

    def clear(self, od: Any) -> None:
        """No gradients from before."""
        od.zero_grad()

    def result(self, loss_d: Any, loss_g: Any) -> Any:
        """Both losses."""
        return loss_d.item(), loss_g.item()


class WithoutDetach(Right):
    def loss_d(self, D: Any, real: Any, fake: Any) -> Any:
        return discriminator_loss(D(real), D(fake))


class MadeTwice(Right):
    def __call__(self, G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
        loss_d = self.teach_discriminator(D, real, G(z), od)
        loss_g = self.teach_generator(D, G(z), og)
        return self.result(loss_d, loss_g)

    def loss_d(self, D: Any, real: Any, fake: Any) -> Any:
        return discriminator_loss(D(real), D(fake))


class GeneratorKeepsAll(MadeTwice):
    def teach_generator(self, D: Any, fake: Any, og: Any) -> Any:
        loss = self.loss_g(D, fake)
        loss.backward()
        og.step()
        og.zero_grad()
        return loss


class DetachedAlways(Right):
    def loss_g(self, D: Any, fake: Any) -> Any:
        return generator_loss(D(fake.detach()))


class OnlyReal(Right):
    def loss_d(self, D: Any, real: Any, fake: Any) -> Any:
        logits = D(real)
        return bce(logits, ones_like(logits))


class Exchanged(Right):
    def loss_d(self, D: Any, real: Any, fake: Any) -> Any:
        return discriminator_loss(D(fake.detach()), D(real))


class Saturating(Right):
    def loss_g(self, D: Any, fake: Any) -> Any:
        logits = D(fake)
        return -bce(logits, zeros_like(logits))


class PilesUp(Right):
    def clear(self, od: Any) -> None:
        pass


class GeneratorPilesUp(Right):
    def teach_generator(self, D: Any, fake: Any, og: Any) -> Any:
        loss = self.loss_g(D, fake)
        loss.backward()
        og.step()
        return loss


class Tensors(Right):
    def result(self, loss_d: Any, loss_g: Any) -> Any:
        return loss_d, loss_g


class OtherOrder(Right):
    def result(self, loss_d: Any, loss_g: Any) -> Any:
        return loss_g.item(), loss_d.item()


class OneSum(Right):
    def result(self, loss_d: Any, loss_g: Any) -> Any:
        return loss_d.item() + loss_g.item()


def at_once(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    """The generator's step, judged by the discriminator as it was."""
    step, fake = Right(), G(z)
    loss_g = step.teach_generator(D, fake, og)
    return step.result(step.teach_discriminator(D, real, fake, od), loss_g)


def made_anew(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    """The generator first; then the discriminator learns from what it makes now."""
    step = Right()
    loss_g = step.teach_generator(D, G(z), og)
    return step.result(step.teach_discriminator(D, real, G(z), od), loss_g)


def both_in_the_end(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    """The discriminator steps a second time, with the generator's gradient."""
    step, fake = Right(), G(z)
    loss_d = step.teach_discriminator(D, real, fake, od)
    od.zero_grad()
    loss_g = step.teach_generator(D, fake, og)
    od.step()
    return step.result(loss_d, loss_g)


def discriminator_only(G: Any, D: Any, real: Any, z: Any, og: Any, od: Any) -> Any:
    """One loss twice."""
    loss = Right().teach_discriminator(D, real, G(z), od)
    return loss.item(), loss.item()


GAN_STEP = tuple(
    Mistake(name, says, wrong)
    for name, says, wrong in (
        (
            "no detach",
            "The discriminator's loss went back through the generator and used its "
            "tape up. Detach what was made before the discriminator learns from it.",
            WithoutDetach(),
        ),
        (
            "gradients in the generator",
            "The discriminator's loss sends gradients into the generator. They are "
            "cleared in time, but were computed for nothing: detach what was made.",
            MadeTwice(),
        ),
        (
            "generator learns from both",
            "Without detach the discriminator's loss leaves gradients in the "
            "generator, and its step uses them too: it helps its opponent.",
            GeneratorKeepsAll(),
        ),
        (
            "generator stands still",
            "The generator does not move. What is detached, or made under no_grad, "
            "knows nothing about it: that is for the discriminator's loss only.",
            DetachedAlways(),
        ),
        (
            "discriminator sees no fake",
            "The discriminator sees real samples only, and will call everything real. "
            "It needs the made ones too.",
            OnlyReal(),
        ),
        (
            "labels exchanged",
            "Real and made samples are exchanged in the discriminator's loss.",
            Exchanged(),
        ),
        (
            "saturating",
            "The generator minimizes log(1 - D). Minimize -log D: that has a slope "
            "when the discriminator is sure.",
            Saturating(),
        ),
        (
            "gradients pile up in the discriminator",
            "The generator's backward pass left gradients in the discriminator too. "
            "Clear them before its next step.",
            PilesUp(),
        ),
        (
            "gradients pile up in the generator",
            "The generator's gradients add up from step to step. Clear them first.",
            GeneratorPilesUp(),
        ),
        (
            "both at once",
            "The generator is judged by the discriminator as it was. Its turn comes "
            "after the discriminator's step.",
            at_once,
        ),
        (
            "generator first",
            "The generator steps first, and the discriminator learns from what it "
            "makes afterwards. It is the other way round.",
            made_anew,
        ),
        (
            "discriminator steps twice",
            "The discriminator steps in the generator's turn too, to please it. Only "
            "the generator's optimizer steps there.",
            both_in_the_end,
        ),
        (
            "generator has no turn",
            "The generator has no turn: it needs a loss and a step of its own.",
            discriminator_only,
        ),
        (
            "Tensors",
            "The losses are Tensors, which keep the tape of every step in memory. Ask "
            "each for its plain number.",
            Tensors(),
        ),
        (
            "losses in the other order",
            "The losses are in each other's place: the discriminator's first.",
            OtherOrder(),
        ),
        (
            "one loss",
            "This is one number. Return both losses, the discriminator's first.",
            OneSum(),
        ),
    )
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"gan_step": GAN_STEP}
