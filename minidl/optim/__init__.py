"""Optimizers: how gradients change parameters, step by step."""

from minidl.optim import lr_scheduler
from minidl.optim.adam import Adam, AdamW
from minidl.optim.adaptive import Adadelta, Adagrad, RMSprop
from minidl.optim.optimizer import Optimizer
from minidl.optim.sgd import SGD

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]
__all__ += ["lr_scheduler"]
