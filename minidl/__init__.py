"""A small deep-learning library in NumPy, written one checked brick at a time."""

from __future__ import annotations

import importlib
from typing import Any

from minidl import (
    choosing,
    contraction,
    creation,
    linalg,
    ordering,
    pointwise,
    reductions,
    sampling,
    shaping,
)
from minidl.choosing import *  # noqa: F403
from minidl.contraction import *  # noqa: F403
from minidl.creation import *  # noqa: F403, the names in its __all__
from minidl.dtypes import bool_ as bool
from minidl.dtypes import device, float32, float64, int8, int16, int32, int64, uint8
from minidl.linalg import *  # noqa: F403
from minidl.operators import sum
from minidl.ordering import *  # noqa: F403
from minidl.pointwise import *  # noqa: F403
from minidl.reductions import *  # noqa: F403
from minidl.sampling import *  # noqa: F403
from minidl.serialization import load, save
from minidl.shaping import *  # noqa: F403
from minidl.tape import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minidl.tensor import Tensor

float, double, long, int, short = float32, float64, int64, int32, int16

__all__ = ["Tensor", "device", "enable_grad", "is_grad_enabled", "no_grad", "sum"]
__all__ += ["bool", "float32", "float64", "int16", "int32", "int64", "set_grad_enabled"]
__all__ += ["double", "float", "int", "int8", "long", "short", "uint8"]
__all__ += ["load", "save"]
__all__ += choosing.__all__
__all__ += contraction.__all__
__all__ += creation.__all__
__all__ += linalg.__all__
__all__ += ordering.__all__
__all__ += pointwise.__all__
__all__ += reductions.__all__
__all__ += sampling.__all__
__all__ += shaping.__all__

PACKAGES = ("cuda", "data", "functional", "nn", "optim", "utils")  # loaded when named


def __getattr__(name: str) -> Any:
    """The package of that name; an error if minidl has nothing of that name."""
    if name in PACKAGES:
        return importlib.import_module(f"minidl.{name}")
    raise AttributeError(f"minidl.{name} is not part of minidl")
