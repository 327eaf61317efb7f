"""Finds what would fail if a function's arguments were on a GPU; it needs none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten: Any = torch.ops.aten
TAKES_BOTH = {aten.index.Tensor, aten.copy_.default}
# What has no deterministic form on a GPU, as use_deterministic_algorithms lists it.
VARIES = {
    *(aten.reflection_pad1d_backward, aten.reflection_pad2d_backward),
    *(aten.reflection_pad3d_backward, aten.avg_pool3d_backward),
    *(aten._adaptive_avg_pool2d_backward, aten._adaptive_avg_pool3d_backward),
    *(aten.adaptive_max_pool2d_backward, aten.fractional_max_pool2d_backward),
    *(aten.fractional_max_pool3d_backward, aten.max_unpool2d, aten.max_unpool3d),
    *(aten.upsample_linear1d_backward, aten.upsample_bilinear2d_backward),
    *(aten.upsample_bicubic2d_backward, aten.upsample_trilinear3d_backward),
    *(aten._upsample_bilinear2d_aa_backward, aten._upsample_bicubic2d_aa_backward),
    *(aten.nll_loss2d_forward, aten.nll_loss2d_backward, aten._ctc_loss_backward),
    *(aten._embedding_bag_dense_backward, aten.grid_sampler_2d_backward),
    *(aten.grid_sampler_3d_backward, aten.put_, aten.histc, aten.median),
    *(aten.cumsum, aten.scatter_reduce, aten.scatter_reduce_, aten.kthvalue),
}


class Elsewhere(TorchDispatchMode):
    """Follows tensors that would be on a GPU, and refuses to mix them with others.

    What is computed from one is there too, and what is made with a device named.
    """

    def __init__(self, *tensors: torch.Tensor) -> None:
        super().__init__()
        self.kept: list[Any] = []
        self.there: set[int] = set()
        self.within = False  # a function of PyTorch that was given some of them
        self.put(tensors)

    def put(self, values: Any) -> None:
        """Count these tensors as on the GPU."""
        for tensor in tree_leaves(values):
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()
                self.kept.append(storage)  # so that its number is not given again
                self.there.add(storage._cdata)

    def has(self, tensor: torch.Tensor) -> bool:
        """Whether the tensor would be on the GPU."""
        return tensor.untyped_storage()._cdata in self.there

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        given = tree_leaves((args, kwargs))
        tensors = [each for each in given if isinstance(each, torch.Tensor)]
        moved = [self.has(each) for each in tensors]
        if any(moved) and func.overloadpacket in VARIES:
            raise RuntimeError(f"{func}: not deterministic on a GPU")
        single = torch.Tag.pointwise in func.tags  # takes a number from the CPU
        here = [t for t, away in zip(tensors, moved, strict=True) if not away]
        mixed = any(moved) and any(t.ndim or not single for t in here)
        if mixed and func not in TAKES_BOTH:
            shapes = [tuple(each.shape) for each in here]
            raise RuntimeError(f"{func}: {shapes} would be on the CPU, others on a GPU")
        result = func(*args, **(kwargs or {}))
        if any(moved) or (self.within and not tensors):
            self.put(result)
        return result


class Moves(TorchFunctionMode):
    """Counts what is made on a named device, and refuses NumPy what is on a GPU."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        super().__init__()
        self.elsewhere = elsewhere

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        asked = getattr(func, "__name__", "")
        if asked == "cpu" or (asked == "numpy" and kwargs.get("force")):
            with torch._C.DisableTorchFunction():
                near = args[0].detach().numpy().copy()
            return torch.from_numpy(near) if asked == "cpu" else near
        if asked in ("numpy", "__array__") and self.elsewhere.has(args[0]):
            raise RuntimeError("numpy() of a tensor that would be on a GPU")
        given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
        self.elsewhere.within = any(map(self.elsewhere.has, given))
        result = func(*args, **kwargs)
        self.elsewhere.within = False
        if kwargs.get("device") is not None:
            self.elsewhere.put(result)
        return result


def call(function: Callable[..., Any], /, *tensors: torch.Tensor, **params: Any) -> Any:
    """What the function gives for tensors that it must take for a GPU's.

    Raises:  RuntimeError where it mixes them with tensors of the CPU
    """
    elsewhere = Elsewhere(*tensors)
    with elsewhere, Moves(elsewhere):
        return function(*tensors, **params)
