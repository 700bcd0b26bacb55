"""Freezing a population's units under the next number."""

from sqlalchemy import text
from sqlmodel import Session

from callcenter import clock
from callcenter.errors import Conflict, Refused
from callcenter.frame import queries
from callcenter.frame.actions.copying import copy_screened_units, copy_units
from callcenter.frame.strata import frame_hash
from callcenter.frame.tables import Frame
from callcenter.operations.actions import queue_job, record

JOB = "freeze_frame"
LARGE = 20_000
"""From this many rows on a frame is merged by a worker: it would hold up the page."""


def freeze(session: Session, population_id: int, user_id: int | None, *, supplement: bool = False, shown: str = "") -> Frame:
    """Freeze the units of all lists of a population, screened by its rules, under the next number.

    With `supplement` (a sample is drawn already) the frame holds only units that stand in no earlier frame. `shown` is the fingerprint
    of the preview that was looked at: where lists or rules have changed since, nothing is frozen.
    """
    session.connection().execute(text("SELECT id FROM populations WHERE id = :id FOR NO KEY UPDATE"), {"id": population_id})
    _refuse_unseen(session, population_id, shown, supplement=supplement)
    made = queries.preview(session, population_id, supplement=supplement)
    _refuse_unseen(session, population_id, shown, supplement=supplement, codes=made.codes_sha256)  # what came in while it was merged
    if not made.units:
        if made.removed:
            raise Refused("all_screened_out", "筛选规则去掉了全部 {count} 家企业，没有可以冻结的：请检查规则。", count=len(made.removed))
        raise Refused("nothing_to_freeze", "还没有可以冻结的企业：请先收到名单，并至少有一行被采用。")
    newest = queries.newest_frame(session, population_id)
    frame = Frame(
        population_id=population_id,
        number=newest.number + 1 if newest else 1,
        frozen_at=clock.now(),
        frozen_by=user_id,
        size=len(made.units),
        sha256=frame_hash((unit.key, unit.district) for unit in made.units),
        counts=made.counts,
        screening=made.screening,
        reporting_order=made.order,
    )
    session.add(frame)
    session.flush()
    assert frame.id is not None  # noqa: S101  # numbered by the flush
    frame.content_sha256 = copy_units(session, frame.id, made.units)
    same = ("content_sha256", "screening", "sha256")
    if newest is not None and all(getattr(newest, name) == getattr(frame, name) for name in same):
        raise Conflict("frame_unchanged", "自第 {number} 号抽样框冻结以来名单没有变化，不需要再冻结。", number=newest.number)
    copy_screened_units(session, frame.id, made.removed)
    detail = {"population": population_id, "number": frame.number, "size": frame.size, "sha256": frame.sha256}
    if frame.screening:
        detail |= {"screening_version": frame.screening["version"], "screening_sha256": frame.screening["sha256"]}
    record(session, user_id, "freeze_frame", "frame", frame.id, detail=detail)
    session.flush()
    return frame


def freeze_later(session: Session, population_id: int, user_id: int | None, *, shown: str = "") -> int:
    """Leave freezing to a worker; the job's id."""
    return queue_job(session, JOB, {"population_id": population_id, "user_id": user_id, "shown": shown}, user_id)


def _refuse_unseen(session: Session, population_id: int, shown: str, *, supplement: bool, codes: str = "") -> None:
    """Refuse what is not what was shown; `codes` is the digest of those that were taken over, where it is known."""
    if not shown:
        return
    if codes:
        now = queries.own_sources(session, population_id, supplement=supplement) | {"codes": codes}
    else:
        kept = queries.stored_preview(session, population_id)
        now = queries.sources(session, population_id, supplement=supplement, known=kept.made_from if kept else None)
    if shown != queries.fingerprint(now):
        raise Conflict("lists_changed", "您查看之后名单或筛选规则有变化，没有冻结：请看过新的结果再冻结。")
