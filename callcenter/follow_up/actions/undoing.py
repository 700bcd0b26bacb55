"""The last outcome taken back within wrap-up: the case comes back as it was, what was drawn from the outcome is marked as undone.

Records that others have counted are never removed: the code is derived anew, a verdict is followed by one that says it was undone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import actions as queue_actions
from callcenter.call_queue import leases
from callcenter.call_queue import queries as queue
from callcenter.call_queue.tables import Case
from callcenter.calls.tables import Attempt, SharedAttempt
from callcenter.errors import Refused
from callcenter.follow_up.actions.finishing import Finish, finish
from callcenter.follow_up.recall_rules import usable
from callcenter.follow_up.tables import Appointment, LastTurn
from callcenter.frame.tables import DoNotCall
from callcenter.interviews import actions as interviews
from callcenter.interviews import queries as interview_queries
from callcenter.interviews.tables import Interview
from callcenter.operations.actions import notify, record
from callcenter.people import actions as people
from callcenter.people import queries as people_queries
from callcenter.responses import actions as responses

KEPT = ("rank", "for_operator_id", "needs_conversion", "attempts", "attempts_on_day", "line", "lease_place")
MOMENTS = {"due_at": datetime.fromisoformat, "anyone_from": datetime.fromisoformat, "last_attempt_day": date.fromisoformat}


@dataclass(frozen=True)
class _Undone:
    """A turn being taken back, and by whom."""

    turn: LastTurn
    attempt: Attempt
    user_id: int
    now: datetime


def finish_and_remember(
    session: Session, *, lease_id: str, attempt_id: int | None, outcome: str, detail: Mapping[str, Any] | None = None, user_id: int
) -> Finish:
    """As `finish`; how the cases stood is kept until the operator's next outcome, so that this one can be taken back."""
    held = session.exec(select(Case).where(Case.lease_id == lease_id, Case.leased_by == user_id).order_by(col(Case.id))).all()
    before = _as_they_stand(session, held)
    done = finish(session, lease_id=lease_id, attempt_id=attempt_id, outcome=outcome, detail=detail, user_id=user_id)
    if done.state == "done" and attempt_id is not None and outcome != "carrier_failure":
        kept = {"attempt_id": attempt_id, "lease_id": lease_id, "outcome": outcome, "told_at": clock.now(), "before": before}
        instead = insert(LastTurn).values(user_id=user_id, **kept).on_conflict_do_update(index_elements=["user_id"], set_=kept)
        session.execute(instead)
    elif done.state == "done":
        session.execute(delete(LastTurn).where(col(LastTurn.user_id) == user_id))
    return done


def undo(session: Session, *, attempt_id: int, user_id: int) -> None:
    """Take the last outcome back; Refused where wrap-up is over or anybody has gone on with one of the cases."""
    turn, held = _held(session, user_id)
    spell, now = people_queries.present(session, user_id), clock.now()
    in_time = spell is not None and spell.state == "wrap_up" and (spell.ends_at is None or spell.ends_at > now)
    if turn is None or turn.attempt_id != attempt_id or not in_time:
        raise Refused("undo_too_late", "只能在话后整理时间内撤销刚登记的结果：请告诉督导更正。")
    attempt = session.exec(select(Attempt).where(Attempt.id == attempt_id).with_for_update(key_share=True)).one()
    _refuse_overtaken(session, turn, held)
    undone = _Undone(turn, attempt, user_id, now)
    _take_back(session, undone)
    for case, before in zip(held, turn.before, strict=True):
        _restore(session, undone, case, before)
    record(session, user_id, "outcome_undone", "case", attempt.case_id, detail={"attempt": attempt_id, "outcome": turn.outcome})
    session.delete(turn)
    people.enter(session, user_id, "wrap_up")
    session.flush()
    notify(session, f"operator_{user_id}", "undone")


def _held(session: Session, user_id: int) -> tuple[LastTurn | None, list[Case]]:
    """The last turn and its cases, locked: the cases first, as an outcome does; no turn where it has changed meanwhile."""
    known = session.exec(select(LastTurn.attempt_id, LastTurn.before).where(LastTurn.user_id == user_id)).first()
    if known is None:
        return None, []
    held = queue_actions.locked_cases(session, [one["id"] for one in known[1]])
    turn = session.exec(select(LastTurn).where(LastTurn.user_id == user_id).with_for_update(key_share=True)).first()
    return (turn if turn is not None and turn.attempt_id == known[0] else None), held


