"""An expression that a learner typed, as a graph of Tensors; read without eval."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

import minidl
from minidl.operators import AnyArray
from minidl.tape import Node
from minidl.tensor import Tensor

Order = Callable[[Node], list[Node]]
Backward = Callable[[Node, AnyArray], None]

SIGNS: dict[type, tuple[str, Callable[..., Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Pow: ("**", operator.pow),
}
FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "abs")
MOST = 24
"""More boxes than this do not fit into the picture."""


class Unreadable(ValueError):
    """Why an expression cannot be drawn, as a sentence for the one who typed it."""


@dataclass
class Box:
    """One number of the graph: its label, its tensor, and the boxes it came from."""

    label: str
    tensor: Tensor
    inputs: list[Box]
    column: int = 0
    row: float = 0.0


@dataclass(frozen=True)
class Turn:
    """A step's turn in the walk back: its gradient, and what it gives its inputs.

    given:  for the place of an input, its gradient
    """

    box: Box
    g: float
    given: dict[int, float]


class Graph:
    """The boxes of an expression, inputs before results; the last is the result.

    Raises:  Unreadable when the text is no expression of this small language
    """

    def __init__(self, text: str, values: str = "") -> None:
        self.boxes: list[Box] = []
        self.names: dict[str, Box] = {}
        self.values = numbers(values)
        with np.errstate(all="ignore"):
            *_, self.root = [self.statement(one) for one in statements(text)]
        if self.root.tensor.node is None:
            raise Unreadable(
                "It has no name in it, so nothing has a gradient: try a*b."
            )
        for box in self.boxes:
            if not np.isfinite(box.tensor.array):
                raise Unreadable(
                    f"{box.label} gives {box.tensor.item()}: other values?"
                )
        self.arrange()

    def statement(self, node: ast.stmt) -> Box:
        """The box of `name = expression` or of an expression."""
        if isinstance(node, ast.Expr):
            return self.box(node.value)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            box = self.names[node.targets[0].id] = self.box(node.value)
            return box
        raise Unreadable("Type an expression, or d = a*b; d*d to use a result twice.")

    def box(self, node: ast.expr) -> Box:
        """The box of an expression, after those of what is in it."""
        match node:
            case ast.Name(id=name):
                return self.name(name)
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() | float() as value):
                return self.add(f"{value:g}", Tensor(np.array(float(value))), [])
            case ast.UnaryOp(
                op=ast.USub(), operand=ast.Constant(value=int() | float() as value)
            ):
                return self.box(ast.Constant(-float(value)))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                x = self.box(inner)
                return self.add("-", -x.tensor, [x])
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                label, compute = SIGNS[type(sign)]
                x, y = self.box(left), self.box(right)
                fixed = label == "**" and y.tensor.node is None
                power = y.tensor.item() if fixed else y.tensor
                return self.add(label, compute(x.tensor, power), [x, y])
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]):
                if name not in FUNCTIONS:
                    raise Unreadable(
                        f"{name} is not known here; there are {', '.join(FUNCTIONS)}."
                    )
                x = self.box(inner)
                return self.add(name, getattr(minidl, name)(x.tensor), [x])
        hint = "; a power is **" if "^" in ast.unparse(node) else ""
        raise Unreadable(f"{ast.unparse(node)[:40]} cannot be drawn{hint}.")

    def name(self, name: str) -> Box:
        """The box of a name: of what was assigned to it, or of a new leaf."""
        if name in FUNCTIONS:
            raise Unreadable(f"{name} is a function: write {name}(…).")
        if name not in self.names:
            count = sum(
                not box.inputs and box.tensor.node is not None for box in self.boxes
            )
            value = self.values.get(name, 1.0 + count)
            leaf = Tensor(np.array(value), requires_grad=True)
            self.names[name] = self.add(name, leaf, [])
        return self.names[name]

    def add(self, label: str, tensor: Tensor, inputs: list[Box]) -> Box:
        """A new box."""
        self.boxes.append(Box(label, tensor, inputs))
        if len(self.boxes) > MOST:
            raise Unreadable(f"Only {MOST} boxes fit into the picture; type less.")
        return self.boxes[-1]

    def arrange(self) -> None:
        """Give each box a column right of its inputs, and a row near theirs."""
        used = [box for box in self.boxes if box is self.root or self.users(box)]
        self.boxes = used
        for box in used:
            box.column = 1 + max([x.column for x in box.inputs], default=-1)
        for box in used:
            if not box.inputs and (users := self.users(box)):
                box.column = min(user.column for user in users) - 1
        leaves = [box for box in used if not box.inputs]
        for row, box in enumerate(leaves):
            box.row = float(-row)
        for column in range(1, 1 + max(box.column for box in used)):
            here = [box for box in used if box.column == column]
            for box in here:
                if box.inputs:
                    box.row = sum(x.row for x in box.inputs) / len(box.inputs)
            here.sort(key=lambda box: -box.row)
            for above, below in pairwise(here):
                below.row = min(below.row, above.row - 1)

    def users(self, box: Box) -> list[Box]:
        """The boxes that were computed from this one."""
        return [user for user in self.boxes if any(x is box for x in user.inputs)]

    def forward(self, order: Order) -> list[Box]:
        """The results in the order in which topological_order names their steps."""
        boxes = {id(box.tensor.node): box for box in self.boxes if box.tensor.node}
        found = [boxes[id(node)] for node in order(self.root.tensor.node)]  # type: ignore[arg-type]
        return [box for box in found if box.inputs]

    def back(self, backward: Backward) -> list[Turn]:
        """The turns of one walk back, as backward takes them; each rule tells."""
        turns: list[Turn] = []
        for box in self.boxes:
            if box.tensor.node and box.tensor.node.rule:
                box.tensor.node.rule = telling(box, box.tensor.node.rule, turns)
        with np.errstate(all="ignore"):
            backward(self.root.tensor.node, np.array(1.0))  # type: ignore[arg-type]
        return turns


def telling(
    box: Box, rule: Callable[..., Any], turns: list[Turn]
) -> Callable[..., Any]:
    """The rule of a box, which also writes down its turn."""

    def told(g: AnyArray) -> Any:
        gradients = rule(g)
        given = {
            n: float(dx)
            for n, (x, dx) in enumerate(zip(box.inputs, gradients, strict=False))
            if x.tensor.node and dx is not None
        }
        turns.append(Turn(box, float(g), given))
        return gradients

    return told


def statements(text: str) -> list[ast.stmt]:
    """The statements of a line; what Python cannot read is told in a sentence."""
    if not text.strip():
        raise Unreadable("Type an expression, for example a*b + c.")
    if len(text) > 200:
        raise Unreadable("This is too long for a picture: use at most 200 signs.")
    try:
        return ast.parse(text.strip()).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Unreadable(
            "This cannot be read: look at its brackets and signs."
        ) from None


def numbers(text: str) -> dict[str, float]:
    """The values of `a = 2, b = -3`."""
    found = {}
    for part in filter(str.strip, text.split(",")):
        name, _, value = (one.strip() for one in part.partition("="))
        try:
            found[name] = float(value)
        except ValueError:
            raise Unreadable(
                f"Give values like a = 2, b = -3; not {part.strip()}."
            ) from None
    return found
