"""Writes of calls that come in: greeted by menu, offered to operators, promised a time, taken, or left with words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import calling_hours
from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.calls import queries, voice_menu, voice_scripts
from callcenter.calls.actions.moving import saved
from callcenter.calls.tables import Attempt, IncomingCall, SharedAttempt
from callcenter.calls.voice_menu import Offer, Speaker
from callcenter.calls.voice_steps import Script
from callcenter.errors import Conflict, Refused
from callcenter.frame import queries as frames
from callcenter.lists import phone_numbers
from callcenter.operations import actions as operations
from callcenter.people import actions as people
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day

CHANNEL = "incoming_calls"
"""Whoever can take a call listens here."""
GONE_AFTER = timedelta(seconds=30)
"""A caller of whom nothing was heard for so long has hung up."""


@dataclass(frozen=True)
class Promise:
    """A time that a caller chose in the menu, and the cases that wait for it."""

    call_id: int
    at: datetime
    case_ids: tuple[int, ...]


def arrive(session: Session, *, sid: str, to: str, number: str) -> Script:
    """A call came in: kept once, greeted by what we know of its number."""
    caller = _number(number)
    line = queries.line_called(session, to, caller)
    if line is None:
        return voice_menu.goodbye()
    cases = queries.open_cases_of_number(session, line.study_id, caller)
    now = clock.now()
    values = {
        "study_id": line.study_id,
        "line": line.number,
        "caller": caller,
        "call_sid": sid,
        "known": bool(cases),
        "state": "menu",
        "came_at": now,
        "heard_at": now,
        "note": "",
    }
    session.execute(insert(IncomingCall).values(**values).on_conflict_do_nothing(index_elements=["call_sid"]))
    call = session.exec(select(IncomingCall).where(IncomingCall.call_sid == sid)).one()
    return voice_menu.greeting(_known(call.id), _speaker(session, line.study_id), known=call.known)


def choose(session: Session, call_id: int | None, sid: str, digits: str) -> Script:
    """A key was pressed in the menu."""
    call = _heard(session, call_id, sid)
    if call is None or call.state in {"taken", "ended"}:
        return voice_menu.goodbye()
    choice = voice_menu.chosen(call.known, digits)
    if choice == "operator":
        return _offer(session, call)
    if choice == "later":
        return _times(session, call)
    if choice == "message":
        return voice_menu.message(_known(call.id))
    return voice_menu.greeting(_known(call.id), _speaker(session, call.study_id), known=call.known)


def go_on(session: Session, call_id: int | None, sid: str) -> Script:
    """A caller who waits: taken, waiting on, or told that nobody can come."""
    call = _heard(session, call_id, sid)
    if call is None:
        return voice_menu.goodbye()
    if call.state == "taken" and call.attempt_id is not None:
        return voice_scripts.answered(_room(session, call))
    if call.state != "offered":
        return voice_menu.nobody_free(_known(call.id), closed=False)
    if call.offered_at is not None and clock.now() - call.offered_at < timedelta(seconds=voice_menu.HOLDS_SECONDS):
        return voice_menu.hold(_known(call.id), first=False)
    call.state = "menu"
    _saved(session, call)
    return voice_menu.nobody_free(_known(call.id), closed=False)


def choose_time(session: Session, call_id: int | None, sid: str, digits: str) -> tuple[Script, Promise | None]:
    """A time was chosen: what is said, and the promise that the cases' follow-up must keep. Told twice it is one promise."""
    call = _heard(session, call_id, sid)
    if call is None or call.state in {"taken", "ended"}:
        return voice_menu.goodbye(), None
    offers = _offers(session, call)
    key = digits.strip()[:1]
    if not key.isascii() or not key.isdigit() or not 1 <= int(key) <= len(offers):
        return (voice_menu.times(_known(call.id), offers) if offers else voice_menu.goodbye()), None
    offer = offers[int(key) - 1]
    if call.state == "promised":
        return voice_menu.promised(offer), None
    call.state, call.promised_for = "promised", offer.at
    _saved(session, call)
    cases = queries.open_cases_of_number(session, call.study_id, call.caller)
    return voice_menu.promised(offer), Promise(_known(call.id), offer.at, tuple(sorted(_known(one.id) for one in cases)))


def take(session: Session, call_id: int, operator_id: int, case_id: int | None = None) -> tuple[Lease, Attempt]:
    """An operator takes a waiting caller with one of the caller's cases: its enterprise's bundle is leased, the call is its attempt.

    The first operator gets it. It counts as contact, never against the caps.
    """
    call = _locked(session, call_id)
    now = clock.now()
    if call.state != "offered" or now - call.heard_at > GONE_AFTER:
        raise Conflict("incoming_gone", "这个来电已被其他话务员接走，或对方已挂断。")
    if queries.call_elsewhere(session, operator_id, ""):
        raise Refused("another_call_open", "您的上一个电话还没有结束：请等它结束后再接来电。")
    cases = _free_cases(session, call)
    chosen = next((one for one in cases if case_id in {None, one.id}), None)
    if chosen is None:
        raise Conflict("incoming_case_held", "来电企业的个案正在由其他话务员处理：请请对方稍候，或约时间回电。")
    lease = queue.lease_for_caller(session, _known(chosen.id), operator_id)
    attempt = _attempt(session, call, lease, now)
    call.state, call.taken_by, call.taken_at, call.attempt_id = "taken", operator_id, now, attempt.id
    _saved(session, call)
    people.enter(session, operator_id, "call")
    operations.record(session, operator_id, "incoming_taken", "case", chosen.id, detail={"incoming": call.id})
    return lease, attempt


