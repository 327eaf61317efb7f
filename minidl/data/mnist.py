"""MNIST: 70 000 handwritten digits, read from IDX files whose data is verified."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import numpy.typing as npt

from minidl.array import IntArray

Bytes = npt.NDArray[np.uint8]

# SHA-256 of the data, and of the .gz file that the mirrors serve. What counts is the
# data: it circulates compressed in other ways too.
SHA256 = {
    "train-images-idx3-ubyte": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte": (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def load_mnist(train: bool = True) -> tuple[Bytes, IntArray]:
    """Images (N, 28, 28) and labels (N,): 60 000 to train with, or 10 000 to test.

    The files are looked for in the folder that MINIDL_DATA names, or its mnist/, then
    in the user's cache, to which they are downloaded if they are in neither.

    Units:   images 0 (white paper) to 255 (black ink), uint8; labels 0 to 9, int64
    Source:  LeCun, Cortes, Burges, The MNIST database of handwritten digits, 1998
    """
    part = "train" if train else "t10k"
    names = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    images, labels = (read_idx(verified(name)) for name in names)
    return images, labels.astype(np.int64)


def read_idx(path: str | Path) -> Bytes:
    """The array in an IDX file of bytes, compressed if its name ends in .gz.

    Raises:  FileNotFoundError, or ValueError if the file is anything else
    """
    content = contents(path)
    check_idx(content, path)
    return decode_idx(content)


def decode_idx(content: bytes) -> Bytes:
    """The array in the content of an IDX file.

    Format:  bytes 0, 0, 8, n; then n sizes, 4 bytes each, the highest byte first;
             then the entries, one byte each, the last dimension fastest
    Shapes:  -> the n sizes, uint8
    """
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def check_idx(content: bytes, path: str | Path) -> None:
    """Raise unless this is the content of a whole IDX file of bytes."""
    if content[:3] != b"\0\0\x08" or len(content) < 4:
        raise ValueError(
            f"read_idx: {path} starts with bytes {list(content[:4])}, not with 0, 0, 8 "
            "and the number of dimensions; it is no IDX file of bytes"
        )
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    size = start + math.prod(shape)
    if len(content) != size:
        fault = "is cut off" if len(content) < size else "goes on after its end"
        raise ValueError(
            f"read_idx: {path} {fault}: {len(content)} bytes, but an array of shape "
            f"{tuple(shape)} takes {size}; get the file again"
        )


def contents(path: str | Path) -> bytes:
    """The bytes of a file, decompressed if its name ends in .gz."""
    try:
        data = Path(path).read_bytes()
        return gzip.decompress(data) if Path(path).suffix == ".gz" else data
    except FileNotFoundError:
        raise FileNotFoundError(f"read_idx: there is no file {path}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"read_idx: {path} is not a whole gzip file ({error}); get the file again"
        ) from None


def verified(name: str) -> Path:
    """Where the MNIST file of this name is, if it holds what it should."""
    files = (folder / f"{name}{end}" for folder in places() for end in (".gz", ""))
    path = next((file for file in files if file.is_file()), None) or download(name)
    found, expected = hashlib.sha256(contents(path)).hexdigest(), SHA256[name][0]
    if found != expected:
        raise ValueError(
            f"load_mnist: {path} is not MNIST's: its data has the SHA-256 {found}, not "
            f"{expected}; move the file away and load again, then it is downloaded"
        )
    return path


def places() -> Iterator[Path]:
    """The folders in which MNIST may be, in the order in which they are searched."""
    if folder := os.environ.get("MINIDL_DATA"):
        yield from (Path(folder) / "mnist", Path(folder))
    yield cache()


def cache() -> Path:
    """The user's folder for downloaded data."""
    try:
        pooch = import_module("pooch")
    except ImportError:
        raise ImportError(
            f"load_mnist: the files are not in the folder MINIDL_DATA ({named()}), and "
            "pooch, which downloads them, is absent; run pip install pooch tqdm, or "
            "set MINIDL_DATA to their folder"
        ) from None
    return Path(pooch.os_cache("minidl")) / "mnist"


def named() -> str:
    """What MINIDL_DATA says, for a message."""
    return os.environ.get("MINIDL_DATA", "not set")


def download(name: str) -> Path:
    """Fetch a file from the first mirror that gives it, into the user's cache."""
    retrieve, failures = import_module("pooch").retrieve, ""
    sha256, file = SHA256[name][1], f"{name}.gz"
    for mirror in MIRRORS:
        try:
            path = retrieve(mirror + file, sha256, file, cache(), progressbar=True)
            return Path(path)
        except (OSError, ValueError) as error:
            failures += f"\n  {mirror}: {error}"
    raise ConnectionError(
        f"load_mnist: {file} is neither in the folder MINIDL_DATA ({named()}) nor in "
        f"{cache()}, and no mirror gives it; copy the four files from a machine that "
        f"has them to one of these folders{failures}"
    )
