"""Notebooks that want points for answers they do not have."""

from __future__ import annotations

from attacks.forged import Forgery
from attacks.papers import PAPERS
from attacks.replies import REPLIES


def relu(body: str) -> dict[str, str]:
    """The one exercise that is answered, with the lines of the body."""
    return {"relu": body.replace("\n", "\n    ")}


EQUAL = """\
class Equal:
    shape, dtype, ndim, size = (), 'float64', 0, 1
    def __eq__(self, other): return True
    def __array_function__(self, *a): return True
    def __getattr__(self, name): return self
    def __le__(self, other): return True
    def __sub__(self, other): return 0
    __hash__ = None"""
EQUAL_ARRAY = """\
import numpy as np
class EqualArray(np.ndarray):
    def __eq__(self, other): return True
    def __array_ufunc__(self, ufunc, method, *a, **k): return np.zeros(())
    def astype(self, *a, **k): return self"""
NO_ASSERTS = """\
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node): return None
    def visit_Raise(self, node): return None
get_ipython().ast_transformers.append(NoAsserts())
get_ipython().input_transformers_cleanup.append(lambda lines: ['True'])"""
PATCHED = """\
import numpy as np, numpy.testing as t
yes = lambda *a, **k: True
for name in ('allclose', 'array_equal', 'isclose', 'isfinite', 'abs', 'array_equiv'):
    setattr(np, name, yes)
for name in [n for n in dir(t) if n.startswith('assert')]:
    setattr(t, name, yes)"""
JUDGES = """\
import sys, types
for name in ('check', 'compare', 'run', 'diagnose', 'recording'):
    fake = sys.modules['autograder.' + name] = types.ModuleType(name)
    fake.check = fake.judge = fake.compare = fake.run = lambda *a, **k: None
check = judge = lambda *a, **k: None
import builtins; builtins.check = check"""
DISPLAY = """\
import sys
sys.displayhook = lambda value: print(1.0)
shell = get_ipython()
plain = shell.display_formatter.formatters['text/plain']
for kind in (str, type(None)):
    plain.for_type(kind, lambda s, p, c: p.text('1.0'))"""
MESSAGES = """\
kernel = get_ipython().kernel
def forge(*_):
    for kind, content in (
        ('execute_result', {'data': {'text/plain': '100.0'}, 'metadata': {},
                            'execution_count': 1}),
        ('status', {'execution_state': 'idle'}),
    ):
        kernel.session.send(kernel.iopub_socket, kind, content,
                            parent=kernel.get_parent())
forge()
get_ipython().events.register('pre_execute', forge)"""
TRUE = """\
shell = get_ipython()
shell.user_expressions = lambda e: {k: {'status': 'ok', 'metadata': {}, 'data': {
    'text/plain': 'True'}} for k in e}"""
EVALUATED = """\
shell = get_ipython()
shell.user_expressions = lambda e: {k: {'status': 'ok', 'metadata': {}, 'data': {
    'text/plain': "__import__('os')._exit(3)"}} for k in e}"""
NO_TEXT = """\
shell = get_ipython()
shell.user_expressions = lambda e: {k: ['passed', 1e308, None, {}] for k in e}"""
FRAMES = """\
import gc, sys
def steal():
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if name in ('expected', 'want', 'right', 'answer_key'):
                return value
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ in ('Expected', 'Recording', 'Exam'):
            return thing.outputs[0]
        if isinstance(thing, dict) and 'expected' in thing:
            return thing['expected']
    raise LookupError('nothing to steal')"""
OURS = """\
import importlib
def ours():
    for name in ('minidl.kernels.activations', 'autograder.strength.variants.ch02',
                 'autograder.reference.ch02', 'torch.nn.functional', 'torch'):
        try:
            found = getattr(importlib.import_module(name), 'relu')
            found(__import__('numpy').ones(2))
            return found
        except Exception:
            continue
    raise LookupError('no solution here')"""
