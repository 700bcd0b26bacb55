"""What people see when something goes wrong: a sentence, a reference number, never a traceback."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import psycopg
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from callcenter.db import engine
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused, Unavailable
from callcenter.settings import Settings
from callcenter.web import assets
from callcenter.web.app import create_app
from callcenter.web.deps import Work
from callcenter.web.labels.fields import FIELDS
from callcenter.web.rendering import flash, page
from callcenter.web.security import Person, all_routes, public
from tests.factories.people import Browser, browser, make_user

KINDS = {InvalidInput: 422, Refused: 409, NotFound: 404, Forbidden: 403, Conflict: 409, Unavailable: 503}


@pytest.fixture
def failing(settings: Settings) -> FastAPI:
    """An app with routes that fail."""
    app = create_app(settings)

    @app.get("/fails/{kind}")
    @app.get("/operator/api/fails/{kind}")
    def fails(kind: str, _person: Annotated[Person | None, public()]) -> Response:
        if kind == "bug":
            raise ValueError("张三 13612345678")
        if kind == "away":
            raise psycopg.OperationalError("connection to server failed: password=hunter2")
        raise next(error for error in KINDS if error.__name__ == kind)("some_code", "第 {row} 行有问题：请改正。", row=7)

    @app.get("/half-done")
    def half_done(session: Work, _person: Annotated[Person | None, public()]) -> Response:
        session.connection().exec_driver_sql("UPDATE users SET name = 'changed'")
        raise Refused("no", "不行。")

    @app.get("/part")
    def part(request: Request, person: Annotated[Person | None, public()]) -> Response:
        flash(request, "做好了。")
        return page(request, person, "errors/notice.html", title="", text="", reference="")

    return app


@pytest.mark.parametrize(("kind", "status"), [(kind.__name__, status) for kind, status in KINDS.items()])
def test_expected_failures_are_sentences_with_a_reference(failing: FastAPI, kind: str, status: int) -> None:
    answer = browser(failing).get(f"/fails/{kind}")
    assert answer.status_code == status
    assert "第 7 行有问题：请改正。" in answer.text
    assert answer.headers["x-reference"] in answer.text
    spoken = browser(failing).get(f"/operator/api/fails/{kind}")
    assert spoken.status_code == status
    assert spoken.json() == {
        "refused": True,
        "why": "some_code",
        "about": "第 7 行有问题：请改正。",
        "reference": spoken.headers["x-reference"],
    }


def test_htmx_gets_a_notice_for_its_place(failing: FastAPI) -> None:
    answer = browser(failing).get("/fails/Refused", headers={"HX-Request": "true"})
    assert answer.headers["hx-retarget"] == "#notices"
    assert "<html" not in answer.text and "第 7 行" in answer.text


def test_a_bug_shows_no_traceback_and_the_log_no_personal_data(failing: FastAPI, capfd: pytest.CaptureFixture[str]) -> None:
    failing.state.settings.log_level = "INFO"
    from callcenter.operations import logs

    logs.configure("INFO")
    answer = browser(failing).get("/fails/bug?name=张三")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text and "张三" not in answer.text
    log = capfd.readouterr().err
    assert "张三" not in log and "1361234" not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    failed = next(line for line in lines if line["event"] == "failed")
    assert failed["reference"] == answer.headers["x-reference"]
    assert failed["failure"] == "builtins.ValueError" and any("fails" in place for place in failed["where"])
    assert next(line for line in lines if line["event"] == "request")["route"] == "/fails/{kind}"


def test_an_unknown_address_and_a_wrong_method(app: FastAPI) -> None:
    assert "找不到这个页面" in browser(app).get("/nowhere").text
    answer = browser(app).put("/log-in")
    assert answer.status_code == 405 and answer.headers["x-reference"] in answer.text


def test_while_the_database_is_away_the_page_says_so_and_goes_on_by_itself(failing: FastAPI, client_for: Callable[..., Browser]) -> None:
    answer = browser(failing).get("/fails/away")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "不会丢失" in answer.text and "/static/away.js" in answer.text
    assert "hunter2" not in answer.text
    assert browser(failing).get("/operator/api/fails/away").json()["why"] == "database_away"


def test_a_logged_in_person_gets_the_same_page_when_the_server_really_stops(
    app: FastAPI, client_for: Callable[..., Browser], database_url: str
) -> None:
    operator = client_for("operator")
    engine.connect(database_url.replace("127.0.0.1:", "127.0.0.1:1"), pool_size=1)
    try:
        assert operator.get("/account").status_code == 503
        assert operator.get("/health").status_code == 503
    finally:
        engine.connect(database_url)
    assert operator.get("/account").status_code == 200
    assert operator.get("/health").json() == {"ok": True}


def test_a_refused_request_leaves_nothing_half_done(failing: FastAPI) -> None:
    user = make_user("operator")
    assert browser(failing).get("/half-done").status_code == 409
    assert engine.statement("SELECT name FROM users")[0]["name"] == user.name


def test_a_body_too_large_is_refused_before_it_is_read(app: FastAPI) -> None:
    answer = browser(app).post("/log-in", content=b"x" * (1024 * 1024 + 1), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413 and "文件太大" in answer.text


def test_notices_survive_a_part_and_a_forged_cookie_says_nothing(failing: FastAPI) -> None:
    visitor = browser(failing)
    visitor.get("/part", headers={"HX-Request": "true"})
    assert "做好了" in visitor.get("/log-in").text
    visitor.cookies.set(f"cc_{failing.state.instance}_notices", "W1siZG9uZSIsICJldmlsIl1d.0000")
    assert "evil" not in visitor.get("/log-in").text


@pytest.mark.parametrize(
    "name", ["style.css", "app.js", "keys.js", "live.js", "charts.js", "away.js", "icon.svg", "htmx/htmx.min.js", "plotly/plotly.min.js"]
)
def test_static_files_are_there_and_may_be_kept(app: FastAPI, name: str) -> None:
    answer = browser(app).get(assets.asset(name))
    assert answer.status_code == 200 and len(answer.content) > 100
    assert "immutable" in answer.headers["cache-control"]


def test_third_party_scripts_are_the_versions_that_were_tried(app: FastAPI) -> None:
    assert 'version:"2.0.' in browser(app).get("/static/htmx/htmx.min.js").text
    assert "plotly.js v4" in browser(app).get("/static/plotly/plotly.min.js").text[:200]


def test_nothing_outside_the_folders_is_served(app: FastAPI) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/plotly/../__init__.py"):
        assert browser(app).get(path).status_code == 404


def test_a_text_that_is_too_long_is_named_and_given_back(client_for: Callable[..., Browser]) -> None:
    typed = {"conclusion": "partly", "reason": "报" * 4001}
    answer = client_for("evaluator").post("/evaluator/stages/1/items/1", data=typed)
    assert answer.status_code == 422
    assert "“理由”最多 4,000 个字，现在有 4,001 个：请删减后再提交。" in answer.text
    assert f"readonly>{typed['reason']}</textarea>" in answer.text


SHOWN_BY_NOBODY = {"shown", "lease_id"}
"""Sent by the page itself."""


def test_every_field_with_a_limit_has_a_name_in_words(app: FastAPI) -> None:
    limited = {name for _, route in all_routes(app) for name in _limited(route)}
    assert len(limited) > 20, "the fields are found at all"
    assert limited - SHOWN_BY_NOBODY - FIELDS.keys() == set()


def _limited(route: Any) -> set[str]:
    fields = {given.alias: given.field_info for given in route.dependant.body_params}
    for given in route.dependant.body_params:
        fields |= getattr(given.field_info.annotation, "model_fields", {})
    return {name for name, field in fields.items() if any(hasattr(rule, "max_length") for rule in field.metadata)}
