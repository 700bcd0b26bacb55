"""Answers as JSON documents, written down by the thread that made them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from callcenter.web.app import _refuse_late_answers
from callcenter.web.documents import DocumentRouter


def app_with(router: APIRouter) -> FastAPI:
    app = FastAPI()

    @router.get("/told/{number}")
    def told(number: int) -> dict[str, Any]:
        return {"number": number, "at": datetime(2022, 6, 2, tzinfo=UTC), "day": date(2022, 6, 2), "name": "天津", "more": (1, None)}

    app.include_router(router, prefix="/api")
    return app


def test_a_document_is_told_with_its_moments_and_checked_parameters() -> None:
    router = DocumentRouter()

    @router.get("/plain")
    def plain() -> Response:
        return PlainTextResponse("as it is")

    app = app_with(router)
    _refuse_late_answers(app)
    with TestClient(app) as client:
        whole = {"number": 7, "at": "2022-06-02T00:00:00+00:00", "day": "2022-06-02", "name": "天津", "more": [1, None]}
        assert client.get("/api/told/7").json() == whole
        assert client.get("/api/told/x").status_code == 422
        assert client.get("/api/plain").text == "as it is"


def test_an_app_with_a_route_that_would_keep_its_transaction_waiting_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="/api/told"):
        _refuse_late_answers(app_with(APIRouter()))
