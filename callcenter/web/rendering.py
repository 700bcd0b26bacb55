"""Pages out of templates: `page()`, `see_other()` and the one-time notice `flash()`."""

import base64
import hmac
import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter.people.roles import LABELS
from callcenter.web import formats, labels, translations
from callcenter.web.assets import asset, plotly_map_style
from callcenter.web.navigation import NAVIGATION, here, home
from callcenter.web.security import Person, cookie_name, cookie_options, signature, visitor_token

HERE = Path(__file__).parent


def page(request: Request, person: Person | None, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page (or a part of one, for htmx) with what every template may use: person, nav, csrf, notices, language."""
    token = person.csrf_token if person else visitor_token(request)
    field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)
    nav = NAVIGATION.get(person.role, []) if person else []
    group, at = here(request.url.path, nav)
    common = {
        "request": request,
        "status": status,
        "person": person,
        "path": request.url.path,
        "language": translations.language(),
        "csrf_token": token,
        "csrf_field": lambda: field,
        "nav": nav,
        "nav_group": group,
        "here": at,
        "home": home(person.role) if person else "/log-in",
        "settings": request.app.state.settings,
        "is_part": "hx-request" in request.headers and "hx-boosted" not in request.headers,
    }
    notices = [] if common["is_part"] else _take_notices(request)
    response = HTMLResponse(environment().get_template(template).render({**common, "notices": notices, **values}), status)
    response.headers["Cache-Control"] = "no-store"
    visit = getattr(request.state, "visit", None)
    if visit and not person:
        response.set_cookie(cookie_name(request, "visit"), visit, **cookie_options(request.app.state.settings))
    if notices:
        response.delete_cookie(cookie_name(request, "notices"))
    return response


def see_other(url: str) -> RedirectResponse:
    """Go on to another page after something was done."""
    return RedirectResponse(url, 303)


def flash(request: Request, text: str, *, kind: str = "done", **about: object) -> None:
    """Say something once on the next page: kind done, warning or stop. No personal data: it travels in a cookie."""
    waiting = getattr(request.state, "notices", [])
    request.state.notices = [*waiting, [kind, translations.gettext(text, **about)]]


def send_notices(request: Request, response: Response) -> None:
    """Put the notices that no page of this request has shown into a signed cookie."""
    waiting = getattr(request.state, "notices", [])
    if waiting:
        packed = base64.urlsafe_b64encode(json.dumps(waiting, ensure_ascii=False).encode()).decode()
        signed = f"{packed}.{signature(request.app.state.settings, packed)}"
        response.set_cookie(cookie_name(request, "notices"), signed, **cookie_options(request.app.state.settings))


def _take_notices(request: Request) -> list[list[str]]:
    waiting: list[list[str]] = getattr(request.state, "notices", [])
    request.state.notices = []
    packed, _, seal = request.cookies.get(cookie_name(request, "notices"), "").rpartition(".")
    if packed and hmac.compare_digest(seal.encode(), signature(request.app.state.settings, packed).encode()):
        return [*json.loads(base64.urlsafe_b64decode(packed)), *waiting]
    return waiting


@cache
def environment() -> Environment:
    """The templates and what they may call."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {
        "_": translations.gettext,
        "asset": asset,
        "plotly_map_style": plotly_map_style,
        "labels": labels,
        "role_labels": LABELS,
    }
    made.filters |= {
        "moment": formats.moment,
        "day": formats.day,
        "clock_time": formats.clock_time,
        "duration": formats.duration,
        "percent": formats.percent,
        "number": formats.number,
        "masked_phone": formats.masked_phone,
        "masked_name": formats.masked_name,
    }
    made.globals["plotly_map_style"] = plotly_map_style
    made.globals |= {"share": formats.share, "colon": formats.colon, "bracketed": formats.bracketed}
    return made