def end_incoming(session: Session, sid: str) -> bool:
    """The caller has hung up, as the carrier says."""
    call = session.exec(select(IncomingCall).where(IncomingCall.call_sid == sid).with_for_update(key_share=True)).first()
    if call is None:
        return False
    if call.ended_at is None:
        call.ended_at = clock.now()
        call.state = "ended" if call.state in {"menu", "offered"} else call.state
        _saved(session, call)
    return True


def handle_words(session: Session, call_id: int, user_id: int, note: str) -> None:
    """Somebody has listened to what a caller left, and notes what it was about."""
    call = _locked(session, call_id)
    call.handled_at, call.handled_by, call.note = clock.now(), user_id, note.strip()[:2000]
    _saved(session, call)
    operations.record(session, user_id, "opinion_handled", "incoming_call", call_id)


def _offer(session: Session, call: IncomingCall) -> Script:
    """Offered to whoever is ready, once; where nobody can come that is said at once."""
    closed = not _is_open(session, call)
    if closed or queries.ready_operators(session) == 0:
        return voice_menu.nobody_free(_known(call.id), closed=closed)
    first = call.state != "offered"
    if first:
        call.state, call.offered_at = "offered", clock.now()
        _saved(session, call)
    return voice_menu.hold(_known(call.id), first=first)


def _times(session: Session, call: IncomingCall) -> Script:
    offers = _offers(session, call)
    return voice_menu.times(_known(call.id), offers) if offers else voice_menu.message(_known(call.id))


def _is_barred(session: Session, call: IncomingCall) -> bool:
    """Whether nobody may call back: no time is promised then, words can be left."""
    cases = queries.open_cases_of_number(session, call.study_id, call.caller)
    return bool(cases) and all(frames.is_barred(session, call.caller, one.unit_key) for one in cases)


def _offers(session: Session, call: IncomingCall) -> list[Offer]:
    """The times for the call as they were when it came, so that the keys keep their meaning; none for those we may not call."""
    if _is_barred(session, call):
        return []
    window = _window(session, call)
    last = calling_hours.at_minute(window[1], 24 * 60) if window else None
    return voice_menu.offers(_hours(session, call.study_id), call.came_at, last)


def _free_cases(session: Session, call: IncomingCall) -> list[Case]:
    cases = queries.open_cases_of_number(session, call.study_id, call.caller)
    return [one for one in cases if one.state != "leased"]


def _attempt(session: Session, call: IncomingCall, lease: Lease, now: datetime) -> Attempt:
    attempt = Attempt(
        case_id=lease.case_id,
        lease_id=lease.id,
        number_in_lease=1,
        operator_id=lease.operator_id,
        line=call.line,
        phone=call.caller,
        placed_at=call.came_at,
        handed_over_at=now,
        call_sid=call.call_sid,
        direction="incoming",
    )
    session.add(attempt)
    session.flush()
    session.add_all(SharedAttempt(attempt_id=_known(attempt.id), case_id=other) for other in lease.others)
    session.flush()  # first who shares the call, then that it stands: it is counted for all of them at once
    attempt.state, attempt.answered_at = "answered", now
    return saved(session, attempt)


def _room(session: Session, call: IncomingCall) -> str:
    seat = queries.seated_room(session, call.taken_by or 0)
    return seat or voice_scripts.room_of_attempt(call.attempt_id or 0)


def room_of(session: Session, call_id: int) -> tuple[str, str]:
    """The carrier's id of a call that was taken, and the room it goes to."""
    call = queries.incoming(session, call_id)
    return call.call_sid, _room(session, call)


def _is_open(session: Session, call: IncomingCall) -> bool:
    window, now = _window(session, call), clock.now()
    in_window = window is not None and window[0] <= field_day(now) <= window[1]
    return in_window and calling_hours.appointment_is_open(_hours(session, call.study_id), now)


def _window(session: Session, call: IncomingCall) -> tuple[date, date] | None:
    cases = queries.open_cases_of_number(session, call.study_id, call.caller)
    if not cases:
        return None
    return studies.calling_window(session, studies.population(session, cases[0].population_id).stage_id)


def _hours(session: Session, study_id: int) -> calling_hours.Hours:
    settings = studies.study(session, study_id).settings
    return calling_hours.read(settings.get("calling") or {}, studies.work_calendar(session))


def _speaker(session: Session, study_id: int) -> Speaker:
    settings = studies.study(session, study_id).settings
    return Speaker(str((settings.get("incoming") or {}).get("who") or voice_menu.WHO), str(settings.get("contact") or ""))


def _number(caller: str) -> str:
    """The caller's number in E.164; empty where it was withheld or is none."""
    found = phone_numbers.read(caller).phones
    return found[0].number if found else ""


def _heard(session: Session, call_id: int | None, sid: str) -> IncomingCall | None:
    call = session.get(IncomingCall, call_id, with_for_update={"key_share": True}, populate_existing=True) if call_id is not None else None
    if call is None or call.call_sid != sid:
        return None
    call.heard_at = clock.now()
    session.add(call)
    return call


def _locked(session: Session, call_id: int) -> IncomingCall:
    call = session.get(IncomingCall, call_id, with_for_update={"key_share": True}, populate_existing=True)
    return call or queries.incoming(session, call_id)


def _saved(session: Session, call: IncomingCall) -> None:
    session.add(call)
    session.flush()
    operations.notify(session, CHANNEL, str(call.id))


def _known(number: int | None) -> int:
    assert number is not None  # noqa: S101  # read from the database
    return number
