"""Tensor: an array that remembers how it was computed, and so finds its gradient."""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from minidl import dtypes, operands, tape
from minidl.dtypes import CPU, STRENGTH
from minidl.errors import outside
from minidl.inplace import current_node
from minidl.methods import Methods
from minidl.operators import AnyArray
from minidl.tape import Node, Rule

# PyTorch is silent about log(0), so minidl is; an np.errstate would cost each
# operation 0.4 microseconds, a sixth of the time of x + y.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minidl\.")


class Tensor(Methods):
    """An array of numbers, its gradient, and how it was computed.

    array:      the NumPy array
    grad:       gradient of what backward() was called on, or None
    node:       its step on the tape, None if it requires no gradient
    version:    [how often the numbers changed in place], shared with all views
    base:       the tensor that this one is a view of, or None
    base_node:  the step of base that node comes from
    """

    __array_ufunc__ = None  # array + tensor asks the tensor, which explains
    __slots__ = ("__weakref__", "array", "base", "base_node", "grad", "node", "version")

    def __init__(self, data: AnyArray, requires_grad: bool = False) -> None:
        """Hold data, an array that is not copied."""
        if not isinstance(data, np.ndarray | np.generic):
            raise TypeError(
                f"Tensor: data is a {type(data).__name__}; use minidl.tensor(data)"
            )
        if data.dtype.kind not in STRENGTH:
            raise TypeError(
                f"Tensor: data has dtype {data.dtype}; pass floats, integers or bools"
            )
        self.array: AnyArray = np.asarray(data)
        self.grad: Tensor | None = None
        self.node: Node | None = None
        self.version = [0]
        self.base: Tensor | None = None
        self.base_node: Node | None = None
        if requires_grad:
            self.requires_grad = True

    @property
    def data(self) -> Tensor:
        """The same numbers without a gradient; what changes in them is not noticed."""
        return Tensor.wrap(self.array)

    @data.setter
    def data(self, data: Tensor) -> None:
        self.array = operands.array_of("data", data, "value")

    @staticmethod
    def wrap(data: AnyArray) -> Tensor:
        """A tensor of an array that is known to be good: what operations return."""
        result = Tensor.__new__(Tensor)
        result.array = data if type(data) is np.ndarray else np.asarray(data)
        result.grad = result.node = result.base = result.base_node = None
        result.version = [0]
        return result

    def record(
        self,
        data: AnyArray,
        rule: Rule,
        *others: Tensor,
        saves: tuple[Tensor, ...] = (),
        saves_result: bool = False,
    ) -> Tensor:
        """A tensor of data, computed from this one and others, with its gradients.

        rule:          from its gradient to theirs, in order; None where there is none
        saves:         the tensors whose data the rule reads
        saves_result:  whether the rule reads data, the result itself
        """
        result = Tensor.wrap(data)
        if tape.recording.on:
            inputs = [
                x.node if x.base is None else current_node(x) for x in (self, *others)
            ]
            if any(inputs):
                result.node = node = Node(inputs, rule)
                if saves:
                    node.saves = [(x.version, x.version[0]) for x in saves]
                if saves_result:
                    node.saves.append((result.version, 0))
        return result

    def record_view(self, data: AnyArray, rule: Rule) -> Tensor:
        """A tensor of data, a view of this tensor's array; changes show in both."""
        result = self.record(data, rule)
        result.version = self.version
        result.base = base = self if self.base is None else self.base
        result.base_node = base.node
        return result

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to this tensor."""
        return (self.node if self.base is None else current_node(self)) is not None

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        if flag and self.array.dtype.kind != "f":
            raise TypeError(
                f"Tensor: {self.array.dtype} data has no gradient; pass floats"
            )
        if not flag and not self.is_leaf:
            raise RuntimeError(
                "requires_grad: a result cannot stop requiring one; use detach()"
            )
        if not flag:
            self.node = None
        elif not self.requires_grad:
            self.node, self.base = Node([], None), None
            self.node.keeper = ref(self)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """The tensor itself, from now on with or without a gradient."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was made, not computed from what requires a gradient."""
        return not self.requires_grad or self.node.rule is None  # type: ignore[union-attr]

    def retain_grad(self) -> None:
        """Keep this tensor's gradient too, though it is not a leaf."""
        if not self.requires_grad:
            raise RuntimeError("retain_grad: the tensor requires no gradient")
        self.node.keeper = ref(self)  # type: ignore[union-attr]

    def backward(
        self, gradient: Tensor | None = None, retain_graph: bool | None = None
    ) -> None:
        """Add this tensor's gradients to the grad of the leaves it came from.

        gradient:      the upstream gradient; a tensor of one number needs none
        retain_graph:  keep what a second backward() through the same results needs
        """
        g = upstream(self, gradient)
        tape.backward(self.node, g, bool(retain_graph))  # type: ignore[arg-type]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        return self.array.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self.array.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.array.dtype

    @property
    def device(self) -> dtypes.device:
        """Where the numbers are: on the CPU."""
        return CPU

    @property
    def T(self) -> Tensor:  # noqa: N802, as in PyTorch
        """The transposed matrix."""
        if self.ndim != 2:
            raise ValueError(
                f"T: the tensor {self.shape} is not a matrix; use transpose(dim0, dim1)"
            )
        return self.transpose(0, 1)

    @property
    def mT(self) -> Tensor:  # noqa: N802
        """Each matrix of the last two dimensions transposed."""
        if self.ndim < 2:
            raise ValueError(f"mT: the tensor {self.shape} has no matrices")
        return self.transpose(-2, -1)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """A copy of a leaf, with a copy of its gradient."""
        if not self.is_leaf:
            raise RuntimeError(
                "deepcopy: the tensor was computed; use clone() or detach()"
            )
        result = Tensor.__new__(type(self))
        memo[id(self)] = result
        Tensor.__init__(result, self.array.copy(), self.requires_grad)
        result.grad = copy.deepcopy(self.grad, memo)
        return result

    if not TYPE_CHECKING:  # mypy is to report a name that does not exist

        def __getattr__(self, name: str) -> None:
            """Say that minidl does not have this, and what is near."""
            raise outside("Tensor", name, dir(type(self)))


def upstream(root: Tensor, gradient: Tensor | None) -> AnyArray:
    """The gradient with which to start backward at root; 1 for a single number."""
    if not root.requires_grad:
        raise RuntimeError(
            "backward: nothing here requires a gradient; create a tensor with "
            "requires_grad=True and compute outside no_grad"
        )
    if gradient is None:
        if root.array.size != 1:
            raise RuntimeError(
                f"backward: the tensor {root.shape} is not one number; use sum() or "
                "mean(), or pass gradient, a tensor of its shape"
            )
        return np.ones(root.shape, root.dtype)
    g = operands.array_of("backward", gradient, "gradient")
    if g.shape != root.shape:
        raise RuntimeError(
            f"backward: gradient {g.shape} for a tensor {root.shape}; the shapes must "
            "be equal"
        )
    return g.astype(root.dtype, copy=False)
