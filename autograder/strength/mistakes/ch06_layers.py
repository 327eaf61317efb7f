"""Chapter 6: what learners get wrong about Linear and Sequential."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.strength.mistake import Mistake
from minidl import functional
from minidl.nn.containers import Sequential
from minidl.nn.linear import Linear

TAPE = (
    "The numbers are right, but no gradient comes back. Work with the Tensors "
    "themselves, not with their arrays."
)


def with_forward(base: type) -> Callable[[Callable[..., Any]], type]:
    """The class with this method as its forward."""
    return lambda method: type(base.__name__, (base,), {"forward": method})


linear, sequential = with_forward(Linear), with_forward(Sequential)


@linear
def without_bias(self: Any, input: Any) -> Any:
    """The bias is forgotten."""
    return functional.linear(input, self.weight)


@linear
def not_transposed(self: Any, input: Any) -> Any:
    """The weights as they lie."""
    y = input @ self.weight
    return y if self.bias is None else y + self.bias


@linear
def needs_bias(self: Any, input: Any) -> Any:
    """A layer without a bias cannot compute."""
    return input @ self.weight.T + self.bias


@linear
def off_the_tape(self: Any, input: Any) -> Any:
    """Numbers without a history."""
    bias = None if self.bias is None else self.bias.detach()
    result = functional.linear(input.detach(), self.weight.detach(), bias)
    return result.requires_grad_()


@linear
def elementwise(self: Any, input: Any) -> Any:
    """The star multiplies entry by entry."""
    y = input * self.weight
    return y if self.bias is None else y + self.bias


@linear
def fresh_weights(self: Any, input: Any) -> Any:
    """New numbers at every call."""
    self.weight.array[...] = 0.5
    return functional.linear(input, self.weight, self.bias)


@linear
def with_relu(self: Any, input: Any) -> Any:
    """An activation that nobody asked for."""
    return functional.relu(functional.linear(input, self.weight, self.bias))


@linear
def bias_frozen(self: Any, input: Any) -> Any:
    """The bias is added as plain numbers."""
    y = functional.linear(input, self.weight)
    if self.bias is None:
        return y
    self.bias.grad = self.bias.detach() * 0
    return y + self.bias.detach()


LINEAR = (
    Mistake("no bias", "The bias is not added.", without_bias),
    Mistake(
        "not transposed",
        "The weight has one row for each neuron, (out, in). Multiply by its transpose.",
        not_transposed,
    ),
    Mistake(
        "bias required",
        "A layer may have no bias: then self.bias is None, which cannot be added.",
        needs_bias,
    ),
    Mistake("off the tape", TAPE, off_the_tape),
    Mistake(
        "entry by entry",
        "The star multiplies entry by entry. A neuron multiplies and adds up.",
        elementwise,
    ),
    Mistake(
        "weights replaced",
        "forward changes the weights. They are set once, when the layer is made; "
        "training changes them later.",
        fresh_weights,
    ),
    Mistake(
        "activation inside",
        "Negative outputs are missing. The layer is a weighted sum alone; an "
        "activation is a layer of its own.",
        with_relu,
    ),
    Mistake(
        "bias off the tape",
        "The bias is added, but as plain numbers: its gradient is 0, and it would "
        "never learn.",
        bias_frozen,
    ),
)


@sequential
def first_only(self: Any, input: Any) -> Any:
    """The return stands inside the loop."""
    for part in self:
        return part(input)
    return input


@sequential
def each_from_input(self: Any, input: Any) -> Any:
    """Every part gets the input of the network."""
    output = input
    for part in self:
        output = part(input)
    return output


@sequential
def backwards(self: Any, input: Any) -> Any:
    """Last to first."""
    for part in reversed(list(self)):
        input = part(input)
    return input


@sequential
def without_last(self: Any, input: Any) -> Any:
    """One part too few."""
    for part in list(self)[:-1]:
        input = part(input)
    return input


@sequential
def added_up(self: Any, input: Any) -> Any:
    """All outputs together."""
    output = input
    for part in self:
        output = output + part(output)
    return output


@sequential
def each_part_once(self: Any, input: Any) -> Any:
    """children() leaves out what has come before."""
    for part in self.children():
        input = part(input)
    return input


@sequential
def detached(self: Any, input: Any) -> Any:
    """The tape is cut between the parts."""
    for part in self:
        input = part(input.detach())
    return input


@sequential
def needs_a_part(self: Any, input: Any) -> Any:
    """A network without parts fails."""
    first, *others = self
    output = first(input)
    for part in others:
        output = part(output)
    return output


SEQUENTIAL = (
    Mistake(
        "first only",
        "Only the first part is called: the return stands inside the loop.",
        first_only,
    ),
    Mistake(
        "same input for all",
        "Every part gets the network's input. Each should get what the one before "
        "returned.",
        each_from_input,
    ),
    Mistake("reversed", "The parts are called from last to first.", backwards),
    Mistake("last missing", "The last part is not called.", without_last),
    Mistake(
        "added up",
        "The outputs are added up. Only what the last part returns is the answer.",
        added_up,
    ),
    Mistake(
        "each part once",
        "A part that stands in the row twice is called once. children() leaves out "
        "repetitions; go through the container itself.",
        each_part_once,
    ),
    Mistake("off the tape", TAPE, detached),
    Mistake(
        "needs a part",
        "A Sequential without parts returns its input; yours stops.",
        needs_a_part,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "Linear": LINEAR,
    "Sequential": SEQUENTIAL,
}
