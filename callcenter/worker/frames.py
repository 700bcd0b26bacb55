"""Merging the lists of a large population away from the page that asked for it."""

from collections.abc import Callable
from typing import Any

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.errors import Conflict
from callcenter.frame import actions, queries
from callcenter.frame.screening import read_rules
from callcenter.sampling.queries import latest_draw, rules_stand

Progress = Callable[[int, int | None], None]


def preview_frame(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Keep the preview of the payload's population; one that is up to date stays."""
    population_id = int(payload["population_id"])
    progress(0, None)
    with transaction() as session:
        supplement = latest_draw(session, population_id) is not None
        made = actions.keep_preview(session, population_id, supplement=supplement)
        return {"population_id": population_id, "size": made.counts["units"]}


def freeze_frame(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Freeze the payload's population; after a crash a frame that was frozen already is found unchanged."""
    population_id = int(payload["population_id"])
    progress(0, None)
    with transaction() as session:
        supplement = latest_draw(session, population_id) is not None
        try:
            with session.begin_nested():
                frame = actions.freeze(session, population_id, payload["user_id"], supplement=supplement, shown=payload.get("shown", ""))
        except Conflict as unchanged:
            if unchanged.code != "frame_unchanged":
                raise
            return {"population_id": population_id, "number": unchanged.about["number"]}
        return {"population_id": population_id, "number": frame.number, "size": frame.size}


def try_screening(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What rules that are not saved yet would take out of the payload's population."""
    population_id = int(payload["population_id"])
    progress(0, None)
    with transaction() as session:
        supplement = rules_stand(session, population_id, clock.now()) == "drawn"
        made = queries.preview(session, population_id, supplement=supplement, rules=read_rules(payload["document"]))
        return {"population_id": population_id, "counts": made.counts}
