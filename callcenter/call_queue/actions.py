"""Writes of the queue: cases from releases, the claim, leases, and what later stages decide about a case."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import insert
from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.call_queue import callable as rules
from callcenter.call_queue import leases, priority, queries
from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.db import engine
from callcenter.errors import Conflict, NotFound, Refused
from callcenter.frame.tables import FrameUnit
from callcenter.operations.actions import notify, record
from callcenter.questionnaire.tables import Questionnaire
from callcenter.sampling.tables import Draw, DrawUnit, Release
from callcenter.studies.phases import field_day
from callcenter.studies.tables import Population, Stage

GIVEN_BACK_RESTS = timedelta(minutes=5)
"""A case given back is not offered again at once."""

ELIGIBLE = """
c.study_id = %(study)s AND c.state = 'ready' AND c.due_at <= %(now)s
AND c.questionnaire_id = ANY(%(questionnaires)s::bigint[])
AND (NOT c.needs_conversion OR %(converts)s)
AND (c.last_attempt_day IS DISTINCT FROM %(today)s OR c.attempts_on_day < %(most_a_day)s)
AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'enterprise' AND d.value = c.unit_key)
AND EXISTS (
    SELECT FROM jsonb_array_elements(c.phones) p
    WHERE coalesce(p->>'state', 'untried') IN ('untried', 'good', 'suspended')
    AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'number' AND d.value = p->>'number')
)
"""
OWN = "c.for_operator_id = %(operator)s"
ANYONE = "(c.for_operator_id IS NULL OR c.for_operator_id = %(operator)s OR c.anyone_from <= %(now)s)"


def _arm(rank: int, whose: str) -> str:
    doors = "by_appointment" if rank in priority.APPOINTMENTS else "open"
    return f"""(
    SELECT c.id FROM cases c
    WHERE {ELIGIBLE} AND c.rank = {rank} AND c.population_id = ANY(%({doors})s::bigint[]) AND {whose}
    ORDER BY c.due_at, c.order_key LIMIT 1 FOR UPDATE SKIP LOCKED
)"""


def _claim(ranks: Sequence[int]) -> str:
    """The claim over these ranks: COALESCE asks one after the other and stops at the first case, each by the queue's index."""
    arms = [_arm(rank, whose) for rank in ranks for whose in ((OWN, ANYONE) if rank < priority.RECALL else (ANYONE,))]
    return f"""
UPDATE cases SET state = 'leased', lease_id = %(lease)s, leased_by = %(operator)s, leased_at = %(now)s, lease_expires_at = %(expires)s
WHERE id = COALESCE({", ".join(arms)})
RETURNING id
"""


CLAIM = _claim(priority.ORDER)
CLAIM_APPOINTMENT = _claim(sorted(priority.APPOINTMENTS))

OPERATOR = """
SELECT u.converts_refusals, coalesce(array_agg(q.id) FILTER (WHERE q.id IS NOT NULL), '{}') AS questionnaires
FROM users u
LEFT JOIN trainings t ON t.user_id = u.id
LEFT JOIN questionnaires q ON q.name = t.questionnaire
WHERE u.id = %(operator)s AND u.active
GROUP BY u.id
"""
LEASE = "SELECT id, lease_id, lease_expires_at FROM cases WHERE leased_by = %(operator)s AND state = 'leased'"
EXPIRE_OWN = """
UPDATE cases SET state = 'ready', lease_id = NULL, leased_by = NULL, leased_at = NULL, lease_expires_at = NULL
WHERE leased_by = %(operator)s AND state = 'leased' AND lease_expires_at <= %(now)s
"""


def release_units(session: Session, release_id: int) -> int:
    """Make a case of every unit of a release; again: nothing more. The number of cases made."""
    release = session.get_one(Release, release_id)
    draw = session.get_one(Draw, release.draw_id)
    population = session.get_one(Population, draw.population_id)
    study_id = session.get_one(Stage, population.stage_id).study_id
    questionnaire = _released_questionnaire(session, study_id, population)
    now = clock.now()
    of_all = {
        "study_id": study_id,
        "population_id": population.id,
        "release_id": release.id,
        "respondents": population.respondents,
        "questionnaire_id": questionnaire.id,
        "rank": priority.FRESH,
        "due_at": now,
        "created_at": now,
    }
    rows = [{**of_all, **_of_unit(drawn, unit)} for drawn, unit in _units_without_case(session, release)]
    if rows:
        session.execute(insert(Case), rows)
    notify(session, f"board_{study_id}")
    return len(rows)


def claim(operator_id: int) -> Lease | None:
    """Hand the next callable case to an operator: one SQL statement, committed by itself. Who holds a case gets the same again."""
    now = clock.now()
    engine.statement(EXPIRE_OWN, {"operator": operator_id, "now": now})
    held = _held(operator_id)
    if held:
        return held
    who = engine.statement(OPERATOR, {"operator": operator_id})
    if not who:
        raise NotFound("no_operator", "没有这位访问员，或账号已停用。")
    for gate in queries.gates(now):
        lease = _claim_of_study(gate, operator_id, who[0], now)
        if lease:
            return lease
    return None


