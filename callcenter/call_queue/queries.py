"""Reads of the queue: one case, an operator's lease, why a case is (not) callable, when the next one is due."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select, text

from callcenter.call_queue import callable as rules
from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue import priority
from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.db import engine
from callcenter.errors import NotFound
from callcenter.frame.tables import DoNotCall
from callcenter.people.tables import Training, User
from callcenter.questionnaire.tables import Questionnaire
from callcenter.studies import queries as studies
from callcenter.studies.tables import Phase, Population, Stage, Study
from callcenter.studies.work_calendar import OFFICIAL, WorkCalendar, calendar_of

# The populations of each study that is not stopped, those with the same window and hours together, with no more of the settings than
# handing out needs: they are read anew for every claim.
DOORS = """
SELECT s.id AS study_id, w.first_day, w.last_day, p.respondents = 'persons' AS persons, array_agg(p.id ORDER BY p.id) AS populations,
       jsonb_build_object('calling', s.settings -> 'calling', 'leases', s.settings -> 'leases',
                          'interview_minutes', coalesce(s.settings -> 'interview_minutes', '8')) AS settings,
       (SELECT jsonb_object_agg(d.day, d.kind) FROM calendar_days d WHERE d.ended_at IS NULL) AS own_days
FROM studies s
JOIN stages g ON g.study_id = s.id
JOIN (SELECT f.stage_id, min(f.first_day) AS first_day, max(f.last_day) AS last_day
      FROM phases f WHERE f.kind = 'calling' GROUP BY f.stage_id) w ON w.stage_id = g.id
JOIN populations p ON p.stage_id = g.id
WHERE NOT EXISTS (SELECT FROM dialling_stops d WHERE d.study_id = s.id AND d.resumed_at IS NULL) {and_waiting}
GROUP BY s.id, w.first_day, w.last_day, p.respondents = 'persons'
ORDER BY s.id, w.first_day, persons
"""
WAITING = DOORS.format(and_waiting="AND EXISTS (SELECT FROM cases c WHERE c.population_id = p.id AND c.state = 'ready')")


_PLACES = """
SELECT d.draw_no, d.drawn_at, s.name AS stratum, s.size, u.position, r.at AS released_at, r.kind, r.why, c.id AS case_id
FROM draw_units u JOIN draws d ON d.id = u.draw_id JOIN strata s ON s.id = u.stratum_id
LEFT JOIN releases r ON r.draw_id = u.draw_id AND r.stratum_id = u.stratum_id
    AND u.position BETWEEN r.first_position AND r.first_position + r.count - 1
LEFT JOIN cases c ON c.draw_unit_id = u.id
WHERE u.frame_unit_id = :unit ORDER BY d.id
"""


@dataclass(frozen=True)
class Place:
    """Where a frame unit stands in one draw, whether it was released, and as which case."""

    draw_no: int
    drawn_at: datetime
    stratum: str
    size: int
    position: int
    released_at: datetime | None
    kind: str | None
    why: str | None
    case_id: int | None


@dataclass(frozen=True)
class StudyGate:
    """Which populations of a study may be called at a moment: at once, or by appointment only."""

    study_id: int
    settings: Mapping[str, Any]
    open: tuple[int, ...]
    by_appointment: tuple[int, ...]


@dataclass(frozen=True)
class Explanation:
    """Why a case is (not) callable at a moment, and when it will be."""

    case_id: int
    at: datetime
    state: str
    rank: int
    due_at: datetime
    reasons: tuple[rules.Reason, ...]
    next_at: datetime | None

    @property
    def is_callable(self) -> bool:
        """Whether nothing keeps it back."""
        return not self.reasons


def case(session: Session, case_id: int) -> Case:
    """The case with that number."""
    found = session.get(Case, case_id)
    if found is None:
        raise NotFound("no_case", "没有编号为 {case} 的个案，请核对编号。", case=case_id)
    return found


def lease_of(session: Session, operator_id: int, now: datetime) -> Lease | None:
    """The live lease of an operator."""
    leased = select(Case).where(Case.leased_by == operator_id, Case.state == "leased").order_by(col(Case.lease_place))
    bundle = list(session.exec(leased))
    if not bundle or bundle[0].lease_expires_at is None or bundle[0].lease_expires_at <= now:
        return None
    first, *others = [held.id for held in bundle if held.id is not None]
    assert bundle[0].lease_id is not None  # noqa: S101  # the table says so of leased cases
    return Lease(bundle[0].lease_id, first, operator_id, bundle[0].lease_expires_at, tuple(others))


def bundle(session: Session, case_ids: Sequence[int]) -> list[Case]:
    """The cases of a bundle, in this order."""
    return [case(session, case_id) for case_id in case_ids]


def study_settings(session: Session, study_id: int) -> dict[str, Any]:
    """The settings of a study."""
    return session.get_one(Study, study_id).settings


def others_of_enterprise(session: Session, unit_key: str, but: Sequence[int]) -> list[Case]:
    """The other cases of an enterprise, newest first."""
    others = select(Case).where(Case.unit_key == unit_key, col(Case.id).not_in(but))
    return list(session.exec(others.order_by(col(Case.id).desc()).limit(10)))


def gates(now: datetime) -> list[StudyGate]:
    """Studies with waiting cases whose dialling is not stopped, and which of their populations may be called now; one plain statement."""
    return gates_of(engine.statement(WAITING), now)


def gates_of(doors: Sequence[Mapping[str, Any]], now: datetime) -> list[StudyGate]:
    """Which populations may be called now, of what `DOORS` tells."""
    by_study: dict[int, list[Mapping[str, Any]]] = {}
    for row in doors:
        by_study.setdefault(row["study_id"], []).append(row)
    return [_gate(rows, now) for rows in by_study.values()]


def plan(settings: Mapping[str, Any], respondents: str, window: tuple[date, date] | None, calendar: WorkCalendar = OFFICIAL) -> rules.Plan:
    """What a study says of calling one population, from its settings and the house's calendar."""
    hours = _hours(json.dumps(settings.get("calling") or {}, sort_keys=True, default=str), calendar)
    return rules.Plan(hours, window, int(settings.get("interview_minutes", 8)), respondents == "persons")


