"""A pad to draw a digit on, and what the model makes of it while one draws."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

try:
    import anywidget
    import traitlets
except ModuleNotFoundError as error:
    raise ImportError(
        f"minidl.viz.pad: {error.name} is not installed; run pip install 'minidl[viz]'"
    ) from None

from minidl.data.handwriting import prepare_digits
from minidl.models import check_reads_digits, probabilities
from minidl.nn import Conv2d, Module
from minidl.tape import no_grad
from minidl.tensor import Tensor


class Pad(anywidget.AnyWidget):
    """A pad to draw on, ten probabilities, and the maps of the first convolution.

    model:   from images (N, 1, 28, 28), as prepare_digits makes them, to (N, 10)
             logits; without a Conv2d it has no maps
    ink:     the drawing: square, row by row, a byte a pixel, 0 black to 255 ink
    answer:  its probabilities; maps (shape) of a signed byte each, 127 the largest
    Raises:  ValueError if the model does not make (N, 10)
    """

    _esm = Path(__file__).with_name("pad.js")
    _css = Path(__file__).with_name("pad.css")
    ink = traitlets.Bytes().tag(sync=True, from_json=lambda view, _: bytes(view))
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, model: Module) -> None:
        check_reads_digits("Pad", model)
        found = (part for part in model.modules() if isinstance(part, Conv2d))
        self.model, self.first = model, next(found, None)
        self.count = 0
        super().__init__()

    @traitlets.observe("ink")
    def read(self, _: object = None) -> None:
        """Answer what has been drawn; a count tells two equal answers apart."""
        self.count += 1
        answer: dict[str, Any] = {"drawing": self.count}
        if any(self.ink):
            image = drawing(self.ink)
            answer["probabilities"] = probabilities(self.model, image)[0].tolist()
            if self.first is not None:
                answer |= feature_maps(self.first, image)
        self.answer = answer


def drawing(ink: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The square picture in these bytes, (1, side, side)."""
    side = math.isqrt(len(ink))
    if side * side != len(ink):
        raise ValueError(
            f"Pad: ink has {len(ink)} bytes, which make no square; give a byte for "
            "each pixel of a square picture"
        )
    return np.frombuffer(ink, np.uint8).reshape(1, side, side)


def feature_maps(layer: Conv2d, image: np.ndarray[Any, Any]) -> dict[str, Any]:
    """What the layer makes of a picture, in bytes from -127 to 127, and its shape."""
    with no_grad():
        maps = layer(Tensor(prepare_digits(image))).numpy()[0]
    largest = max(float(np.abs(maps).max()), 1e-12)
    signed = np.rint(maps * (127 / largest)).astype(np.int8)
    return {"maps": signed.tobytes(), "shape": list(signed.shape)}
