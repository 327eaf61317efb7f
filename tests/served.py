"""A service on loopback for as long as a test needs it, and pictures to send to it."""

from __future__ import annotations

import contextlib
import io
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn
from PIL import Image

SECONDS = 30  # for one answer, on a busy machine


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of this application, on a port that was free."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield "http://127.0.0.1:{1}".format(*server.servers[0].sockets[0].getsockname())
    finally:
        server.should_exit = True
        thread.join()


def classify(address: str, content: bytes, name: str = "digit.png") -> httpx.Response:
    """What the service answers to this upload."""
    files = {"image": (name, content)}
    return httpx.post(f"{address}/classify_image", files=files, timeout=SECONDS)


def encoded(pixels: Any, form: str = "PNG", **options: Any) -> bytes:
    """Pixels, or an image, as a file of this form."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def png(width: int, height: int, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG of one color that claims this size, with more chunks behind its header."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(min((width + 1) * height, 1 << 24)), 9)
    chunks = [(b"IHDR", header), *more, (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