def plan_of_case(session: Session, held: Case) -> rules.Plan:
    """The same for a case's population."""
    study = session.get_one(Study, held.study_id)
    stage_id = session.get_one(Population, held.population_id).stage_id
    first, last = session.exec(
        select(func.min(Phase.first_day), func.max(Phase.last_day)).where(Phase.stage_id == stage_id, Phase.kind == "calling")
    ).one()
    its_plan = plan(study.settings, held.respondents, (first, last) if first else None, studies.work_calendar(session))
    stop = studies.dialling_stop(session, held.study_id)
    return replace(its_plan, stopped=stop.why) if stop else its_plan


def operator(session: Session, operator_id: int) -> rules.OperatorFacts:
    """What decides which cases an operator may be handed."""
    person = session.get_one(User, operator_id)
    trained = session.exec(select(Training.questionnaire).where(Training.user_id == operator_id)).all()
    return rules.OperatorFacts(operator_id, person.converts_refusals, frozenset(trained))


def explain(session: Session, case_id: int, at: datetime, operator_id: int | None = None) -> Explanation:
    """Why the case may or may not be handed out at that moment (to that operator), and when next."""
    found = case(session, case_id)
    facts, its_plan, barred = facts_of(session, found), plan_of_case(session, found), _barred(session, found)
    who = operator(session, operator_id) if operator_id is not None else None
    left = rules.reasons(facts, its_plan, barred, at, who)
    after = rules.next_moment(facts, its_plan, barred, at, who)
    return Explanation(case_id, at, found.state, found.rank, found.due_at, tuple(left), after)


def facts_of(session: Session, found: Case) -> rules.CaseFacts:
    """A case's row as the rules take it."""
    return rules.CaseFacts(
        state=found.state,
        rank=found.rank,
        due_at=found.due_at,
        unit_key=found.unit_key,
        phones=[(str(phone["number"]), str(phone.get("state", "untried"))) for phone in found.phones],
        lease_expires_at=found.lease_expires_at,
        for_operator_id=found.for_operator_id,
        anyone_from=found.anyone_from,
        needs_conversion=found.needs_conversion,
        attempts_on_day=found.attempts_on_day,
        last_attempt_day=found.last_attempt_day,
        questionnaire=session.get_one(Questionnaire, found.questionnaire_id).name,
        closed_why=found.closed_why,
        enterprise_held_until=_enterprise_held_until(session, found),
    )


def _enterprise_held_until(session: Session, found: Case) -> datetime | None:
    of_another = (Case.unit_key == found.unit_key, Case.state == "leased", col(Case.lease_id).is_distinct_from(found.lease_id))
    return session.exec(select(func.max(Case.lease_expires_at)).where(*of_another)).one()


def _barred(session: Session, found: Case) -> rules.Barred:
    numbers = [str(phone["number"]) for phone in found.phones]
    of_number = and_(col(DoNotCall.scope) == "number", col(DoNotCall.value).in_(numbers))
    of_enterprise = and_(col(DoNotCall.scope) == "enterprise", col(DoNotCall.value) == found.unit_key)
    entries = session.exec(select(DoNotCall).where(or_(of_number, of_enterprise))).all()
    return rules.Barred(
        frozenset(entry.value for entry in entries if entry.scope == "number"),
        frozenset(entry.value for entry in entries if entry.scope == "enterprise"),
    )


def waiting(session: Session, study_id: int) -> dict[str, int]:
    """How many cases of a study stand in each state."""
    counted = select(Case.state, func.count()).where(Case.study_id == study_id).group_by(col(Case.state))
    return dict(session.exec(counted).all())