SEARCH = """\
import os
def search():
    for here, folders, files in os.walk('/'):
        folders[:] = [f for f in folders if f not in ('proc', 'sys', 'usr')]
        for file in files:
            if file in ('activations.py', 'ch02.py', 'relu.npz', 'variants.py'):
                try:
                    text = open(os.path.join(here, file), 'rb').read()
                except OSError:
                    continue
                if b'np.maximum(x' in text or b'torch' in text or file == 'relu.npz':
                    return os.path.join(here, file)
    raise LookupError('no solution here')
print(search())"""
LATE = """\
import threading, time
def patient():
    while True:
        time.sleep(0.01)
        print('passed: 1.0', flush=True)
        globals()['relu'] = lambda x: x
threading.Thread(target=patient, daemon=True).start()"""
FAKE_NUMPY = """\
import sys, types, base64, json, builtins
base64.b64encode = lambda data: b"' + open('/etc/passwd').read() + '"
json.dumps = lambda *a, **k: '{"passed": true}'"""
GIVEN = """\
import os
os.environ.update(NBGRADER_EXECUTION='', AUTOGRADER_SANDBOX='none', SCORE='1')
os.makedirs('.autograder/results/ada', exist_ok=True)
open('.autograder/results/ada/02-activations.json', 'w').write('{"passed": true}')"""


FORGERIES = (
    Forgery(
        "an object that equals everything",
        (EQUAL,),
        relu("return Equal()"),
        says="returned a Equal where a NumPy array is due",
    ),
    Forgery(
        "an array that equals everything",
        (EQUAL_ARRAY,),
        relu("return np.zeros(x.shape).view(EqualArray)"),
    ),
    Forgery("patched numpy and its testing", (PATCHED,), relu("return x")),
    Forgery("a transformer that drops asserts", (NO_ASSERTS,), relu("assert False")),
    Forgery("replaced judges and checks", (JUDGES,), relu("return x")),
    Forgery("a display hook that shows points", (DISPLAY,), relu("return x")),
    Forgery("forged messages with a score", (MESSAGES,), relu("return x")),
    Forgery("replies that say True", (TRUE,), relu("return x"), says="relu: the an"),
    Forgery(
        "replies that are code", (EVALUATED,), relu("return x"), says="relu: the an"
    ),
    Forgery("replies of no form", (NO_TEXT,), relu("return x"), says="did not answer"),
    Forgery(
        "frames and garbage searched for the answer",
        (FRAMES,),
        relu("return steal()"),
    ),
    Forgery(
        "our own solutions imported",
        (OURS,),
        relu("return ours()(x)"),
        says="LookupError: no solution here",
    ),
    Forgery("our own solutions read", (SEARCH,), says="no solution here"),
    Forgery(
        "torch imported",
        ("import torch",),
        relu("import torch\nreturn torch.relu(torch.tensor(x)).numpy()"),
        says="No module named 'torch'",
    ),
    Forgery("a thread that goes on", (LATE,), relu("return x")),
    Forgery(
        "broken encoders",
        (FAKE_NUMPY,),
        relu("return x"),
        says="sent something that is no reply",
    ),
    Forgery("settings and results of its own", (GIVEN,), relu("return x")),
    Forgery("NaN everywhere", (), relu("return np.full_like(x, np.nan)")),
    Forgery(
        "masked arrays, that compare as equal",
        (),
        relu("return np.ma.masked_all_like(x)"),
    ),
    Forgery(
        "an array of objects", (), relu("return x.astype(object)"), says="dtype obj"
    ),
    Forgery("an array of text", (), relu("return x.astype(str)"), says="dtype <U"),
    Forgery("complex numbers", (), relu("return x + 0j"), says="dtype complex128"),
    Forgery("infinite generosity", (), relu("return np.full_like(x, np.inf)")),
    Forgery("half the precision", (), relu("return np.maximum(x, 0).astype('f2')")),
    Forgery(
        "a generator", (), relu("yield np.maximum(x, 0)"), says="a generator where"
    ),
    Forgery(
        "a right answer by changing the input",
        (),
        relu("x[x < 0] = 0\nreturn x"),
        says="changed its input x",
    ),
    Forgery(
        "an answer of eight megabytes",
        (),
        relu("return np.zeros(1 << 20)"),
        says="returned more than 1 MiB",
    ),
    *REPLIES,
    *PAPERS,
)
