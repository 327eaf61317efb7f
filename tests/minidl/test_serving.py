"""The service over HTTP: what it answers, and what it does while it computes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.testing import assert_allclose
from served import SECONDS, classify, encoded, png, served

import minidl
from benchmarks.serving import seven
from minidl import nn
from minidl.data.handwriting import prepare_digits
from minidl.models import cnn, mlp, probabilities
from minidl.serving import create_app
from minidl.serving.upload import LARGEST
from minidl.tape import is_grad_enabled

INK = seven()
SEVEN = encoded(INK)


class Watched(nn.Module):
    """Keeps what it is given; waits before it answers that it is a 7."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs, self.tapes, self.pause = [], [], 0.0

    def forward(self, x):
        """The logits."""
        self.inputs.append(x.numpy())
        self.tapes.append(is_grad_enabled())
        time.sleep(self.pause)
        return minidl.tensor([[5.0 * (digit == 7) for digit in range(10)]] * len(x))


@pytest.fixture(scope="module")
def model():
    return Watched()


@pytest.fixture(scope="module")
def address(model):
    with served(create_app(model)) as url:
        yield url


def test_a_picture_is_classified(address):
    for pixels in (INK, 255 - INK):
        answer = classify(address, encoded(pixels))
        assert answer.status_code == 200
        assert answer.json()["predicted_class"] == 7
        expected = np.exp(5.0 * (np.arange(10) == 7))
        found = answer.json()["probabilities"]
        assert_allclose(found, expected / expected.sum(), rtol=1e-6)


def test_the_network_sees_the_scale_that_it_was_trained_on(address, model):
    # 000 section 5.6 did not divide by 255
    classify(address, SEVEN)
    expected = prepare_digits(INK[None] / 255)
    assert_allclose(model.inputs[-1], expected, rtol=1e-6, atol=1e-6)
    assert abs(model.inputs[-1]).max() < 4


def test_the_bytes_of_an_upload_are_decoded(address, model):
    # 000 section 5.6 gave them to a function that expects a path
    for content in (SEVEN, encoded(INK, "JPEG", quality=95)):
        assert classify(address, content, name="no/such/file").status_code == 200
        assert model.inputs[-1].shape == (1, 1, 28, 28)


@pytest.mark.parametrize("network", [mlp, cnn])
def test_the_answer_is_json_of_plain_numbers(network):
    # 000 section 5.6 returned a NumPy integer, which is not JSON
    model = network()
    with served(create_app(model)) as url:
        answer = classify(url, SEVEN)
    expected = probabilities(model, INK[None])[0]
    assert answer.headers["content-type"] == "application/json"
    assert type(answer.json()["predicted_class"]) is int
    assert answer.json()["predicted_class"] == expected.argmax()
    assert_allclose(answer.json()["probabilities"], expected, rtol=1e-5)


def test_a_refusal_gives_its_reason(address):
    refused = {b"": 400, b"text": 415, SEVEN[:60]: 400, png(10_000, 10_000): 413}
    for content, status in refused.items():
        answer = classify(address, content)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert len(answer.json()["detail"]) > 20


def test_a_request_without_a_picture_is_refused(address):
    place = f"{address}/classify_image"
    assert httpx.post(place).status_code == 422
    assert httpx.post(place, files={"picture": SEVEN}).status_code == 422
    assert httpx.post(place, data={"image": "seven"}).status_code == 422
    assert httpx.post(place, content=SEVEN).status_code == 422
    assert httpx.get(place).status_code == 405


@pytest.mark.parametrize("announced", [True, False])
def test_a_request_that_is_too_large_is_refused_before_it_has_all_come(
    address, announced
):
    head = b'--x\r\ncontent-disposition: form-data; name="image"; filename="f"\r\n\r\n'
    sent = []

    def body():
        for part in (head, *[bytes(LARGEST // 4)] * 200):
            sent.append(len(part))
            yield part

    headers = {"content-type": "multipart/form-data; boundary=x"}
    if announced:
        headers["content-length"] = str(len(head) + 50 * LARGEST)
    place = f"{address}/classify_image"
    answer = httpx.post(place, content=body(), headers=headers, timeout=SECONDS)
    assert answer.status_code == 413
    assert answer.json()["detail"].startswith("the request is larger than 4,000,000")
    assert sum(sent) < 20 * LARGEST
    assert classify(address, SEVEN).status_code == 200


def test_inference_leaves_the_event_loop_free_and_no_tape(address, model):
    model.pause = 0.5
    before = len(model.inputs)
    slow = threading.Thread(target=classify, args=(address, SEVEN))
    try:
        slow.start()
        while len(model.inputs) == before:
            time.sleep(0.01)
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        assert slow.is_alive()
    finally:
        slow.join()
        model.pause = 0.0
    assert not any(model.tapes)


def test_the_page_and_its_documentation_need_no_other_host(address):
    paths = ["/", "/pad.js", "/pad.css", "/docs", "/openapi.json"]
    pages = {path: httpx.get(address + path) for path in paths}
    kinds = {"/": "html", "/pad.js": "javascript", "/pad.css": "css", "/docs": "html"}
    for path, page in pages.items():
        assert page.status_code == 200
        assert kinds.get(path, "json") in page.headers["content-type"]
        assert "//" not in page.text.replace(address, "").replace("// ", "")
    for part in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert part in pages["/docs"].text
        local = httpx.get(f"{address}/static-offline-docs/{part}")
        assert local.status_code == 200
    assert pages["/openapi.json"].json()["paths"].keys() == {
        "/classify_image",
        "/health",
    }


def test_a_model_that_reads_no_digits_is_refused_at_the_start():
    with pytest.raises(ValueError, match=r"create_app: the model makes \(2, 3\)"):
        create_app(nn.Sequential(nn.Flatten(), nn.Linear(784, 3)))


def test_the_command_serves_a_file(tmp_path):
    minidl.save(mlp().state_dict(), tmp_path / "model.safetensors")
    command = [sys.executable, "-m", "minidl.serving", tmp_path / "model.safetensors"]
    with subprocess.Popen(
        [*command, "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            line = next(line for line in server.stderr if "running on" in line)
            url = next(word for word in line.split() if word.startswith("http"))
            assert url.startswith("http://127.0.0.1:")
            assert classify(url, SEVEN).status_code == 200
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no file"), (b"seven", "not a whole safetensors file")],
)
def test_the_command_says_why_it_cannot_serve(tmp_path, content, said):
    path = tmp_path / "model.safetensors"
    if content is not None:
        path.write_bytes(content)
    command = [sys.executable, "-m", "minidl.serving", path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("absent", ["fastapi", "PIL", "uvicorn", "python_multipart"])
def test_without_its_libraries_the_service_names_its_extra(absent, root):
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {absent!r}: raise ModuleNotFoundError(name)\n"
        "import minidl, minidl.models, importlib.util\n"
        "found = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda n: None if n == {absent!r} else found(n)\n"
        "import minidl.serving\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    wanted = f"minidl.serving: {absent} is not installed; run pip install 'minidl[serv"
    assert wanted in done.stderr


def test_the_files_of_the_page_are_in_the_package():
    package = Path(minidl.__file__).parent
    for place in ("viz/pad.js", "viz/pad.css", "serving/page.html"):
        assert (package / place).is_file()
