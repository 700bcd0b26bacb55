"""Writes of transfers: offered, taken up, declined, ended. Who leads the cases afterwards is written where their follow-up is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.calls import queries, voice_scripts
from callcenter.calls.actions.moving import CHANNEL, locked
from callcenter.calls.by_hand import is_by_hand
from callcenter.calls.queries.transfers import OPEN, has_lapsed
from callcenter.calls.tables import Attempt, Leg, Transfer
from callcenter.calls.voice_steps import Script
from callcenter.errors import Conflict, NotFound, Refused
from callcenter.operations import actions as operations
from callcenter.people import actions as people


@dataclass(frozen=True)
class Move:
    """A leg that is to go to another room: its call at the carrier, and how it goes on."""

    sid: str
    script: Script


def offer_transfer(session: Session, *, attempt_id: int, from_user: int, to_user: int, warm: bool, needs_seat: bool) -> Transfer:
    """Offer a running call to somebody who is ready; the same offer again is the one that stands."""
    attempt, now = locked(session, attempt_id), clock.now()
    _require_talk(attempt, from_user)
    standing = _open_of(session, now, Transfer.attempt_id == attempt_id)
    if standing is not None:
        if standing.to_user == to_user:
            return standing
        raise Conflict("transfer_open", "这个电话正在转接：请先等对方接听，或取消后再转给别人。")
    ready = queries.ready_for(session, attempt.lease_id, from_user, now, needs_seat=needs_seat)
    if not ready:
        raise Refused("transfer_nobody", "现在没有就绪的同事可以接这个电话：请继续通话，或与对方约时间。")
    chosen = next((one for one in ready if one.id == to_user), None)
    if chosen is None:
        raise _not_ready()
    _open_of(session, now, Transfer.to_user == to_user)  # one that lapsed makes room
    made = Transfer(attempt_id=attempt_id, from_user=from_user, to_user=to_user, warm=warm or not chosen.may_take_over, offered_at=now)
    session.add(made)
    try:
        session.flush()
    except IntegrityError as taken:  # somebody else offered theirs to the same colleague in this very moment
        raise _not_ready() from taken
    return _saved(session, made, "transfer_offered", from_user)


def join_transfer(session: Session, transfer_id: int, user_id: int) -> Transfer:
    """Somebody takes up what was offered to them; again: nothing changes."""
    found, attempt = locked_transfer(session, transfer_id)
    if found.to_user == user_id and found.state == "joined":
        return found
    if found.to_user != user_id or found.state != "offered" or has_lapsed(found, clock.now()) or attempt.ended_at is not None:
        raise _gone()
    if queue.lease_of(session, user_id, clock.now()) is not None:
        raise Refused("transfer_hands_full", "您手上还有个案：请先登记结果或交还，再接转来的电话。")
    found.state, found.joined_at = "joined", clock.now()
    _busy(session, user_id, "call")
    return _saved(session, found, "transfer_joined", user_id)


def decline_transfer(session: Session, transfer_id: int, user_id: int) -> None:
    """Say no to what was offered."""
    found, _ = locked_transfer(session, transfer_id)
    if found.to_user != user_id or found.state != "offered":
        raise _gone()
    found.state, found.ended_at = "declined", clock.now()
    _saved(session, found, "transfer_declined", user_id)


def end_transfer(session: Session, transfer_id: int, why: str, user_id: int | None = None) -> list[Move]:
    """It is over without the call having gone over: who joined goes back to their own room and is ready again."""
    found, _ = locked_transfer(session, transfer_id)
    if found.state not in OPEN:
        return []
    moves = []
    if found.state == "joined":
        _busy(session, found.to_user, "ready")
        moves = _lead(session, found.to_user, voice_scripts.room_of_operator(found.to_user), voice_scripts.seated)
    found.state, found.ended_at, found.ended_why = "ended", clock.now(), why
    _saved(session, found, "transfer_ended", user_id)
    return moves


def moves_into_talk(session: Session, transfer_id: int) -> list[Move]:
    """Bring the leg of who joined into the room of the talk; without a leg of one's own there is nothing to bring."""
    found, attempt = locked_transfer(session, transfer_id)
    return _lead(session, found.to_user, room_of_talk(session, attempt), voice_scripts.joining)


def moves_over(session: Session, transfer_id: int) -> list[Move]:
    """Bring the other's leg home, and the informant to it: asked of the carrier before the cases change hands."""
    found, attempt = locked_transfer(session, transfer_id)
    if found.state != "joined" or attempt.ended_at is not None or attempt.call_sid is None:
        raise _gone()
    leg, before = _leg(session, found.to_user), room_of_talk(session, attempt)
    after = voice_scripts.room_of_operator(found.to_user) if leg is not None else voice_scripts.room_of_attempt(found.attempt_id)
    home = [Move(leg.call_sid, voice_scripts.seated(after, f"room?leg={leg.id}"))] if leg and leg.call_sid and leg.room != after else []
    return [*home, Move(attempt.call_sid, voice_scripts.answered(after))] if before != after else home


