"""The functions behind the layers, as `import minidl.nn.functional as F` has them."""

from typing import Any

from minidl.errors import outside
from minidl.functional import *  # noqa: F403, the names in its __all__
from minidl.functional import __all__ as __all__


def __getattr__(name: str) -> Any:
    """Say that there is no such function, and what is near."""
    raise outside("minidl.nn.functional", name, __all__)
