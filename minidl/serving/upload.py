"""From the bytes of an upload to a picture that prepare_digits takes, or a refusal."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

Gray = npt.NDArray[np.uint8]

LARGEST = 4_000_000
"""Bytes of an upload, and pixels of its picture."""
FORMATS = {b"\x89PNG\r\n\x1a\n": PngImageFile, b"\xff\xd8\xff": JpegImageFile}
"""How a file starts, and what reads it. No other part of Pillow sees an upload."""
FAINT = 16  # of 255: a picture that nowhere differs more from its ground is blank
SHADE = 85  # of 255: what is fainter in a photo, next to its strongest ink, is none


class Refused(Exception):
    """An upload that shows no digit to read: the HTTP status, and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def picture(content: bytes) -> Gray:
    """The picture in a PNG or JPEG file, (1, H, W), bright ink on dark.

    Raises:  Refused if there is none, or not one that can be a digit
    """
    if not content:
        raise Refused(400, "the file is empty; send a PNG or JPEG picture of a digit")
    opened = [reader for start, reader in FORMATS.items() if content.startswith(start)]
    if not opened:
        raise Refused(
            415,
            f"the file starts with bytes {content[:4].hex(' ')}, as neither a PNG nor "
            "a JPEG does; send one of these",
        )
    try:
        image = checked(opened[0](io.BytesIO(content)))
        ink = bright_ink(gray(image))
    except Refused:
        raise
    except Exception as error:  # what Pillow raises for a broken file has no base class
        reason = f"the picture cannot be decoded ({error}); save it again"
        raise Refused(400, reason) from None
    if opened[0] is JpegImageFile:  # its shadows, noise and halos are no ink
        ink[ink < SHADE] = 0
    return ink


def checked(image: Image.Image) -> Image.Image:
    """The image, of which only the header has been read, if it may be decoded."""
    width, height = image.size
    if width * height > LARGEST:
        raise Refused(
            413,
            f"the picture has {width} x {height} pixels, but at most {LARGEST:,} are "
            "read; make it smaller",
        )
    if (frames := getattr(image, "n_frames", 1)) > 1:
        raise Refused(400, f"the picture has {frames} frames; send one")
    return image


def gray(image: Image.Image) -> Gray:
    """How bright each pixel is, (H, W), 0 to 255, upright.

    What is transparent lies on white under dark ink, and on black under bright ink.
    """
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits, which convert("L") would clip
        return (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
    if not image.has_transparency_data:
        return np.asarray(image.convert("L"))
    values = np.asarray(image.convert("LA"), np.float64)
    brightness, cover = values[..., 0], values[..., 1] / 255
    bright = (brightness * cover).sum() > 127.5 * cover.sum()
    ground = 0 if bright else 255
    return np.rint(brightness * cover + ground * (1 - cover)).astype(np.uint8)


def bright_ink(gray: Gray) -> Gray:
    """The ink's distance from its ground, which is the median along the border.

    Of dark ink on a light ground this is the negative; the ground becomes 0, and the
    most distant pixel 255.

    Shapes:  (H, W) -> (1, H, W)
    """
    edges = (gray[0], gray[-1], gray[:, 0], gray[:, -1])
    distance = gray - np.rint(np.median(np.concatenate(edges)))
    if distance.max() < -distance.min():
        distance = -distance
    most = distance.max()
    if most < FAINT:
        raise Refused(
            400,
            f"the picture is blank: its pixels differ by at most {most:.0f} of 255 "
            "from its border; draw a digit on it",
        )
    ink: Gray = np.rint(np.maximum(distance, 0) * (255 / most)).astype(np.uint8)
    return ink[None]
