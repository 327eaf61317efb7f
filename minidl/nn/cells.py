"""One step of a recurrent layer, for those who write the loop themselves."""

from __future__ import annotations

from typing import Any

from minidl.functional.recurrent import recurrent
from minidl.nn.recurrent import Recurrent, States, as_given
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
        x, weights = input[None], self.weights("")
        _, *after = recurrent(self.mode, x, states, weights, reverse=False)
        return as_given(after if batched else [state[0] for state in after])

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


class GRUCell(RNNCellBase):
    """One step of a GRU."""

    mode = "GRU"


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (h, c) to (h, c)."""

    mode = "LSTM"
