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
import sys
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
from autograder.compare import Expected, compare
from autograder.expect import Answer, as_case, expect
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
        return verify(chosen.device, chosen.out)
    record_all(chosen.device, chosen.seed, chosen.out)
    return 0


def best_device() -> str:
    """The device that PyTorch would use here: "cuda" or "cpu"."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def exact_arithmetic() -> None:
    """No TF32, no algorithm whose result varies from run to run."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS asks for it
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(True)


def record_all(device: str, seed: int, out: Path) -> None:
    """Write one file a brick, and the manifest that vouches for them."""
    out.mkdir(parents=True, exist_ok=True)
    files, apart = {}, {}
    for n, brick in enumerate(BRICKS.values(), 1):
        record, apart[brick.name] = record_brick(brick, device, seed)
        file = brick.file
        files[file] = recording.save(record, out / file)
        progress(n, len(BRICKS), brick.name)
    for old in out.glob("*.npz"):
        if old.name not in files:
            old.unlink()
    manifest = {
        **provenance(device),
        "seed": seed,
        "largest CPU-device difference": apart,
        "files": files,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (out / "manifest.json").write_text(text, encoding="utf-8")
    recording.load.cache_clear()
    print(f"{len(files)} bricks recorded on {manifest['device']} in {out}")


def provenance(device: str) -> dict[str, Any]:
    """Where and with what the results are computed."""
    on_gpu = device.startswith("cuda")
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "device": torch.cuda.get_device_name(device) if on_gpu else "CPU",
        "torch": torch.__version__,
        "cuda": torch.version.cuda if on_gpu else None,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "processor": platform.machine(),
        "tf32": False,
        "deterministic": True,
    }


def record_brick(brick: Brick, device: str, seed: int) -> tuple[Recording, float]:
    """Every case answered by PyTorch and by each mistake; the CPU-device difference.

    Raises:  SystemExit when CPU and device disagree beyond float64 rounding
    """
    cases = tuple(brick.cases(seed))
    expected = tuple(expect_in_torch(brick, case, device) for case in cases)
    apart = 0.0
    for case, here in zip(cases, expected, strict=True):
        wide = as_case(case, "float64")
        answered = answer(brick, wide, device)
        if not brick.draws:
            finding = compare(brick, Outcome(answered), in_float64(here))
            if finding:
                raise SystemExit(
                    f"{brick.name}: CPU and {device} disagree (case {case.name!r}): "
                    f"{finding.headline}; {'; '.join(finding.lines)}; nothing recorded"
                )
            apart = max([apart, *differences(answered, here.outputs)])
    known = tuple(
        KnownMistake(m.name, m.says, tuple(run(brick, m.wrong, c) for c in cases))
        for m in mistakes(brick)
    )
    return Recording(cases, expected, lambda: known), apart


def expect_in_torch(brick: Brick, case: Case, device: str = "cpu") -> Expected:
    """PyTorch's answer in float64 on the CPU, with what its tolerance follows from."""
    devices = ("cpu", *({device} - {"cpu"}))
    return expect(brick, case, *(partial(answer, brick, device=d) for d in devices))


def answer(brick: Brick, case: Case, device: str) -> tuple[AnyArray, ...]:
    """What PyTorch answers to the case on the device."""
    arrays, params = case.arguments()
    tensors = [torch.tensor(array, device=device) for array in arrays]
    result = reference(brick)(*tensors, **params)
    items = result if isinstance(result, tuple) else (result,)
    return tuple(np.asarray(item.detach().cpu().numpy()) for item in items)


def on_one_thread(brick: Brick) -> Answer:
    """PyTorch's answers on the CPU; cases are so small that threads only wait."""
    torch.set_num_threads(1)
    return partial(answer, brick, device="cpu")


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


def verify(device: str, directory: Path) -> int:
    """Recompute every recorded case and report what no longer agrees."""
    seed = recording.manifest(directory)["seed"]
    bad = 0
    for n, brick in enumerate(BRICKS.values(), 1):
        try:
            problems = disagreements(brick, device, seed, directory)
        except recording.DamagedRecording as error:
            problems = [str(error)]
        progress(n, len(BRICKS), brick.name)
        for problem in problems:
            print(f"{brick.name}: {problem}")
        bad += bool(problems)
    print(f"{len(BRICKS) - bad} of {len(BRICKS)} bricks agree with {directory}")
    return 1 if bad else 0


def disagreements(brick: Brick, device: str, seed: int, directory: Path) -> list[str]:
    """What a new computation says differently from the recording of the brick."""
    old = recording.load(brick, directory)
    new, _ = record_brick(brick, device, seed)
    names = [case.name for case in new.cases]
    if names != [case.name for case in old.cases]:
        return ["its cases are not those recorded; record anew"]
    problems = []
    for i, case in enumerate(new.cases):
        for key, value in case.inputs.items():
            if not same_input(value, old.cases[i].inputs[key]):
                problems.append(f"input {key} of case {case.name!r} is not as recorded")
        finding = compare(
            brick, Outcome(new.expected[i].outputs), in_float64(old.expected[i])
        )
        if finding:
            problems.append(f"{finding.headline} (case {case.name!r})")
    if [(m.name, m.says) for m in new.mistakes] != [
        (m.name, m.says) for m in old.mistakes
    ]:
        problems.append("its known mistakes are not those recorded; record anew")
    return problems


def same_input(value: Any, other: Any) -> bool:
    """Whether two inputs are equal; nan equals itself."""
    if isinstance(value, np.ndarray):
        return np.array_equal(value, other, equal_nan=True)
    return repr(value) == repr(other)


def progress(done: int, total: int, name: str) -> None:
    """One line that is overwritten, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done}/{total} {name:<48}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
