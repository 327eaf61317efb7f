"""The right solution, with every sum taken from the other end."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from autograder import package
from autograder.bricks.brick import Brick
from autograder.quote import definition
from autograder.strength.mutate import defined

SUMS = ("sum", "mean")


def summed_backwards(brick: Brick) -> Any | None:
    """The brick in which sums, means and products begin at the end; None without any.

    Rounding depends on the order, and no order is more right than another.
    """
    tree = ast.parse(package.finished(brick.module).text)
    node = definition(tree, brick.name)
    before = ast.unparse(node)
    after = ast.unparse(ast.fix_missing_locations(Backwards().visit(node)))
    if after == before:
        return None
    return defined(brick, after, reduced=reduced, multiplied=multiplied)


class Backwards(ast.NodeTransformer):
    """Puts calls of `reduced` and `multiplied` in the place of sums and products."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """x.sum(axis=0) and np.sum(x, axis=0) become reduced(x, "sum", axis=0)."""
        self.generic_visit(node)
        func, args = node.func, node.args
        if not isinstance(func, ast.Attribute) or func.attr not in SUMS:
            return node
        array, *args = args if ast.unparse(func.value) == "np" else [func.value, *args]
        how = ast.Constant(func.attr)
        return ast.Call(ast.Name("reduced"), [array, how, *args], node.keywords)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """A @ B becomes multiplied(A, B)."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return ast.Call(ast.Name("multiplied"), [node.left, node.right], [])


def reduced(x: Any, how: str, axis: Any = None, **options: Any) -> Any:
    """The sum or mean over an axis, from its end to its beginning."""
    turned = np.flip(x, axis) if isinstance(x, np.ndarray) else x
    if axis is not None:
        options["axis"] = axis
    return getattr(turned, how)(**options)


def multiplied(A: Any, B: Any) -> Any:
    """The matrix product, its sums from their ends to their beginnings."""
    if not isinstance(A, np.ndarray) or not isinstance(B, np.ndarray):
        return A @ B
    return A[..., ::-1] @ (B[..., ::-1, :] if B.ndim > 1 else B[::-1])
