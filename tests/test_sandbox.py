"""A kernel in the sandbox, on every tier that this machine has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from attacks.exhaustion import PARTS
from nbclient import NotebookClient
from sandboxed import HASTY, SMALL, Kernel, wait_until_gone

from autograder.grading.session import READY
from autograder.sandbox import environment, tiers
from autograder.sandbox.limits import Limits

TIERS = [tier.name for tier in tiers.probe() if tier.holds]


@pytest.fixture(params=TIERS)
def tier(request, monkeypatch):
    """Each tier that this machine has, chosen."""
    monkeypatch.setenv(tiers.VARIABLE, request.param)
    return request.param


def test_the_variable_chooses_a_tier(tier):
    assert tiers.choose().name == tier


def owner(pid: int) -> int:
    return os.stat(f"/proc/{pid}").st_uid


def test_a_chapters_first_cell_and_checks_run_and_judge_nothing(tier):
    code = "%load_ext autograder\nfrom autograder import check\ncheck(len)"
    with Kernel() as kernel:
        text = kernel.run(code).text
    assert "len: graded after you hand in" in text
    assert "traceback" not in text


def test_plots_and_data_work(tier):
    code = """
import matplotlib.pyplot as plt
from minidl.data import load_digits
x = load_digits()[0]
plt.imshow(x[0].reshape(8, 8)); plt.show()
"""
    with Kernel(1, Limits()) as kernel:
        text = kernel.run(code).text
    assert "image/png" in text
    assert "stderr" not in text


def test_an_interrupt_stops_the_cell_and_the_kernel_goes_on(tier):
    with Kernel(limits=HASTY) as kernel:
        shown = kernel.run("import time\ntime.sleep(600)")
        assert "KeyboardInterrupt" in shown.text
        assert "42" in kernel.run("print(6 * 7)").text


def test_a_kernel_that_was_lost_starts_again(tier):
    with Kernel() as kernel:
        assert kernel.run("import os; os._exit(1)").ended == "stopped its kernel"
        kernel.client.stop_channels()
        kernel.runner.run(kernel.manager.restart_kernel(now=True))
        kernel.client = kernel.manager.client()
        kernel.client.start_channels()
        kernel.runner.run(kernel.client.wait_for_ready(READY))
        assert "42" in kernel.run("print(6 * 7)").text


def test_a_cell_shows_what_it_is_allowed_and_the_next_one_too(tier):
    with Kernel() as kernel:
        flood = kernel.run("for _ in range(20): print('x' * 50_000, flush=True)")
        assert flood.dropped > 0
        assert len(flood.text) < 2 * SMALL.output_bytes
        assert "42" in kernel.run("print(6 * 7)").text


def test_too_long_a_notebook_is_ended_with_the_reason(tier):
    with Kernel() as kernel:
        kernel.manager.provisioner._watch._deadline = time.monotonic() + 0.5
        shown = kernel.run("import time\ntime.sleep(600)")
    assert shown.ended == f"ran longer than {SMALL.notebook_seconds:g} seconds"


def test_a_hollow_stage_imports(tier):
    code = "import minidl, minidl.nn, minidl.optim, minidl.utils.data, minidl.viz"
    with Kernel(1) as kernel:
        assert "traceback" not in kernel.run(code).text


def test_when_the_grader_is_killed_its_kernel_ends(tier):
    code = """
import sys; sys.path.insert(0, sys.argv[1])
import os, json; from sandboxed import Kernel
kernel = Kernel().__enter__()
kernel.run("import os, time\\nif os.fork() == 0: os.setsid(); time.sleep(600)")
print(json.dumps(kernel.processes()), flush=True); os.kill(os.getpid(), 9)
"""
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", code, here]
    done = subprocess.run(command, capture_output=True, text=True)
    pids = json.loads(done.stdout)
    assert len(pids) > 2
    wait_until_gone(pids)


def test_kernels_in_several_threads_do_not_meet(tier):
    texts: dict[int, str] = {}

    def use(number: int) -> None:
        with Kernel() as kernel:
            kernel.run(f"mine = {number}; open('note', 'w').write(str(mine))")
            texts[number] = kernel.run("print(mine, open('note').read())").text

    threads = [threading.Thread(target=use, args=(n,)) for n in (101, 202, 303)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [f"{n} {n}" in texts[n] for n in (101, 202, 303)] == [True] * 3


def test_the_kernel_has_no_rights_and_no_variables_of_the_grader(tier, monkeypatch):
    monkeypatch.setenv("GRADERS_OWN", "value")
    code = "import os, resource as r\nprint(os.getuid(), sorted(os.environ))\n"
    code += "print(r.getrlimit(r.RLIMIT_NPROC), r.getrlimit(r.RLIMIT_FSIZE))"
    with Kernel() as kernel:
        text = kernel.run(code).text
        roots = [pid for pid in kernel.processes() if owner(pid) == 0]
    assert "GRADERS_OWN" not in text
    assert "JPY_PARENT_PID" not in text
    assert f"({SMALL.processes}, {SMALL.processes})" in text
    assert f"({SMALL.file_bytes}, {SMALL.file_bytes})" in text
    assert roots == []


def test_nbclient_runs_a_notebook_in_it_unchanged(tier, tmp_path, monkeypatch):
    config = {"provisioner_name": "autograder-sandbox", "config": {"chapter": 2}}
    python = str(environment.environment() / "bin/python")
    spec = {
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "graded",
        "language": "python",
        "metadata": {"kernel_provisioner": config},
    }
    (tmp_path / "kernels/graded").mkdir(parents=True)
    (tmp_path / "kernels/graded/kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    code = "print(6 * 7)\nopen('/etc/passwd')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="graded", allow_errors=True).execute()
    printed, error = notebook.cells[0].outputs
    assert printed["text"] == "42\n"
    assert error["ename"] in ("FileNotFoundError", "PermissionError")


def test_of_two_kernels_only_the_one_that_floods_is_ended(tier):
    calm = (
        "import time\nend = time.time() + 4\nwhile time.time() < end: pass\nprint(42)"
    )
    shown = []
    with Kernel() as honest, Kernel() as hostile:
        thread = threading.Thread(target=lambda: shown.append(hostile.run(PARTS)))
        thread.start()
        assert "42" in honest.run(calm).text
        thread.join()
    assert shown[0].ended == "flooded the grader"
