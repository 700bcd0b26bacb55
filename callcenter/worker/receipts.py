"""The receipt workbook of a large list, made away from the page that asks for it."""

import tempfile
from collections.abc import Callable
from typing import Any

from callcenter.db.engine import transaction
from callcenter.lists import queries
from callcenter.lists.periods import Span, read_day
from callcenter.operations.actions import keep_file


def make_receipt(payload: dict[str, Any], progress: Callable[[int, int | None], None]) -> dict[str, Any]:
    """Make the receipt of `submission_id` and keep it under `name`, all at once at the end: after a crash it is begun anew."""
    within = Span(read_day(payload.get("first")), read_day(payload.get("last")))
    with tempfile.TemporaryFile() as made:
        with transaction() as session:
            queries.write_receipt(
                session, made, payload["submission_id"], within, progress=lambda rows: progress(rows, payload.get("rows"))
            )
        made.seek(0)
        with transaction() as session:
            size = keep_file(session, payload["name"], made)
    return {"submission_id": payload["submission_id"], "bytes": size}
