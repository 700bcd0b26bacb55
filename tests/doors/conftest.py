"""The web app over a database of the test's own, and browsers of each role."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from callcenter.people.tables import User
from callcenter.settings import Settings
from callcenter.web.app import create_app, plug
from tests.factories.people import Browser, browser, make_user


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key="only-for-tests-0123456789-abcdefghij",
        public_url="http://testserver",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="only-for-tests-token-0123",
        data_dir=tmp_path,
        log_level="DEBUG",
    )


@functools.cache
def app_of_this_process() -> FastAPI:
    """Its pages take longer to set up than most tests take."""
    return create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/none", secret_key="replaced-by-each-test-0123456789"))


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The app, on this test's database."""
    app = app_of_this_process()
    plug(app, settings)
    return app


@pytest.fixture
def client_for(app: FastAPI) -> Callable[..., Browser]:
    """`client_for("supervisor")` or `client_for(user)`: a logged-in browser; `client_for(None)`: nobody."""

    def made(who: str | User | None = None) -> Browser:
        return browser(app, make_user(who) if isinstance(who, str) else who)

    return made
