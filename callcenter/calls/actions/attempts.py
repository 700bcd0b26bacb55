"""Writes of attempts: begin, placed, failed. What the carrier tells of them later is in `events`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import calling_hours, priority
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.callable import Plan
from callcenter.call_queue.tables import Case
from callcenter.calls import queries
from callcenter.calls.actions import lines
from callcenter.calls.actions.moving import locked, move, saved
from callcenter.calls.call_states import ENDED
from callcenter.calls.phone_line import LEAST_RING_SECONDS, LIMIT_SECONDS, MOST_RING_SECONDS, RING_SECONDS, Placement
from callcenter.calls.tables import Attempt, SharedAttempt
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.frame import queries as frames
from callcenter.operations import actions as operations
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day

UNUSABLE = {"dead", "wrong"}


def begin_attempt(session: Session, *, lease_id: str, operator_id: int, phone: str | None = None) -> Attempt:
    """A new attempt on the leased bundle, or the one that is still open (a double click): one call, shared by its cases.

    Refused without a live lease of the operator, while the study's dialling is stopped, outside the calling hours, for a number that
    is none of the cases' or must not be called, and where no line is free. A new attempt is placed once: `placement` gives what to hand
    to the phone line.
    """
    now = clock.now()
    bundle = _leased_bundle(session, lease_id, operator_id, now)
    case = bundle[0]
    made = queries.attempts_of_lease(session, lease_id)
    if under_way := next((one for one in made if one.ended_at is None), None):
        return under_way
    cleared = _cleared(session, bundle, phone, now, appointed=case.rank in priority.APPOINTMENTS)
    attempt = _begun(session, made, cleared, case_id=_known(case.id), lease_id=lease_id, operator_id=operator_id)
    session.add_all(SharedAttempt(attempt_id=_known(attempt.id), case_id=_known(other.id)) for other in bundle[1:])
    session.flush()
    return attempt


def begin_recheck(session: Session, *, key: str, case_id: int, user_id: int, phone: str | None = None) -> Attempt:
    """A call that checks a case, or the one that is still open under `key`; through the same checks and lines as any other.

    It is no attempt of the case: its caps, counts and code know nothing of it.
    """
    case, now = queue.locked(session, case_id), clock.now()
    if case.state == "leased":
        raise Conflict("case_being_called", "话务员正在联系这家企业：请稍后再复核。")
    made = queries.attempts_of_lease(session, key)
    if under_way := next((one for one in made if one.ended_at is None), None):
        if under_way.operator_id != user_id:
            raise Conflict("recheck_being_called", "另一位督导正在拨打这个复核：请选别的个案。")
        return under_way
    cleared = _cleared(session, [case], phone, now, appointed=False)
    return _begun(session, made, cleared, rechecked_case_id=case_id, lease_id=key, operator_id=user_id)


def _begun(session: Session, made: Sequence[Attempt], cleared: tuple[str, str, datetime], **of: Any) -> Attempt:
    """The next call under a lease, to the number, over the line and at the moment that were cleared."""
    number, line, placed_at = cleared
    follows = made[0].number_in_lease + 1 if made else 1
    attempt = Attempt(number_in_lease=follows, line=line, phone=number, placed_at=placed_at, **of)
    session.add(attempt)
    session.flush()
    return attempt


def _cleared(session: Session, bundle: Sequence[Case], phone: str | None, now: datetime, *, appointed: bool) -> tuple[str, str, datetime]:
    """The number, the line and the moment of a call that may be made now; Refused where it may not."""
    case = bundle[0]
    plan = queue_queries.plan_of_case(session, case)
    _refuse_stopped(plan.stopped)
    _require_hours(plan, now, appointed=appointed)
    number = _number_of(bundle, phone)
    _require_allowed(session, number, case.unit_key)
    return number, *lines.free_line(session, case)


def placement(session: Session, attempt_id: int) -> Placement | None:
    """What to hand to the phone line for a new attempt: once; none where that was done or the attempt has ended.

    Every way of dialling, whoever or whatever presses the key, comes through here: the last look at a stop of the study's dialling, and
    the only place where a placement is made.
    """
    attempt = locked(session, attempt_id)
    if attempt.handed_over_at is not None or attempt.state in ENDED:
        return None
    case = session.get(Case, attempt.called_case_id)
    assert case is not None  # noqa: S101  # a foreign key holds it
    stop = studies.dialling_stop(session, case.study_id)
    _refuse_stopped(stop.why if stop else None)
    attempt.handed_over_at = clock.now()
    session.add(attempt)
    calling = studies.study(session, case.study_id).settings.get("calling") or {}
    return Placement(
        attempt_id,
        attempt.phone,
        attempt.line,
        tuple(queries.lines(session, case.study_id)),
        ring_seconds=min(max(int(calling.get("ring_seconds", RING_SECONDS)), LEAST_RING_SECONDS), MOST_RING_SECONDS),
        limit_seconds=int(calling.get("limit_seconds", LIMIT_SECONDS)),
        room=queries.seated_room(session, attempt.operator_id),
        detect_machine=bool(calling.get("machine_detection", False)),
    )


def record_placed(session: Session, attempt_id: int, sid: str) -> Attempt:
    """The carrier took the call under `sid`; callbacks may have told so before.

    A carrier that began to count anew may give the id of an earlier call: what it tells could not be told apart, so this one failed.
    """
    attempt = locked(session, attempt_id)
    of_another = select(Attempt.id).where(Attempt.call_sid == sid, Attempt.id != attempt_id)
    if attempt.call_sid is None and session.exec(of_another).first() is not None:
        return record_carrier_failure(session, attempt_id, "repeated")
    attempt.call_sid = attempt.call_sid or sid
    move(attempt, "queued", clock.now(), None)
    operations.close_alert(session, lines.failure_alert(attempt.line))
    return saved(session, attempt)


def record_carrier_failure(session: Session, attempt_id: int, why: str, detail: str = "") -> Attempt:
    """The carrier did not place the call: no attempt on the enterprise. Its line rests a while, the supervisor is told."""
    attempt = locked(session, attempt_id)
    if attempt.call_sid or attempt.state in ENDED:
        return attempt  # callbacks came: it was placed after all
    now = clock.now()
    move(attempt, "failed", now, None)
    attempt.carrier_failure = why
    attempt.outcome, attempt.outcome_at = "carrier_failure", now
    saved(session, attempt)
    for shared in session.exec(select(SharedAttempt).where(SharedAttempt.attempt_id == attempt_id)):
        shared.outcome, shared.outcome_at = "carrier_failure", now
        session.add(shared)
    if why != "rejected":
        lines.rest_after_failure(session, attempt, now)
    text = f"线路 {attempt.line} 拨号失败（{why} {detail}），没有计入拨打次数；系统会自动重试。"
    operations.raise_alert(session, "carrier_failure", "warning", text, same_as=lines.failure_alert(attempt.line))
    return attempt


def keep_outcome(session: Session, attempt: Attempt, case_id: int, outcome: str, *, detail: Mapping[str, Any], note: str = "") -> None:
    """What a call was for one of its cases: in the call's own row for the case that led it, beside it for the others."""
    kept: Attempt | SharedAttempt = attempt
    if case_id != attempt.case_id:
        of_case = (SharedAttempt.attempt_id == attempt.id, SharedAttempt.case_id == case_id)
        kept = session.exec(select(SharedAttempt).where(*of_case)).one()
    kept.outcome, kept.outcome_at, kept.outcome_detail = outcome, clock.now(), dict(detail)
    kept.note = (note or kept.note)[:2000]
    session.add(kept)
    session.flush()


