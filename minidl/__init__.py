"""A small deep-learning library in NumPy, written one checked brick at a time."""

import numpy as np

from minidl.creation import tensor
from minidl.tape import no_grad
from minidl.tensor import Tensor

float32 = np.dtype(np.float32)
float64 = np.dtype(np.float64)
int64 = np.dtype(np.int64)

__all__ = ["Tensor", "float32", "float64", "int64", "no_grad", "tensor"]
