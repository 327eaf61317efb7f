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
States = Tensor | tuple[Tensor, Tensor]
"""h of an RNN or a GRU, (h, c) of an LSTM."""


class RNNBase(Module):
    """Layers one above the other, in one direction or both; states start as 0 or hx.

    weight_ih_l0:  of the input of layer 0, (gates * H, D)
    weight_hh_l0:  of h, (gates * H, H)
    bias_ih_l0, bias_hh_l0:  (gates * H,), or None
    Names end in _l1 for layer 1, in _l0_reverse for the other direction. All start
    uniform in (-k, k), k = 1 / sqrt(hidden_size).
    """

    mode: str

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
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional = dropout, bidirectional
        check_sizes(self, "input_size", "hidden_size", "num_layers")
        if proj_size:
            raise NotImplementedError(
                f"{type(self).__name__}: proj_size={proj_size} is not part of minidl; "
                "put a Linear after the layer"
            )
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                f"{type(self).__name__}: dropout is {dropout}; pass a number, 0 to 1"
            )
        if dropout and num_layers == 1:
            warnings.warn(
                f"{type(self).__name__}: dropout={dropout} acts between layers, but "
                "num_layers is 1",
                stacklevel=2,
            )
        for layer in range(num_layers):
            features = hidden_size * (1 + bidirectional) if layer else input_size
            for suffix in self.suffixes(layer):
                add_weights(self, features, suffix, device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters."""
        draw_weights(self)

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
        check_input(self, input, 3)
        batched, directions = input.ndim == 3, 1 + self.bidirectional
        x = input.transpose(0, 1) if batched and self.batch_first else input
        if not len(x.array):
            raise ValueError(f"{type(self).__name__}: input {input.shape} has no steps")
        layers = self.num_layers * directions
        shape = (layers, *x.shape[1:-1], self.hidden_size)
        states = first_states(self, input, hx, shape)
        if not batched:
            x, states = x[:, None], [state[:, None] for state in states]
        x, finals = self.through_layers(x, states)
        if not batched:
            x, finals = x[:, 0], [state[:, 0] for state in finals]
        x = x.transpose(0, 1) if batched and self.batch_first else x
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
                before = [state[len(finals)] for state in states]
                weights, reverse = weights_of(self, suffix), suffix.endswith("reverse")
                output, *after = recurrent(self.mode, x, before, weights, reverse)
                outputs.append(output)
                finals.append(after)
            x = cat(outputs, 2) if self.bidirectional else outputs[0]
        return x, [stack(list(states)) for states in zip(*finals, strict=True)]

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the default."""
        defaults = {
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        options = {name: getattr(self, name) for name in defaults}
        shown = [f"{k}={v}" for k, v in options.items() if v != defaults[k]]
        return ", ".join([str(self.input_size), str(self.hidden_size), *shown])


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
        self.nonlinearity, self.mode = nonlinearity, mode_of("RNN", nonlinearity)
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


def mode_of(name: str, nonlinearity: str) -> str:
    """The mode of an RNN with this nonlinearity."""
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(
            f'{name}: nonlinearity is {nonlinearity!r}; pass "tanh" or "relu"'
        )
    return f"RNN_{nonlinearity.upper()}"


def check_sizes(layer: Module, *names: str) -> None:
    """Raise unless these attributes are integers above 0."""
    for name in names:
        size = getattr(layer, name)
        if not isinstance(size, int) or size < 1:
            raise ValueError(
                f"{type(layer).__name__}: {name} is {size!r}; pass an integer from 1"
            )


def add_weights(layer: Module, features: int, suffix: str, **options: Any) -> None:
    """Give a layer the parameters of one direction; their names end in suffix."""
    H = layer.hidden_size
    rows = GATES[layer.mode] * H
    shapes = (rows, features), (rows, H), (rows,), (rows,)
    for name, shape in zip(WEIGHTS, shapes, strict=True):
        known = layer.bias or name.startswith("weight")
        parameter = Parameter(empty(*shape, **options)) if known else None
        layer.register_parameter(name + suffix, parameter)


def draw_weights(layer: Module) -> None:
    """Draw all parameters, uniform in (-k, k), k = 1 / sqrt(hidden_size)."""
    bound = 1 / math.sqrt(layer.hidden_size)
    for parameter in layer.parameters():
        init.uniform_(parameter, -bound, bound)


def weights_of(layer: Module, suffix: str = "") -> list[Tensor]:
    """The parameters of one direction, in the order of WEIGHTS."""
    return [getattr(layer, n + suffix) for n in WEIGHTS[: 4 if layer.bias else 2]]


def check_input(layer: Module, input: Tensor, dims: int) -> None:
    """Raise unless input has dims dimensions, or one less, and its features fit."""
    name, size = type(layer).__name__, layer.input_size
    check_floats(name, input=input, weight=next(layer.parameters()))
    if input.ndim not in (dims - 1, dims) or input.shape[-1] != size:
        raise ValueError(
            f"{name}: input {input.shape} but input_size is {size}; pass {dims} "
            f"dimensions, or {dims - 1} without batch, the last one of size {size}"
        )


def first_states(
    layer: Module, input: Tensor, hx: States | None, shape: tuple[int, ...]
) -> list[Tensor]:
    """The given states, checked, or zeros."""
    name, count = type(layer).__name__, 2 if layer.mode == "LSTM" else 1
    if hx is None:
        return [zeros(shape, dtype=input.dtype)] * count
    given: list[Any] = list(hx) if isinstance(hx, tuple | list) else [hx]
    if isinstance(hx, tuple | list) != (count == 2) or len(given) != count:
        known = "two Tensors (h, c)" if count == 2 else "a Tensor"
        raise TypeError(f"{name}: hx is a {type(hx).__name__}; pass {known}")
    for state in given:
        check_floats(name, input=input, hx=state)
        if state.shape != shape:
            raise ValueError(
                f"{name}: hx has a state {state.shape} but input {input.shape} needs "
                f"{shape}"
            )
    return given


def as_given(states: list[Tensor]) -> States:
    """The states as the caller sees them: h, or (h, c)."""
    return states[0] if len(states) == 1 else (states[0], states[1])
