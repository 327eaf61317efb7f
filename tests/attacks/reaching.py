"""Hostile notebooks that reach for processes and for the network."""

from __future__ import annotations

from attacks.attack import WIN, Attack

LIBC = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
"""

PROCESSES = (
    Attack(
        "read the grader's variables", ("print(open('/proc/@GRADER@/environ').read())",)
    ),
    Attack(
        "read the grader's memory",
        (
            f"open('/proc/@GRADER@/maps').read()\n{WIN}",
            f"open('/proc/@GRADER@/mem', 'rb')\n{WIN}",
        ),
    ),
    Attack(
        "read a process by system call",
        (
            LIBC + "buffer = (ctypes.c_char * 8)()\n"
            "vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)\n"
            "if libc.process_vm_readv(@PID@, vector, 1, vector, 1, 0) >= 0:\n"
            f"    {WIN}",
        ),
    ),
    Attack("trace a process", (LIBC + f"if libc.ptrace(16, @PID@, 0, 0) == 0: {WIN}",)),
    Attack("kill a process", (f"import os\nos.kill(@PID@, 9)\n{WIN}",)),
    Attack(
        "stop a process through a handle",
        (
            "import os, signal\n"
            f"signal.pidfd_send_signal(os.pidfd_open(@PID@), 9)\n{WIN}",
        ),
    ),
    Attack(
        "see what the machine runs",
        (
            "import glob\n"
            "for path in glob.glob('/proc/[0-9]*/cmdline'):\n"
            "    try:\n"
            f"        if 'pytest' in open(path).read(): {WIN}\n"
            "    except OSError: pass",
        ),
    ),
    Attack(
        "take a process's limits away",
        (
            "import resource\n"
            f"resource.prlimit(@PID@, resource.RLIMIT_CPU, (1, 1))\n{WIN}",
        ),
    ),
    Attack(
        "lift its own limits",
        (
            "import resource\n"
            "for name in ('NPROC', 'FSIZE', 'DATA', 'NOFILE', 'CPU'):\n"
            "    try:\n"
            "        kind = getattr(resource, 'RLIMIT_' + name)\n"
            "        resource.setrlimit(kind, (-1, -1))\n"
            f"        {WIN}\n"
            "    except (OSError, ValueError): pass",
        ),
    ),
    Attack("become root", (f"import os\nos.setuid(0)\n{WIN}",)),
    Attack(
        "run a program with root's rights",
        (
            "import subprocess\n"
            "done = subprocess.run(['/bin/su', '-c', 'id -u'], stdin=-3,\n"
            "                      capture_output=True, timeout=5, text=True)\n"
            f"if done.stdout.strip() == '0': {WIN}",
        ),
    ),
    Attack(
        "make a namespace, mount, change the root",
        (
            LIBC + "calls = (libc.unshare(0x10000000), libc.unshare(0x20000),\n"
            "    libc.mount(b'none', b'/tmp', b'tmpfs', 0, None),\n"
            "    libc.chroot(b'/tmp'))\n"
            f"if 0 in calls: {WIN}",
        ),
    ),
    Attack(
        "use system calls that need no file",
        (
            LIBC + "for number in (425, 321, 298, 323, 250, 304, 29, 319, 435):\n"
            "    if os.uname().machine != 'x86_64': break\n"
            f"    if libc.syscall(number, 0, 0, 0, 0, 0) >= 0: {WIN}",
        ),
    ),
    Attack(
        "type into the grader's terminal",
        (
            "import fcntl, termios\n"
            "for path in ('/dev/tty', '/proc/self/fd/0'):\n"
            "    try:\n"
            "        fcntl.ioctl(open(path), termios.TIOCSTI, b'x')\n"
            f"        {WIN}\n"
            "    except OSError: pass",
        ),
    ),
    Attack(
        "leave the time of the machine changed",
        (f"import time\ntime.clock_settime(0, 1)\n{WIN}",),
    ),
)

NETWORK = (
    Attack(
        "call the grader's machine by TCP",
        (f"import socket\nsocket.create_connection(@TCP@, 2)\n{WIN}",),
    ),
    Attack(
        "send the grader's machine a datagram",
        (
            "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
            f".sendto(b'x', @UDP@)\n{WIN}",
        ),
    ),
    Attack(
        "call another machine",
        (
            f"import socket\nsocket.create_connection(('1.1.1.1', 53), 2)\n{WIN}",
            f"socket.getaddrinfo('example.org', 80)\n{WIN}",
            f"socket.socket(socket.AF_INET6)\n{WIN}",
        ),
    ),
    Attack(
        "disguise the kind of a socket",
        (
            LIBC + "number = {'x86_64': 41, 'aarch64': 198}[os.uname().machine]\n"
            "more = 1 << 32\n"
            "for family, kind in ((2, 1), (10, 1), (17, 3), (1, 2), (40, 1)):\n"
            "    arguments = (ctypes.c_long(more + family), ctypes.c_long(kind), 0)\n"
            "    if libc.syscall(number, *arguments) >= 0:\n"
            f"        {WIN}",
        ),
    ),
    Attack(
        "call a local service through its file",
        (f"import socket\nsocket.socket(socket.AF_UNIX).connect(@UNIX@)\n{WIN}",),
    ),
    Attack(
        "call a local service through its name",
        (f"import socket\nsocket.socket(socket.AF_UNIX).connect(@ABSTRACT@)\n{WIN}",),
    ),
    Attack(
        "send a local service a datagram",
        (
            "import socket\nsocket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
            f".sendto(b'x', @DATAGRAM@)\n{WIN}",
            "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]"
            f".sendto(b'x', @DATAGRAM@)\n{WIN}",
        ),
    ),
    Attack("ask the grader to type", (f"input('password? ')\n{WIN}",)),
)
