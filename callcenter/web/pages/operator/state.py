"""Where an operator stands, as one JSON document: the leased case, the call, the question, what can be told."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.call_queue.leases import Lease
from callcenter.calls import outcomes
from callcenter.calls import queries as calls
from callcenter.follow_up import queries as follow_up
from callcenter.follow_up.queries import AttemptRow, CaseRow
from callcenter.interviews import actions as interview_actions
from callcenter.interviews import queries as interviews
from callcenter.interviews.session import Step
from callcenter.responses import screening
from callcenter.responses.completeness import limits
from callcenter.studies import queries as studies
from callcenter.web import formats
from callcenter.web.pages.operator.doing import doing
from callcenter.web.pages.operator.offers import CallSeen, InterviewSeen, offered
from callcenter.web.security import Person
from callcenter.web.translations import gettext as _

HISTORY = 12


def state(session: Session, person: Person, *, step: Step | None = None, **more: Any) -> dict[str, Any]:
    """The whole state of an operator. An answered call opens its interview here: there is nothing else to press."""
    now = clock.now()
    lease = queue.lease_of(session, person.id, now)
    empty: dict[str, Any] = {
        "lease": None,
        "attempt": None,
        "interview": None,
        "outcomes": [],
        "none": None,
        "saved_at": None,
        "now": _iso(now),
    }
    if lease is None:
        every = [study.settings for study in studies.studies(session)]
        return {**empty, "operator": doing(session, person.id, every, now), **more}
    case = queue.case(session, lease.case_id)
    attempt = calls.latest_attempt(session, lease.id)
    interview_id = _interview(session, person, case, attempt)
    standing = step or (interviews.step(session, interview_id, person.language) if interview_id else None)
    return {
        **empty,
        "operator": doing(session, person.id, [queue.study_settings(session, case.study_id)], now),
        "lease": _lease(session, lease, case),
        "attempt": _attempt(attempt),
        "interview": standing.as_json() if standing else None,
        "outcomes": _offers(session, case, attempt, interview_id, standing),
        "saved_at": _saved_at(session, interview_id),
        **more,
    }


def nothing(session: Session, now: datetime) -> dict[str, Any]:
    """Why there is no next case, and when the next one is due."""
    gates = queue.gates(now)
    due = [moment for gate in gates if (moment := queue.next_due(session, gate.study_id, now))]
    if not gates:
        why = "empty"
    elif not any(gate.by_appointment for gate in gates):
        why = "closed"
    elif not any(gate.open for gate in gates):
        why = "only_appointments"
    else:
        why = "nothing_due"
    return {"why": why, "next_due_at": _iso(min(due)) if due else None}


def _interview(session: Session, person: Person, case: CaseRow, attempt: AttemptRow | None) -> int | None:
    if attempt is None or attempt.answered_at is None or attempt.outcome is not None or case.id is None:
        return None
    found = interviews.current(session, case.id)
    if found is None or found.attempt_id != attempt.id or found.state != "open":
        found = interview_actions.open_interview(session, case_id=case.id, operator_id=person.id, attempt_id=attempt.id)
    return found.id


def _offers(session: Session, case: CaseRow, attempt: AttemptRow | None, interview_id: int | None, step: Step | None) -> list[str]:
    if attempt is None or (attempt.outcome is not None and attempt.carrier_failure is None):
        return []
    settings = queue.study_settings(session, case.study_id)
    call = CallSeen(attempt.state, attempt.answered_at is not None, attempt.sip_code, attempt.carrier_failure is not None)
    seen = None
    if interview_id is not None and step is not None:
        seen = InterviewSeen(step.complete, step.completeness, interviews.values(session, interview_id))
    return offered(call, seen, limits(settings), screening.read(settings))


def _lease(session: Session, lease: Lease, case: CaseRow) -> dict[str, Any]:
    made = [one for one in calls.attempts_of(session, lease.case_id) if one.outcome is not None]
    last = {one.phone: one.outcome for one in made}
    appointment = follow_up.open_appointment(session, lease.case_id)
    return {
        "id": lease.id,
        "case_id": lease.case_id,
        "expires_at": _iso(lease.expires_at),
        "enterprise": case.enterprise_name,
        "district": case.district,
        "contact": case.contact,
        "phones": [_phone(phone, last.get(str(phone["number"]))) for phone in case.phones],
        "matters": case.matters,
        "line": case.line,
        "rank": case.rank,
        "stratum": case.stratum_id,
        "needs_conversion": case.needs_conversion,
        "attempts": case.attempts,
        "appointment": _appointment(appointment),
        "history": [_past(one) for one in made[-HISTORY:]][::-1],
        "others": [_other(one) for one in queue.others_of_enterprise(session, case.unit_key, lease.case_id)],
        "objections": [
            {"says": one.get("says", ""), "reply": one.get("reply", "")}
            for one in queue.study_settings(session, case.study_id).get("objections") or []
        ],
    }


def _phone(phone: dict[str, Any], last: str | None) -> dict[str, Any]:
    return {
        "number": phone["number"],
        "extension": phone.get("extension") or "",
        "kind": phone.get("kind", ""),
        "state": phone.get("state", "untried"),
        "last": _(outcomes.label(last)) if last else None,
    }


def _past(one: AttemptRow) -> dict[str, Any]:
    return {
        "at": _iso(one.placed_at),
        "line": one.line,
        "phone": formats.masked_phone(one.phone),
        "outcome": one.outcome,
        "label": _(outcomes.label(one.outcome or "")),
        "note": one.note,
    }


def _other(case: CaseRow) -> dict[str, Any]:
    return {"case_id": case.id, "matter": (case.matters[0].get("what", "") if case.matters else ""), "state": case.state}


def _appointment(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"at": _iso(found.at), "kind": found.kind, "with_whom": found.with_whom, "note": found.note}


def _attempt(attempt: AttemptRow | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    return {
        "id": attempt.id,
        "state": attempt.state,
        "phone": attempt.phone,
        "line": attempt.line,
        "placed_at": _iso(attempt.placed_at),
        "answered_at": _iso(attempt.answered_at),
        "ended_at": _iso(attempt.ended_at),
        "outcome": attempt.outcome,
        "carrier_failure": attempt.carrier_failure,
    }


def _saved_at(session: Session, interview_id: int | None) -> str | None:
    return _iso(interviews.saved_at(session, interview_id)) if interview_id else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
