"""Data sets, and what happens to them before a network sees them."""

from minidl.data.datasets import load_breast_cancer, load_diabetes, load_digits
from minidl.data.mnist import load_mnist, read_idx
from minidl.data.transforms import one_hot, standardize, train_test_split

__all__ = [
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_mnist",
    "one_hot",
    "read_idx",
    "standardize",
    "train_test_split",
]
