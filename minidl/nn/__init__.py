"""Networks: Module, the layers and losses, first weights; one family a file."""

from typing import Any

from minidl.errors import outside
from minidl.memory import keep_freed_memory
from minidl.nn import functional, init, utils
from minidl.nn.activations import (
    ELU,
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from minidl.nn.attention import MultiheadAttention
from minidl.nn.cells import GRUCell, LSTMCell, RNNCell
from minidl.nn.containers import ModuleDict, ModuleList, Sequential
from minidl.nn.convolution import Conv1d, Conv2d, ConvTranspose2d
from minidl.nn.dropout import Dropout, Dropout2d
from minidl.nn.embedding import Embedding
from minidl.nn.linear import Flatten, Identity, Linear
from minidl.nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeEmbeddingLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    MultiMarginLoss,
    NLLLoss,
    SmoothL1Loss,
)
from minidl.nn.module import Module
from minidl.nn.normalization import BatchNorm1d, BatchNorm2d, LayerNorm
from minidl.nn.parameter import Parameter
from minidl.nn.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from minidl.nn.recurrent import GRU, LSTM, RNN

keep_freed_memory()

__all__ = ["Module", "ModuleDict", "ModuleList", "Parameter", "Sequential"]
__all__ += ["Conv1d", "Conv2d", "ConvTranspose2d", "Embedding", "Flatten", "Linear"]
__all__ += ["AdaptiveAvgPool2d", "AvgPool2d", "Identity", "MaxPool2d"]
__all__ += ["BatchNorm1d", "BatchNorm2d", "Dropout", "Dropout2d", "LayerNorm"]
__all__ += ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "MultiheadAttention"]
__all__ += ["RNNCell", "functional", "init", "utils"]
__all__ += ["ELU", "GELU", "LeakyReLU", "LogSoftmax", "ReLU", "SiLU", "Sigmoid"]
__all__ += ["BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "HingeEmbeddingLoss"]
__all__ += ["KLDivLoss", "L1Loss", "MSELoss", "MultiMarginLoss", "NLLLoss"]
__all__ += ["SmoothL1Loss", "Softmax", "Softplus", "Tanh"]


def __getattr__(name: str) -> Any:
    """Say that there is no such layer, and what is near."""
    raise outside("minidl.nn", name, __all__)