def _as_they_stand(session: Session, held: Sequence[Case]) -> list[dict[str, Any]]:
    """What an outcome changes of these cases, as plain JSON values without telephone numbers."""
    ids = [case.id for case in held if case.id is not None]
    open_ones = select(Appointment.case_id, Appointment.id).where(col(Appointment.case_id).in_(ids), Appointment.state == "open")
    appointments = dict(session.exec(open_ones).all())
    interviews_ = {interview.case_id: interview for interview in interview_queries.unended(session, ids)}
    values = {value for case in held for value in _barring(case)}
    barred = session.exec(select(col(DoNotCall.id), DoNotCall.value).where(col(DoNotCall.value).in_(values))).all()
    return [
        _as_it_stands(
            case,
            appointments.get(case.id or 0),
            interviews_.get(case.id or 0),
            [number for number, value in barred if number is not None and value in _barring(case)],
        )
        for case in held
    ]


def _as_it_stands(case: Case, standing: int | None, interview: Interview | None, barred: list[int]) -> dict[str, Any]:
    return {
        "id": case.id,
        **{name: getattr(case, name) for name in KEPT if name in Case.model_fields},
        **{name: moment.isoformat() if (moment := getattr(case, name)) else None for name in MOMENTS},
        "phones": [[_mark(str(phone["number"])), phone.get("state", "untried")] for phone in case.phones],
        "appointment": standing,
        "interview": [interview.id, interview.position] if interview is not None and interview.state == "open" else None,
        "barred": barred,
    }


def _mark(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]


def _barring(case: Case) -> list[str]:
    """By what the case can be on the do-not-call list."""
    return [case.unit_key, *(str(phone["number"]) for phone in case.phones)]


def _refuse_overtaken(session: Session, turn: LastTurn, held: list[Case]) -> None:
    """Nobody holds the cases or another of the enterprise, nobody called since, and the operator has taken nothing new."""
    ids, keys = [case.id for case in held], [case.unit_key for case in held]
    leased = (Case.state == "leased", (col(Case.unit_key).in_(keys)) | (col(Case.leased_by) == turn.user_id))
    called = (col(Attempt.case_id).in_(ids), col(Attempt.id) > turn.attempt_id)
    if session.exec(select(Case.id).where(*leased)).first() is not None or session.exec(select(Attempt.id).where(*called)).first():
        raise Refused("undo_overtaken", "这个个案已经有人接着处理，不能撤销：请告诉督导更正。")


def _take_back(session: Session, undone: _Undone) -> None:
    attempt = undone.attempt
    shared = session.exec(select(SharedAttempt).where(SharedAttempt.attempt_id == attempt.id))
    for told in (attempt, *shared):
        told.outcome, told.outcome_at, told.outcome_detail = None, None, {}
        session.add(told)
    made = select(Appointment).where(Appointment.attempt_id == attempt.id, Appointment.state == "open")
    for appointment in session.exec(made):
        appointment.state = "cancelled"
        session.add(appointment)
    session.flush()


def _restore(session: Session, undone: _Undone, case: Case, before: Mapping[str, Any]) -> None:
    assert case.id is not None  # noqa: S101  # a stored row
    for name in KEPT:
        if name in before:
            setattr(case, name, before[name])
    for name, read in MOMENTS.items():
        setattr(case, name, read(before[name]) if before[name] else None)
    settings = queue.study_settings(session, case.study_id)
    case.phones = _phones(case.phones, before["phones"])
    case.state, case.lease_id, case.leased_by, case.leased_at = "leased", undone.turn.lease_id, undone.user_id, undone.now
    case.lease_expires_at, case.closed_at, case.closed_why = undone.now + leases.duration(settings), None, None
    session.add(case)
    session.flush()
    if before["appointment"]:
        standing = session.get_one(Appointment, before["appointment"])
        standing.state = "open"
        session.add(standing)
    kept = delete(DoNotCall).where(col(DoNotCall.by) == undone.user_id, col(DoNotCall.at) >= undone.turn.told_at)
    session.execute(kept.where(col(DoNotCall.value).in_(_barring(case)), col(DoNotCall.id).not_in(before["barred"])))
    if before["interview"]:
        interviews.reopen(session, *before["interview"])
        responses.undo_verdict(session, before["interview"][0], case.id, since=undone.turn.told_at, by=undone.user_id)
    responses.derive_disposition(session, case.id, closed=False, numbers_left=usable(case.phones), settings=settings)
    notify(session, f"board_{case.study_id}")


def _phones(now: list[dict[str, Any]], before: list[list[str]]) -> list[dict[str, Any]]:
    """The numbers in their former order and state; one that was added since stays at the end."""
    place = {mark: (at, state) for at, (mark, state) in enumerate(before)}
    found = [(place.get(_mark(str(phone["number"]))), phone) for phone in now]
    return [
        {**phone, "state": known[1]} if known else phone
        for known, phone in sorted(found, key=lambda one: one[0][0] if one[0] else len(before))
    ]
