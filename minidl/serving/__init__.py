"""A model as a web service: create_app(model), python -m minidl.serving FILE."""

from importlib.util import find_spec

NEEDED = (
    *("fastapi", "fastapi_offline", "PIL", "python_multipart", "threadpoolctl"),
    "uvicorn",
)

for needed in NEEDED:
    if find_spec(needed) is None:
        raise ImportError(
            f"minidl.serving: {needed} is not installed; run "
            "pip install 'minidl[serving]'"
        )

from minidl.serving.app import create_app  # noqa: E402, after what it needs

__all__ = ["create_app"]
