"""Load the service with clients on loopback: python -m benchmarks.serving.

python -m minidl.serving runs as a process of its own. Each client is a thread that
sends its picture again as soon as the answer is there, over one connection.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from benchmarks.machine import conditions
from minidl import save
from minidl.models import cnn, mlp

CLIENTS, SECONDS = 64, 10.0
BOUNDARY = "picture"
NETWORKS = {"MLP 784-128-10": mlp, "CNN 1-32-64-64": cnn}


@dataclass
class Load:
    """What clients saw: how long each answer took, and how many were no answer."""

    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0


def main() -> None:
    """Print the table."""
    print("| network | requests | a second | median, ms | 99th %, ms | errors |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, network in NETWORKS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.safetensors"
            save(network().state_dict(), path)
            with service(path) as address:
                load(address, CLIENTS, 1.0)
                found = load(address, CLIENTS, SECONDS)
        count = len(found.latencies)
        median, slow = 1000 * np.percentile(found.latencies, [50, 99])
        rate = count / found.seconds
        print(f"| {name} | {count} | {rate:.0f} | {median:.0f} | {slow:.0f} ", end="")
        print(f"| {found.errors} |")
    print(f"\n{CLIENTS} clients on the same machine for {SECONDS:.0f} s.")
    print(conditions("fastapi", "uvicorn", "pillow", "numpy"))


@contextmanager
def service(path: Path) -> Iterator[str]:
    """The address of a service that serves the network in this file."""
    command = [sys.executable, "-m", "minidl.serving", str(path), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            words = (word for line in server.stderr or () for word in line.split())
            yield next(word for word in words if word.startswith("http://"))
        finally:
            server.terminate()


def load(address: str, clients: int, seconds: float) -> Load:
    """What so many clients see in so many seconds.

    An answer is an error unless it is the one that its picture got on its own.
    """
    bodies = [request(np.rot90(seven(), turns)) for turns in range(4)]
    with closing(connect(address)) as connection:
        alone = [ask(connection, body) for body in bodies]
    start = time.perf_counter()

    def client(number: int) -> Load:
        picture = number % len(bodies)
        return asked(address, bodies[picture], alone[picture], start + seconds)

    with ThreadPoolExecutor(clients) as pool:
        seen = list(pool.map(client, range(clients)))
    latencies = [each for one in seen for each in one.latencies]
    errors = sum(one.errors for one in seen)
    return Load(latencies, errors, time.perf_counter() - start)


def asked(address: str, body: bytes, expected: bytes, end: float) -> Load:
    """What one client sees that asks again and again until the end."""
    found = Load()
    with closing(connect(address)) as connection:
        while (sent := time.perf_counter()) < end:
            try:
                found.errors += ask(connection, body) != expected
            except (OSError, HTTPException):
                found.errors += 1
                connection.close()
            found.latencies.append(time.perf_counter() - sent)
    return found


def connect(address: str) -> HTTPConnection:
    """A connection, which opens at the first request."""
    return HTTPConnection(urlsplit(address).netloc, timeout=60)


def ask(connection: HTTPConnection, body: bytes) -> bytes:
    """The answer to a picture.

    Raises:  HTTPException if it is refused
    """
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    connection.request("POST", "/classify_image", body, kind)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise HTTPException(response.status)
    return content


def request(picture: np.ndarray) -> bytes:
    """The body of a request that uploads a picture."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    head = 'content-disposition: form-data; name="image"; filename="digit.png"'
    start = f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode()
    return start + file.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()


def seven() -> np.ndarray:
    """A 7 as a pad draws it, bright ink on dark, (140, 140) bytes."""
    drawn = np.zeros((140, 140), np.uint8)
    drawn[30:42, 40:100] = 255
    for row in range(36, 110):
        middle = 94 - (row - 36) // 2
        drawn[row, middle - 6 : middle + 6] = 255
    return drawn


if __name__ == "__main__":
    main()
