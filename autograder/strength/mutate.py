"""Damages a brick's reference solution in every small way, one at a time.

The tools for this (mutmut, cosmic-ray, poodle) run a test suite on changed files, and
none of them changes an axis or swaps arguments. These rules do, in memory.
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from autograder import package
from autograder.bricks.brick import DTYPES, Brick
from autograder.quote import definition

OTHER: dict[type[Any], tuple[type[Any], ...]] = {
    getattr(ast, name): tuple(getattr(ast, other) for other in others)
    for name, *others in map(
        str.split,
        (
            *("Add Sub", "Sub Add", "Mult Div Add", "Div Mult", "FloorDiv Mod Mult"),
            *("Mod FloorDiv", "Pow Mult", "MatMult Mult", "BitAnd BitOr"),
            *("BitOr BitAnd", "And Or", "Or And", "Lt LtE Gt", "LtE Lt GtE"),
            *("Gt GtE Lt", "GtE Gt LtE", "Eq NotEq", "NotEq Eq", "Is IsNot"),
            *("IsNot Is", "In NotIn", "NotIn In"),
        ),
    )
}
"""What may stand in an operator's place."""

COMMUTE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr)
PAIRS = (
    *("max min", "maximum minimum", "mean sum", "ceil floor", "ones zeros"),
    *("float32 float64", "train eval", "exp expm1", "log log1p", "sqrt square"),
    *("sin cos", "std var", "argmax argmin", "append extend", "amax amin"),
)
TWIN = {a: b for pair in PAIRS for a, b in (pair.split(), pair.split()[::-1])}
AXES = ("axis", "dim", "axes")
NAME = "<mutant>"
TYPED = ("returns", "annotation")
SPOKEN = (ast.arguments, ast.Raise, ast.JoinedStr)
"""Not the work itself: parameters, and the words of an error."""


@dataclass(frozen=True)
class Mutant:
    """A damaged solution: the lines that were changed, and what they became."""

    was: str
    now: str
    source: str


def solved(brick: Brick) -> str:
    """minidl's own definition, as every mutant is written: without comments."""
    tree = ast.parse(package.finished(brick.module).text)
    return ast.unparse(definition(tree, brick.name))


def mutants(brick: Brick) -> Iterator[Mutant]:
    """Every damage to the learner's work that changes the compiled code."""
    tree = ast.parse(package.finished(brick.module).text)
    whole = definition(tree, brick.name)
    work = definition(whole, brick.hole) if brick.hole else whole
    right = ast.unparse(whole)
    seen = {compiled(right)}
    for _ in each_damage(work):
        wrong = ast.unparse(ast.fix_missing_locations(whole))
        if compiled(wrong) not in seen:
            seen.add(compiled(wrong))
            yield Mutant(*difference(right, wrong), wrong)


def defined(brick: Brick, source: str, **names: Any) -> Any:
    """The function or class of this source, as the brick's module would define it."""
    namespace = {**vars(import_module(brick.module)), **names}
    exec(compiled(source), namespace)
    return namespace[brick.name]


def compiled(source: str) -> Any:
    """The code object of a definition."""
    flags = __future__.annotations.compiler_flag
    return compile(source, NAME, "exec", flags, dont_inherit=True)


def difference(right: str, wrong: str) -> tuple[str, str]:
    """The lines that differ, without those before and after that agree."""
    a, b = right.splitlines(), wrong.splitlines()
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return "\n".join(map(str.strip, a)), "\n".join(map(str.strip, b))


def each_damage(node: ast.AST) -> Iterator[None]:
    """Damage one place below node, yield, and mend it: once for each rule that fits."""
    for field, value in ast.iter_fields(node):
        if field in TYPED:
            continue
        for i, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or isinstance(child, SPOKEN):
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":
                continue  # an assertion about lengths: it changes no result
            for new in damages(child):
                put(node, field, i, new)
                yield
                put(node, field, i, child)
            yield from each_damage(child)


def put(node: ast.AST, field: str, i: int, new: ast.AST) -> None:
    """Set a field of node, or entry i where the field is a list."""
    if isinstance(getattr(node, field), list):
        getattr(node, field)[i] = new
    else:
        setattr(node, field, new)


