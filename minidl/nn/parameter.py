"""Parameter: a tensor that a Module trains."""

from __future__ import annotations

from minidl.arguments import check_tensor
from minidl.tensor import Tensor


class Parameter(Tensor):
    """A tensor over data's numbers, which a Module finds when it is an attribute."""

    __slots__ = ()

    def __init__(self, data: Tensor, requires_grad: bool = True) -> None:
        check_tensor("Parameter", "data", data)
        super().__init__(data.array, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"
