"""Where an operator stands, as one JSON document: the leased case, the call, the question, what can be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import calling_hours
from callcenter.call_queue import queries as queue
from callcenter.call_queue.contacts import person_told
from callcenter.call_queue.leases import Lease
from callcenter.calls import outcomes
from callcenter.calls import queries as calls
from callcenter.calls.by_hand import is_by_hand
from callcenter.calls.queries import CallOfCase
from callcenter.follow_up import queries as follow_up
from callcenter.follow_up.appointments import suggested as suggested_time
from callcenter.follow_up.queries import CaseRow
from callcenter.interviews import actions as interview_actions
from callcenter.interviews import queries as interviews
from callcenter.interviews.session import Step
from callcenter.operations import queries as operations
from callcenter.people import queries as people
from callcenter.responses import screening
from callcenter.responses.completeness import limits
from callcenter.studies import queries as studies
from callcenter.web import formats
from callcenter.web.pages.operator.doing import doing
from callcenter.web.pages.operator.matters import matters_of
from callcenter.web.pages.operator.offers import CallSeen, offered, seen_in, suggested
from callcenter.web.security import Person
from callcenter.web.translations import gettext as _

HISTORY = 12


@dataclass(frozen=True)
class Held:
    """What an operator has in hand: the lease, its cases, and every call to one of them, oldest first."""

    lease: Lease
    bundle: list[CaseRow]
    attempts: list[CallOfCase]

    @property
    def attempt(self) -> CallOfCase | None:
        """The latest attempt under this lease."""
        own = [one for one in self.attempts if one.lease_id == self.lease.id]
        return max(own, key=lambda one: one.number_in_lease, default=None)


def held_by(session: Session, person: Person, now: datetime) -> Held | None:
    """The cases that an operator holds."""
    lease = queue.lease_of(session, person.id, now)
    if lease is None:
        return None
    return Held(lease, queue.bundle(session, lease.case_ids), calls.calls_to(session, lease.case_ids))


def state(
    session: Session, person: Person, *, held: Held | None = None, answered: tuple[int, Step] | None = None, **more: Any
) -> dict[str, Any]:
    """The whole state of an operator. An answered call opens its interview here: there is nothing else to press.

    `held` and `answered` (an interview and where it stands) spare reading again what the request has just read. Opening an interview holds
    the cases: whoever has changed a call, a line or an operator's state asks for this in a transaction of its own.
    """
    now = clock.now()
    held = held or held_by(session, person, now)
    empty: dict[str, Any] = {
        "lease": None,
        "attempt": None,
        "interview": None,
        "outcomes": [],
        "suggested": None,
        "none": None,
        "undo": None,
        "saved_at": None,
        "now": _iso(now),
    }
    if held is None:
        every = [study.settings for study in studies.studies(session)]
        found: dict[str, Any] = {
            "operator": doing(session, person.id, every, now),
            "undo": follow_up.undoable(session, person.id, now),
            "offer": _offer(session, person, now),
        }
        if "none" not in more and studies.stopped_studies(session) and not queue.gates(now):
            found["none"] = nothing(session, now)
        return {**empty, **found, **more}
    attempt = held.attempt
    case, standing = _standing(session, person, held, answered)
    return {
        **empty,
        "operator": doing(session, person.id, [queue.study_settings(session, case.study_id)], now),
        "lease": _lease(session, held, case, standing),
        "attempt": _attempt(session, attempt),
        "interview": {**standing.as_json(), "case_id": case.id} if standing else None,
        **_offers(session, case, attempt, standing),
        **({} if answered else _beside(session, person, case, attempt, now)),
        "saved_at": _iso(standing.saved_at) if standing else None,
        **more,
    }


def nothing(session: Session, now: datetime) -> dict[str, Any]:
    """Why there is no next case, what the supervisor said where dialling is stopped, and when the next one is due."""
    gates = queue.gates(now)
    stops = [] if gates else list(studies.stopped_studies(session).values())
    due = [moment for gate in gates if (moment := queue.next_due(session, gate.study_id, now))]
    if not gates:
        why = "stopped" if stops else "empty"
    elif not any(gate.by_appointment for gate in gates):
        why = "closed"
    elif not any(gate.open for gate in gates):
        why = "only_appointments"
    else:
        why = "nothing_due"
    return {"why": why, "reason": " · ".join(stop.why for stop in stops), "next_due_at": _iso(min(due)) if due else None}


def _standing(session: Session, person: Person, held: Held, answered: tuple[int, Step] | None) -> tuple[CaseRow, Step | None]:
    """The case being asked and the screen it stands at; before somebody has answered the case that leads."""
    attempt = held.attempt
    if attempt is None or attempt.answered_at is None or attempt.outcome is not None:
        return held.bundle[0], None
    if answered is not None and len(held.bundle) == 1:
        return held.bundle[0], answered[1]
    found = interview_actions.asked_now(session, case_ids=held.lease.case_ids, operator_id=person.id, attempt_id=attempt.id)
    case = next(one for one in held.bundle if one.id == found.case_id)
    if answered is not None and answered[0] == found.id:
        return case, answered[1]
    assert found.id is not None  # noqa: S101  # numbered by the flush
    return case, interviews.step(session, found.id, person.language)


def _beside(session: Session, person: Person, case: CaseRow, attempt: CallOfCase | None, now: datetime) -> dict[str, Any]:
    """Why the study's dialling is stopped, and to whom the call is offered.

    An answer is not kept waiting for it: a page that is told nothing keeps what it knows.
    """
    stop = studies.dialling_stop(session, case.study_id)
    given = calls.transfer_from(session, person.id, now) if attempt is not None and attempt.state == "answered" else None
    return {"stop": stop.why if stop else None, "transfer": _transfer(session, given) if given else None}


def _transfer(session: Session, given: calls.TransferRow) -> dict[str, Any]:
    name = people.names(session).get(given.to_user, "")
    return {"state": given.state, "to": name, "may_take_over": calls.may_take_over(session, given.to_user)}


def _offer(session: Session, person: Person, now: datetime) -> dict[str, Any] | None:
    """The running call that is offered to who has no case in hand, or the talk that they have joined."""
    found = calls.transfer_to(session, person.id, now)
    if found is None:
        return None
    known = {name: found[name] for name in ("id", "state", "warm", "enterprise")}
    return {**known, "from": found["who"], "phone": formats.masked_phone(found["phone"])}


def _offers(session: Session, case: CaseRow, attempt: CallOfCase | None, step: Step | None) -> dict[str, Any]:
    """The outcomes that can be told, and the one that is suggested."""
    if attempt is None or (attempt.outcome is not None and attempt.carrier_failure is None):
        return {}
    settings = queue.study_settings(session, case.study_id)
    call = CallSeen(attempt.state, attempt.answered_at is not None, attempt.sip_code, attempt.carrier_failure is not None)
    about = (call, seen_in(step) if step is not None else None, limits(settings), screening.read(settings))
    return {"outcomes": offered(*about), "suggested": suggested(*about)}


def _lease(session: Session, held: Held, case: CaseRow, standing: Step | None) -> dict[str, Any]:
    """`case` is the one being asked, or the one that leads: what is shown beside the questions is of this one."""
    lease, first = held.lease, held.bundle[0]
    settings = queue.study_settings(session, case.study_id)
    made = [one for one in held.attempts if one.outcome is not None]
    last = {one.phone: one.outcome for one in made}
    return {
        "id": lease.id,
        "case_id": lease.case_id,
        "expires_at": _iso(lease.expires_at),
        "enterprise": case.enterprise_name,
        "district": case.district,
        "contact": case.contact,
        "person": _person(person_told(case.phones)),
        "phones": [_phone(phone, last.get(str(phone["number"]))) for phone in _phones(held.bundle)],
        "matters": case.matters,
        "bundle": _bundle(session, held, case, standing),
        "line": first.line,
        "rank": first.rank,
        "stratum": case.stratum_id,
        "needs_conversion": any(one.needs_conversion for one in held.bundle),
        "attempts": case.attempts,
        "suggested_at": suggested_time(clock.now(), calling_hours.read(settings.get("calling") or {})).isoformat(),
        "appointment": _appointment(follow_up.first_agreed(session, lease.case_ids)),
        "history": [_past(one) for one in made[-HISTORY:]][::-1],
        "others": queue.others_of_enterprise(session, case.unit_key, lease.case_ids),
        "objections": [{"says": one.get("says", ""), "reply": one.get("reply", "")} for one in settings.get("objections") or []],
    }


def _phones(bundle: list[CaseRow]) -> list[dict[str, Any]]:
    """The numbers of the leading case, then those that only the others have."""
    found: dict[str, dict[str, Any]] = {}
    for one in bundle:
        for phone in one.phones:
            found.setdefault(str(phone["number"]), phone)
    return list(found.values())


def _bundle(session: Session, held: Held, case: CaseRow, standing: Step | None) -> list[dict[str, Any]]:
    """The matters in the order in which they are asked; `state`: waiting, asking, or done."""
    several = standing is not None and len(held.bundle) > 1
    begun = interviews.unended(session, held.lease.case_ids) if several else []
    done = {each.case_id for each in begun if each.through_at is not None and each.position is None}
    if standing is not None and standing.complete:
        done.add(case.id or 0)
    shown, words = [], matters_of(session, held.bundle)
    for case_id in interviews.block_order(session, held.lease.case_ids):
        asking = standing is not None and case_id == case.id
        shown.append(
            {"case_id": case_id, "matter": words[case_id], "state": "done" if case_id in done else "asking" if asking else "waiting"}
        )
    return shown


def _phone(phone: dict[str, Any], last: str | None) -> dict[str, Any]:
    return {
        "number": phone["number"],
        "extension": phone.get("extension") or "",
        "kind": phone.get("kind", ""),
        "state": phone.get("state", "untried"),
        "last": _(outcomes.label(last)) if last else None,
        "person": _person({**phone["person"], "number": phone["number"]} if phone.get("person") else None),
    }


def _person(told: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: told[name] for name in ("name", "role", "number", "extension")} if told else None


def _past(one: CallOfCase) -> dict[str, Any]:
    return {
        "at": _iso(one.placed_at),
        "line": one.line,
        "phone": formats.masked_phone(one.phone),
        "outcome": one.outcome,
        "label": _told(one),
        "note": one.note,
    }


def _told(one: CallOfCase) -> str:
    label = _(outcomes.label(one.outcome or ""))
    return _("来电：{outcome}", outcome=label) if one.direction == "incoming" else label


def _appointment(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"at": _iso(found.at), "kind": found.kind, "with_whom": found.with_whom, "note": found.note}


def _ended_for(session: Session, attempt: CallOfCase) -> bool:
    """Whether a supervisor ended the call that now waits for its outcome."""
    if attempt.ended_at is None or attempt.outcome is not None or (attempt.answered_at is None and attempt.state != "canceled"):
        return False
    done = operations.history(session, "case", attempt.case_id)
    return any(entry.action == "call_ended" and entry.detail.get("attempt") == attempt.id for entry in done)


def _attempt(session: Session, attempt: CallOfCase | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    return {
        "ended_by_supervisor": _ended_for(session, attempt),
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
        "answered_by": attempt.answered_by,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
