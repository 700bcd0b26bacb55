"""Handing out: one SQL statement, committed by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg

from callcenter import clock
from callcenter.call_queue import callable as rules
from callcenter.call_queue import leases, priority, queries
from callcenter.call_queue.leases import Lease
from callcenter.db import engine
from callcenter.errors import NotFound
from callcenter.studies.phases import field_day

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
