"""What a student's cells show: kept as far as it is harmless and not too much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from autograder.grading import clean
from autograder.grading.answers import Malformed, plain

MOST = 8 << 20  # characters kept of a whole notebook
SHOWN = 500  # outputs kept of a whole notebook
KINDS: dict[str, Callable[[str], str]] = {
    "text/plain": str,
    "text/html": clean.page,
    "text/markdown": clean.markdown,
    "image/png": clean.picture,
    "image/jpeg": clean.picture,
}
"""What is kept of a display, and how it is made harmless: no scripts, no widgets."""

CUT = "More was shown than is kept; the rest is left out."

Output = dict[str, Any]


class Outputs:
    """Reads the kernel's public channel all the time, so that nothing piles up.

    by_cell:   the outputs of each cell, by its place in the notebook
    complete:  set when the kernel is done with the message listened to
    trouble:   what the kernel did that ends it, or ""
    """

    def __init__(self) -> None:
        self.by_cell: dict[int, list[Output]] = {}
        self.complete = asyncio.Event()
        self.trouble = ""
        self._size, self._message, self._cell = 0, "", -1

    def show_in(self, cell: int) -> None:
        """Put what comes from now on into this cell, in place of what it showed."""
        self._cell = cell
        self._size -= sum(map(size, self.by_cell.pop(cell, ())))

    def show_in_none(self) -> None:
        """Keep nothing of what comes from now on."""
        self._cell = -1

    def listen_to(self, message: str) -> None:
        """Keep what belongs to this message, and nothing else."""
        self._message = message
        self.complete.clear()

    def note(self, cell: int, text: str) -> None:
        """Write a line of our own into a cell."""
        line = {"output_type": "stream", "name": "stdout", "text": f"{text}\n"}
        self.by_cell.setdefault(cell, []).append(line)

    async def read(self, client: Any) -> None:
        """Read until cancelled, or until something comes that is no message."""
        while True:
            try:
                message = await client.get_iopub_msg(timeout=None)
                self.take(message)
            except Exception:
                self.trouble = "sent something that is no message"
                return

    def take(self, message: dict[str, Any]) -> None:
        """Keep what the message shows."""
        content, kind = message["content"], message["header"]["msg_type"]
        if message["parent_header"].get("msg_id") != self._message:
            return
        if kind == "status" and content["execution_state"] == "idle":
            self.complete.set()
        if self._cell < 0:
            return
        room = self._size < MOST and sum(map(len, self.by_cell.values())) < SHOWN
        if kind == "clear_output":
            self.show_in(self._cell)
        elif room and kind in ("stream", "display_data", "execute_result", "error"):
            kept = self.by_cell.setdefault(self._cell, [])
            self._keep(kept, output(kind, content))

    def _keep(self, kept: list[Output], new: Output) -> None:
        room = MOST - self._size
        self._size += size(new)
        same = ("stream", new.get("name"))
        if self._size > MOST:
            text = f"{new.get('text', '')[:room]}\n{CUT}\n"
            kept.append({"output_type": "stream", "name": "stdout", "text": text})
        elif kept and (kept[-1]["output_type"], kept[-1].get("name")) == same:
            kept[-1]["text"] += new["text"]
        else:
            kept.append(new)


def output(kind: str, content: dict[str, Any]) -> Output:
    """The output as a notebook holds it, with the fields it needs and no others.

    Raises:  Malformed, KeyError or TypeError when it is not of the form due
    """
    if kind == "stream":
        name = "stderr" if content["name"] == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": text_of(content["text"])}
    if kind == "error":
        return {
            "output_type": kind,
            "ename": plain(content["ename"]),
            "evalue": plain(content["evalue"]),
            "traceback": [text_of(line) for line in content["traceback"]],
        }
    shown = content["data"]
    data = {k: safe(text_of(shown[k])) for k, safe in KINDS.items() if k in shown}
    result: Output = {"output_type": kind, "data": data, "metadata": {}}
    if kind == "execute_result":
        result["execution_count"] = None
    return result


def text_of(value: Any) -> str:
    """The value, if it is text that a file can hold."""
    if not isinstance(value, str):
        raise Malformed("something that is no text stands where text is due")
    return value.encode("utf-8", "replace").decode()


def size(value: Any) -> int:
    """About how many characters a piece of JSON has."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(size(k) + size(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(map(size, value))
    return 8
