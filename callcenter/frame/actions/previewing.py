"""Keeping what freezing would make, so that its pages need not merge the lists again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, text
from sqlmodel import Session, col

from callcenter import clock
from callcenter.frame import queries
from callcenter.frame.actions.copying import copy_preview_units
from callcenter.frame.actions.freezing import LARGE
from callcenter.frame.tables import FramePreview, PreviewUnit
from callcenter.operations.actions import queue_job

JOB, TRIAL = "preview_frame", "try_screening"


def look_ahead(session: Session, population_id: int, *, supplement: bool) -> tuple[FramePreview | None, list[str]]:
    """The kept preview, and which parts of what it was made from have changed since (of none it is up to date).

    A small one is made anew where it is not, a large one waits to be asked for; one that was never made is `None` or empty.
    """
    found = queries.stored_preview(session, population_id)
    if found is not None and found.made_from:
        now = queries.sources(session, population_id, supplement=supplement, known=found.made_from)
        if found.fingerprint == queries.fingerprint(now):
            _remember(found, now)
            return found, []
        if queries.row_count(session, population_id) >= LARGE:
            return found, queries.changed(found.made_from, now)
    elif queries.row_count(session, population_id) >= LARGE:
        return found, ["lists"]
    return keep_preview(session, population_id, supplement=supplement), []


def _remember(kept: FramePreview, now: dict[str, Any]) -> None:
    """The other populations' lists were searched and tell no other code: the next look need not search them again."""
    if kept.made_from["others"] != now["others"]:
        kept.made_from = now


def keep_preview(session: Session, population_id: int, *, supplement: bool) -> FramePreview:
    """Merge the lists as they stand and keep the result in place of the earlier one."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"frame preview {population_id}"})
    kept = queries.stored_preview(session, population_id)
    now = queries.sources(session, population_id, supplement=supplement, known=kept.made_from if kept else None)
    if kept is not None and kept.fingerprint == queries.fingerprint(now):
        _remember(kept, now)
        return kept
    made = queries.preview(session, population_id, supplement=supplement)
    kept = kept or FramePreview(population_id=population_id, fingerprint="", supplement=supplement, made_at=clock.now())
    now["codes"] = made.codes_sha256
    kept.made_from, kept.fingerprint = now, queries.fingerprint(now)
    kept.supplement, kept.made_at, kept.job_id = supplement, clock.now(), None
    kept.counts, kept.by_department, kept.screening = made.counts, made.by_department, made.screening
    session.add(kept)
    session.flush()
    assert kept.id is not None  # noqa: S101  # numbered by the flush
    session.connection().execute(delete(PreviewUnit).where(col(PreviewUnit.preview_id) == kept.id))
    copy_preview_units(session, kept.id, [*((0, unit) for unit in made.units), *made.removed])
    return kept


def preview_later(session: Session, population_id: int, user_id: int | None, *, supplement: bool) -> int:
    """Leave the preview to a worker; the job's id."""
    job_id = queue_job(session, JOB, {"population_id": population_id}, user_id)
    kept = queries.stored_preview(session, population_id)
    kept = kept or FramePreview(population_id=population_id, fingerprint="", supplement=supplement, made_at=clock.now())
    kept.job_id = job_id
    session.add(kept)
    session.flush()
    return job_id


def try_later(session: Session, population_id: int, document: Mapping[str, Any], user_id: int | None) -> int:
    """Leave it to a worker to find out what rules would take out; the job's id."""
    return queue_job(session, TRIAL, {"population_id": population_id, "document": dict(document)}, user_id)
