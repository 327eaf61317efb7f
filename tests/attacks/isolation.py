"""Hostile notebooks that reach for the machine: first its files and our answers."""

from __future__ import annotations

from attacks.attack import WIN, Attack
from attacks.exhaustion import LOUD
from attacks.reaching import NETWORK, PROCESSES

FILES = (
    Attack("read a file of the grader", ("print(open('@FILE@').read())",)),
    Attack(
        "list the course",
        (f"import os\nif 'notes.txt' in os.listdir('@COURSE@'): {WIN}",),
    ),
    Attack(
        "read the gradebook",
        (
            "import sqlite3\n"
            "book = sqlite3.connect('file:@GRADEBOOK@?mode=ro', uri=True)\n"
            "print(book.execute('SELECT * FROM secret').fetchall())",
        ),
    ),
    Attack(
        "change the gradebook",
        (
            "import sqlite3\nbook = sqlite3.connect('@GRADEBOOK@')\n"
            "book.execute(\"UPDATE secret SET text = 'mine'\")\nbook.commit()\n" + WIN,
        ),
    ),
    Attack("overwrite a file of the grader", ("open('@FILE@', 'w').write('mine')",)),
    Attack(
        "empty a file while opening it to read",
        ("import os\nos.open('@FILE@', os.O_RDONLY | os.O_TRUNC)",),
    ),
    Attack("truncate a file", ("import os\nos.truncate('@FILE@', 0)",)),
    Attack(
        "change a file's permissions and dates",
        ("import os\nos.chmod('@FILE@', 0)", "os.utime('@FILE@', (0, 0))"),
    ),
    Attack("delete a file", ("import os\nos.unlink('@FILE@')",)),
    Attack("rename a file", ("import os\nos.rename('@FILE@', '@FILE@.mine')",)),
    Attack(
        "link a file into its own folder",
        (f"import os\nos.link('@FILE@', 'mine')\nprint(open('mine').read())\n{WIN}",),
    ),
    Attack(
        "follow a link out of its own folder",
        ("import os\nos.symlink('@FILE@', 'way')\nprint(open('way').read())",),
    ),
    Attack(
        "read the folders of other kernels",
        (
            "import os, glob\n"
            "own = {os.getcwd(), os.environ['HOME']}\n"
            "for path in glob.glob('/tmp/autograder-*/*/*'):\n"
            "    if path.endswith('/work') and path not in own and os.listdir(path):\n"
            f"        {WIN}\n"
            "for number in range(50):\n"
            "    for home in glob.glob('/tmp/autograder-*') or ['/tmp/autograder-0']:\n"
            "        folder = f'{home}/{number}/work'\n"
            "        if folder not in own:\n"
            "            try:\n"
            "                os.listdir(folder)\n"
            f"                {WIN}\n"
            "            except OSError:\n"
            "                pass",
        ),
    ),
    Attack(
        "learn who uses the machine",
        (
            "for path in ('/etc/passwd', '/etc/shadow', '/etc/hostname'):\n"
            "    try:\n"
            f"        open(path).read()\n        {WIN}\n"
            "    except OSError: pass",
        ),
    ),
    Attack(
        "write where others would read",
        (
            "for folder in ('/', '/etc', '/usr', '/usr/lib', '/var/tmp', '/dev'):\n"
            "    try:\n"
            f"        open(folder + '/mine', 'w').close()\n        {WIN}\n"
            "    except OSError: pass",
        ),
    ),
    Attack(
        "poison minidl for the next student",
        (
            "import minidl, os\n"
            "for flags in (os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_TRUNC):\n"
            "    try:\n"
            f"        os.open(minidl.__file__, flags)\n        {WIN}\n"
            "    except OSError: pass",
            "size = os.stat(minidl.__file__).st_size\n"
            "try: os.chmod(minidl.__file__, 0o777)\n"
            "except OSError: pass\n"
            f"if os.stat(minidl.__file__).st_mode & 0o222 == 0o222: {WIN}\n"
            f"os.unlink(minidl.__file__)\n{WIN}",
        ),
    ),
    Attack(
        "poison NumPy for the next student",
        (
            "import numpy, os\nfolder = os.path.dirname(numpy.__file__)\n"
            f"open(folder + '/mine.py', 'w').close()\n{WIN}",
        ),
    ),
    Attack(
        "open a device",
        (
            "import os, glob\n"
            "for path in [*glob.glob('/dev/[svx]d*'), '/dev/mem', '/dev/kmsg']:\n"
            "    try:\n"
            f"        os.open(path, os.O_RDONLY)\n        {WIN}\n"
            "    except OSError: pass",
            f"os.mknod('disk', 0o60666, os.makedev(254, 0))\n{WIN}",
        ),
    ),
    Attack(
        "use a file that the grader left open",
        (
            "import os\n"
            "for number in range(3, 300):\n"
            "    try:\n"
            "        print(os.pread(number, 100, 0))\n"
            "    except OSError: pass",
        ),
    ),
)

ANSWERS = (
    Attack(
        "import torch and nbgrader",
        (
            "for name in ('torch', 'nbgrader', 'jupytext', 'pyseccomp'):\n"
            "    try:\n"
            f"        __import__(name)\n        {WIN}\n"
            "    except ImportError: pass",
        ),
    ),
    Attack(
        "import torch from the grader's environment",
        (f"import sys\nsys.path.insert(0, '@SITE@')\nimport torch\n{WIN}",),
    ),
    Attack(
        "import the reference from the project",
        (
            "import sys\nsys.path.insert(0, '@PROJECT@')\n"
            "for name in [n for n in sys.modules if n.startswith('autograder')]:\n"
            "    del sys.modules[name]\n"
            f"import autograder.recording\n{WIN}",
        ),
    ),
    Attack(
        "find recordings, bricks and solutions",
        (
            "import os, sys\n"
            "for top in {*sys.path, sys.prefix, '/var/cache', '@PROJECT@'}:\n"
            "    for folder, _, names in os.walk(top):\n"
            "        if {'relu.npz', 'ch02_activations.py'} & set(names):\n"
            f"            {WIN}",
        ),
    ),
    Attack(
        "call the finished function",
        (
            "import minidl.kernels.activations as ours, numpy as np\n"
            f"ours.relu(np.ones(3))\n{WIN}",
        ),
    ),
    Attack(
        "find the grader's secret in the environment",
        (
            "import os\nprint(os.environ)",
            "print(open('/proc/self/environ').read())",
            "import glob\n"
            "for path in glob.glob('/proc/[0-9]*/environ'):\n"
            "    try: print(open(path).read())\n"
            "    except OSError: pass",
        ),
    ),
)

QUIET = (*FILES, *ANSWERS, *PROCESSES, *NETWORK)
ATTACKS = (*QUIET, *LOUD)
