"""The cap on contacts, applied where cases are released."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, text

from callcenter import clock
from callcenter.call_queue.actions.deciding import close, locked
from callcenter.call_queue.tables import Case
from callcenter.frame import burden
from callcenter.operations.actions import record
from callcenter.studies.tables import Study

# A case closed without a call was and will be no contact. Only cases that share an enterprise or a number with the release matter.
_CONTACTS = """
WITH fresh AS (SELECT unit_key, phones FROM cases WHERE release_id = :release),
     numbers AS (SELECT DISTINCT phone ->> 'number' AS number FROM fresh, jsonb_array_elements(phones) phone)
SELECT c.id, c.unit_key, (SELECT array_agg(phone ->> 'number') FROM jsonb_array_elements(c.phones) phone) AS numbers,
       p.stage_id, i.number, p.position, c.order_key, c.attempts > 0 OR c.state = 'leased' AS begun
FROM cases c JOIN populations p ON p.id = c.population_id JOIN checklist_items i ON i.id = p.item_id
WHERE c.study_id = :study AND c.created_at >= :since AND (c.state <> 'closed' OR c.attempts > 0)
AND (c.unit_key IN (SELECT unit_key FROM fresh)
     OR EXISTS (SELECT FROM jsonb_array_elements(c.phones) phone WHERE phone ->> 'number' IN (SELECT number FROM numbers)))
"""
CAPPED = "cap"


def apply_cap(session: Session, study_id: int, release_id: int) -> int:
    """Close what a release would contact too often (`burden` of study.yaml: contacts, days); how many cases. No cap: none."""
    rule: dict[str, Any] = session.get_one(Study, study_id).settings.get("burden") or {}
    if not rule:
        return 0
    hold_cap(session, study_id)
    since = clock.now() - timedelta(days=int(rule.get("days", 365)))
    rows = session.connection().execute(text(_CONTACTS), {"release": release_id, "study": study_id, "since": since})
    contacts = [burden.Contact(row[0], row[1], tuple(row[2] or ()), tuple(row[3:6]), row[6], row[7]) for row in rows]
    found = sorted(burden.stopped(contacts, int(rule["contacts"])), key=lambda one: one.case)  # held by number, as everybody does
    found = [one for one in found if _waits(locked(session, one.case))]
    for one in found:
        close(session, one.case, CAPPED)
    if found:
        by = {word: sum(one.by == word for one in found) for word in ("enterprise", "telephone")}
        record(session, None, "contacts_capped", "release", release_id, detail=by)
    return len(found)


def hold_cap(session: Session, study_id: int) -> None:
    """One release of a study after the other, each from its first row on: two at once would each see room for its own cases."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext('burden'), :study)"), {"study": study_id})


def _waits(case: Case) -> bool:
    """Whether nobody has called or taken the case since it was looked at: what has begun cannot be undone."""
    return case.state in {"ready", "tracing"} and case.attempts == 0
