"""Recordings are whole, honest about their origin, and repeatable."""

import hashlib
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from autograder import check, recording
from autograder.bricks import BRICKS
from autograder.compare import ROUNDINGS, tolerance
from autograder.feedback import CheckFailed
from autograder.recording import DamagedRecording, load
from autograder.reference import record


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(recording.DIRECTORY, tmp_path / "recordings")
    return tmp_path / "recordings"


def test_every_brick_is_recorded_and_every_hash_is_right():
    files = recording.manifest()["files"]
    assert set(files) == {brick.file for brick in BRICKS.values()}
    for file, known in files.items():
        data = (recording.DIRECTORY / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == known


def test_the_manifest_says_where_when_and_with_what():
    manifest = recording.manifest()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", manifest["date"])
    assert manifest["device"]
    assert manifest["torch"].startswith("2.13.0")
    assert manifest["tf32"] is False
    assert manifest["deterministic"] is True
    assert all(
        apart < 1e-9 for apart in manifest["largest CPU-device difference"].values()
    )


@pytest.mark.parametrize("brick", BRICKS.values(), ids=list(BRICKS))
def test_the_recorded_cases_are_those_that_the_brick_draws(brick):
    recorded = [case.name for case in load(brick).cases]
    assert recorded == [case.name for case in brick.cases(record.SEED)]


@pytest.mark.parametrize("brick", BRICKS.values(), ids=list(BRICKS))
def test_cases_hold_one_row_large_values_both_dtypes_and_strided_arrays(brick):
    cases = load(brick).cases
    if brick.draws or brick.driver:
        return  # its inputs are a shape and a seed, or what its driver makes of them
    arrays = [a for case in cases for a in case.arguments()[0]]
    assert any(len(a) == 1 for a in arrays if a.ndim)
    assert any(case.strided for case in cases)
    floats = [a for a in arrays if a.dtype.kind == "f"]
    if floats:
        assert {str(a.dtype) for a in floats} == {"float64", "float32"}
        assert any("large" in case.name for case in cases)


@pytest.mark.parametrize("brick", BRICKS.values(), ids=list(BRICKS))
def test_no_expected_value_is_infinite_and_no_tolerance_is_loose(brick):
    for expected in load(brick).expected:
        for j, output in enumerate(expected.outputs):
            assert np.isfinite(output).all()
            if expected.dtypes[j] == "float64" and not brick.draws:
                size = np.abs(output).max(initial=1.0)
                assert tolerance(brick, expected, j).max(initial=0.0) < 1e-6 * size


def test_verify_agrees_with_the_committed_recordings(capsys):
    assert record.main(["--verify", "--device", "cpu"]) == 0
    assert f"{len(BRICKS)} of {len(BRICKS)} bricks agree" in capsys.readouterr().out


def test_recording_twice_gives_the_same_bytes(tmp_path):
    # A mistake that ignores the generator it is given draws anew each time.
    for brick in (brick for brick in BRICKS.values() if not brick.driver):
        first, _ = record.record_brick(brick, "cpu", record.SEED)
        again, _ = record.record_brick(brick, "cpu", record.SEED)
        assert recording.save(first, tmp_path / "a") == recording.save(
            again, tmp_path / "b"
        )


def test_verify_reports_a_value_that_pytorch_no_longer_gives(copy, capsys):
    brick = BRICKS["relu"]
    old = load(brick, copy)
    old.expected[0].outputs[0][...] += 1e-6
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["relu.npz"] = recording.save(old, copy / "relu.npz")
    (copy / "manifest.json").write_text(json.dumps(manifest))
    load.cache_clear()
    assert record.main(["--verify", "--device", "cpu", "--out", str(copy)]) == 1
    assert "relu: values differ" in capsys.readouterr().out


def test_a_damaged_recording_is_refused_with_both_hashes(copy):
    path = copy / "relu.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedRecording, match=r"relu.npz is damaged: its SHA-256 is"):
        load(BRICKS["relu"], copy)


@pytest.mark.parametrize("file", ["relu.npz", "manifest.json"])
def test_a_missing_file_is_named_with_what_to_do(copy, file):
    (copy / file).unlink()
    with pytest.raises(DamagedRecording, match=rf"{file} .*; reinstall minidl, or"):
        load(BRICKS["relu"], copy)


def test_check_says_that_a_recording_is_damaged(monkeypatch):
    def damaged(brick):
        raise DamagedRecording("relu.npz is damaged")

    def relu(x):
        return x

    monkeypatch.setattr(recording, "load", damaged)
    with pytest.raises(CheckFailed, match=r"check: relu.npz is damaged"):
        check(relu)


def test_recording_refuses_when_cpu_and_device_disagree(monkeypatch):
    honest = record.answer

    def drifting(brick, case, device):
        outputs = honest(brick, case, "cpu")
        return tuple(o + 1e-9 for o in outputs) if device == "other" else outputs

    monkeypatch.setattr(record, "answer", drifting)
    with pytest.raises(SystemExit, match=r"CPU and other disagree .*nothing recorded"):
        record.record_brick(BRICKS["sigmoid"], "other", record.SEED)


def test_a_gpu_that_is_not_there_is_named(capsys):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(SystemExit):
        record.main(["--device", "cuda"])
    assert "PyTorch sees no GPU here" in capsys.readouterr().err


def test_the_recorder_needs_torch_and_numpy_only():
    code = (
        "import sys; import autograder.reference.record\n"
        "heavy = {'IPython', 'typer', 'rich', 'nbgrader', 'jupytext', 'nbformat',"
        " 'matplotlib', 'sklearn', 'ipywidgets'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_float64_is_held_to_rounding_scaled_by_the_condition():
    brick = BRICKS["sigmoid"]
    expected = load(brick).expected[0]
    size = np.abs(expected.outputs[0]).max()
    np.testing.assert_allclose(
        tolerance(brick, expected, 0),
        ROUNDINGS * np.finfo(np.float64).eps * (expected.condition[0] + size),
    )
