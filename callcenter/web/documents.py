"""Routes that answer with a JSON document: it is written down by the thread that made it.

FastAPI would check and write it elsewhere, in a thread that it first has to wait for, while the request's transaction stays open and keeps
its connection and its locks. With more requests than threads all connections would be held by requests that wait, and none would go on.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import APIRouter
from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse, Response


class Document(JSONResponse):
    """A JSON document; moments and days in it as ISO text."""

    def render(self, content: Any) -> bytes:
        """As bytes."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=jsonable_encoder).encode()


class DocumentRouter(APIRouter):
    """A router whose functions may return a document as it is."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route; what its function returns is written down there."""

        @wraps(endpoint)
        def written(*given: Any, **named: Any) -> Response:
            told = endpoint(*given, **named)
            return told if isinstance(told, Response) else Document(told)

        super().add_api_route(path, written, **{**options, "response_model": None})
