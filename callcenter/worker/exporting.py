"""Making an export package away from the page that asked for it."""

import os
import tempfile
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from callcenter.db.engine import transaction
from callcenter.exports import making, package
from callcenter.exports.actions.packages import keep_package
from callcenter.exports.formats import FORMATS
from callcenter.exports.gathered import Gathered
from callcenter.exports.queries.gathering import gather
from callcenter.exports.queries.marks import marks
from callcenter.exports.queries.packages import one_snapshot
from callcenter.operations.actions import keep_file
from callcenter.operations.queries import file_part, file_parts
from callcenter.sampling.certificate import SOFTWARE
from callcenter.sampling.queries import latest_draw

Progress = Callable[[int, int | None], None]

NICE = 19
"""How far an export stands back behind what people wait for on the same machine."""
LARGE = 1 << 20
"""Bytes from which a finished file is kept, so that an interrupted job goes on after it; smaller ones are quickly made again."""
GATHERED = 40
"""Percent of the way when everything is read."""


def export(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the package of `population_id` for `user_id`; made again after a crash it is the same to the byte."""
    with ThreadPoolExecutor(1, "export", initializer=_stand_back) as aside:
        return aside.submit(_export, payload, progress).result()


def _stand_back() -> None:
    """Only this thread: what else the worker does is not slowed."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _export(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    population_id, formats = int(payload["population_id"]), payload.get("formats") or list(FORMATS)
    progress(0, 100)
    with tempfile.TemporaryDirectory() as place:
        folder, file = Path(place) / "package", Path(place) / "package.zip"
        folder.mkdir()
        with transaction() as session:
            one_snapshot(session)
            drawn = latest_draw(session, population_id)
            marked = marks(session, population_id, drawn.id or 0) if drawn else {}
            gathered = gather(
                session, population_id, Path(place), lambda done, of: progress(GATHERED * done // of, 100), stage="report" in formats
            )
        with gathered.data:
            finished = _Finished(gathered)
            manifest = making.write(
                gathered,
                folder,
                formats,
                progress=lambda done, of: progress(GATHERED + (99 - GATHERED) * done // of, 100),
                kept=finished.put,
                keep=finished.keep,
            )
        package.archive_folder(folder, file)
        with transaction() as session:
            made = keep_package(session, population_id, payload.get("user_id"), file, manifest, marks=marked)
            return {"package_id": made.id, "sha256": made.archive_sha256}


class _Finished:
    """Large files that are done, kept for some days: a job that is taken up again by any worker goes on after them."""

    def __init__(self, of: Gathered) -> None:
        by = SOFTWARE.replace(" ", "-")
        self.prefix = f"export-{of.subject.study}-{of.subject.population}-{of.subject.draw_no}-{of.state}-{by}"

    def put(self, name: str, file: Path) -> bool:
        """Put a file that was finished before where it belongs; whether there was one."""
        with transaction() as session:
            parts = file_parts(session, f"{self.prefix}/{name}")
        if not parts:
            return False
        unpacking = zlib.decompressobj()
        with file.open("wb") as written:
            for place in range(parts):
                with transaction() as session:
                    written.write(unpacking.decompress(file_part(session, f"{self.prefix}/{name}", place)))
            written.write(unpacking.flush())
        return unpacking.eof

    def keep(self, name: str, file: Path) -> None:
        """Keep a large file."""
        if file.stat().st_size < LARGE:
            return
        with tempfile.TemporaryFile() as packed:
            packing = zlib.compressobj(1)
            with file.open("rb") as read:
                while piece := read.read(LARGE):
                    packed.write(packing.compress(piece))
            packed.write(packing.flush())
            packed.seek(0)
            with transaction() as session:
                keep_file(session, f"{self.prefix}/{name}", packed)
