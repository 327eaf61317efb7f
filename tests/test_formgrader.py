"""nbgrader's formgrader, in a real Jupyter server, on a course that grades in trust."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from classroom import FULL, SLUG, environment, points, released, run, submit
from handing import solutions
from nbgrader.api import Gradebook

TOKEN = "for-this-test-alone"
SCRIPT = "display({'text/html': '<b>bold</b><script>alert(1)</script>'}, raw=True)"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course in which one student handed in chapter 2, and was graded."""
    place = released(tmp_path_factory.mktemp("teaching") / "course")
    submit(place, "ada", {**solutions(), "relu": "return np.abs(x)"}, SCRIPT)
    done = run("-m", "nbgrader", "autograde", SLUG, where=place)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def ask(made):
    """What the server answers to a request."""
    with server(made) as url:

        def ask(path: str, method: str = "GET") -> str:
            head = {"Authorization": f"token {TOKEN}"}
            request = urllib.request.Request(url + path, headers=head, method=method)
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read().decode()

        yield ask


@contextmanager
def server(place):
    """Jupyter's server in the course; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    options = [f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--ip=127.0.0.1"]
    log = (place.parent / "server.log").open("wb")
    process = subprocess.Popen(
        [*command, *options], cwd=place, env=environment(place), stdout=log, stderr=log
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/api", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, (place.parent / "server.log").read_text()
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def page_of(made) -> str:
    """The path of the student's page in formgrader."""
    with Gradebook(f"sqlite:///{made / 'gradebook.db'}", "minidl") as book:
        handed = book.find_submission_notebook(SLUG, SLUG, "ada")
        return f"/formgrader/submissions/{handed.id}"


def test_formgrader_shows_the_verdicts_and_no_script(made, ask):
    page = ask(page_of(made))
    assert "sigmoid: right. All 16 fresh cases agree with PyTorch." in page
    assert "Likely: Negative entries become positive." in page
    assert "<b>bold</b>" in page
    assert "alert(1)</script>" not in page


def test_formgrader_has_the_points(made, ask):
    (row,) = json.loads(ask(f"/formgrader/api/submissions/{SLUG}"))
    assert (row["student"], row["score"], row["max_score"]) == ("ada", FULL - 1, FULL)


def test_formgraders_button_grades_again(made, ask):
    before = points(made)
    path = f"/formgrader/api/submission/{SLUG}/ada/autograde"
    answer = json.loads(ask(path, "POST"))
    assert answer["success"], answer
    assert points(made) == before == {"ada": FULL - 1}
    assert os.listdir(made / f"autograded/ada/{SLUG}") == [f"{SLUG}.ipynb"]