def _known(number: int | None) -> int:
    assert number is not None  # noqa: S101  # read from the database
    return number


def _leased_bundle(session: Session, lease_id: str, operator_id: int, now: datetime) -> list[Case]:
    """The cases under the lease, locked, so that two clicks come one after the other."""
    bundle = queue.locked_bundle(session, lease_id)
    case = bundle[0] if bundle else None
    if case is None or case.leased_by != operator_id:
        raise Conflict("no_such_lease", "这个个案已不在您手上，不能拨打。请取下一个个案。")
    if case.lease_expires_at is None or case.lease_expires_at <= now:
        raise Conflict("lease_expired", "您持有这个个案的时间已过，不能拨打。请取下一个个案。")
    return bundle


def _refuse_stopped(why: str | None) -> None:
    """Refuse while a supervisor has stopped the study's dialling: read from the database each time, so it holds for every process."""
    if why is not None:
        raise Refused("dialling_stopped", "本调查已停止拨打：{why}。请等督导恢复。", why=why)


def _require_hours(plan: Plan, now: datetime, *, appointed: bool) -> None:
    if plan.window is None or not plan.window[0] <= field_day(now) <= plan.window[1]:
        raise Refused("outside_calling_phase", "今天不在电话调查期内，不能拨打。需要延期时请督导调整阶段日期。")
    allowed = appointed and calling_hours.appointment_is_open(plan.hours, now)
    if not allowed and not calling_hours.is_open(plan.hours, now, persons=plan.persons):
        raise Refused("outside_calling_hours", "现在不是拨打时段，不能拨打。请等下一个时段，或与企业另约时间。")


def _number_of(bundle: Sequence[Case], phone: str | None) -> str:
    """The number to dial: the one asked for if it is one of the cases', else the first of the leading case that can be used."""
    numbers = [str(one["number"]) for case in bundle for one in case.phones]
    if phone is not None:
        if phone not in numbers:
            raise InvalidInput("number_not_of_case", "这个号码不是该企业名单上的号码，不能拨打。请从个案的号码中选择。")
        return phone
    usable = [str(one["number"]) for one in bundle[0].phones if one.get("state") not in UNUSABLE]
    if not usable:
        raise Refused("no_usable_number", "该企业已没有可以拨打的号码。请记录结果，个案将转入查找号码。")
    return usable[0]


def _require_allowed(session: Session, number: str, unit_key: str) -> None:
    """Refuse numbers and enterprises that must not be called, at once, also under a lease."""
    if frames.is_barred(session, number, unit_key):
        raise Refused("do_not_call", "该号码或企业在免打扰名单中，不能拨打。请放回个案并取下一个。")
