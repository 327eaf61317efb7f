"""A small deep-learning library in NumPy, written one checked brick at a time."""

# What is imported here is exported; of the files with a star, the names in __all__.
# mypy: implicit-reexport
# ruff: noqa: F401, F403

from __future__ import annotations

import importlib
from typing import Any

from minidl.choosing import *
from minidl.creation import *
from minidl.dtypes import bool_ as bool
from minidl.dtypes import device, float32, float64, int8, int16, int32, int64, uint8
from minidl.linalg import *
from minidl.operators import sum
from minidl.ordering import *
from minidl.pointwise import *
from minidl.reductions import *
from minidl.sampling import *
from minidl.serialization import load, save
from minidl.shaping import *
from minidl.tape import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minidl.tensor import Tensor

float, double, long, int, short = float32, float64, int64, int32, int16

# loaded when named
PACKAGES = ("autograd", "cuda", "data", "functional", "nn", "optim", "utils")


def __getattr__(name: str) -> Any:
    """The package of that name; an error if minidl has nothing of that name."""
    if name in PACKAGES:
        return importlib.import_module(f"minidl.{name}")
    raise AttributeError(f"minidl.{name} is not part of minidl")
