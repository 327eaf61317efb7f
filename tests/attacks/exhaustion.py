"""Hostile notebooks that use up the machine, or will not end."""

from __future__ import annotations

from attacks.attack import Attack

MEMORY = "used more than .* of memory|stopped its kernel|MemoryError"
FILES = "wrote more than .* of files|No space left|File too large"
STOPPED = (
    "did not stop|was stopped after|stopped its kernel|ran longer|"
    "left too many|used more than"
)
GONE = "stopped its kernel"


def fatal(name: str, says: str, *cells: str) -> Attack:
    """An attack that may cost its kernel, and may take more than a cell's time."""
    return Attack(name, cells, f"{says}|{STOPPED}" if says else "", fatal=True)


MEMORIES = (
    fatal(
        "fill the memory",
        MEMORY,
        "hoard = []\nwhile True: hoard.append(bytearray(1 << 26))",
    ),
    fatal(
        "fill the memory, catching every error",
        MEMORY,
        "hoard = []\nwhile True:\n"
        "    try: hoard.append(bytearray(1 << 20))\n    except MemoryError: pass",
    ),
    fatal(
        "fill the memory in many processes",
        MEMORY,
        "import os, time\nfor _ in range(30):\n    if os.fork() == 0:\n"
        "        hoard = bytearray(b'x') * (300 << 20)\n        time.sleep(600)\n"
        "time.sleep(600)",
    ),
    fatal(
        "fill the memory with files in memory",
        FILES + "|" + MEMORY + "|Operation not permitted|Read-only|Permission denied",
        "import os\n"
        "handles = [os.memfd_create(str(n)) for n in range(200)]\n"
        "for handle in handles: os.write(handle, bytes(30 << 20))\n"
        "print('BROKEN' + ' OUT')",
    ),
    fatal(
        "fill the memory with shared segments",
        MEMORY,
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.shmget(0, 1 << 28, 0o1600) >= 0: print('BROKEN' + ' OUT')\n"
        "hoard = []\nwhile True: hoard.append(bytearray(1 << 26))",
    ),
)

DISKS = (
    fatal(
        "write one endless file",
        FILES,
        "with open('big', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
    ),
    fatal(
        "write endless files",
        FILES,
        "import itertools\nfor n in itertools.count():\n"
        "    with open(f'big{n}', 'wb') as file: file.write(bytes(1 << 20))",
    ),
    fatal(
        "write endless small files where the sockets are",
        FILES + "|Permission denied|Errno 13",
        "import itertools, json, os, IPython\n"
        "kernel = IPython.get_ipython().kernel.parent\n"
        "folder = os.path.dirname(kernel.abs_connection_file)\n"
        "for n in itertools.count():\n"
        "    with open(f'{folder}/{n}', 'wb') as file: file.write(bytes(10))",
    ),
    fatal(
        "fill the shared memory",
        FILES + "|Permission denied|Errno 13",
        "import itertools\nfor n in itertools.count():\n"
        "    with open(f'/dev/shm/{n}', 'wb') as file: file.write(bytes(1 << 20))",
    ),
    fatal(
        "dig folders that cannot be removed",
        "",
        "import os, IPython\n"
        "kernel = IPython.get_ipython().kernel.parent\n"
        "for place in (os.getcwd(), os.path.dirname(kernel.abs_connection_file)):\n"
        "    try:\n"
        "        os.chdir(place)\n"
        "        for _ in range(2200):\n"
        "            os.mkdir('d')\n            os.chdir('d')\n"
        "        os.mkdir('shut', 0)\n"
        "    except OSError: pass",
    ),
)

PROCESSES = (
    fatal(
        "fork without end",
        "Resource temporarily unavailable|unavailable|fork",
        "import os\nwhile True: os.fork()",
    ),
    fatal(
        "fork without end, catching every error",
        STOPPED,
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    ),
    fatal(
        "start threads without end",
        "can't start new thread",
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(600,)).start()",
    ),
    fatal(
        "leave a process that outlives its kernel",
        GONE,
        "import os, signal, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        for number in range(1, 32):\n"
        "            try: signal.signal(number, signal.SIG_IGN)\n"
        "            except OSError: pass\n"
        "        os.closerange(0, 256)\n        time.sleep(600)\n    os._exit(0)\n"
        "time.sleep(0.2)\nos._exit(0)",
    ),
    fatal(
        "leave a thread that goes on",
        "",
        "import threading\n"
        "def go():\n    while True: pass\n"
        "threading.Thread(target=go).start()",
    ),
    fatal(
        "say something at the end",
        "",
        "import atexit, signal\n"
        "atexit.register(lambda: open('late', 'w').write('x'))\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)",
    ),
)

ENDLESS = (
    fatal("run for ever", STOPPED, "while True: pass"),
    fatal(
        "run for ever, whatever comes",
        STOPPED,
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    ),
    fatal(
        "run for ever in C",
        STOPPED,
        "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    ),
    fatal("sleep for ever", STOPPED, "import time\ntime.sleep(10 ** 6)"),
    fatal(
        "stop itself",
        "not permitted",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    ),
    fatal("end the kernel", GONE, "import os\nos._exit(0)"),
    fatal(
        "kill the kernel", GONE + "|not permitted", "import os\nos.kill(os.getpid(), 9)"
    ),
    fatal("crash the kernel", GONE, "import ctypes\nctypes.string_at(0)"),
    fatal(
        "become another program",
        GONE,
        "import os\nos.execv('/bin/sleep', ['sleep', '600'])",
    ),
    fatal("close every file", GONE, "import os\nos.closerange(3, 256)"),
)

PARTS = """
import os, socket, time, IPython
app = IPython.get_ipython().kernel.parent
path = f'{app.ip}-{app.iopub_port}'
app.iopub_socket.close(0)
time.sleep(0.3)
os.unlink(path)
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
peer = server.accept()[0]
peer.sendall(b'\\xff' + bytes(8) + b'\\x7f\\3\\0NULL' + bytes(48))
peer.sendall(b'\\4\\x19\\5READY\\x0bSocket-Type\\0\\0\\0\\3PUB')
while True: peer.sendall(b'\\3' + (1 << 22).to_bytes(8, 'big') + bytes(1 << 22))
"""

FLOODS = (
    fatal("send a message of endless parts", "flooded the grader", PARTS),
    fatal(
        "print without end",
        "cut",
        "while True: print('x' * 1_000_000)",
    ),
    fatal(
        "print short lines without end",
        "cut",
        "while True: print('x', flush=True)",
    ),
    fatal(
        "display without end",
        "cut",
        "from IPython.display import HTML\nwhile True: display(HTML('x' * 100_000))",
    ),
    fatal(
        "print one gigantic text",
        "",
        "print('x' * 200_000_000)",
    ),
    fatal(
        "show one gigantic number of pictures",
        "cut",
        "from IPython.display import Image\n"
        "for _ in range(10_000): display(Image(data=b'x' * 500_000, format='png'))",
    ),
    fatal(
        "send replies that nobody asked for",
        "",
        "import IPython\nkernel = IPython.get_ipython().kernel\n"
        "for _ in range(300):\n"
        "    kernel.session.send(kernel.shell_stream, 'execute_reply',\n"
        "        {'status': 'ok', 'text': 'x' * 7_000_000},\n"
        "        ident=kernel.get_parent()['header']['session'].encode())",
    ),
)

LOUD = (*MEMORIES, *DISKS, *PROCESSES, *ENDLESS, *FLOODS)
