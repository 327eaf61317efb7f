"""Kernels that answer with something else than arrays."""

from __future__ import annotations

from attacks.forged import Forgery

PROBE = "get_ipython().autograder_probe"
RELU = {"relu": "return x"}


def replying(reply: str) -> tuple[str, ...]:
    """A cell after which the kernel's packed answer is the value of this expression."""
    return (
        "import base64, json, pickle, sys\n"
        "def packed(rows):\n"
        "    return base64.b64encode(json.dumps(rows).encode()).decode()\n"
        "def rows(asked, array):\n"
        "    one = dict(outputs=[array], problem=None, detail=[], changed=[],\n"
        "               warned='', printed='')\n"
        "    return [one] * len(json.loads(base64.b64decode(asked))['cases'])\n"
        f"{PROBE}.answer = lambda asked, names: {reply}",
    )


def array(dtype: str, shape: str, data: str = "''") -> tuple[str, ...]:
    """A cell after which every answer is an array described like this."""
    described = f"dict(dtype={dtype}, shape={shape}, bytes={data})"
    return replying(f"packed(rows(asked, {described}))")


REPLIES = (
    Forgery(
        "a packed answer that is pickled",
        replying("base64.b64encode(pickle.dumps({'passed': True})).decode()"),
        RELU,
        says="cannot be read",
    ),
    Forgery(
        "a packed answer of fifty megabytes",
        replying("'A' * (50 << 20)"),
        RELU,
    ),
    Forgery(
        "a packed answer with no cases",
        replying("packed([])"),
        RELU,
        says="lacks some cases",
    ),
    Forgery(
        "a packed answer with too many cases",
        replying("packed(rows(asked, {}) * 100)"),
        RELU,
        says="not a list of one outcome a case",
    ),
    Forgery(
        "a shape of a billion billions",
        array("'<f8'", "[1 << 60, 1 << 60]"),
        RELU,
        says="not as many bytes as its shape says",
    ),
    Forgery(
        "a shape with a hole",
        array("'<f8'", "[-1]"),
        RELU,
        says="no possible shape",
    ),
    Forgery(
        "a hundred dimensions",
        array("'<f8'", "[1] * 100"),
        RELU,
        says="no possible shape",
    ),
    Forgery(
        "bytes that are objects",
        array("'|O'", "[1]", "'AAAAAAAAAAA='"),
        RELU,
        says="not of numbers",
    ),
    Forgery(
        "bytes that are records",
        array("'f8,O'", "[1]"),
        RELU,
        says="not of numbers",
    ),
    Forgery(
        "truth values that are neither",
        array("'|b1'", "[1]", "'/w=='"),
        RELU,
        says="truth values",
    ),
    Forgery(
        "an outcome of no form",
        replying("packed([5] * 99)[:-4]"),
        RELU,
        says="relu: the answer",
    ),
)
