"""Layers that go through a sequence step by step and carry a state along."""

from __future__ import annotations

import math
import warnings
from typing import Any

from minidl.arguments import check_floats
from minidl.creation import empty, zeros
from minidl.functional.dropout import dropout
from minidl.functional.recurrent import recurrent
from minidl.nn import init
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.shaping import cat, stack
from minidl.tensor import Tensor

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
States = Tensor | tuple[Tensor, ...]
"""h of an RNN or a GRU, (h, c) of an LSTM."""


class Recurrent(Module):
    """What layers and cells have in common: weights, states that start as 0 or hx.

    weight_ih, weight_hh:  (gates * H, D), (gates * H, H)
    bias_ih, bias_hh:      (gates * H,), or None

    All start uniform in (-k, k), k = 1 / sqrt(hidden_size).
    """

    mode: str

    def __init__(self, input_size: int, hidden_size: int, bias: bool) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        self.check_sizes(input_size=input_size, hidden_size=hidden_size)

    def check_sizes(self, **sizes: Any) -> None:
        """Raise unless these are integers above 0."""
        for name, size in sizes.items():
            if not isinstance(size, int) or size < 1:
                self.refuse(f"{name} is {size!r}; pass an integer from 1")

    def refuse(self, problem: str) -> None:
        """Raise for arguments with this problem."""
        raise ValueError(f"{type(self).__name__}: {problem}")

    def set_nonlinearity(self, nonlinearity: str) -> None:
        """Choose between the two RNNs there are."""
        if nonlinearity not in ("tanh", "relu"):
            self.refuse(f'nonlinearity is {nonlinearity!r}; pass "tanh" or "relu"')
        self.nonlinearity, self.mode = nonlinearity, f"RNN_{nonlinearity.upper()}"

    def add_weights(self, features: int, suffix: str, **options: Any) -> None:
        """Register the parameters of one direction; their names end in suffix."""
        H = self.hidden_size
        rows = GATES[self.mode] * H
        shapes = (rows, features), (rows, H), (rows,), (rows,)
        for name, shape in zip(WEIGHTS, shapes, strict=True):
            known = self.bias or name.startswith("weight")
            values = Parameter(empty(*shape, **options)) if known else None
            self.register_parameter(name + suffix, values)

    def weights(self, suffix: str) -> list[Tensor]:
        """The parameters of one direction, in the order of WEIGHTS."""
        return [getattr(self, n + suffix) for n in WEIGHTS[: 4 if self.bias else 2]]

    def reset_parameters(self) -> None:
        """Draw all parameters."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def check_input(self, input: Tensor, dims: int) -> None:
        """Raise unless input has dims dimensions, or one less, and its features fit."""
        size, weight = self.input_size, next(self.parameters())
        check_floats(type(self).__name__, input=input, weight=weight)
        if input.ndim not in (dims - 1, dims) or input.shape[-1] != size:
            self.refuse(
                f"input {input.shape} but input_size is {size}; pass {dims} "
                f"dimensions, or {dims - 1} without batch, the last one of size {size}"
            )

    def first_states(
        self, input: Tensor, hx: States | None, shape: tuple[int, ...]
    ) -> list[Tensor]:
        """The given states, checked, or zeros."""
        name, several = type(self).__name__, self.mode == "LSTM"
        if hx is None:
            return [zeros(shape, dtype=input.dtype)] * (1 + several)
        given: list[Any] = list(hx) if isinstance(hx, tuple | list) else [hx]
        if isinstance(hx, tuple | list) != several or len(given) != 1 + several:
            known = "two Tensors (h, c)" if several else "a Tensor"
            raise TypeError(f"{name}: hx is a {type(hx).__name__}; pass {known}")
        for state in given:
            check_floats(name, input=input, hx=state)
            if state.shape != shape:
                fact = f"hx has a state {state.shape}"
                self.refuse(f"{fact} but input {input.shape} needs {shape}")
        return given

    def sizes_and(self, **usual: Any) -> str:
        """What print shows: the sizes, and the options that are not as usual."""
        options = {name: getattr(self, name, v) for name, v in usual.items()}
        shown = [f", {k}={v}" for k, v in options.items() if v != usual[k]]
        return f"{self.input_size}, {self.hidden_size}{''.join(shown)}"


class RNNBase(Recurrent):
    """Layers one above the other, in one direction or both.

    Names of parameters end in _l0 for layer 0, in _l0_reverse for the other direction.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self.check_sizes(num_layers=num_layers)
        self.num_layers, self.batch_first = num_layers, batch_first
        self.dropout, self.bidirectional = dropout, bidirectional
        name = type(self).__name__
        if proj_size:
            raise NotImplementedError(
                f"{name}: proj_size={proj_size} is not part of minidl; add a Linear"
            )
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            self.refuse(f"dropout is {dropout}; pass a number, 0 to 1")
        if dropout and num_layers == 1:
            fact = f"{name}: dropout={dropout} acts between layers"
            warnings.warn(f"{fact}, but num_layers is 1", stacklevel=2)
        for layer in range(num_layers):
            features = hidden_size * (1 + bidirectional) if layer else input_size
            for suffix in self.suffixes(layer):
                self.add_weights(features, suffix, device=device, dtype=dtype)
        self.reset_parameters()

    def suffixes(self, layer: int) -> list[str]:
        """How the names of a layer's parameters end, for each direction."""
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    def flatten_parameters(self) -> None:
        """Nothing to do: for a GPU, PyTorch puts the parameters in one block."""

    def forward(self, input: Tensor, hx: States | None = None) -> tuple[Tensor, States]:
        """The last layer's h after every step, and each layer's states after the last.

        Shapes:  input (T, N, D), states (layers * directions, N, H)
                 -> (T, N, directions * H), states
                 batch_first: input and output (N, T, ...); without batch: no N
        """
        self.check_input(input, 3)
        batched = input.ndim == 3
        x = input.transpose(0, 1) if batched and self.batch_first else input
        if not len(x.array):
            self.refuse(f"input {input.shape} has no steps")
        layers = self.num_layers * (1 + self.bidirectional)
        shape = layers, *x.shape[1:-1], self.hidden_size
        states = self.first_states(input, hx, shape)
        if not batched:
            x, states = x[:, None], [state[:, None] for state in states]
        x, finals = self.through_layers(x, states)
        if not batched:
            x, finals = x[:, 0], [state[:, 0] for state in finals]
        elif self.batch_first:
            x = x.transpose(0, 1)
        return x, as_given(finals)

    def through_layers(
        self, x: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """What forward gives, for an input (T, N, D)."""
        finals: list[list[Tensor]] = []
        for layer in range(self.num_layers):
            if layer and self.training and self.dropout:
                x = dropout(x, self.dropout)
            outputs = []
            for suffix in self.suffixes(layer):
                before, weights = [s[len(finals)] for s in states], self.weights(suffix)
                reverse = suffix.endswith("reverse")
                output, *after = recurrent(self.mode, x, before, weights, reverse)
                outputs.append(output)
                finals.append(after)
            x = cat(outputs, 2) if self.bidirectional else outputs[0]
        return x, [stack(list(states)) for states in zip(*finals, strict=True)]

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the default."""
        return self.sizes_and(
            num_layers=1, bias=True, batch_first=False, dropout=0, bidirectional=False
        )


class RNN(RNNBase):
    """h = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu; parameters as RNNBase says."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        *options: Any,
        **named: Any,
    ) -> None:
        self.set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, num_layers, *options, **named)


class GRU(RNNBase):
    """Two gates decide what h keeps and what is new; parameters as RNNBase says.

    Rows of weights:  r (reset), z (update), n (new)
    """

    mode = "GRU"


class LSTM(RNNBase):
    """Three gates decide what a cell takes, keeps and shows; parameters as RNNBase.

    Rows of weights:  i (input), f (forget), g (cell), o (output)
    """

    mode = "LSTM"


def as_given(states: list[Tensor]) -> States:
    """The states as the caller sees them: h, or (h, c)."""
    return states[0] if len(states) == 1 else tuple(states)
