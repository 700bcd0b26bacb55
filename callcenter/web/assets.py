"""Static files: our own beside, third-party ones out of installed packages (never committed, never from elsewhere)."""

import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

OWN = Path(__file__).parent / "static"
PACKAGES = {"htmx": ("js_lib_htmx", "static/htmx"), "plotly": ("plotly", "package_data")}


def folder(name: str) -> Path:
    """Where the files of a third-party package lie."""
    package, inside = PACKAGES[name]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / inside


@cache
def asset(name: str) -> str:
    """The address of a static file such as `style.css` or `htmx/htmx.min.js`; it changes with the content, so browsers may keep it."""
    first, _, rest = name.partition("/")
    file = folder(first) / rest if first in PACKAGES else OWN / name
    return f"/static/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:10]}"


@cache
def plotly_map_style() -> str:
    """The id of the style that Plotly's maps would add: where a page has it, Plotly adds none, as the policy wants it."""
    script = (folder("plotly") / "plotly.min.js").read_text(encoding="utf-8")
    found = re.search(r'getElementById\("([0-9a-f]{64})"\)', script)
    return found[1] if found else "plotly-map-style"


def mount(app: FastAPI) -> None:
    """Serve them under /static."""
    for name in PACKAGES:
        app.mount(f"/static/{name}", GZipMiddleware(_Static(directory=folder(name))))
    app.mount("/static", GZipMiddleware(_Static(directory=OWN)))


class _Static(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        marked = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if marked else "no-cache"
        return response
