"""The recorder needs torch and NumPy only, and would run on a GPU as it is."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import elsewhere
import pytest
import torch

from autograder.bricks import BRICKS, CHAPTERS
from autograder.reference import record

# torch and NumPy, and what they declare that they need; no more is on the path.
INSTALLED = (
    *("numpy", "torch", "functorch", "torchgen"),
    *("filelock", "fsspec", "jinja2", "markupsafe", "mpmath", "networkx", "sympy"),
)
RECORD_A_FEW = """
import importlib.util, sys
from autograder import bricks
from autograder.reference import record
record.BRICKS = {c.bricks[0].name: c.bricks[0] for c in bricks.CHAPTERS}
assert not importlib.util.find_spec("IPython")
sys.exit(record.main(["--device", "cpu", "--out", sys.argv[1]]))
"""


def test_the_recorder_needs_torch_and_numpy_only(tmp_path, root):
    packages, out = tmp_path / "packages", tmp_path / "out"
    packages.mkdir()
    for name in INSTALLED:
        place = Path(importlib.util.find_spec(name).origin).parent
        (packages / name).symlink_to(place)
    for file in ("typing_extensions.py", "numpy.libs"):
        if (place.parent / file).exists():
            (packages / file).symlink_to(place.parent / file)
    done = subprocess.run(
        [sys.executable, "-S", "-c", RECORD_A_FEW, str(out)],
        env={**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{root}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = f"{len(CHAPTERS)} bricks recorded on CPU in {out}, in "
    assert done.stdout.startswith(said)
    assert len(json.loads((out / "manifest.json").read_text())["files"]) == len(
        CHAPTERS
    )


def test_the_manifest_of_a_gpu_names_it_its_driver_and_cuda(monkeypatch, tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 580.65.06\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    made = record.provenance("cuda")
    facts = {key: made[key] for key in ("device", "driver", "cuda", "torch", "tf32")}
    assert facts == {
        "device": "NVIDIA H100",
        "driver": "580.65.06",
        "cuda": "13.0",
        "torch": torch.__version__,
        "tf32": False,
    }
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert record.provenance("cuda")["driver"] == "unknown"
    assert record.provenance("cpu")["driver"] is None


@pytest.mark.parametrize("name", BRICKS)
def test_a_reference_stays_on_the_device_of_its_inputs(name):
    brick = BRICKS[name]
    for case in brick.cases(record.SEED):
        if case.name.endswith("float32") and not brick.draws:
            continue
        if case.inputs.get("tail", 0) > 1_000:
            continue  # a chain of so many equal steps takes seconds to follow
        arrays, params = case.arguments()
        tensors = map(torch.tensor, arrays)
        elsewhere.call(record.reference(brick), *tensors, **params)


def test_a_reference_that_left_the_device_would_be_noticed():
    x = torch.ones(3)
    for left in (
        lambda x: x + torch.ones(3),
        lambda x: torch.stack([torch.zeros_like(x), torch.zeros(3)]),
        lambda x: x * torch.tensor([1.0, 2.0, 3.0]),
    ):
        with pytest.raises(RuntimeError, match="would be on the CPU, others on a GPU"):
            elsewhere.call(left, x)
    with pytest.raises(RuntimeError, match=r"numpy\(\) of a tensor that would be"):
        elsewhere.call(lambda x: (2 * x).numpy(), x)
    for stayed in (
        lambda x: x + torch.ones(3, device=x.device) + 1,
        lambda x: x.new_ones(3) * torch.tensor(2.0),
        lambda x: x.cpu().numpy() + x.numpy(force=True),
    ):
        elsewhere.call(stayed, x)
