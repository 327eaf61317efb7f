"""PyTorch's path to the data loader: minidl.utils.data."""

from minidl.utils import data as data