def heartbeat(session: Session, lease_id: str, operator_id: int) -> datetime:
    """Keep a lease; its new end. Conflict where it is gone."""
    now = clock.now()
    held = _live(session, lease_id, operator_id, now)
    held.lease_expires_at = now + leases.duration(queries.study_settings(session, held.study_id))
    session.add(held)
    session.flush()
    return held.lease_expires_at


def give_back(session: Session, lease_id: str, operator_id: int, why: str = "") -> None:
    """Return a case unworked; it rests a moment, unless it is an appointment."""
    held = _live(session, lease_id, operator_id, clock.now())
    if held.rank not in priority.APPOINTMENTS:
        held.due_at = max(held.due_at, clock.now() + GIVEN_BACK_RESTS)
    _end_lease(held, "ready")
    session.add(held)
    record(session, operator_id, "case_given_back", "case", held.id, reason=why or None)
    session.flush()


def give_back_all(session: Session, operator_id: int, successor_id: int | None = None) -> int:
    """End of shift: leases go back, own appointments to a named successor or to anyone; how many cases changed."""
    changed = 0
    for held in session.exec(select(Case).where(Case.leased_by == operator_id, Case.state == "leased").with_for_update()):
        _end_lease(held, "ready")
        changed += 1
    for own in session.exec(select(Case).where(Case.for_operator_id == operator_id, Case.state == "ready").with_for_update()):
        own.for_operator_id = successor_id
        changed += 1
    session.flush()
    return changed


def expire_leases(session: Session) -> list[int]:
    """Return the cases whose leases ran out, with their partial answers, to the queue; their numbers."""
    now = clock.now()
    lapsed = select(Case).where(Case.state == "leased", col(Case.lease_expires_at) <= now).with_for_update(skip_locked=True)
    returned = []
    for held in session.exec(lapsed):
        record(session, None, "lease_expired", "case", held.id, detail={"lease": held.lease_id, "operator": held.leased_by})
        _end_lease(held, "ready")
        session.add(held)
        returned.append(held)
    session.flush()
    for study_id in {held.study_id for held in returned}:
        notify(session, f"board_{study_id}")
    return [held.id for held in returned if held.id is not None]


@dataclass(frozen=True)
class Next:
    """What later stages decided about a case that will be called again."""

    due_at: datetime
    rank: int
    phones: Sequence[dict[str, Any]]
    for_operator_id: int | None = None
    anyone_from: datetime | None = None
    needs_conversion: bool = False
    line: str | None = None


@dataclass(frozen=True)
class Tally:
    """How often a case was called: in all, and on its last day."""

    attempts: int = 0
    on_day: int = 0
    last_day: date | None = None


