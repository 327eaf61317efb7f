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
from minidl.promotion import bitwise, comparison, operator, reflected

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
    __and__ = __rand__ = bitwise("&", np.bitwise_and)
    __or__ = __ror__ = bitwise("|", np.bitwise_or)
    __xor__ = __rxor__ = bitwise("^", np.bitwise_xor)
    __invert__ = promotion.invert

    # comparisons
    __eq__ = eq = comparison("==", np.equal)  # type: ignore[assignment]
    __ne__ = ne = comparison("!=", np.not_equal)  # type: ignore[assignment]
    __lt__ = lt = comparison("<", np.less)
    __le__ = le = comparison("<=", np.less_equal)
    __gt__ = gt = comparison(">", np.greater)
    __ge__ = ge = comparison(">=", np.greater_equal)
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
    clamp_ = in_place("clamp_", choosing.clamp)
    masked_fill_ = in_place("masked_fill_", choosing.masked_fill)
    exp_ = in_place("exp_", pointwise.exp)
    log_ = in_place("log_", pointwise.log)
    sqrt_ = in_place("sqrt_", pointwise.sqrt)
    rsqrt_ = in_place("rsqrt_", pointwise.rsqrt)
    abs_ = in_place("abs_", pointwise.abs)
    sign_ = in_place("sign_", pointwise.sign)
    sin_ = in_place("sin_", pointwise.sin)
    cos_ = in_place("cos_", pointwise.cos)
    sigmoid_ = in_place("sigmoid_", pointwise.sigmoid)
    tanh_ = in_place("tanh_", pointwise.tanh)
    relu_ = in_place("relu_", pointwise.relu)
    cumsum_ = in_place("cumsum_", reductions.cumsum)
    tril_ = in_place("tril_", linalg.tril)
    triu_ = in_place("triu_", linalg.triu)
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
    exp, log, sqrt, rsqrt = (
        pointwise.exp,
        pointwise.log,
        pointwise.sqrt,
        pointwise.rsqrt,
    )
    abs, sign, sin, cos = pointwise.abs, pointwise.sign, pointwise.sin, pointwise.cos
    sigmoid, tanh, relu = pointwise.sigmoid, pointwise.tanh, pointwise.relu
    softmax, log_softmax = pointwise.softmax, pointwise.log_softmax
    pow, isfinite, cumsum = pointwise.pow, pointwise.isfinite, reductions.cumsum
    sum, mean, norm = operators.sum, reductions.mean, reductions.norm
    std, var = reductions.std, reductions.var
    all, any, equal = reductions.all, reductions.any, reductions.equal
    allclose = reductions.allclose
    clamp, masked_fill, where = choosing.clamp, choosing.masked_fill, where
    maximum, minimum = choosing.maximum, choosing.minimum
    max, min, gather = ordering.max, ordering.min, ordering.gather
    argmax, argmin = ordering.argmax, ordering.argmin
    sort, topk = ordering.sort, ordering.topk
    reshape, view, view_as = shaping.reshape, shaping.view, shaping.view_as
    flatten, squeeze, unsqueeze = shaping.flatten, shaping.squeeze, shaping.unsqueeze
    permute, transpose = shaping.permute, shaping.transpose
    expand, repeat = shaping.expand, shaping.repeat
    split, chunk = shaping.split, shaping.chunk
    mm, bmm, dot, outer = linalg.mm, linalg.bmm, linalg.dot, linalg.outer
    tril, triu = linalg.tril, linalg.triu