def damages(node: Any) -> Iterator[ast.AST]:
    """What may stand in the place of node."""
    match node:
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, other(), right) for other in OTHER[type(op)])
            yield from (left, right)
            if not isinstance(op, COMMUTE):
                yield ast.BinOp(right, op, left)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.Compare(left, [op], [right]):
            yield from (ast.Compare(left, [o()], [right]) for o in OTHER[type(op)])
        case ast.BoolOp(op, values):
            yield from (ast.BoolOp(other(), values) for other in OTHER[type(op)])
            yield from values
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Attribute(value, name):
            yield from other_attributes(value, name)
        case ast.Call():
            yield from other_calls(node)
        case ast.Slice(lower, upper, step):
            yield from (ast.Slice(lower, near, step) for near in beside(upper))
            yield from (ast.Slice(near, upper, step) for near in beside(lower))
        case ast.Tuple(items, ast.Load()) | ast.List(items, ast.Load()):
            for i in range(len(items) - 1):
                yield type(node)(swapped(items, i), ast.Load())
        case ast.IfExp(test, body, orelse):
            yield from (body, orelse, ast.IfExp(test, orelse, body))
        case ast.comprehension(target, source, [_, *_], is_async):
            yield ast.comprehension(target, source, [], is_async)
        case ast.stmt():
            yield from other_statements(node)


def other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statement left out, or done otherwise."""
    match node:
        case ast.AugAssign(target, op, value):
            for other in OTHER[type(op)]:
                yield ast.AugAssign(target, other(), value)
            yield from (ast.Assign([target], value), ast.Pass())
        case ast.Assign([target], value) if names(target) & names(value):
            yield ast.Pass()
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.If(test, body, orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
            yield from (ast.If(ast.Constant(b), body, orelse) for b in (True, False))
        case ast.For(target, _, body, orelse):
            yield ast.For(target, ast.Tuple([], ast.Load()), body, orelse)
        case ast.Break():
            yield ast.Continue()


def other_attributes(value: ast.expr, name: str) -> Iterator[ast.expr]:
    """A function's twin, another dtype, no transpose."""
    if name in TWIN:
        yield ast.Attribute(value, TWIN[name], ast.Load())
    if name == "dtype":
        yield from (ast.parse(f"np.{d}", mode="eval").body for d in DTYPES)
    if name == "T":
        yield value


def other_calls(node: ast.Call) -> Iterator[ast.expr]:
    """The call left out, with an argument less, or with two arguments swapped."""
    func, args, keywords = node.func, node.args, node.keywords
    method = isinstance(func, ast.Attribute) and ast.unparse(func.value) != "np"
    if args and not method:
        yield args[0]
    elif isinstance(func, ast.Attribute) and method:
        yield func.value
    for i in range(len(args) - 1):
        yield ast.Call(func, swapped(args, i), keywords)
    if len(args) + method > 1:
        yield ast.Call(func, args[:-1], keywords)
    if ast.unparse(func) == "range":
        yield from (ast.Call(func, [*args[:-1], b], []) for b in beside(args[-1]))
    for i, keyword in enumerate(keywords):
        if keyword.arg == "strict":
            continue
        others = keywords[:i] + keywords[i + 1 :]
        yield ast.Call(func, args, others)
        if keyword.arg in AXES:
            for axis in (0, 1, -1):
                there = ast.keyword(keyword.arg, ast.Constant(axis))
                yield ast.Call(func, args, [there, *others])


def beside(bound: ast.expr | None) -> Iterator[ast.expr]:
    """One more and one less than a bound."""
    one = ast.Constant(1)
    if bound is None:
        yield from (one, ast.UnaryOp(ast.USub(), one))
    else:
        yield from (ast.BinOp(bound, op(), one) for op in (ast.Add, ast.Sub))


def swapped(items: list[Any], i: int) -> list[Any]:
    """The list with entries i and i + 1 in each other's place."""
    return [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def names(node: ast.AST) -> set[str]:
    """The variables that stand in node."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
