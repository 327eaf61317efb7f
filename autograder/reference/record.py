"""Records what PyTorch answers to every public case.

    python -m autograder.reference.record [--device cuda] [--seed 1] [--out DIR]
    python -m autograder.reference.record --verify

Needs torch and NumPy only.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder import recording
from autograder.bricks import BRICKS, CHAPTERS
from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.compare import compare
from autograder.expect import Answer, Expected, as_case, expect
from autograder.recording import KnownMistake, Recording
from autograder.run import Outcome, run
from autograder.strength.measure import mistakes

SEED = 1


def main(argv: list[str] | None = None) -> int:
    """Record, or with --verify compare with what is recorded. Returns an exit code."""
    parser = argparse.ArgumentParser(
        prog="record",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    default = best_device()
    parser.add_argument("--device", default=default, help="default here: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=recording.DIRECTORY)
    parser.add_argument("--verify", action="store_true", help="compare, write nothing")
    chosen = parser.parse_args(argv)
    if chosen.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("--device cuda: PyTorch sees no GPU here; use --device cpu")
    exact_arithmetic()
    if chosen.verify:
        from autograder.reference.verify import verify

        return verify(chosen.device, chosen.out)
    record_all(chosen.device, chosen.seed, chosen.out)
    return 0


def best_device() -> str:
    """The device that PyTorch would use here: "cuda" or "cpu"."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def exact_arithmetic() -> None:
    """No TF32, no algorithm whose result varies from run to run, one thread.

    Cases are so small that threads of the CPU would only wait for each other.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS asks for it
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)


def record_all(device: str, seed: int, out: Path) -> None:
    """Write one file a brick, and the manifest that vouches for them."""
    began = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    files, wide, narrow = {}, {}, {}
    for n, brick in enumerate(BRICKS.values(), 1):
        record, (wide[brick.name], narrow[brick.name]) = record_brick(
            brick, device, seed
        )
        file = brick.file
        files[file] = recording.save(record, out / file)
        progress(n, len(BRICKS), brick.name)
    for old in out.glob("*.npz"):
        if old.name not in files:
            old.unlink()
    manifest = {
        **provenance(device),
        "seed": seed,
        "largest CPU-device difference": wide,
        "largest CPU-device difference in float32": narrow,
        "files": files,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (out / "manifest.json").write_text(text, encoding="utf-8")
    recording.load.cache_clear()
    took = f"{time.monotonic() - began:.0f} s"
    print(f"{len(files)} bricks recorded on {manifest['device']} in {out}, in {took}")


def driver() -> str:
    """The version of the GPU's driver, as its own tool tells it; else "unknown"."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return (done.stdout.split() or ["unknown"])[0]


def device_name(device: str) -> str:
    """The name of the GPU, or "CPU"."""
    on_gpu = device.startswith("cuda")
    return torch.cuda.get_device_name(device) if on_gpu else "CPU"


def described(device: str) -> str:
    """Who answers on the device: "PyTorch 2.13.0 on NVIDIA H100"."""
    return f"PyTorch {torch.__version__} on {device_name(device)}"


def provenance(device: str) -> dict[str, Any]:
    """Where and with what the results are computed."""
    on_gpu = device.startswith("cuda")
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "device": device_name(device),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if on_gpu else None,
        "driver": driver() if on_gpu else None,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "processor": platform.machine(),
        "tf32": False,
        "deterministic": True,
    }


def record_brick(
    brick: Brick, device: str, seed: int
) -> tuple[Recording, tuple[float, float]]:
    """Every case answered by PyTorch and by each mistake.

    With the largest difference of CPU and device in float64, and in float32. What is
    recorded is the device's answer.

    Raises:  SystemExit when the two disagree beyond float64 rounding
    """
    cases = tuple(brick.cases(seed))
    expected = tuple(expect_in_torch(brick, case, device) for case in cases)
    wide = narrow = 0.0
    for case, here in zip(cases, expected, strict=True):
        if brick.draws or device == "cpu":
            continue  # its generator is the CPU's
        answered = answer(brick, as_case(case, "float64"), "cpu")
        finding = compare(brick, Outcome(answered), in_float64(here))
        if finding:
            raise SystemExit(
                f"{brick.name}: CPU and {device} disagree (case {case.name!r}): "
                f"{finding.headline}; {'; '.join(finding.lines)}; nothing recorded"
            )
        wide = max([wide, *differences(answered, here.outputs)])
        single = as_case(case, "float32")
        both = (answer(brick, single, each) for each in (device, "cpu"))
        narrow = max([narrow, *differences(*both)])
    known = tuple(
        KnownMistake(m.name, m.says, tuple(run(brick, m.wrong, c) for c in cases))
        for m in mistakes(brick)
    )
    return Recording(cases, expected, lambda: known), (wide, narrow)


def expect_in_torch(brick: Brick, case: Case, device: str = "cpu") -> Expected:
    """PyTorch's answer in float64 on the device, and what its tolerance needs."""
    return expect(brick, case, *answerers(brick, device))


def answer(brick: Brick, case: Case, device: str) -> tuple[AnyArray, ...]:
    """What PyTorch answers to the case on the device."""
    arrays, params = case.arguments()
    tensors = [torch.tensor(array, device=device) for array in arrays]
    result = reference(brick)(*tensors, **params)
    items = result if isinstance(result, tuple) else (result,)
    return tuple(np.asarray(item.detach().cpu().numpy()) for item in items)


def answerers(brick: Brick, device: str) -> tuple[Answer, ...]:
    """PyTorch on the device, and on the CPU if that is another, for its error."""
    exact_arithmetic()
    devices = dict.fromkeys((device, "cpu"))
    return tuple(partial(answer, brick, device=each) for each in devices)


def reference(brick: Brick) -> Callable[..., Any]:
    """The PyTorch function that answers for the brick."""
    number = next(c.number for c in CHAPTERS if brick in c.bricks)
    module = import_module(f"autograder.reference.ch{number:02d}")
    answers: dict[str, Callable[..., Any]] = module.ANSWERS
    return answers[brick.name]


def in_float64(expected: Expected) -> Expected:
    """The same expectation held to float64 rounding."""
    dtypes = tuple(str(o.dtype) for o in expected.outputs)
    return Expected(expected.outputs, dtypes, expected.condition, expected.spread)


def differences(a: tuple[AnyArray, ...], b: tuple[AnyArray, ...]) -> list[float]:
    """The largest absolute difference of each pair."""
    return [
        float(np.abs(x.astype(np.float64) - y).max(initial=0.0))
        for x, y in zip(a, b, strict=True)
    ]


def progress(done: int, total: int, name: str) -> None:
    """One line that is overwritten, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done}/{total} {name:<48}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