def complete_transfer(session: Session, transfer_id: int) -> Transfer:
    """The call has gone over: it is the other's from now on."""
    found, attempt = locked_transfer(session, transfer_id)
    if found.state != "joined" or attempt.ended_at is not None:
        raise _gone()
    _lead(session, found.to_user, voice_scripts.room_of_operator(found.to_user), voice_scripts.seated)
    attempt.operator_id = found.to_user
    session.add(attempt)
    found.state, found.ended_at = "done", clock.now()
    return _saved(session, found, "transfer_done", found.from_user)


def room_of_talk(session: Session, attempt: Attempt) -> str:
    """Where the informant of a call is."""
    return queries.seated_room(session, attempt.operator_id) or voice_scripts.room_of_attempt(attempt.id or 0)


def locked_transfer(session: Session, transfer_id: int) -> tuple[Transfer, Attempt]:
    """The transfer and its call, ours until the transaction ends: the call first, as everybody does."""
    known = session.get(Transfer, transfer_id)
    if known is None:
        raise NotFound("no_transfer", "没有这个转接，请刷新页面。")
    attempt = locked(session, known.attempt_id)
    session.refresh(known, with_for_update={"key_share": True})
    return known, attempt


def left_over(session: Session, call_sid: str | None = None) -> list[int]:
    """Transfers of a call that has ended; without one of any call."""
    joined = select(Transfer.id).join(Attempt, col(Attempt.id) == col(Transfer.attempt_id))
    over = joined.where(col(Transfer.state).in_(OPEN), col(Attempt.ended_at).is_not(None))
    found = session.exec(over if call_sid is None else over.where(Attempt.call_sid == call_sid))
    return [one for one in found if one is not None]


def _busy(session: Session, user_id: int, state: str) -> None:
    """What an operator is doing is written down; supervisors have no such states."""
    if queries.may_take_over(session, user_id):
        people.enter(session, user_id, state)


def _not_ready() -> Refused:
    return Refused("transfer_not_ready", "这位同事现在不能接（不在就绪状态、话机没有接通或没有获准使用该问卷）：请另选一位。")


def _gone() -> Conflict:
    return Conflict("transfer_gone", "这个转接已经取消、超时，或对方已挂断。")


def _leg(session: Session, user_id: int) -> Leg | None:
    seated = select(Leg).where(Leg.user_id == user_id, Leg.purpose == "operator", Leg.state == "seated")
    return session.exec(seated.with_for_update(key_share=True)).first()


def _lead(session: Session, user_id: int, room: str, how: Callable[[str, str], Script]) -> list[Move]:
    leg = _leg(session, user_id)
    if leg is None or leg.call_sid is None:
        return []
    leg.room = room
    session.add(leg)
    session.flush()
    return [Move(leg.call_sid, how(room, f"room?leg={leg.id}"))]


def _require_talk(attempt: Attempt, user_id: int) -> None:
    if attempt.operator_id != user_id or attempt.state != "answered" or attempt.case_id is None:  # a re-check stays with who makes it
        raise Refused("transfer_no_talk", "现在没有正在通话的电话，不能转接。")
    if is_by_hand(attempt.call_sid):
        raise Refused("transfer_by_hand", "手工拨打的电话不经过系统，不能在这里转接：请在话机上转接，或与对方约时间。")


def _open_of(session: Session, now: datetime, whose: object) -> Transfer | None:
    """The one that stands; one that lapsed is ended, so that another can be made."""
    found = session.exec(select(Transfer).where(whose, col(Transfer.state).in_(OPEN)).with_for_update(key_share=True)).first()  # type: ignore[arg-type]  # a comparison of a column
    if found is None or not has_lapsed(found, now):
        return found
    found.state, found.ended_at, found.ended_why = "ended", now, "lapsed"
    session.add(found)
    session.flush()
    return None


def _saved(session: Session, found: Transfer, action: str, user_id: int | None) -> Transfer:
    session.add(found)
    session.flush()
    case_id = queries.attempt(session, found.attempt_id).called_case_id
    detail = {"attempt": found.attempt_id, "from": found.from_user, "to": found.to_user}
    operations.record(session, user_id, action, "case", case_id, detail=detail)
    for user in (found.from_user, found.to_user):
        operations.notify(session, f"operator_{user}", "transfer")
    operations.notify(session, CHANNEL)
    return found
