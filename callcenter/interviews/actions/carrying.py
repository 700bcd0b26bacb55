"""What one answer does to the rest: answers set aside, blocks that are through, what is asked once for the whole bundle."""

from collections.abc import Sequence

from sqlmodel import Session

from callcenter import clock
from callcenter.interviews import bundles, queries
from callcenter.interviews.tables import Answer, Interview
from callcenter.questionnaire import queries as questionnaires
from callcenter.questionnaire.routing import Route, key_of


def note_through(found: Interview, route: Route, *, is_last: bool) -> None:
    """Note when the block came to its end; what is asked once behind the last block does not keep the others open."""
    left = route.stops[-1].question if route.next is not None else None
    through = route.complete or (not is_last and left is not None and left.once == "last")
    found.through_at = (found.through_at or clock.now()) if through else None


def mark_set_aside(session: Session, route: Route, rows: list[Answer]) -> None:
    """Answers that the route no longer passes are kept and marked; those it passes again are unmarked."""
    aside = set(route.set_aside)
    for row in rows:
        is_aside = key_of(row.question, row.instance) in aside
        if row.set_aside != is_aside:
            row.set_aside = is_aside
            session.add(row)


def share(session: Session, found: Interview, case_ids: Sequence[int]) -> None:
    """Give what was asked once to the other interviews of the bundle that have begun."""
    for other in queries.unended(session, [case_id for case_id in case_ids if case_id != found.case_id]):
        carry(session, found, other)


def carry(session: Session, source: Interview, target: Interview) -> None:
    """Copy to `target` what is asked once for both and was asked in `source`; an answer of its own stays."""
    assert source.id is not None  # noqa: S101  # stored rows are numbered
    assert target.id is not None  # noqa: S101  # stored rows are numbered
    names = bundles.asked_once(
        questionnaires.definition(session, source.questionnaire_id), questionnaires.definition(session, target.questionnaire_id)
    )
    has = {row.question: row for row in queries.latest_answers(session, target.id) if not row.instance}
    given = [row for row in queries.latest_answers(session, source.id) if row.question in names and not row.instance and not row.set_aside]
    copies = [_copy(row, source, target.id, has.get(row.question)) for row in given if _may_copy(row, target.id, has.get(row.question))]
    if copies:
        session.add_all(copies)
        session.flush()
        mark_set_aside(session, queries.route(session, target.id), queries.latest_answers(session, target.id))
        session.flush()


def _may_copy(row: Answer, target_id: int, has: Answer | None) -> bool:
    if row.asked_in == target_id:
        return False
    return has is None or (has.asked_in is not None and (has.value, has.nonanswer) != (row.value, row.nonanswer))


def _copy(row: Answer, source: Interview, target_id: int, has: Answer | None) -> Answer:
    return Answer(
        interview_id=target_id,
        question=row.question,
        version=has.version + 1 if has else 1,
        value=row.value,
        nonanswer=row.nonanswer,
        shown_at=row.shown_at,
        answered_at=row.answered_at,
        mode=row.mode,
        language=row.language,
        operator_id=row.operator_id,
        attempt_id=row.attempt_id,
        asked_in=row.asked_in or source.id,
    )
