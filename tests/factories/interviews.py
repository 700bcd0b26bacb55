"""Interviews on released cases, with the questionnaire that ships."""

import json
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import text
from sqlmodel import Session

from callcenter.interviews import actions
from callcenter.interviews.tables import Interview
from tests.factories.cases import MadeCases, make_cases
from tests.factories.studies import FOLDER

FULL: dict[str, Any] = {
    "notice": "yes",
    "right_enterprise": "yes",
    "handled": "yes",
    "informant_role": "handler",
    "handled_when": "2022",
    "satisfaction": 9,
    "awareness": "well",
    "approval": "mostly",
    "problem": ["no"],
    "channel": "web",
    "visits": 0,
    "steps": 4,
    "days_unit": "workdays",
    "days_working": 2,
    "papers": 5,
    "cost": 0,
    "used": ["seal", "licence"],
    "reviewed": "system",
    "convenience": 10,
    "suggestion": "",
    "thanks": None,
}
"""A complete interview, question by question in the order of its route."""


def shipped(name: str = "opening_business") -> dict[str, Any]:
    """The document of a questionnaire of the shipped study."""
    document: dict[str, Any] = yaml.safe_load((Path(FOLDER) / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


def make_interview(session: Session, made: MadeCases | None = None) -> tuple[Interview, MadeCases]:
    """An interview just opened on the first of the made cases, by their first operator."""
    made = made or make_cases(session)
    session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(shipped())})
    session.expire_all()
    return actions.open_interview(session, case_id=made.case_ids[0], operator_id=made.operators[0], attempt_id=None), made


def answer_all(session: Session, interview: Interview, answers: dict[str, Any] | None = None) -> None:
    """Give the answers one by one, as an operator would."""
    assert interview.id is not None
    for question, value in (FULL if answers is None else answers).items():
        actions.give_answer(session, interview_id=interview.id, question=question, value=value, operator_id=interview.operator_id)
