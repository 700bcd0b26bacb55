"""Reads of the room: a person's own practice."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.practice.tables import Practice
from callcenter.practice.turn import Turn


def practice(session: Session, practice_id: int, user_id: int) -> Practice:
    """That practice of that person."""
    found = session.get(Practice, practice_id)
    if found is None or found.user_id != user_id:
        raise NotFound("no_practice", "没有这次练习，请重新开始。")
    return found


def turn_of(found: Practice) -> Turn:
    """Where it stands."""
    stored = dict(found.turn)
    answers = {name: (value, nonanswer) for name, (value, nonanswer) in stored.pop("answers", {}).items()}
    return Turn(**stored, answers=answers)


def done_by(session: Session, user_id: int) -> dict[int, int]:
    """Invented cases that a person went through to an outcome, by version of the questionnaire."""
    counted = select(Practice.questionnaire_id, func.sum(Practice.cases_done)).where(Practice.user_id == user_id)
    return {version: int(count) for version, count in session.exec(counted.group_by(col(Practice.questionnaire_id)))}
