"""The web process: `create_app(settings)`; `from_environment` for uvicorn's --factory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from callcenter import wiring
from callcenter.operations import logs
from callcenter.settings import Settings
from callcenter.web import assets, errors, health, middleware, webhooks
from callcenter.web.live import Listener
from callcenter.web.pages import administrator, commissioner, evaluator, login, operator, submitter, supervisor
from callcenter.web.security import all_routes, door_of, instance_of


def create_app(settings: Settings) -> FastAPI:
    """The app; the process is connected to its database by `wiring.start` before the first request."""
    app = FastAPI(title="Callcenter", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan)
    plug(app, settings)
    app.add_middleware(middleware.Guard)
    errors.install(app)
    assets.mount(app)  # first: they are most requests, and routes are tried in order
    app.include_router(health.router)
    app.include_router(webhooks.router)
    for pages in (login, submitter, operator, supervisor, evaluator, administrator, commissioner):
        app.include_router(pages.router)
    _refuse_open_routes(app)
    _refuse_late_answers(app)
    return app


def plug(app: FastAPI, settings: Settings) -> None:
    """What an app knows of its installation, apart from its pages."""
    logs.configure(settings.log_level)
    app.state.settings = settings
    app.state.instance = instance_of(settings)
    app.state.phone_line = wiring.phone_line(settings)
    app.state.listener = Listener(settings.database_url.get_secret_value())


def from_environment() -> FastAPI:
    """The app of a process of its own: settings from the environment, logs, database and clock plugged in."""
    settings = Settings()
    wiring.start(settings)
    return create_app(settings)


THREADS = 24
"""Requests worked at once, fewer than there are connections: more of them would only wait for the interpreter and for one another."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    _try_routes(app)
    yield
    app.state.listener.stop()


def _try_routes(app: FastAPI) -> None:
    """Routes are laid out when they are first tried, some half a second in all: before the process answers, not in an operator's call."""
    for route in app.router.routes:
        route.matches({"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []})


def _refuse_open_routes(app: FastAPI) -> None:
    """A route that names no door is a mistake of ours: the process does not start with it."""
    open_routes = [path for path, route in all_routes(app) if door_of(route) is None]
    if open_routes:
        raise RuntimeError(f"routes without allow(), public() or signed(): {', '.join(open_routes)}")


def _refuse_late_answers(app: FastAPI) -> None:
    """A route that leaves its answer to FastAPI keeps its transaction open meanwhile (see `documents`): a mistake of ours too."""
    late = [path for path, route in all_routes(app) if route.response_field is not None]
    if late:
        raise RuntimeError(f"routes that return neither a Response nor a document: {', '.join(late)}")
