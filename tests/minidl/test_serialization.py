"""Files of tensors: ours open in PyTorch, and PyTorch's open here."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import numpy as np
import pytest
import safetensors.torch
import torch

from minidl import Tensor, dtypes, tensor
from minidl.serialization import load, save

ARRAYS = {
    "weight": np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32),
    "double": np.array([np.pi, -np.inf, np.nan, -0.0]),
    "number": np.array(2.5, np.float32),
    "empty": np.zeros((0, 3), np.float32),
    **{str(dtype): np.array([1, 0, 1]).astype(dtype) for dtype in dtypes.DTYPES},
}


def assert_same(got, expected):
    """The same names, and each array to the last bit."""
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        found = got[name].numpy()
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        assert found.tobytes() == np.asarray(array, order="C").tobytes()


def test_what_is_saved_is_loaded(tmp_path):
    save({name: Tensor(array) for name, array in ARRAYS.items()}, tmp_path / "x.st")
    assert_same(load(tmp_path / "x.st"), ARRAYS)
    assert_same(load(str(tmp_path / "x.st"), map_location="cpu"), ARRAYS)


def test_our_file_opens_in_pytorch(tmp_path):
    save({name: Tensor(array) for name, array in ARRAYS.items()}, tmp_path / "x.st")
    assert_same(safetensors.torch.load_file(tmp_path / "x.st"), ARRAYS)


def test_pytorch_s_file_opens_here(tmp_path):
    tensors = {name: torch.tensor(array) for name, array in ARRAYS.items()}
    safetensors.torch.save_file(tensors, tmp_path / "x.st")
    assert_same(load(tmp_path / "x.st"), ARRAYS)


def test_one_tensor_comes_back_as_one_tensor(tmp_path):
    save(tensor([1.0, 2.0], requires_grad=True), tmp_path / "x.st")
    assert load(tmp_path / "x.st").numpy().tolist() == [1, 2]
    (alone,) = safetensors.torch.load_file(tmp_path / "x.st").values()
    assert alone.tolist() == [1, 2]
    save({"tensor": tensor([1.0])}, tmp_path / "x.st")
    assert load(tmp_path / "x.st").keys() == {"tensor"}


def test_views_and_the_same_tensor_twice_are_saved_whole(tmp_path):
    x = np.arange(12.0).reshape(3, 4)
    arrays = {"transposed": x.T, "columns": x[:, ::2], "again": x[:, ::2], "row": x[1]}
    save({name: Tensor(array) for name, array in arrays.items()}, tmp_path / "x.st")
    assert_same(load(tmp_path / "x.st"), arrays)


def test_a_loaded_tensor_can_be_changed_without_the_file(tmp_path):
    save(tensor([1.0, 2.0]), tmp_path / "x.st")
    load(tmp_path / "x.st").zero_()
    assert load(tmp_path / "x.st").numpy().tolist() == [1, 2]


def test_no_tensors_at_all_are_a_file_too(tmp_path):
    save({}, tmp_path / "x.st")
    assert load(tmp_path / "x.st") == {}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    save(tensor([1.0]), tmp_path / "x.st")

    def full(file):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        save(tensor([2.0]), tmp_path / "x.st")
    assert [path.name for path in tmp_path.iterdir()] == ["x.st"]
    assert load(tmp_path / "x.st").item() == 1


def test_a_file_is_as_readable_as_any_other(tmp_path):
    (tmp_path / "other").touch()
    save(tensor([1.0]), tmp_path / "x.st")
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


WHOLE = safetensors.torch.save({"x": torch.ones(3)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a file of tensors",
        WHOLE[:-1],
        WHOLE[:20],
        WHOLE + b"0",
        WHOLE.replace(b"F32", b"F99"),
        WHOLE.replace(b"[3]", b"[4]"),
        b"PK\x03\x04" + bytes(100),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "x.st").write_bytes(content)
    message = (
        "load: .*x.st is not a whole safetensors file .*; write it with minidl.save"
    )
    with pytest.raises(ValueError, match=message):
        load(tmp_path / "x.st")


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.complex64])
def test_a_dtype_that_minidl_lacks_is_named(tmp_path, dtype):
    safetensors.torch.save_file({"w": torch.ones(2, dtype=dtype)}, tmp_path / "x.st")
    message = "load: 'w' in .* is (BF16|F16|C64), but minidl has only float32, float64"
    with pytest.raises(ValueError, match=message):
        load(tmp_path / "x.st")


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ([tensor([1.0])], "save: obj is a list; pass a Tensor or a state_dict"),
        (
            {"model": {}},
            "save: 'model' is a dict, not a Tensor; a file holds Tensors by",
        ),
        ({"epoch": 3}, "save: 'epoch' is a int, not a Tensor"),
        ({1: tensor([1.0])}, "save: the key 1 is no name"),
        ({"__metadata__": tensor([1.0])}, "save: the key '__metadata__' is no name"),
        (
            {"half": Tensor(np.ones(2, np.float16))},
            "save: 'half' is float16; make it one of float32, float64",
        ),
    ],
)
def test_what_is_no_tensor_is_not_saved(tmp_path, obj, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        save(obj, tmp_path / "x.st")
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_wanted_and_a_file_that_is_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"load: there is no file .*x\.st"):
        load(tmp_path / "x.st")
    with pytest.raises(FileNotFoundError, match="load: there is no file"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        save(tensor([1.0]), tmp_path / "folder" / "x.st")
    with pytest.raises(TypeError, match="load: f is a int; pass the path of a file"):
        load(3)
    with pytest.raises(TypeError, match="save: f is a BytesIO; pass the path"):
        save(tensor([1.0]), io.BytesIO())


def test_options_that_minidl_lacks_are_refused(tmp_path):
    save(tensor([1.0]), tmp_path / "x.st")
    with pytest.raises(ValueError, match="'cuda' is not supported"):
        load(tmp_path / "x.st", map_location="cuda")
    with pytest.raises(NotImplementedError, match="weights_only=False would run code"):
        load(tmp_path / "x.st", weights_only=False)


def test_safetensors_is_imported_when_a_file_is_written_or_read():
    code = "import sys, minidl.serialization; print('safetensors' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
