"""Where an operator stands, as one JSON document: the leased case, the call, the question, what can be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.call_queue.leases import Lease
from callcenter.calls import outcomes
from callcenter.calls import queries as calls
from callcenter.calls.by_hand import is_by_hand
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


@dataclass(frozen=True)
class Held:
    """What an operator has in hand: the lease, its case, and every attempt on the case, oldest first."""

    lease: Lease
    case: CaseRow
    attempts: list[AttemptRow]

    @property
    def attempt(self) -> AttemptRow | None:
        """The latest attempt under this lease."""
        own = [one for one in self.attempts if one.lease_id == self.lease.id]
        return max(own, key=lambda one: one.number_in_lease, default=None)


def held_by(session: Session, person: Person, now: datetime) -> Held | None:
    """The case that an operator holds."""
    lease = queue.lease_of(session, person.id, now)
    if lease is None:
        return None
    return Held(lease, queue.case(session, lease.case_id), calls.attempts_of(session, lease.case_id))


def state(session: Session, person: Person, *, held: Held | None = None, step: Step | None = None, **more: Any) -> dict[str, Any]:
    """The whole state of an operator. An answered call opens its interview here: there is nothing else to press.

    `held` and `step` spare reading again what the request has just read.
    """
    now = clock.now()
    held = held or held_by(session, person, now)
    empty: dict[str, Any] = {
        "lease": None,
        "attempt": None,
        "interview": None,
        "outcomes": [],
        "none": None,
        "saved_at": None,
        "now": _iso(now),
    }
    if held is None:
        every = [study.settings for study in studies.studies(session)]
        return {**empty, "operator": doing(session, person.id, every, now), **more}
    case, attempt = held.case, held.attempt
    standing = step or _standing(session, person, case, attempt)
    return {
        **empty,
        "operator": doing(session, person.id, [queue.study_settings(session, case.study_id)], now),
        "lease": _lease(session, held),
        "attempt": _attempt(attempt),
        "interview": standing.as_json() if standing else None,
        "outcomes": _offers(session, case, attempt, standing),
        "saved_at": _iso(standing.saved_at) if standing else None,
        **more,
    }


def nothing(session: Session, now: datetime) -> dict[str, Any]:
    """Why there is no next case, and when the next one is due."""
    gates = queue.gates(now)
    due = [moment for gate in gates if (moment := queue.next_due(session, gate.study_id, now))]
    if not gates:
        why = "stopped" if studies.stopped_studies(session) else "empty"
    elif not any(gate.by_appointment for gate in gates):
        why = "closed"
    elif not any(gate.open for gate in gates):
        why = "only_appointments"
    else:
        why = "nothing_due"
    return {"why": why, "next_due_at": _iso(min(due)) if due else None}


def _standing(session: Session, person: Person, case: CaseRow, attempt: AttemptRow | None) -> Step | None:
    if attempt is None or attempt.answered_at is None or attempt.outcome is not None or case.id is None:
        return None
    found = interviews.current(session, case.id)
    if found is None or found.attempt_id != attempt.id or found.state != "open":
        found = interview_actions.open_interview(session, case_id=case.id, operator_id=person.id, attempt_id=attempt.id)
    assert found.id is not None  # noqa: S101  # numbered by the flush
    return interviews.step(session, found.id, person.language)


def _offers(session: Session, case: CaseRow, attempt: AttemptRow | None, step: Step | None) -> list[str]:
    if attempt is None or (attempt.outcome is not None and attempt.carrier_failure is None):
        return []
    settings = queue.study_settings(session, case.study_id)
    call = CallSeen(attempt.state, attempt.answered_at is not None, attempt.sip_code, attempt.carrier_failure is not None)
    seen = InterviewSeen(step.complete, step.completeness, step.values) if step is not None else None
    return offered(call, seen, limits(settings), screening.read(settings))


def _lease(session: Session, held: Held) -> dict[str, Any]:
    lease, case = held.lease, held.case
    made = [one for one in held.attempts if one.outcome is not None]
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
        "by_hand": is_by_hand(attempt.call_sid),
        "carrier_failure": attempt.carrier_failure,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
