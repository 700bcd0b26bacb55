"""Log-in, sessions, throttling, forced change of password, language."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from callcenter.db.engine import statement
from tests.factories.people import PASSWORD, Browser, browser, make_user


def log_in(visitor: Browser, username: str, password: str, **fields: str) -> object:
    token = visitor.token("/log-in")
    return visitor.post("/log-in", data={"username": username, "password": password, "csrf_token": token, **fields})


def test_a_right_password_leads_to_the_role_s_own_beginning(app: FastAPI) -> None:
    user, visitor = make_user("operator"), browser(app)
    answer = log_in(visitor, user.username.upper(), PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator")
    assert visitor.get("/operator").status_code == 200
    stored = statement("SELECT token_sha256 FROM log_ins")[0]["token_sha256"]
    cookie = visitor.cookies[f"cc_{app.state.instance}_session"]
    assert cookie not in stored and len(stored) == 64
    flags = next(value for value in answer.headers.get_list("set-cookie") if "_session=" in value).lower()
    assert "httponly" in flags and "samesite=lax" in flags and "secure" not in flags


def test_the_way_leads_back_to_the_page_that_asked_and_never_to_another_site(app: FastAPI) -> None:
    user, visitor = make_user("operator"), browser(app)
    asked = visitor.get("/account")
    assert asked.headers["location"] == "/log-in?next=/account"
    assert log_in(visitor, user.username, PASSWORD, next="/account").headers["location"] == "/account"
    assert log_in(browser(app), user.username, PASSWORD, next="//evil.example").headers["location"] == "/operator"


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(app: FastAPI) -> None:
    user, visitor = make_user("operator"), browser(app)
    wrong, nobody = log_in(visitor, user.username, "wrong"), log_in(visitor, "nobody", "wrong")
    assert wrong.status_code == nobody.status_code == 401
    assert "用户名或密码不对" in wrong.text and "用户名或密码不对" in nobody.text
    assert user.username in wrong.text, "the form keeps what was typed"
    assert "wrong" not in wrong.text, "but never the password"


def test_the_sixth_wrong_try_is_told_when_to_come_back(app: FastAPI) -> None:
    user, visitor = make_user("operator"), browser(app)
    for _ in range(5):
        assert log_in(visitor, user.username, "wrong").status_code == 401
    answer = log_in(visitor, user.username, PASSWORD)
    assert answer.status_code == 429
    assert "次数太多" in answer.text and "之后再试" in answer.text
    statement("UPDATE log_in_attempts SET at = at - interval '16 minutes'")
    assert log_in(visitor, user.username, PASSWORD).status_code == 303


def test_names_that_nobody_has_are_not_kept_in_the_open(app: FastAPI) -> None:
    log_in(browser(app), "my-password-typed-in-the-wrong-field", "x")
    rows = statement("SELECT username, address_hash FROM log_in_attempts")
    assert len(rows) == 1
    assert "password" not in rows[0]["username"] and "testclient" not in rows[0]["address_hash"]


def test_a_log_in_without_the_page_s_token_is_refused(app: FastAPI) -> None:
    user = make_user("operator")
    answer = browser(app).post("/log-in", data={"username": user.username, "password": PASSWORD})
    assert answer.status_code == 403


def test_an_idle_session_ends_and_says_so(app: FastAPI, client_for: Callable[..., Browser]) -> None:
    operator = client_for("operator")
    assert operator.get("/account").status_code == 200
    statement("UPDATE log_ins SET last_seen_at = last_seen_at - interval '61 minutes'")
    asked = operator.get("/account")
    assert asked.headers["location"] == "/log-in?next=/account&expired=1"
    assert "登录已过期" in operator.get(asked.headers["location"]).text
    posted = operator.post("/account/password", headers={"Referer": "http://testserver/account/password"})
    assert posted.status_code == 401 and "/log-in?next=/account/password" in posted.text


def test_use_keeps_a_session_alive_but_not_beyond_a_working_day(client_for: Callable[..., Browser]) -> None:
    operator = client_for("operator")
    statement("UPDATE log_ins SET last_seen_at = last_seen_at - interval '59 minutes'")
    assert operator.get("/account").status_code == 200
    statement("UPDATE log_ins SET last_seen_at = last_seen_at - interval '59 minutes'")
    assert operator.get("/account").status_code == 200
    statement("UPDATE log_ins SET expires_at = expires_at - interval '12 hours'")
    assert operator.get("/account").status_code == 303


def test_after_log_out_the_cookie_is_worth_nothing(app: FastAPI, client_for: Callable[..., Browser]) -> None:
    operator = client_for("operator")
    name = f"cc_{app.state.instance}_session"
    cookie = operator.cookies[name]
    assert operator.post("/log-out").headers["location"] == "/log-in"
    operator.cookies.set(name, cookie)
    assert operator.get("/account").status_code == 303


def test_a_disabled_person_is_out_at_once(app: FastAPI, client_for: Callable[..., Browser]) -> None:
    operator = client_for("operator")
    statement("UPDATE users SET active = false WHERE id = %(id)s", {"id": operator.user.id})
    assert operator.get("/account").status_code == 303
    assert log_in(browser(app), operator.user.username, PASSWORD).status_code == 401


def test_a_given_password_must_be_changed_before_anything_else(app: FastAPI) -> None:
    user, visitor = make_user("operator", must_change_password=True), browser(app)
    assert log_in(visitor, user.username, PASSWORD).headers["location"] == "/account/password"
    assert visitor.get("/operator").headers["location"] == "/account/password"
    assert visitor.get("/operator", headers={"Accept": "application/json"}).json()["why"] == "password_change_needed"
    form = {"csrf_token": visitor.token("/account/password"), "old": PASSWORD}
    assert "密码太短" in visitor.post("/account/password", data={**form, "new": "short", "again": "short"}).text
    assert "不一样" in visitor.post("/account/password", data={**form, "new": "a long new one", "again": "another"}).text
    done = visitor.post("/account/password", data={**form, "new": "a long new one", "again": "a long new one"})
    assert done.headers["location"] == "/operator"
    assert "密码已保存" in visitor.get("/operator").text
    assert "密码已保存" not in visitor.get("/operator").text, "said once"
    assert log_in(browser(app), user.username, "a long new one").status_code == 303


def test_a_new_password_ends_the_other_sessions(app: FastAPI) -> None:
    user = make_user("operator")
    here, elsewhere = browser(app, user), browser(app, user)
    here.post("/account/password", data={"old": PASSWORD, "new": "a long new one", "again": "a long new one"})
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


def test_two_installations_on_one_host_leave_each_other_s_cookies_alone(app: FastAPI) -> None:
    from callcenter.web.app import create_app

    other = create_app(app.state.settings.model_copy(update={"secret_key": type(app.state.settings.secret_key)("another-" * 5)}))
    assert other.state.instance != app.state.instance


def test_english_before_and_after_the_log_in(app: FastAPI) -> None:
    user, visitor = make_user("operator"), browser(app)
    visitor.post("/language", data={"language": "en", "csrf_token": visitor.token("/log-in"), "next": "/log-in"})
    assert "User name" in visitor.get("/log-in").text
    log_in(visitor, user.username, PASSWORD)
    token = visitor.token()
    visitor.post("/language", data={"language": "en", "csrf_token": token, "next": "/account"})
    assert "My account" in visitor.get("/account").text
    assert statement("SELECT language FROM users WHERE id = %(id)s", {"id": user.id})[0]["language"] == "en"


@pytest.mark.parametrize("path", ["/log-in", "/nowhere", "/account"])
def test_every_answer_carries_the_security_headers(app: FastAPI, path: str) -> None:
    headers = browser(app).get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert len(headers["x-reference"]) == 9
