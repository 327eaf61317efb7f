"""The recorder needs torch and NumPy only, and would run on a GPU as it is."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import elsewhere
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from autograder.bricks import BRICKS, CHAPTERS
from autograder.bricks.brick import Case
from autograder.grading import fresh
from autograder.reference import ch07, ch08, record

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
        lambda x: torch.stack([x[0], torch.tensor(2.0)]),
    ):
        with pytest.raises(RuntimeError, match="would be on the CPU, others on a GPU"):
            elsewhere.call(left, x)
    with pytest.raises(RuntimeError, match=r"numpy\(\) of a tensor that would be"):
        elsewhere.call(lambda x: (2 * x).numpy(), x)
    with pytest.raises(RuntimeError, match=r"cumsum.*: not deterministic on a GPU"):
        elsewhere.call(lambda x: x.cumsum(0), x)
    for stayed in (
        lambda x: x + torch.ones(3, device=x.device) + 1,
        lambda x: x.new_ones(3) * torch.tensor(2.0),
        lambda x: x.cpu().numpy() + x.numpy(force=True),
    ):
        elsewhere.call(stayed, x)


def test_images_are_mirrored_at_their_edges_as_pytorch_does_it():
    x = torch.rand(1, 2, 4, 5, requires_grad=True)
    ways = ch07.reflected(x, 2), functional.pad(x, (2, 2, 2, 2), "reflect")
    assert torch.equal(*ways)
    slopes = [torch.autograd.grad((y**2).sum(), x)[0] for y in ways]
    torch.testing.assert_close(*slopes)


BACKWARD = [name for name in BRICKS if name.endswith("_backward")]


@pytest.mark.parametrize("name", BACKWARD)
def test_a_reference_reads_every_number_that_a_right_answer_reads(name):
    """Else rounding in what it ignores would count as an error of the learner."""
    brick = BRICKS[name]
    case = brick.cases(record.SEED)[0]

    def moves(way, key):
        value = case.inputs[key] * (1 + 1e-6)
        near = way(Case(case.name, {**case.inputs, key: value}))
        return [abs(b - a).max() for a, b in zip(way(case), near, strict=True)]

    for key, value in case.inputs.items():
        if isinstance(value, np.ndarray) and (value != value.round()).any():
            right = moves(partial(fresh.in_minidl, brick), key)
            found = moves(partial(record.answer, brick, device="cpu"), key)
            np.testing.assert_allclose(found, right, rtol=1e-3, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_steps_of_a_network_have_the_gradient_of_pytorchs_whole_network(
    nonlinearity,
):
    network = nn.RNN(2, 5, nonlinearity=nonlinearity, dtype=torch.float64)
    shapes = (4, 3, 2), (1, 3, 5)
    x, h = (torch.rand(each).double().requires_grad_() for each in shapes)
    leaves = x, h, *network.parameters()
    y = network(x, h)[0]
    dx, dh, *others = torch.autograd.grad(y.sin().sum(), leaves)
    W_ih, W_hh = network.weight_ih_l0, network.weight_hh_l0
    given = (each.detach() for each in (y.cos(), x, h[0], y, W_ih, W_hh))
    steps = ch08.rnn_backward(*given, nonlinearity)
    torch.testing.assert_close(steps, (dx, dh[0], *others[:3]))


def test_what_a_gpu_answers_is_recorded_and_its_distance_from_the_cpu(monkeypatch):
    near = {"cuda": 3e-15, "cpu": 0.0}

    def answer(brick, case, device):
        x = case.inputs["x"]
        return (np.asarray(np.tanh(x) + near[device], x.dtype),)

    monkeypatch.setattr(record, "answer", answer)
    found, (wide, narrow) = record.record_brick(BRICKS["tanh"], "cuda", record.SEED)
    x, right = found.cases[0].inputs["x"], found.expected[0].outputs[0]
    np.testing.assert_array_equal(right, np.tanh(x) + near["cuda"])
    assert wide == pytest.approx(near["cuda"], rel=0.1)
    assert 0 <= narrow < 1e-6
