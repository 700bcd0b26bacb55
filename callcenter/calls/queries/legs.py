"""Reads of the legs of our own people."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from callcenter.calls.tables import AudioPlace, Leg
from callcenter.errors import Refused


@dataclass(frozen=True)
class SilentLeg:
    """An open leg of which nothing was heard for a while."""

    leg_id: int
    sid: str


def audio_place(session: Session, user_id: int) -> AudioPlace | None:
    """Where somebody speaks and hears; none where that was never said."""
    return session.exec(select(AudioPlace).where(AudioPlace.user_id == user_id)).first()


def open_leg(session: Session, user_id: int, purpose: str) -> Leg | None:
    """Somebody's leg that rings or is seated."""
    return session.exec(select(Leg).where(Leg.user_id == user_id, Leg.purpose == purpose, Leg.state != "gone")).first()


def seated_room(session: Session, operator_id: int | None) -> str | None:
    """The room in which an operator's own leg waits now."""
    leg = open_leg(session, operator_id, "operator") if operator_id is not None else None
    return leg.room if leg is not None and leg.state == "seated" else None


def require_seat(session: Session, operator_id: int, *, needed: bool) -> None:
    """Refuse a call that its operator could not hear: the enterprise would be answered by silence."""
    has_place = audio_place(session, operator_id) is not None
    if (needed or has_place) and seated_room(session, operator_id) is None:
        raise Refused("audio_first", "您的耳机或话机还没有接入，对方会听不到您。请先在“我的话机”里接通，再拨打。")


def silent_legs(session: Session, before: datetime) -> list[SilentLeg]:
    """Open legs of which nothing was heard since `before`."""
    found = session.exec(
        select(Leg.id, Leg.call_sid)
        .where(Leg.state != "gone", col(Leg.call_sid).is_not(None), col(Leg.heard_at) < before)
        .order_by(col(Leg.heard_at))
        .limit(50)
    )
    return [SilentLeg(number, sid) for number, sid in found if number is not None and sid is not None]
