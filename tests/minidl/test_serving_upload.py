"""Which uploads become a picture, and why others are refused."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from PIL import Image
from served import encoded, png

from benchmarks.serving import seven
from minidl.data.handwriting import prepare_digits
from minidl.serving.upload import Refused, picture

INK = seven()
SMALL = encoded(INK[::5, ::5])
PHOTO = encoded(INK, "JPEG", quality=95)


def with_alpha(brightness: int) -> Image.Image:
    """The 7 in ink of this brightness on nothing."""
    return Image.merge("LA", [Image.new("L", (140, 140), brightness), of(INK)])


def of(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels)


def palette(transparent: bool) -> bytes:
    """A PNG with a palette; its first color may be transparent."""
    image = of(INK).convert("P")
    return encoded(image, **({"transparency": 0} if transparent else {}))


SAME = {
    "gray": encoded(INK),
    "color": encoded(of(INK).convert("RGB")),
    "dark ink on light ground": encoded(255 - INK),
    "one bit": encoded(of(INK).convert("1")),
    "16 bits": encoded(INK.astype(np.uint16) * 257),
    "16 bits, dark ink": encoded((255 - INK).astype(np.uint16) * 257),
    "a palette": palette(transparent=False),
    "a palette with a transparent color": palette(transparent=True),
    "opaque": encoded(of(INK).convert("RGBA")),
    "bright ink on nothing": encoded(with_alpha(255)),
    "dark ink on nothing": encoded(with_alpha(0)),
    "faint ink": encoded(100 + INK // 5),
    "faint dark ink": encoded(180 - INK // 5),
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_every_kind_of_png_gives_the_same_picture(content):
    assert_array_equal(picture(content), INK[None])


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("pixels", [INK, 255 - INK], ids=["bright ink", "dark ink"])
def test_every_kind_of_jpeg_gives_nearly_the_same_picture(mode, pixels):
    content = encoded(of(pixels).convert(mode), "JPEG", quality=95)
    found = picture(content).astype(int)
    assert np.abs(found - INK).mean() < 3  # JPEG loses a little at every edge
    difference = prepare_digits(INK[None]) - prepare_digits(found)
    assert np.abs(difference).mean() < 0.05  # of 3.2 between paper and ink


def test_noise_and_shadow_of_a_photo_are_no_ink():
    shadow = np.linspace(0, 30, 140)
    noise = np.random.default_rng(0).normal(0, 6, (140, 140))
    photo = np.clip(200 - shadow - noise - INK * (150 / 255), 0, 255).astype(np.uint8)
    drawn, photographed = picture(encoded(INK)), picture(encoded(photo, "JPEG"))
    difference = prepare_digits(drawn) - prepare_digits(photographed)
    assert np.abs(difference).mean() < 0.05  # of 3.2 between paper and ink


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is on the right of the pixels
    lying = of(np.rot90(INK))
    upright = picture(encoded(lying, "JPEG", quality=95, exif=exif)).astype(int)
    assert np.abs(upright - INK).mean() < 3


def test_the_largest_picture_is_read():
    image = np.zeros((2000, 2000), np.uint8)
    image[500:1500, 900:1100] = 255
    assert picture(encoded(image)).shape == (1, 2000, 2000)


def animated() -> bytes:
    """A PNG of two frames."""
    frames = [of(INK), of(INK.T)]
    return encoded(frames[0], save_all=True, append_images=frames[1:])


TEXT_BOMB = (b"zTXt", b"comment\0\0" + zlib.compress(bytes(50_000_000), 9))
COLOR_BOMB = (b"iCCP", b"profile\0\0" + zlib.compress(bytes(50_000_000), 9))
REFUSED = {
    "empty": (b"", 400, r"file is empty"),
    "text": (b"seven", 415, r"73 65 76 65, as neither a PNG nor a JPEG does"),
    "GIF": (encoded(INK, "GIF"), 415, r"neither a PNG nor a JPEG"),
    "TIFF": (encoded(INK, "TIFF"), 415, r"neither a PNG nor a JPEG"),
    "start of a PNG": (SMALL[:8], 400, r"cannot be decoded"),
    "header of a PNG": (SMALL[:40], 400, r"cannot be decoded"),
    "truncated PNG": (SMALL[:-40], 400, r"cannot be decoded .*; save it again"),
    "truncated JPEG": (PHOTO[:800], 400, r"cannot be decoded .*; save it again"),
    "start of a JPEG": (b"\xff\xd8\xff", 400, r"cannot be decoded"),
    "100 megapixels": (png(10_000, 10_000), 413, r"10000 x 10000 .* 4,000,000"),
    "a line": (png(1, 4_000_001), 413, r"1 x 4000001 pixels"),
    "beyond Pillow's bomb limit": (png(65_000, 65_000), 413, r"make it smaller"),
    "bomb in a text": (png(28, 28, TEXT_BOMB), 400, r"cannot be decoded|is blank"),
    "bomb in a profile": (png(28, 28, COLOR_BOMB), 400, r"cannot be decoded|is blank"),
    "no pixels": (png(0, 28), 400, r"cannot be decoded"),
    "two frames": (animated(), 400, r"has 2 frames; send one"),
    "blank": (png(28, 28), 400, r"blank: .* at most 0 of 255"),
    "nearly blank": (encoded(INK // 20), 400, r"blank: .* at most 12 of 255"),
}


@pytest.mark.parametrize(("content", "status", "reason"), REFUSED.values(), ids=REFUSED)
def test_other_uploads_are_refused_with_a_reason(content, status, reason):
    with pytest.raises(Refused, match=reason) as refused:
        picture(content)
    assert refused.value.status == status


def test_a_bomb_is_refused_before_it_is_unpacked():
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            picture(REFUSED["100 megapixels"][0])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    start=st.sampled_from([SMALL, PHOTO, animated(), SAME["16 bits"]]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=4),
)
def test_a_damaged_file_is_read_or_refused(start, changes):
    content = io.BytesIO(start)
    for place, data in changes:
        content.seek(int(place * len(start)))
        content.write(data)
    with contextlib.suppress(Refused):
        assert picture(content.getvalue()).dtype == np.uint8