def locked(session: Session, case_id: int) -> Case:
    """The case, held against every other transaction until this one ends."""
    found = session.exec(select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("no_case", "没有编号为 {case} 的个案，请核对编号。", case=case_id)
    return found


def reschedule(session: Session, case_id: int, to: Next, tally: Tally | None = None) -> None:
    """Put a case back into the queue for a later call; its lease ends."""
    held = locked(session, case_id)
    _end_lease(held, "ready")
    _count(held, tally)
    held.due_at, held.rank, held.phones = to.due_at, to.rank, list(to.phones)
    held.for_operator_id, held.anyone_from, held.needs_conversion = to.for_operator_id, to.anyone_from, to.needs_conversion
    held.line, held.closed_at, held.closed_why = to.line, None, None
    _save(session, held)


def close(session: Session, case_id: int, why: str, *, phones: Sequence[dict[str, Any]] | None = None, tally: Tally | None = None) -> None:
    """End a case: it is not called again. `why` is a code for the timeline."""
    held = locked(session, case_id)
    _end_lease(held, "closed")
    _count(held, tally)
    held.closed_at, held.closed_why, held.needs_conversion = clock.now(), why, False
    held.for_operator_id = held.anyone_from = None
    held.phones = list(phones) if phones is not None else held.phones
    _save(session, held)


def trace(session: Session, case_id: int, *, phones: Sequence[dict[str, Any]], tally: Tally | None = None) -> None:
    """Put a case without a usable number on the tracing list."""
    held = locked(session, case_id)
    _end_lease(held, "tracing")
    _count(held, tally)
    held.phones = list(phones)
    _save(session, held)


def add_number(session: Session, case_id: int, number: str, user_id: int) -> None:
    """A number found by tracing: it is dialled first, and the case waits again."""
    held = locked(session, case_id)
    if held.state == "closed":
        raise Refused("case_closed", "个案 {case} 已经结束，不能再加号码。", case=case_id)
    others = [phone for phone in held.phones if phone["number"] != number]
    held.phones = [{"number": number, "kind": kind_of(number), "state": "untried"}, *others]
    if held.state == "tracing":
        held.state, held.due_at, held.rank = "ready", clock.now(), priority.RECALL
    record(session, user_id, "number_added", "case", case_id)
    _save(session, held)


def kind_of(number: str) -> str:
    """Whether an E.164 number of China is a mobile or a landline."""
    return "mobile" if re.fullmatch(r"\+861[3-9]\d{9}", number) else "landline"


def _released_questionnaire(session: Session, study_id: int, population: Population) -> Questionnaire:
    released = select(Questionnaire).where(
        Questionnaire.study_id == study_id, Questionnaire.name == population.questionnaire, col(Questionnaire.released_at).is_not(None)
    )
    newest = session.exec(released.order_by(col(Questionnaire.version).desc())).first()
    if newest is None:
        text_ = "样本总体 {population} 还没有放行的问卷：请先放行问卷，再释放样本。"
        raise Refused("no_released_questionnaire", text_, population=population.code)
    return newest


def _units_without_case(session: Session, release: Release) -> list[tuple[DrawUnit, FrameUnit]]:
    units = (
        select(DrawUnit, FrameUnit)
        .join(FrameUnit, col(FrameUnit.id) == col(DrawUnit.frame_unit_id))
        .where(
            DrawUnit.draw_id == release.draw_id,
            DrawUnit.stratum_id == release.stratum_id,
            col(DrawUnit.position) >= release.first_position,
            col(DrawUnit.position) < release.first_position + release.count,
            ~select(Case.id).where(Case.draw_unit_id == DrawUnit.id).exists(),
        )
        .order_by(col(DrawUnit.position))
    )
    return list(session.exec(units))


def _of_unit(drawn: DrawUnit, unit: FrameUnit) -> dict[str, Any]:
    phones = [{**phone, "kind": kind_of(str(phone["number"])), "state": "untried"} for phone in unit.phones]
    return {
        "draw_unit_id": drawn.id,
        "stratum_id": drawn.stratum_id,
        "unit_key": drawn.unit_key,
        "district": unit.district,
        "order_key": drawn.prn,
        "enterprise_name": unit.name,
        "contact": unit.contact,
        "phones": phones,
        "matters": unit.matters,
        "state": "ready" if phones else "tracing",
    }


def _held(operator_id: int) -> Lease | None:
    rows = engine.statement(LEASE, {"operator": operator_id})
    return Lease(rows[0]["lease_id"], rows[0]["id"], operator_id, rows[0]["lease_expires_at"]) if rows else None


def _claim_of_study(gate: queries.StudyGate, operator_id: int, who: dict[str, Any], now: datetime) -> Lease | None:
    if not who["questionnaires"] or not gate.by_appointment:
        return None
    lease_id, expires = str(uuid4()), now + leases.duration(gate.settings)
    values = {
        "study": gate.study_id,
        "now": now,
        "today": field_day(now),
        "most_a_day": rules.MOST_A_DAY,
        "operator": operator_id,
        "converts": who["converts_refusals"],
        "questionnaires": who["questionnaires"],
        "open": list(gate.open),
        "by_appointment": list(gate.by_appointment),
        "lease": lease_id,
        "expires": expires,
    }
    try:
        rows = engine.statement(CLAIM if gate.open else CLAIM_APPOINTMENT, values)
    except psycopg.errors.UniqueViolation:  # the same operator asked twice at once: one of the two got a case
        return _held(operator_id)
    return Lease(lease_id, rows[0]["id"], operator_id, expires) if rows else None


def _live(session: Session, lease_id: str, operator_id: int, now: datetime) -> Case:
    held = session.exec(select(Case).where(Case.lease_id == lease_id).with_for_update()).first()
    gone = held is None or held.leased_by != operator_id or held.lease_expires_at is None or held.lease_expires_at <= now
    if held is None or gone:
        raise Conflict("lease_gone", "这个个案已不在您手上（超时或已交还）：请取下一个。已保存的答案都在。")
    return held


def _end_lease(held: Case, state: str) -> None:
    held.state = state
    held.lease_id = held.leased_by = held.leased_at = held.lease_expires_at = None


def _count(held: Case, tally: Tally | None) -> None:
    if tally is not None:
        held.attempts, held.attempts_on_day, held.last_attempt_day = tally.attempts, tally.on_day, tally.last_day


def _save(session: Session, held: Case) -> None:
    session.add(held)
    session.flush()
    notify(session, f"board_{held.study_id}")


def close_barred(session: Session) -> int:
    """Close the waiting cases that a do-not-call wish has overtaken; how many."""
    barred = session.connection().execute(text(_BARRED)).scalars().all()
    for case_id in barred:
        close(session, case_id, "do_not_call")
    return len(barred)


_BARRED = """
SELECT c.id FROM cases c WHERE c.state IN ('ready', 'tracing')
AND EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'enterprise' AND d.value = c.unit_key)
ORDER BY c.id
"""
