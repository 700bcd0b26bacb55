"""The boards' app: `create_app(settings)`. It connects by the read-only role, shows aggregates, and never writes."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from sse_starlette import EventSourceResponse
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from callcenter.db.engine import transaction
from callcenter.errors import NotFound, Unavailable
from callcenter.response_rates.queries import titles
from callcenter.settings import Settings
from callcenter.web import assets, errors, middleware, translations
from callcenter.web.live import Listener
from callcenter.web.navigation import home
from callcenter.web.security import LogInNeeded, PasswordChangeNeeded, instance_of
from callcenter.web.translations import noted
from dashboards import shows
from dashboards.boards import BOARDS
from dashboards.live import Feeds
from dashboards.study_board import as_json, environment
from dashboards.view import as_csv
from dashboards.viewers import ROLES, Viewer

HERE = Path(__file__).parent
PROGRESS = "progress"
"""The study board's word in the addresses of its tables."""

router = APIRouter()


def create_app(settings: Settings) -> FastAPI:
    """The app; the process is connected by `wiring.start` with BOARDS_DATABASE_URL before the first request."""
    if settings.boards_database_url is None:
        raise Unavailable("no_boards_url", "请设置 BOARDS_DATABASE_URL：看板只用只读的数据库角色。")
    app = FastAPI(title="Boards", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.settings = settings
    app.state.instance = instance_of(settings)
    app.state.listener = Listener(settings.boards_database_url.get_secret_value())
    app.state.feeds = Feeds(app.state.listener)
    app.add_middleware(middleware.Guard)
    errors.install(app)
    app.add_exception_handler(LogInNeeded, _to_the_pages)
    app.add_exception_handler(PasswordChangeNeeded, _to_the_pages)
    app.mount("/board-files", StaticFiles(directory=HERE / "static"))
    assets.mount(app)
    app.include_router(router)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.listener.stop()


def _to_the_pages(request: Request, failure: Exception) -> Response:
    """Logging in and choosing a password are done on the pages."""
    if errors.wants_json(request):
        return JSONResponse({"refused": True, "why": "log_in_needed", "about": "请重新登录。"}, 401)
    path = "/account/password" if isinstance(failure, PasswordChangeNeeded) else "/log-in"
    return RedirectResponse(request.app.state.settings.public_url.rstrip("/") + path, 303)


@router.get("/health")
def health() -> dict[str, str]:
    """Whether the process answers and its database too."""
    with transaction() as session:
        titles(session)
    return {"status": "ok"}


@router.get("/")
def studies(request: Request, person: Viewer) -> Response:
    """Which studies have a board; a single one opens at once."""
    with transaction() as session:
        found = titles(session)
    if len(found) == 1:
        return RedirectResponse(f"/studies/{next(iter(found))}", 303)
    return _page(request, person, "studies.html", studies=found)


@router.get("/studies/{study_id}")
def study_board(request: Request, person: Viewer, study_id: int) -> Response:
    """The live board of one study."""
    return _board(request, person, study_id, "")


@router.get("/studies/{study_id}/board.json")
def study_numbers(person: Viewer, study_id: int) -> JSONResponse:  # noqa: ARG001  # the viewer is the gate
    """The board's numbers for programs."""
    return JSONResponse(as_json(_counted(study_id, "").numbers), headers={"Cache-Control": "no-store"})


@router.get("/studies/{study_id}/events")
async def events(request: Request, person: Viewer, study_id: int) -> EventSourceResponse:
    """The board after each change, as server-sent events."""
    feed = request.app.state.feeds.of(study_id)
    return EventSourceResponse(feed.watch(person.language), ping=15, headers={"Cache-Control": "no-store"})


@router.get("/studies/{study_id}/{board}")
def another_board(request: Request, person: Viewer, study_id: int, board: str) -> Response:
    """Another board of the study, by its word."""
    return _board(request, person, study_id, board)


@router.get("/studies/{study_id}/{board}/events")
async def events_of_another(request: Request, person: Viewer, study_id: int, board: str) -> EventSourceResponse:
    """Another board after each change."""
    if board not in BOARDS:
        raise NotFound("no_page", "地址可能已经改变：请从首页重新进入。")
    feed = request.app.state.feeds.of(study_id, board)
    return EventSourceResponse(feed.watch(person.language), ping=15, headers={"Cache-Control": "no-store"})


@router.get("/studies/{study_id}/{board}/{name}.csv")
def table_of_board(person: Viewer, study_id: int, board: str, name: str) -> Response:  # noqa: ARG001  # the viewer is the gate
    """One table of a board, as it is now, for a spreadsheet."""
    data = as_csv(shows.table(_counted(study_id, "" if board == PROGRESS else board), name))
    headers = {"Content-Disposition": f'attachment; filename="{board}-{name}.csv"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/resume/{study_id}")
def to_the_lines(request: Request, person: Viewer, study_id: int) -> Response:
    """To where a supervisor resumes dialling, on the pages; others to where their role begins."""
    place = f"/supervisor/lines?study={study_id}" if person.role == "supervisor" else home(person.role)
    return RedirectResponse(request.app.state.settings.public_url.rstrip("/") + place, 303)


@router.get("/{role}")
def to_the_pages(request: Request, person: Viewer, role: str) -> Response:
    """Back to where a role begins, on the pages."""
    if role not in ROLES:
        raise NotFound("no_page", "地址可能已经改变：请从首页重新进入。")
    return RedirectResponse(request.app.state.settings.public_url.rstrip("/") + home(person.role), 303)


def _board(request: Request, person: Any, study_id: int, board: str) -> HTMLResponse:
    counted = _counted(study_id, board)
    with transaction() as session:
        title = titles(session)[study_id]
    tabs = [("", noted("研究进展")), *((slug, kind.label) for slug, kind in BOARDS.items())]
    now = shows.shown(counted, translations.language())
    return _page(request, person, "study_board.html", title=title, study_id=study_id, board=board, tabs=tabs, now=now)


def _counted(study_id: int, board: str) -> shows.Counted:
    with transaction() as session:
        if study_id not in titles(session):
            raise NotFound("no_study", "没有这项研究，请从首页重新选择。")
    return shows.count(study_id, board)


def _page(request: Request, person: Any, template: str, **values: Any) -> HTMLResponse:
    common = {"request": request, "person": person, "language": translations.language(), "settings": request.app.state.settings}
    html = environment().get_template(template).render({**common, "pages": request.app.state.settings.public_url.rstrip("/"), **values})
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})
