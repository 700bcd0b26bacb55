"""Judging a large list away from the page that took it."""

import time
from collections.abc import Callable
from typing import Any

from callcenter.db.engine import transaction
from callcenter.lists import actions, queries
from callcenter.lists.findings import Look
from callcenter.lists.refusals import ListRefused
from callcenter.lists.verdicts import check
from callcenter.sampling.queries import latest_draw

TELL_EVERY = 1.0
"""Seconds between two notes of how far a file is: each is a transaction of its own."""


def judge_list(payload: dict[str, Any], progress: Callable[[int, int | None], None]) -> dict[str, Any]:
    """Judge the waiting submission of the payload; one that is judged already stays. No transaction is open while rows are read."""
    submission_id = int(payload["submission_id"])
    with transaction() as session:
        found = actions.waiting(session, submission_id)
    if found is None:
        return {"submission_id": submission_id}
    data, asked, file_name = found
    look = Look(asked)
    try:
        judged = check(data, file_name=file_name, persons=asked.persons, keep_cells=True, progress=_now_and_then(progress), look=look)
    except ListRefused as refusal:
        with transaction() as session:
            actions.keep_refusal(session, submission_id, refusal)
        return {"submission_id": submission_id, "refused": refusal.why}
    with transaction() as session:
        drawn = latest_draw(session, queries.receipt(session, submission_id).population_id) is not None
        totals = actions.keep_verdicts(session, submission_id, judged, look.finish(), drawn=drawn)
    return {"submission_id": submission_id, "rows": totals["rows"]}


def _now_and_then(progress: Callable[[int, int | None], None]) -> Callable[[int], None]:
    """Tells the rows done at once and then every second, however quickly they are judged."""
    told = 0.0

    def tell(rows: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            progress(rows, None)

    return tell
