"""One step of a recurrent layer, for those who write the loop themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minidl.functional.recurrent import lstm_cell, recurrent, rnn_cell
from minidl.nn.recurrent import Recurrent, States, as_given
from minidl.shaping import stack
from minidl.tensor import Tensor


class RNNCellBase(Recurrent):
    """One step of a layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self.add_weights(input_size, "", device=device, dtype=dtype)
        self.reset_parameters()

    def forward(self, input: Tensor, hx: States | None = None) -> States:
        """The states after the step.

        Shapes:  input (N, D), states (N, H) -> states; without batch: no N
        """
        self.check_input(input, 2)
        states = self.first_states(input, hx, (*input.shape[:-1], self.hidden_size))
        batched = input.ndim == 2
        if not batched:
            input, states = input[None], [state[None] for state in states]
        after = self.step(input, states)
        return as_given(after if batched else [state[0] for state in after])

    def step(self, input: Tensor, states: list[Tensor]) -> list[Tensor]:
        """What forward gives, for an input (N, D)."""
        x, weights = input[None], self.weights("")
        return list(recurrent(self.mode, x, states, weights, reverse=False)[1:])

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the default."""
        return self.sizes_and(bias=True, nonlinearity="tanh")


class RNNCell(RNNCellBase):
    """One step of an RNN."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        **options: Any,
    ) -> None:
        self.set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, bias, **options)

    def step(self, input: Tensor, states: list[Tensor]) -> list[Tensor]:
        """What forward gives, for an input (N, D)."""
        if self.nonlinearity == "relu":
            return super().step(input, states)
        return [rnn_cell(input, *states, *self.weights(""))]


class GRUCell(RNNCellBase):
    """One step of a GRU."""

    mode = "GRU"


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (h, c) to (h, c)."""

    mode = "LSTM"

    def step(self, input: Tensor, states: list[Tensor]) -> list[Tensor]:
        """What forward gives, for an input (N, D)."""
        return list(lstm_cell(input, *states, *self.weights("")))


def unroll(
    cell: Callable[..., States], input: Tensor, hx: States | None = None
) -> tuple[Tensor, States | None]:
    """The hidden state of a cell after every step, and its states after the last.

    cell:  from one step's input and the states before it (None: those to begin with)
           to the states after it: h, or (h, c)

    Shapes:  input (T, N, D), states (N, H) -> (T, N, H), states
    """
    outputs = []
    for x in input:
        hx = cell(x, hx)
        outputs.append(hx[0] if isinstance(hx, tuple) else hx)
    return stack(outputs), hx
