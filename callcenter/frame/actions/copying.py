"""Units written in bulk."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from callcenter.frame.duplicates import Unit

_UNIT = "unit_key, district, sub_area, name, uscc, contact, phones, matters, reported_by, conflicts, resolution"
_FRAME_UNITS = f"COPY frame_units (frame_id, {_UNIT}, submission_row_id) FROM STDIN"
_PREVIEW_UNITS = f"COPY preview_units (preview_id, {_UNIT}, removed_by) FROM STDIN"
_SCREENED = "COPY screened_units (frame_id, rule, unit_key, district, name, reported_by, matters) FROM STDIN"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def copy_units(session: Session, frame_id: int, units: Iterable[Unit]) -> str:
    """Write a frame's units; SHA-256 over all that is kept of them."""
    digest = hashlib.sha256()
    with _cursor(session) as cursor, cursor.copy(_FRAME_UNITS) as copy:
        for unit in units:
            line = _line(unit)
            digest.update(repr(line).encode())
            copy.write_row((frame_id, *line, unit.row_id))
    return digest.hexdigest()


def copy_preview_units(session: Session, preview_id: int, units: Iterable[tuple[int, Unit]]) -> None:
    """Write a preview's units, each with the number of the rule that keeps it out (0: none)."""
    with _cursor(session) as cursor, cursor.copy(_PREVIEW_UNITS) as copy:
        for removed_by, unit in units:
            copy.write_row((preview_id, *_line(unit), removed_by))


def copy_screened_units(session: Session, frame_id: int, removed: Iterable[tuple[int, Unit]]) -> None:
    """Write the units that a frame's screening rules kept out."""
    with _cursor(session) as cursor, cursor.copy(_SCREENED) as copy:
        for rule, unit in removed:
            copy.write_row((frame_id, rule, unit.key, unit.district, unit.name, unit.reported_by, _encode(unit.matters)))


def _cursor(session: Session) -> Any:
    driver: Any = session.connection().connection.driver_connection
    return driver.cursor()


def _line(unit: Unit) -> tuple[Any, ...]:
    resolution = _encode(unit.resolution) if unit.resolution else "{}"
    documents = (_encode(unit.phones), _encode(unit.matters))
    told = (unit.reported_by, unit.conflicts, resolution)
    return (unit.key, unit.district, unit.sub_area, unit.name, unit.uscc, unit.contact, *documents, *told)
