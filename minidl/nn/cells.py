"""One step of a recurrent layer, for those who write the loop themselves."""

from __future__ import annotations

from typing import Any

from minidl.functional.recurrent import recurrent
from minidl.nn.module import Module
from minidl.nn.recurrent import (
    States,
    add_weights,
    as_given,
    check_input,
    check_sizes,
    draw_weights,
    first_states,
    mode_of,
    weights_of,
)
from minidl.tensor import Tensor


class RNNCellBase(Module):
    """One step of a layer; states start as 0 or hx.

    weight_ih, weight_hh:  (gates * H, D), (gates * H, H)
    bias_ih, bias_hh:      (gates * H,), or None
    """

    mode: str

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        check_sizes(self, "input_size", "hidden_size")
        add_weights(self, input_size, "", device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters."""
        draw_weights(self)

    def forward(self, input: Tensor, hx: States | None = None) -> States:
        """The states after the step.

        Shapes:  input (N, D), states (N, H) -> states; without batch: no N
        """
        check_input(self, input, 2)
        before = first_states(self, input, hx, (*input.shape[:-1], self.hidden_size))
        if input.ndim == 1:
            input, before = input[None], [state[None] for state in before]
            _, *after = recurrent(self.mode, input[None], before, weights_of(self))
            return as_given([state[0] for state in after])
        _, *after = recurrent(self.mode, input[None], before, weights_of(self))
        return as_given(after)

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the default."""
        bias = "" if self.bias else ", bias=False"
        relu = ", nonlinearity=relu" * (self.mode == "RNN_RELU")
        return f"{self.input_size}, {self.hidden_size}{bias}{relu}"


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
        self.nonlinearity, self.mode = nonlinearity, mode_of("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias, **options)


class GRUCell(RNNCellBase):
    """One step of a GRU."""

    mode = "GRU"


class LSTMCell(RNNCellBase):
    """One step of an LSTM: (h, c) to (h, c)."""

    mode = "LSTM"
