"""What one does with a Tensor: x + y, x[i], x.exp(), a line for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minidl import (
    choosing,
    conversion,
    indexing,
    inplace,
    linalg,
    operators,
    ordering,
    pointwise,
    printing,
    promotion,
    reductions,
    shaping,
)
from minidl.dtypes import bool_, float32, float64, int32, int64
from minidl.inplace import arithmetic, in_place, scaled
from minidl.promotion import gradientless, operator, reflected

if TYPE_CHECKING:
    from minidl.tensor import Tensor


def where(input: Tensor, condition: Tensor, other: Any) -> Tensor:
    """Entries of input where the condition holds, of other elsewhere."""
    return choosing.where(condition, input, other)


class Methods:
    """The methods of Tensor that are functions of other files."""

    __slots__ = ()

    # operators
    __add__ = __radd__ = operator("+", operators.add, operators.add_number)
    __sub__ = operator("-", operators.sub, operators.sub_number)
    __mul__ = __rmul__ = operator("*", operators.mul, operators.mul_number)
    __truediv__ = operator("/", operators.div, operators.div_number)
    __floordiv__ = operator("//", operators.floor_divide)
    __mod__ = operator("%", operators.remainder)
    __rsub__ = reflected("-", operators.sub)
    __rtruediv__ = reflected("/", operators.div)
    __rfloordiv__ = reflected("//", operators.floor_divide)
    __rmod__ = reflected("%", operators.remainder)
    __pow__, __rpow__ = pointwise.pow, reflected("**", pointwise.pow)
    __neg__, __abs__ = operators.neg, pointwise.abs
    __matmul__ = matmul = promotion.matrix_product
    __and__ = __rand__ = gradientless("&", np.bitwise_and)
    __or__ = __ror__ = gradientless("|", np.bitwise_or)
    __xor__ = __rxor__ = gradientless("^", np.bitwise_xor)
    __invert__ = promotion.invert

    # comparisons
    __eq__ = eq = gradientless("==", np.equal)  # type: ignore[assignment]
    __ne__ = ne = gradientless("!=", np.not_equal)  # type: ignore[assignment]
    __lt__ = lt = gradientless("<", np.less)
    __le__ = le = gradientless("<=", np.less_equal)
    __gt__ = gt = gradientless(">", np.greater)
    __ge__ = ge = gradientless(">=", np.greater_equal)
    __hash__ = object.__hash__

    # in place
    __iadd__ = arithmetic("+=", __add__, np.add)
    __isub__ = arithmetic("-=", __sub__, np.subtract)
    __imul__ = mul_ = arithmetic("*=", __mul__, np.multiply)
    __itruediv__ = div_ = arithmetic("/=", __truediv__, np.true_divide)
    __ipow__ = pow_ = in_place("**=", __pow__)
    add_, sub_ = scaled(__iadd__), scaled(__isub__)
    copy_ = in_place("copy_", inplace.copied)
    fill_ = in_place("fill_", inplace.filled)
    zero_ = in_place("zero_", inplace.zeroed)
    uniform_ = in_place("uniform_", inplace.uniform)
    normal_ = in_place("normal_", inplace.normal)
    bernoulli_ = in_place("bernoulli_", inplace.bernoulli)

    # indexing
    __getitem__, __setitem__ = indexing.getitem, indexing.setitem
    __iter__, __len__ = indexing.iterate, conversion.length

    # out of a tensor, and into another dtype
    item, tolist, numpy = conversion.item, conversion.tolist, conversion.numpy
    detach, clone, cpu = conversion.detach, conversion.clone, conversion.cpu
    contiguous, cuda = conversion.contiguous, conversion.cuda
    to, type_as = conversion.to, conversion.type_as
    float, double = conversion.casting(float32), conversion.casting(float64)
    long, int = conversion.casting(int64), conversion.casting(int32)
    bool = conversion.casting(bool_)
    size, dim, numel = conversion.size, conversion.dim, conversion.numel
    __bool__, __index__ = conversion.as_bool, conversion.as_index
    __float__, __int__ = conversion.as_float, conversion.as_int
    __array__, __format__ = conversion.array, conversion.formatted
    __repr__ = printing.text

    # computing
    abs, sign, sin, cos = pointwise.abs, pointwise.sign, pointwise.sin, pointwise.cos
    exp, log, pow, sqrt = pointwise.exp, pointwise.log, pointwise.pow, pointwise.sqrt
    rsqrt, sigmoid, tanh = pointwise.rsqrt, pointwise.sigmoid, pointwise.tanh
    relu, isfinite, cumsum = pointwise.relu, pointwise.isfinite, reductions.cumsum
    softmax, log_softmax = pointwise.softmax, pointwise.log_softmax
    sum, mean, norm = operators.sum, reductions.mean, reductions.norm
    std, var, allclose = reductions.std, reductions.var, reductions.allclose
    all, any, equal = reductions.all, reductions.any, reductions.equal
    clamp, masked_fill, where = choosing.clamp, choosing.masked_fill, where
    maximum, minimum = choosing.maximum, choosing.minimum
    max, min, gather = ordering.max, ordering.min, ordering.gather
    argmax, argmin = ordering.argmax, ordering.argmin
    sort, topk = ordering.sort, ordering.topk
    reshape, view, view_as = shaping.reshape, shaping.view, shaping.view_as
    flatten, squeeze, unsqueeze = shaping.flatten, shaping.squeeze, shaping.unsqueeze
    permute, transpose = shaping.permute, shaping.transpose
    expand, repeat = shaping.expand, shaping.repeat
    split, chunk = shaping.parts, shaping.chunk
    mm, bmm, dot, outer = linalg.mm, linalg.bmm, linalg.dot, linalg.outer
    tril, triu = linalg.tril, linalg.triu


for name in (
    *("abs", "clamp", "cos", "cumsum", "exp", "log", "masked_fill", "relu", "rsqrt"),
    *("sigmoid", "sign", "sin", "sqrt", "tanh", "tril", "triu"),
):
    setattr(Methods, f"{name}_", in_place(f"{name}_", getattr(Methods, name)))
