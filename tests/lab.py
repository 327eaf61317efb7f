"""JupyterLab on loopback, and what a person does in it, through a real browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

PROGRAM = (sys.executable, "-m", "jupyterlab")
SECONDS = 90  # for one step: a cold start of server, page or kernel on a busy machine
SETTINGS = {
    # Cells out of sight stay in the page.
    "notebook-extension/tracker": {"windowingMode": "none"},
    # Nothing pops up over the notebook.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def serve(
    directory: Path, private: Path, program: Sequence[str] = PROGRAM
) -> Iterator[str]:
    """The address of a JupyterLab in this directory; its own files go to private."""
    for plugin, values in SETTINGS.items():
        place = private / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(values), "utf-8")
    environment = {
        **os.environ,
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
    }
    command = [*program, "--no-browser", "--allow-root"]
    log = private / "server.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [*command, "--ip=127.0.0.1", "--port=0", f"--notebook-dir={directory}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield address(server, private / "runtime", log)
    finally:
        stop(server)


def address(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """Where the server listens, with its token, as soon as it does."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        for file in runtime.glob(f"jpserver-{server.pid}.json"):
            with contextlib.suppress(json.JSONDecodeError):  # still being written
                said = json.loads(file.read_text("utf-8"))
                return f"{said['url']}lab/tree/{{}}?reset&token={said['token']}"
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not start:\n{log.read_text('utf-8')}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server with its kernels, by force after ten seconds."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@contextlib.contextmanager
def browse(chromium: str, profile: Path) -> Iterator[Page]:
    """A page of a headless Chromium that starts from nothing."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            headless=True,
            args=FLAGS,
            viewport={"width": 1280, "height": 1000},
        )
        context.set_default_timeout(1000 * SECONDS)
        expect.set_options(timeout=1000 * SECONDS)
        try:
            yield context.pages[0]
        except BaseException:
            context.pages[0].screenshot(path=profile.with_name("failed.png"))
            raise
        finally:
            context.close()


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page, url: str) -> None:
        """Open it and wait for its kernel."""
        self.page = page
        page.goto(url)
        expect(page.locator("#jp-main-statusbar")).to_contain_text("ipykernel) | Idle")

    def cell(self, text: str) -> Locator:
        """The code cell in which this text stands."""
        code = self.page.locator(".jp-Notebook-cell.jp-CodeCell")
        return code.filter(has=self.page.locator(".cm-content", has_text=text))

    def run_above(self, cell: Locator) -> None:
        """Run every code cell that stands before this one."""
        stop = cell.get_attribute("data-windowed-list-index")
        for each in self.page.locator(".jp-Notebook-cell.jp-CodeCell").all():
            if each.get_attribute("data-windowed-list-index") == stop:
                return
            self.run(each)

    def write(self, cell: Locator, code: str) -> None:
        """Replace what stands in a cell, as by selecting all and pasting."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)

    def run(self, cell: Locator) -> str:
        """Run a cell with Shift+Enter and return the text below it."""
        cell.locator(".cm-content").click()
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"))
        return cell.locator(".jp-Cell-outputArea").inner_text()
