"""MNIST files: read, verified, downloaded; and what damaged ones are told."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pooch
import pytest

from minidl.data import load_mnist, mnist, read_idx

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    """The bytes of an IDX file with this array."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


PICTURES = np.random.default_rng(0).integers(0, 256, (3, 28, 28))
DIGITS = np.array([5, 0, 4])
FILES = {IMAGES: idx(PICTURES), LABELS: idx(DIGITS)}
PACKED = {name: gzip.compress(data, mtime=0) for name, data in FILES.items()}


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """A MNIST of three digits, no MINIDL_DATA, an empty cache and no mirror."""
    digests = {name: (sha256(FILES[name]), sha256(PACKED[name])) for name in FILES}
    monkeypatch.setattr(mnist, "SHA256", digests)
    monkeypatch.setattr(mnist, "MIRRORS", ())
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.delenv("MINIDL_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server(tmp_path):
    """Serves the folder that it returns with the address of the server."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(Handler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def lay(folder: Path, *, packed: bool = True, **changed: bytes) -> Path:
    """Write the two files into the folder, with the content of some changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (PACKED if packed else FILES).items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(changed.get(name.split("-")[1], data))
    return folder


def assert_loaded():
    images, labels = load_mnist(train=True)
    np.testing.assert_array_equal(images, PICTURES)
    np.testing.assert_array_equal(labels, DIGITS)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    images[0] = 0  # the array is the caller's


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("place", ["", "mnist"])
def test_the_files_are_read_from_the_named_folder(monkeypatch, tmp_path, place, packed):
    lay(tmp_path / "data" / place, packed=packed)
    monkeypatch.setenv("MINIDL_DATA", str(tmp_path / "data"))
    assert_loaded()


def test_the_same_data_compressed_in_another_way_is_welcome(monkeypatch, tmp_path):
    other = gzip.compress(FILES[IMAGES], compresslevel=1, mtime=1)
    assert other != PACKED[IMAGES]
    monkeypatch.setenv("MINIDL_DATA", str(lay(tmp_path / "data", images=other)))
    assert_loaded()


def test_the_cache_is_used_where_the_named_folder_has_no_files(monkeypatch, tmp_path):
    lay(tmp_path / "cache" / "minidl" / "mnist")
    assert_loaded()
    monkeypatch.setenv("MINIDL_DATA", str(tmp_path / "nowhere"))
    assert_loaded()


def test_absent_files_are_downloaded_once_with_a_progress_bar(
    monkeypatch, tmp_path, server, capsys
):
    folder, address = server
    lay(folder)
    monkeypatch.setattr(mnist, "MIRRORS", (address,))
    assert_loaded()
    assert "100%" in capsys.readouterr().err
    monkeypatch.setattr(mnist, "MIRRORS", ())
    assert_loaded()
    cached = tmp_path / "cache" / "minidl" / "mnist" / f"{IMAGES}.gz"
    assert cached.read_bytes() == PACKED[IMAGES]


@pytest.mark.parametrize("first", ["missing", "wrong"])
def test_the_second_mirror_serves_what_the_first_does_not(monkeypatch, server, first):
    folder, address = server
    lay(folder)
    if first == "wrong":
        lay(folder / first, images=gzip.compress(b"other"), labels=b"")
    monkeypatch.setattr(mnist, "MIRRORS", (f"{address}{first}/", address))
    assert_loaded()


def test_offline_the_message_says_where_to_put_the_files(monkeypatch, tmp_path, server):
    _, address = server
    monkeypatch.setattr(mnist, "MIRRORS", (f"{address}a/", f"{address}b/"))
    monkeypatch.setenv("MINIDL_DATA", "some-folder")
    with pytest.raises(ConnectionError) as error:
        load_mnist()
    message = str(error.value)
    cache = tmp_path / "cache" / "minidl" / "mnist"
    assert f"{IMAGES}.gz is neither in the folder MINIDL_DATA (some-folder)" in message
    assert f"nor in {cache}, and no mirror gives it; copy the four files" in message
    assert f"\n  {address}a/: 404" in message
    assert f"\n  {address}b/: 404" in message


def test_without_pooch_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    message = r"MINIDL_DATA \(not set\), and pooch.* run pip install pooch tqdm, or set"
    with pytest.raises(ImportError, match=message):
        load_mnist()


@pytest.mark.parametrize("packed", [True, False])
def test_other_data_is_refused_and_left_where_it_is(monkeypatch, tmp_path, packed):
    data = idx(255 - PICTURES)
    content = gzip.compress(data) if packed else data
    folder = lay(tmp_path / "cache" / "minidl" / "mnist", packed=packed, images=content)
    path = folder / (f"{IMAGES}.gz" if packed else IMAGES)
    with pytest.raises(ValueError, match=re.escape(f"load_mnist: {path} is not")) as e:
        load_mnist()
    assert f"SHA-256 {sha256(data)}, not {sha256(FILES[IMAGES])}; move" in str(e.value)
    assert path.read_bytes() == content


DAMAGED = {
    "not a gzip file": (FILES[IMAGES], "is not a whole gzip file (Not a gzipped file"),
    "a gzip file cut off": (
        PACKED[IMAGES][:-9],
        "is not a whole gzip file (Compressed",
    ),
    "a gzip file with a wrong byte": (
        PACKED[IMAGES][:-6] + b"\0" + PACKED[IMAGES][-5:],
        "is not a whole gzip file (CRC check failed",
    ),
    "a gzip file with a wrong block": (
        PACKED[IMAGES][:12] + b"\xff" * 9 + PACKED[IMAGES][21:],
        "is not a whole gzip file (Error",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_gzip_file_is_explained_and_left_alone(monkeypatch, tmp_path, name):
    content, message = DAMAGED[name]
    monkeypatch.setenv("MINIDL_DATA", str(lay(tmp_path, images=content)))
    path = tmp_path / f"{IMAGES}.gz"
    for read in (load_mnist, partial(read_idx, path)):
        with pytest.raises(ValueError, match=re.escape(f"read_idx: {path} {message}")):
            read()
    assert path.read_bytes() == content


WHOLE = idx(DIGITS)
NOT_IDX = {
    "empty": (b"", "starts with bytes [], not with 0, 0, 8"),
    "a wrong magic": (b"\x89PNG" + WHOLE, "starts with bytes [137, 80, 78, 71], not"),
    "floats": (b"\0\0\x0d\1" + WHOLE[4:], "starts with bytes [0, 0, 13, 1], not with"),
    "no dimensions": (b"\0\0\x08", "starts with bytes [0, 0, 8], not with"),
    "cut off": (
        WHOLE[:-1],
        "is cut off: 10 bytes, but an array of shape (3,) takes 11",
    ),
    "cut off in the header": (WHOLE[:6], "is cut off: 6 bytes, but"),
    "trailing bytes": (WHOLE + b"\0", "goes on after its end: 12 bytes, but an array"),
    "a giant in the header": (
        b"\0\0\x08\3" + b"\xff" * 12,
        "is cut off: 16 bytes, but an array of shape (4294967295, 4294967295, 42949672",
    ),
}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("name", NOT_IDX)
def test_what_is_no_idx_file_is_explained(tmp_path, name, suffix):
    content, message = NOT_IDX[name]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(gzip.compress(content) if suffix else content)
    with pytest.raises(ValueError, match=re.escape(f"read_idx: {path} {message}")):
        read_idx(path)


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match="read_idx: there is no file absent"):
        read_idx("absent-idx1-ubyte.gz")


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (0, 3)])
def test_an_idx_file_of_any_shape_is_read(tmp_path, shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path = tmp_path / "file"
    path.write_bytes(idx(array))
    got = read_idx(str(path))
    np.testing.assert_array_equal(got, array)
    assert got.dtype == np.uint8


NAMED = os.environ.get("MINIDL_DATA")


@pytest.mark.skipif(not NAMED, reason="MINIDL_DATA names no folder with the real MNIST")
@pytest.mark.parametrize(
    ("train", "count", "mean"), [(True, 60_000, 33.318421), (False, 10_000, 33.791224)]
)
def test_the_real_mnist_is_verified_and_read(monkeypatch, train, count, mean):
    monkeypatch.undo()
    images, labels = load_mnist(train)
    assert images.shape == (count, 28, 28)
    assert images.mean() == pytest.approx(mean)
    assert labels.shape == (count,)
    assert set(labels) == set(range(10))
