"""Recordings are whole, honest about their origin, and repeatable."""

import hashlib
import re
import shutil

import numpy as np
import pytest

from autograder import check, recording
from autograder.bricks import BRICKS
from autograder.feedback import CheckFailed
from autograder.recording import DamagedRecording, load
from autograder.reference import record
from autograder.tolerance import tolerance


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
    assert (manifest["device"] == "CPU") == (manifest["cuda"] is None)
    assert (manifest["driver"] is None) == (manifest["cuda"] is None)
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
    if not arrays:
        return  # its inputs are numbers
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
                assert tolerance(brick, expected, j).max(initial=0.0) < 1e-3 * size


def test_recording_twice_gives_the_same_bytes(tmp_path):
    # A mistake that ignores the generator it is given draws anew each time.
    for brick in (brick for brick in BRICKS.values() if not brick.driver):
        first, _ = record.record_brick(brick, "cpu", record.SEED)
        again, _ = record.record_brick(brick, "cpu", record.SEED)
        assert recording.save(first, tmp_path / "a") == recording.save(
            again, tmp_path / "b"
        )


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