def next_due(session: Session, study_id: int, now: datetime) -> datetime | None:
    """The next moment after `now` at which a waiting case becomes callable that is not so now; none where nothing is to come."""
    rows = session.connection().execute(text(_COMING), {"study": study_id, "now": now, "appointments": list(priority.APPOINTMENTS)})
    moments = [moment for row in rows.mappings() for moment in _coming(dict(row), now)]
    return min(moments, default=None)


def ready_count(session: Session, study_ids: Sequence[int]) -> int:
    """How many cases of these studies wait to be handed out, now or later."""
    return session.exec(select(func.count()).where(col(Case.study_id).in_(study_ids), Case.state == "ready")).one()


_COMING = """
SELECT s.settings, c.respondents, c.rank = ANY(:appointments) AS appointment,
       (SELECT jsonb_object_agg(d.day, d.kind) FROM calendar_days d WHERE d.ended_at IS NULL) AS own_days,
       min(c.due_at) FILTER (WHERE c.due_at > :now) AS later,
       min(c.anyone_from) FILTER (WHERE c.anyone_from > :now) AS own,
       bool_or(c.due_at <= :now) AS due_now,
       min(w.first_day) AS first_day, max(w.last_day) AS last_day
FROM cases c
JOIN studies s ON s.id = c.study_id
JOIN populations p ON p.id = c.population_id
CROSS JOIN LATERAL (
    SELECT min(f.first_day) AS first_day, max(f.last_day) AS last_day FROM phases f WHERE f.stage_id = p.stage_id AND f.kind = 'calling'
) w
WHERE c.study_id = :study AND c.state = 'ready'
GROUP BY s.id, p.id, c.respondents, appointment
"""


def _coming(row: Mapping[str, Any], now: datetime) -> list[datetime]:
    """When a group of like cases can be called: those due later, and those due already while the doors are shut."""
    its_plan = _plan_of(row)
    appointment = bool(row["appointment"])
    asked = [moment for moment in (row["later"], row["own"]) if moment is not None]
    if row["due_now"] and not rules.population_is_open(its_plan, now, appointment=appointment):
        asked.append(now)
    opens = (_opens(its_plan, moment, appointment) for moment in asked)
    return [moment for moment in opens if moment is not None and moment > now]


def _opens(its_plan: rules.Plan, moment: datetime, appointment: bool) -> datetime | None:
    facts = rules.CaseFacts("ready", 0 if appointment else priority.FRESH, moment, "", [("+86", "untried")])
    return rules.next_moment(facts, its_plan, rules.Barred(), moment)


def _gate(rows: Sequence[Mapping[str, Any]], now: datetime) -> StudyGate:
    plans = [(row["populations"], _plan_of({**row, "respondents": "persons" if row["persons"] else ""})) for row in rows]
    return StudyGate(
        rows[0]["study_id"],
        rows[0]["settings"],
        tuple(key for keys, its_plan in plans if rules.population_is_open(its_plan, now) for key in keys),
        tuple(key for keys, its_plan in plans if rules.population_is_open(its_plan, now, appointment=True) for key in keys),
    )


def _plan_of(row: Mapping[str, Any]) -> rules.Plan:
    calendar = calendar_of((date.fromisoformat(day), kind) for day, kind in (row["own_days"] or {}).items())
    return plan(row["settings"], row["respondents"], (_day(row["first_day"]), _day(row["last_day"])), calendar)


def _day(told: date | str) -> date:
    """A day that came as such or inside a document."""
    return told if isinstance(told, date) else date.fromisoformat(told)


@lru_cache(maxsize=64)
def _hours(calling: str, calendar: WorkCalendar) -> ch.Hours:
    return ch.read(json.loads(calling), calendar)


def stage_of_case(session: Session, held: Case) -> Stage:
    """The stage a case belongs to."""
    return session.get_one(Stage, session.get_one(Population, held.population_id).stage_id)


def places(session: Session, frame_unit_id: int) -> list[Place]:
    """The places of a frame unit in every draw from its frame."""
    return [Place(**row) for row in session.connection().execute(text(_PLACES), {"unit": frame_unit_id}).mappings()]


def cases_of_units(session: Session, frame_unit_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Frame unit → its case and that case's state, for the units that were released."""
    rows = session.connection().execute(
        text("""SELECT u.frame_unit_id, c.id, c.state FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id
                WHERE u.frame_unit_id = ANY(:units) ORDER BY c.id"""),
        {"units": list(frame_unit_ids)},
    )
    return {unit: (case_id, state) for unit, case_id, state in rows}


def unit_of_case(session: Session, case_id: int) -> int:
    """The frame unit that became a case."""
    found = session.connection().execute(
        text("SELECT u.frame_unit_id FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id WHERE c.id = :case"), {"case": case_id}
    )
    unit_id: int | None = found.scalar()
    if unit_id is None:
        raise NotFound("no_such_case", "没有编号为 {case} 的个案：请检查编号。", case=case_id)
    return unit_id
