"""Writes of the room: practice begun, and each step of it kept, so that a page opened again goes on where it stood."""

from dataclasses import asdict

from sqlmodel import Session, select

from callcenter import clock
from callcenter.practice import queries
from callcenter.practice.tables import Practice
from callcenter.practice.turn import Turn


def begin(session: Session, user_id: int, questionnaire_id: int) -> Practice:
    """A new practice; nobody but its owner finds it."""
    now = clock.now()
    made = Practice(user_id=user_id, questionnaire_id=questionnaire_id, began_at=now, last_at=now, turn=asdict(Turn()))
    session.add(made)
    session.flush()
    return made


def locked(session: Session, practice_id: int, user_id: int) -> Practice:
    """The practice, held until this request is done, so that two keys pressed at once come one after the other."""
    queries.practice(session, practice_id, user_id)
    held = select(Practice).where(Practice.id == practice_id).with_for_update(key_share=True)
    return session.exec(held.execution_options(populate_existing=True)).one()


def keep(session: Session, found: Practice, turn: Turn) -> None:
    """Where it stands now; an outcome told counts as one more case gone through, for its owner alone."""
    if turn.told is not None and queries.turn_of(found).told is None:
        found.cases_done += 1
    found.turn, found.last_at = asdict(turn), clock.now()
    session.add(found)
    session.flush()
