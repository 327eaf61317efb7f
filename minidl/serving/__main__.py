"""Serve the network in a file: python -m minidl.serving model.safetensors."""

from __future__ import annotations

import argparse
import sys

import uvicorn
from threadpoolctl import threadpool_limits

from minidl import load
from minidl.errors import NotBuiltYet
from minidl.models import from_state
from minidl.serving import create_app


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser("python -m minidl.serving", description=__doc__)
    parser.add_argument("file", help="what minidl.save(model.state_dict(), …) wrote")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", default=8000, type=int, help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    try:
        state = load(chosen.file)
        app = create_app(from_state(state if isinstance(state, dict) else {}))
    except (OSError, ValueError, NotBuiltYet) as error:
        sys.exit(str(error))
    # each core has a worker: threads of BLAS on top would fight for the same cores
    with threadpool_limits(1, "blas"):
        uvicorn.run(app, host=chosen.host, port=chosen.port)


if __name__ == "__main__":
    main()
