"""Writes of the legs of our own people: asked for, rung, seated in a room, gone."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.calls import queries, voice_scripts
from callcenter.calls.call_states import ENDED
from callcenter.calls.phone_line import LineState, Seat
from callcenter.calls.tables import AudioPlace, Leg, Line
from callcenter.calls.voice_steps import Script
from callcenter.errors import InvalidInput, Refused
from callcenter.lists.cells import clean
from callcenter.operations import actions as operations

SHAPES = {
    "phone": re.compile(r"\+[1-9]\d{6,14}", re.ASCII),
    "sip": re.compile(r"sip:[\w.+-]{1,64}@[A-Za-z0-9.-]{1,190}(:\d{1,5})?", re.ASCII),
}
_OPEN: dict[str, Any] = {"index_elements": ["user_id", "purpose"], "index_where": text("state <> 'gone'")}
SILENT_LEG = timedelta(minutes=1)


def browser_name(user_id: int) -> str:
    """Under which name somebody's browser is known to the carrier: a number of ours, no person's name."""
    return f"user-{user_id}"


def set_audio_place(session: Session, user_id: int, kind: str, address: str = "") -> None:
    """Say where somebody speaks and hears. A browser's address is given, not chosen."""
    given = f"client:{browser_name(user_id)}" if kind == "browser" else _tidy(kind, address)
    values = {"user_id": user_id, "kind": kind, "address": given}
    session.execute(insert(AudioPlace).values(**values).on_conflict_do_update(index_elements=["user_id"], set_=values))
    session.flush()


def _tidy(kind: str, address: str) -> str:
    given = re.sub(r"[\s()-]", "", clean(address)) if kind == "phone" else address.strip()
    if kind not in SHAPES or not SHAPES[kind].fullmatch(given):
        raise InvalidInput("audio_address", "话机地址写得不对：座机或手机要写成 +8622… 的国际格式，SIP 话机写成 sip:名称@域名。")
    return given


def ask_for_leg(session: Session, user_id: int, *, attempt_id: int | None = None, room: str | None = None) -> Seat | None:
    """A leg to be rung: the operator's own, or one that listens to `attempt_id` in `room`; none where it rings or waits already."""
    place = queries.audio_place(session, user_id)
    if place is None:
        raise Refused("no_audio_place", "还没有登记您的话机：请先在“我的话机”里选择浏览器、SIP 话机或电话号码。")
    purpose = "listener" if room else "operator"
    if queries.open_leg(session, user_id, purpose) is not None:
        return None
    line = session.exec(select(Line).order_by(Line.number)).first()
    if line is None:
        raise Refused("no_line_published", "还没有公布外呼线路，不能接通话机：请先载入研究设置。")
    now = clock.now()
    where = room or voice_scripts.room_of_operator(user_id)
    values = {"user_id": user_id, "purpose": purpose, "room": where, "attempt_id": attempt_id, "asked_at": now, "heard_at": now}
    once = insert(Leg).values(state="ringing", **values).on_conflict_do_nothing(**_OPEN).returning(col(Leg.id))
    leg_id = session.execute(once).scalar()
    if leg_id is None:  # asked for twice at once
        return None
    return Seat(leg_id, place.address, line.number, tuple(queries.lines(session, line.study_id)))


def record_leg_placed(session: Session, leg_id: int, sid: str) -> None:
    """The carrier rings the leg under `sid`; its callbacks may have said so before."""
    leg = _locked(session, leg_id)
    if leg is not None and leg.call_sid is None:
        _name(session, leg, sid)
        _saved(session, leg)


def record_leg_failed(session: Session, leg_id: int) -> None:
    """The carrier did not ring the leg."""
    leg = _locked(session, leg_id)
    if leg is not None and leg.call_sid is None:
        _end(session, leg)


def record_leg_state(session: Session, leg_id: int | None, sid: str, state: str | None) -> bool:
    """Move a leg on: seated once it is taken up, gone when it ends; never back. False where it is no leg of ours."""
    leg = _locked(session, leg_id) if leg_id is not None else None
    if leg is None or leg.call_sid not in {None, sid}:
        return False
    _name(session, leg, sid)
    leg.heard_at = clock.now()
    session.add(leg)
    if state in ENDED:
        _end(session, leg)
    elif state == "answered" and leg.state == "ringing":
        leg.state, leg.seated_at = "seated", clock.now()
        _saved(session, leg)
    return True


def record_room_event(session: Session, leg_id: int | None, sid: str, event: str) -> None:
    """What a room told. It tells of everybody in it; only the leg's own call counts. Leaving a room is no end: it may go to another."""
    record_leg_state(session, leg_id, sid, "answered" if event == "participant-join" else None)


def leg_script(session: Session, leg_id: int | None, sid: str) -> Script:
    """How a leg that was taken up goes on: into its room; the end where it is none of ours, or over."""
    if not record_leg_state(session, leg_id, sid, "answered"):
        return voice_scripts.over()
    leg = session.get(Leg, leg_id)
    if leg is None or leg.state != "seated":
        return voice_scripts.over()
    told_at = f"room?leg={leg.id}"
    return voice_scripts.seated(leg.room, told_at) if leg.purpose == "operator" else voice_scripts.listening(leg.room, told_at)


def leave(session: Session, user_id: int, purpose: str = "operator") -> str | None:
    """Let somebody's leg go; the call to be ended at the carrier, where there is one."""
    leg = queries.open_leg(session, user_id, purpose)
    if leg is None:
        return None
    _end(session, leg)
    return leg.call_sid


def lose_leg(session: Session, sid: str) -> None:
    """The carrier did not bring a leg to its room: nobody knows where it hears, so it counts as gone and must be connected anew."""
    for leg in session.exec(select(Leg).where(Leg.call_sid == sid).with_for_update(key_share=True)):
        _end(session, leg)


def silent_legs(session: Session) -> list[queries.SilentLeg]:
    """Legs after which the carrier should be asked now."""
    return queries.silent_legs(session, clock.now() - SILENT_LEG)


def record_leg_silence(session: Session, silent: queries.SilentLeg, told: LineState) -> bool:
    """What the carrier said of a silent leg when asked; whether it is gone."""
    record_leg_state(session, silent.leg_id, silent.sid, told.state)
    return told.state in ENDED


def _locked(session: Session, leg_id: int) -> Leg | None:
    return session.get(Leg, leg_id, with_for_update={"key_share": True}, populate_existing=True)


def _name(session: Session, leg: Leg, sid: str) -> None:
    """The leg is called `sid` by the carrier; an earlier one of that name, of a carrier that began to count anew, is long gone."""
    for earlier in session.exec(select(Leg).where(Leg.call_sid == sid, Leg.id != leg.id)):
        earlier.call_sid = None
        session.add(earlier)
        _end(session, earlier)
    session.flush()
    leg.call_sid = sid


def _end(session: Session, leg: Leg) -> None:
    if leg.state != "gone":
        leg.state, leg.ended_at = "gone", clock.now()
        _saved(session, leg)


def _saved(session: Session, leg: Leg) -> None:
    session.add(leg)
    session.flush()
    operations.notify(session, f"operator_{leg.user_id}", "audio")
