"""What a hostile notebook is, and the things that it must not reach."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

BROKEN_OUT = "BROKEN" + " OUT"
WIN = "print('BROKEN' + ' OUT')"
SECRET = "canary-7f3a91c2"


@dataclass(frozen=True)
class Attack:
    """Cells that must come to nothing.

    cells:  they print BROKEN OUT where they succeed; @NAMES@ stand for the targets
    says:   what the student is told, as a pattern; "" when nothing needs saying
    fatal:  it costs its kernel, or hampers the cells of others
    """

    name: str
    cells: tuple[str, ...]
    says: str = ""
    fatal: bool = False


@dataclass(frozen=True)
class Targets:
    """What lies about on a grader's machine, all of it readable by its user.

    names:   what stands for each in an attack
    victim:  a process of the grader's user
    file:    holds SECRET; so does the gradebook, and this process's environment
    """

    names: dict[str, str]
    victim: subprocess.Popen[bytes]
    file: Path
    gradebook: Path
    sockets: tuple[socket.socket, ...]

    def aim(self, cell: str) -> str:
        """The cell with the targets in it."""
        for name, value in self.names.items():
            cell = cell.replace(f"@{name}@", value)
        return cell

    def unharmed(self) -> None:
        """Assert that all is as it was and nobody called."""
        assert self.victim.poll() is None
        assert self.file.read_text() == SECRET
        assert self.file.stat().st_mode & 0o777 == 0o644
        assert [path.name for path in sorted(self.file.parent.iterdir())] == [
            "gradebook.db",
            "notes.txt",
        ]
        with closing(sqlite3.connect(self.gradebook)) as book:
            assert book.execute("SELECT text FROM secret").fetchall() == [(SECRET,)]
        for each in self.sockets:
            each.setblocking(False)
            try:
                each.recv(1) if each.type == socket.SOCK_DGRAM else each.accept()
            except BlockingIOError:
                continue
            raise AssertionError(f"somebody reached {each.getsockname()}")


@contextmanager
def targets(place: Path) -> Iterator[Targets]:
    """Make them in a folder whose path every user may walk."""
    place.mkdir(mode=0o755)
    for folder in place.parents:
        if any(each.name.startswith("pytest-") for each in (folder, *folder.parents)):
            folder.chmod(0o755)
    file, gradebook = place / "notes.txt", place / "gradebook.db"
    file.write_text(SECRET)
    file.chmod(0o644)
    with closing(sqlite3.connect(gradebook)) as book, book:
        book.execute("CREATE TABLE secret (text)")
        book.execute("INSERT INTO secret VALUES (?)", [SECRET])
    os.environ["AUTOGRADER_CANARY"] = SECRET
    with ExitStack() as stack:
        stack.callback(os.environ.pop, "AUTOGRADER_CANARY", None)
        opened = sockets(stack)
        code = "import time; time.sleep(3600)"
        victim = subprocess.Popen([sys.executable, "-c", code])
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        names = {
            "FILE": str(file),
            "COURSE": str(place),
            "GRADEBOOK": str(gradebook),
            "PID": str(victim.pid),
            "GRADER": str(os.getpid()),
            "PROJECT": str(Path(__file__).parents[2]),
            "SITE": next(p for p in sys.path if p.endswith("site-packages")),
            **{name: repr(each.getsockname()) for name, each in opened.items()},
        }
        yield Targets(names, victim, file, gradebook, tuple(opened.values()))


def sockets(stack: ExitStack) -> dict[str, socket.socket]:
    """One of each kind that a cell may try to call."""
    local, here, me = socket.AF_UNIX, ("127.0.0.1", 0), uuid.uuid4().hex[:8]
    return {
        "TCP": listening(stack, socket.AF_INET, here),
        "UDP": listening(stack, socket.AF_INET, here, True),
        "UNIX": listening(stack, local, f"/tmp/ag-{me}.s"),
        "DATAGRAM": listening(stack, local, f"/tmp/ag-{me}.d", True),
        "ABSTRACT": listening(stack, local, f"\0ag-{me}"),
    }


def listening(
    stack: ExitStack, family: int, address: object, datagram: bool = False
) -> socket.socket:
    """A socket that anybody on this machine may call."""
    kind = socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM
    opened = stack.enter_context(socket.socket(family, kind))
    opened.bind(address)  # type: ignore[arg-type]
    if not datagram:
        opened.listen()
    if isinstance(address, str) and address.startswith("/"):
        os.chmod(address, 0o777)
        stack.callback(Path(address).unlink)
    return opened
