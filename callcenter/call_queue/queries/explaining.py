"""Why a case is (not) callable, and when something becomes so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select, text

from callcenter.call_queue import callable as rules
from callcenter.call_queue import priority
from callcenter.call_queue.queries.cases import case
from callcenter.call_queue.queries.plans import plan_of_case, plan_of_row
from callcenter.call_queue.tables import Case
from callcenter.frame.tables import DoNotCall
from callcenter.people.tables import Training, User
from callcenter.questionnaire.tables import Questionnaire

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
    dialled: bool = False
    """Whether an attempt of it was counted."""

    @property
    def standing(self) -> str:
        """Where it stands in the queue, in words."""
        return priority.standing(self.rank, self.state, dialled=self.dialled)

    @property
    def is_callable(self) -> bool:
        """Whether nothing keeps it back."""
        return not self.reasons


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
    return Explanation(case_id, at, found.state, found.rank, found.due_at, tuple(left), after, found.last_attempt_day is not None)


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


def next_due(session: Session, study_id: int, now: datetime) -> datetime | None:
    """The next moment after `now` at which a waiting case becomes callable that is not so now; none where nothing is to come."""
    rows = session.connection().execute(text(_COMING), {"study": study_id, "now": now, "appointments": list(priority.APPOINTMENTS)})
    moments = [moment for row in rows.mappings() for moment in _coming(dict(row), now)]
    return min(moments, default=None)


def _coming(row: Mapping[str, Any], now: datetime) -> list[datetime]:
    """When a group of like cases can be called: those due later, and those due already while the doors are shut."""
    its_plan = plan_of_row(row)
    appointment = bool(row["appointment"])
    asked = [moment for moment in (row["later"], row["own"]) if moment is not None]
    if row["due_now"] and not rules.population_is_open(its_plan, now, appointment=appointment):
        asked.append(now)
    opens = (_opens(its_plan, moment, appointment) for moment in asked)
    return [moment for moment in opens if moment is not None and moment > now]


def _opens(its_plan: rules.Plan, moment: datetime, appointment: bool) -> datetime | None:
    facts = rules.CaseFacts("ready", 0 if appointment else priority.FRESH, moment, "", [("+86", "untried")])
    return rules.next_moment(facts, its_plan, rules.Barred(), moment)
