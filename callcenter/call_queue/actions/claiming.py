"""Handing out: one SQL statement, committed by itself.

The statement finds the head, the first case by the stated order, and leases with it the other open cases of its enterprise.
"""

from collections.abc import Callable, Sequence
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

ALLOWED = """
c.study_id = %(study)s AND c.state = 'ready'
AND c.questionnaire_id = ANY(%(questionnaires)s::bigint[])
AND (NOT c.needs_conversion OR %(converts)s)
AND (c.last_attempt_day IS DISTINCT FROM %(today)s OR c.attempts_on_day < %(most_a_day)s)
AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'enterprise' AND d.value = c.unit_key)
AND EXISTS (
    SELECT FROM jsonb_array_elements(c.phones) p
    WHERE coalesce(p->>'state', 'untried') IN ('untried', 'good', 'suspended')
    AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'number' AND d.value = p->>'number')
)
AND NOT EXISTS (SELECT FROM cases h WHERE h.unit_key = c.unit_key AND h.state = 'leased' AND h.lease_place = 0)
"""
ELIGIBLE = f"{ALLOWED} AND c.due_at <= %(now)s"


OWN = "c.for_operator_id = %(operator)s"


ANYONE = "(c.for_operator_id IS NULL OR c.for_operator_id = %(operator)s OR c.anyone_from <= %(now)s)"


def _arm(rank: int, whose: str) -> str:
    doors = "by_appointment" if rank in priority.APPOINTMENTS else "open"
    return f"""(
    SELECT c.id FROM cases c
    WHERE {ELIGIBLE} AND c.rank = {rank} AND c.population_id = ANY(%({doors})s::bigint[]) AND {whose}
    ORDER BY c.due_at, c.order_key LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
)"""


def _claim(ranks: Sequence[int]) -> str:
    """The claim over these ranks: COALESCE asks one after the other and stops at the first case, each by the queue's index.

    `callable.comes_along` says in words what the others of the enterprise must be. The commit does not wait for the disk: a claim that a
    crash undoes is a lease lost, and whatever is written under it later reaches the disk after it (docs/decisions/0018).
    """
    arms = [_arm(rank, whose) for rank in ranks for whose in ((OWN, ANYONE) if rank < priority.RECALL else (ANYONE,))]
    return f"""
WITH head AS MATERIALIZED (
    SELECT id, unit_key, rank, set_config('synchronous_commit', 'off', true) FROM cases WHERE id = COALESCE({", ".join(arms)})
), others AS MATERIALIZED (
    SELECT c.id FROM cases c
    WHERE c.unit_key = (SELECT unit_key FROM head) AND c.id <> (SELECT id FROM head) AND {ALLOWED} AND {ANYONE}
    AND c.population_id = ANY(CASE WHEN (SELECT rank FROM head) = ANY(%(appointments)s) THEN %(by_appointment)s::bigint[]
                              ELSE %(open)s::bigint[] END)
    AND (c.due_at <= %(now)s
         OR c.rank >= {priority.RECALL} AND NOT c.needs_conversion AND c.last_attempt_day IS DISTINCT FROM %(today)s)
    ORDER BY c.rank, c.due_at, c.order_key, c.id LIMIT %(more)s FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE cases SET state = 'leased', lease_id = %(lease)s, leased_by = %(operator)s, leased_at = %(now)s, lease_expires_at = %(expires)s,
    lease_place = b.place
FROM (SELECT id, 0 AS place FROM head UNION ALL SELECT id, row_number() OVER () FROM others) b
WHERE cases.id = b.id
RETURNING cases.id, b.place
"""


CLAIM = _claim(priority.ORDER)


CLAIM_APPOINTMENT = _claim(sorted(priority.APPOINTMENTS))


HELD = """
SELECT id, lease_id, lease_expires_at FROM cases
WHERE leased_by = %(operator)s AND state = 'leased' AND lease_expires_at > %(now)s ORDER BY lease_place
"""


# Everything that is known before the claim, in one statement: a lease of one's own that ran out is ended (its cases held by number, as
# everybody does), one that lives is told.
STANDING = f"""
WITH lapsed AS (
    UPDATE cases SET state = 'ready', lease_id = NULL, leased_by = NULL, leased_at = NULL, lease_expires_at = NULL, lease_place = 0
    WHERE id = ANY(ARRAY(SELECT l.id FROM cases l WHERE l.leased_by = %(operator)s AND l.state = 'leased' AND l.lease_expires_at <= %(now)s
                         ORDER BY l.id FOR NO KEY UPDATE))
)
SELECT u.converts_refusals,
    ARRAY(SELECT q.id FROM trainings t JOIN questionnaires q ON q.name = t.questionnaire WHERE t.user_id = u.id) AS questionnaires,
    EXISTS ({HELD}) AS holds,
    (SELECT jsonb_agg(to_jsonb(d))::text FROM ({queries.DOORS.format(and_waiting="")}) d) AS doors
FROM users u WHERE u.id = %(operator)s AND u.active
"""


AT_ONCE = 20
"""How often in a row others may take the enterprise that this claim has just found."""


Run = Callable[[str, dict[str, Any]], list[dict[str, Any]]]


def claim(operator_id: int) -> Lease | None:
    """Hand the next callable bundle to an operator: one SQL statement, committed by itself. Who holds one gets the same again."""
    now = clock.now()
    with engine.plainly() as run:
        standing = run(STANDING, {"operator": operator_id, "now": now})
        if not standing:
            raise NotFound("no_operator", "没有这位话务员，或账号已停用。")
        if standing[0]["holds"]:
            return _held(run, operator_id, now)
        for gate in queries.gates_told(standing[0]["doors"], now):
            lease = _claim_of_study(run, gate, operator_id, standing[0], now)
            if lease:
                return lease
    return None


def _held(run: Run, operator_id: int, now: datetime) -> Lease | None:
    rows = run(HELD, {"operator": operator_id, "now": now})
    if not rows:
        return None
    others = tuple(row["id"] for row in rows[1:])
    return Lease(rows[0]["lease_id"], rows[0]["id"], operator_id, rows[0]["lease_expires_at"], others)


def _claim_of_study(run: Run, gate: queries.StudyGate, operator_id: int, who: dict[str, Any], now: datetime) -> Lease | None:
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
        "appointments": list(priority.APPOINTMENTS),
        "more": leases.most_cases(gate.settings) - 1,
    }
    rows = _leased(run, CLAIM if gate.open else CLAIM_APPOINTMENT, values)
    if rows is None:
        return _held(run, operator_id, now)
    places = [row["id"] for row in sorted(rows, key=lambda row: int(row["place"]))]
    return Lease(lease_id, places[0], operator_id, expires, tuple(places[1:])) if places else None


def _leased(run: Run, claim_: str, values: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows that the claim leased; none where the same operator asked twice at once and the other got a case.

    Where another operator took the enterprise in this very moment, the claim is put again: it finds the next one.
    """
    for _ in range(AT_ONCE):
        try:
            return run(claim_, values)
        except psycopg.errors.UniqueViolation as taken:
            if taken.diag.constraint_name != "cases_one_enterprise_each":
                return None
    return []
