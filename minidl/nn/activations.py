"""Activations as Modules; each takes the options of its function."""

from minidl import functional
from minidl.nn.function import as_module

ELU = as_module("ELU", functional.elu)
GELU = as_module("GELU", functional.gelu)
LeakyReLU = as_module("LeakyReLU", functional.leaky_relu)
LogSoftmax = as_module("LogSoftmax", functional.log_softmax)
ReLU = as_module("ReLU", functional.relu)
Sigmoid = as_module("Sigmoid", functional.sigmoid)
SiLU = as_module("SiLU", functional.silu)
Softmax = as_module("Softmax", functional.softmax)
Softplus = as_module("Softplus", functional.softplus)
Tanh = as_module("Tanh", functional.tanh)
