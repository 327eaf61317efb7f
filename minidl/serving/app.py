"""The service: a picture of a digit comes in, the digit goes out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, File, HTTPException, Response, UploadFile
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minidl.models import check_reads_digits, probabilities
from minidl.nn import Module
from minidl.serving.upload import LARGEST, Refused, picture

PAGE = Path(__file__).with_name("page.html")
PAD = Path(__file__).parents[1] / "viz"
"""Where pad.js and pad.css are: the notebook draws with the same."""

ABOUT: dict[str, Any] = {
    "title": "minidl",
    "description": "Reads a handwritten digit.",
    "servers": [{"url": "."}],  # the service is wherever its description lies
    "docs_url": None,  # add_page serves it, at relative addresses
    "redoc_url": None,
}
OFFLINE = "static-offline-docs"
"""Where FastAPIOffline serves what /docs is made of."""


class Prediction(BaseModel):
    """What the model reads."""

    predicted_class: Annotated[int, Field(ge=0, le=9, description="the digit")]
    probabilities: Annotated[
        list[float],
        Field(
            min_length=10, max_length=10, description="of 0 to 9; they add up to one"
        ),
    ]


class Health(BaseModel):
    """That the service is up."""

    status: str


class Reason(BaseModel):
    """Why an upload is refused."""

    detail: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Reason, "description": "Empty, blank, broken or of many frames"},
    413: {"model": Reason, "description": f"More than {LARGEST:,} bytes or pixels"},
    415: {"model": Reason, "description": "Neither a PNG nor a JPEG"},
}


def create_app(model: Module) -> FastAPI:
    """A service that classifies uploads with this model, and a page to draw on.

    POST /classify_image, GET /, GET /health; GET /docs describes them, without the
    internet too.

    model:   from images (N, 1, 28, 28), as prepare_digits makes them, to (N, 10) logits
    Raises:  ValueError if it is something else
    """
    check_reads_digits("create_app", model)
    app = FastAPIOffline(**ABOUT)
    app.add_middleware(LimitedBody)
    workers = CapacityLimiter(os.cpu_count() or 1)

    def read(content: bytes) -> Prediction:
        """Runs in a thread, so that the event loop goes on."""
        row = probabilities(model, picture(content))[0]
        return Prediction(predicted_class=int(row.argmax()), probabilities=row.tolist())

    @app.post("/classify_image", responses=REFUSALS)
    async def classify_image(
        image: Annotated[UploadFile, File(description="a PNG or JPEG of one digit")],
    ) -> Prediction:
        """Which digit the picture shows: bright ink on dark, or dark on bright."""
        try:
            content = await image.read()
            return await to_thread.run_sync(read, content, limiter=workers)
        except Refused as refused:
            raise HTTPException(refused.status, str(refused)) from None

    @app.get("/health")
    async def health() -> Health:
        """Whether the service is up."""
        return Health(status="ok")

    add_page(app)
    return app


def add_page(app: FastAPI) -> None:
    """Serve the page, the pad that it draws with, and the description.

    Their addresses are relative: Jupyter passes the service on as /proxy/8000/.
    """
    files = {"/": PAGE, "/pad.js": PAD / "pad.js", "/pad.css": PAD / "pad.css"}

    def serve(path: Path) -> Any:
        async def file() -> Response:
            return FileResponse(path)

        return file

    for address, path in files.items():
        app.get(address, include_in_schema=False)(serve(path))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url=f"{OFFLINE}/swagger-ui-bundle.js",
            swagger_css_url=f"{OFFLINE}/swagger-ui.css",
            swagger_favicon_url=f"{OFFLINE}/favicon.png",
        )


class LimitedBody:
    """Refuses a request as soon as more than LARGEST bytes have come.

    Starlette's RequestBodyLimitMiddleware does too, but gives no reason.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        count = 0

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > LARGEST:
                reason = f"the request is larger than {LARGEST:,} bytes; send less"
                raise HTTPException(413, reason, headers={"connection": "close"})
            return message

        await self.app(scope, counted, send)
