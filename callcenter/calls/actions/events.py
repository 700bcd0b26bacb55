"""What the carrier tells of calls: callbacks kept once, states moved forward, silence asked about, strays ended."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue.tables import Case
from callcenter.calls import call_states, queries, voice_scripts
from callcenter.calls.actions.attempts import record_carrier_failure
from callcenter.calls.actions.moving import move, saved
from callcenter.calls.call_states import ENDED, ORDER
from callcenter.calls.phone_line import LineEvent, LineState
from callcenter.calls.tables import Attempt, CallEvent
from callcenter.calls.voice_steps import Script
from callcenter.operations import actions as operations

NO_ANSWER_FROM_CARRIER = timedelta(minutes=2)
"""After this long an attempt without a call id, of which no callback came, was never placed."""
SILENT_RINGING = timedelta(seconds=90)
SILENT_TALKING = timedelta(minutes=10)
STILL_OPEN = timedelta(seconds=15)
"""After this long a call whose outcome was told is ended again."""


def record_event(session: Session, event: LineEvent) -> bool:
    """Keep a callback and move its attempt on; false where it was told before, or belongs to no attempt."""
    if not _kept_once(session, event):
        return False
    attempt = _attempt_of(session, event)
    if attempt is None:
        return False
    attempt.call_sid = attempt.call_sid or event.sid
    if attempt.carrier_failure is not None:
        _revive(session, attempt)
    attempt.answered_by = attempt.answered_by or event.answered_by
    if attempt.carrier_failure is None:
        move(attempt, call_states.named(event.word), event.at, event.sip_code)
    saved(session, attempt)
    return True


def record_machine(session: Session, attempt_id: int, sid: str, answered_by: str) -> bool:
    """Keep what the carrier heard at the other end: told to the operator, decided by nobody but the operator."""
    attempt = session.get(Attempt, attempt_id, with_for_update={"key_share": True}, populate_existing=True)
    if attempt is None or attempt.call_sid not in {None, sid}:
        return False
    attempt.answered_by = answered_by
    saved(session, attempt)
    return True


def answer(session: Session, attempt_id: int, sid: str) -> Script:
    """How an answered call goes on: to its operator; to an apology where the operator has gone or was told that it failed."""
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.call_sid not in {None, sid}:
        return voice_scripts.over()
    if attempt.carrier_failure is not None or not _is_awaited(session, attempt):
        return voice_scripts.nobody_there()
    if attempt.state in ENDED:
        return voice_scripts.over()
    return voice_scripts.answered(voice_scripts.room_of_attempt(attempt_id))


def _is_awaited(session: Session, attempt: Attempt) -> bool:
    """Whether somebody of ours still waits for the answer: who holds the case, or who checks it."""
    if attempt.case_id is None:
        return True
    case = session.get(Case, attempt.case_id)
    if case is None or case.lease_id != attempt.lease_id or case.lease_expires_at is None:
        return False
    return case.lease_expires_at > clock.now()


def is_stray(session: Session, sid: str) -> bool:
    """Whether a call is under way although its operator was told that it was not placed: it must be ended."""
    failed = select(Attempt.id).where(Attempt.call_sid == sid, col(Attempt.carrier_failure).is_not(None))
    return session.exec(failed).first() is not None


def silent_calls(session: Session) -> list[queries.SilentCall]:
    """Calls about which the carrier should be asked now: their callbacks have stopped."""
    now = clock.now()
    limits = {"ringing_before": now - SILENT_RINGING, "talking_before": now - SILENT_TALKING, "told_before": now - STILL_OPEN}
    return queries.silent_calls(session, **limits)


def record_silence(session: Session, silent: queries.SilentCall, told: LineState | None) -> bool:
    """What the carrier said of a silent call when asked (none: there is no call id to ask by); whether that changed anything."""
    now = clock.now()
    if silent.sid is None:
        if now - silent.since < NO_ANSWER_FROM_CARRIER:
            return False
        return record_carrier_failure(session, silent.attempt_id, "no_answer").state == "failed"
    if told is None or told.state is None:
        return False
    event = LineEvent(silent.sid, -1 - ORDER[told.state], _word(told.state), told.at or now, silent.attempt_id)
    return record_event(session, event)


def raise_malformed(session: Session) -> None:
    """Tell the supervisors that a signed request made no sense; nothing of it is kept: it may hold a number."""
    text = "收到签名正确但内容无法理解的运营商回调，已忽略。通话状态由系统主动查询补齐；如果反复出现，请联系运营商。"
    operations.raise_alert(session, "webhook_malformed", "warning", text)


def _kept_once(session: Session, event: LineEvent) -> bool:
    stored = insert(CallEvent).values(
        call_sid=event.sid,
        sequence=event.sequence,
        status=event.word,
        at=event.at,
        received_at=clock.now(),
        detail={name: value for name, value in (("sip", event.sip_code), ("seconds", event.seconds)) if value is not None},
    )
    once = stored.on_conflict_do_nothing(index_elements=["call_sid", "sequence", "status"]).returning(col(CallEvent.id))
    return session.execute(once).first() is not None


def _attempt_of(session: Session, event: LineEvent) -> Attempt | None:
    """The attempt of a callback: by its call id, or, before that is known, by the attempt that its address names."""
    by_sid = session.exec(select(Attempt).where(Attempt.call_sid == event.sid).with_for_update(key_share=True)).first()
    if by_sid is not None and event.attempt_id not in {None, by_sid.id}:
        return None  # the id of an earlier call, given again to another
    if by_sid is not None or event.attempt_id is None:
        return by_sid
    named = session.get(Attempt, event.attempt_id, with_for_update={"key_share": True}, populate_existing=True)
    return named if named is not None and named.call_sid is None else None


def _revive(session: Session, attempt: Attempt) -> None:
    """A call that we took for not placed was placed: it goes on where its operator still holds the case and has dialled no other."""
    case = session.get(Case, attempt.called_case_id)
    held = attempt.case_id is None or (case is not None and case.lease_id == attempt.lease_id)
    newest = queries.latest_attempt(session, attempt.lease_id)
    if held and newest is not None and newest.id == attempt.id:
        attempt.carrier_failure = attempt.outcome = attempt.outcome_at = None
        attempt.state, attempt.ended_at = "placing", None


def _word(state: str) -> str:
    return next(word for word, name in reversed(call_states.CARRIER_WORDS.items()) if name == state)
