"""The table of calls.md, "Attempt outcomes and recalls", row by row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.priority import HARD_APPOINTMENT, PROMISED, SOFT_APPOINTMENT
from callcenter.follow_up.recall_rules.numbers import phones_after, state_of_number, told_after, usable
from callcenter.follow_up.recall_rules.pace import (
    attempts_today,
    missed_appointment,
    moved,
    needs_another_day,
    next_daypart,
    next_workday_same_daypart,
    not_before,
    open_from,
    own,
    soon_again,
)
from callcenter.follow_up.recall_rules.situation import NOBODY, UNREACHED, Decision, Situation
from callcenter.studies.phases import field_day


def decide(given: Situation) -> Decision:
    """What happens next to the case, by its last outcome."""
    # A clock that went back (a suspended machine, a corrected zone) must not bring the next call before the last one.
    situation = replace(given, phones=phones_after(given), now=max(given.now, given.last.at))
    decision = _TABLE[situation.last.outcome](situation)
    if decision.action == "call" and sum(past.counts for past in situation.history) >= situation.rules.whole:
        decision = Decision("close", "too_many_attempts", do_not_call=decision.do_not_call)
    return replace(decision, phones=situation.phones)


def _close(why: str) -> Callable[[Situation], Decision]:
    return lambda _: Decision("close", why)


def _nobody(situation: Situation) -> Decision:
    """Another daypart, another day after two in one day; at most six attempts over at least three workdays."""
    part = next_daypart(situation)
    due = ch.next_open(situation.hours, not_before(situation), part=part, persons=situation.persons)
    if missed_appointment(situation):
        soon = soon_again(situation)
        rank = SOFT_APPOINTMENT if soon and not ch.is_open(situation.hours, soon, persons=situation.persons) else PROMISED
        return own(situation, Decision("call", "one_more_offer", soon or due, rank))
    if situation.times(*UNREACHED) >= situation.rules.attempts:
        return Decision("close", "max_attempts")
    return moved(situation, Decision("call", "another_daypart", due))


def _busy(situation: Situation) -> Decision:
    """Twenty minutes, at most three that day, then as no answer."""
    rules = situation.rules
    again = sum(past.outcome == "busy" for past in attempts_today(situation))
    if again >= rules.busy_a_day or needs_another_day(situation) or situation.times(*UNREACHED) >= rules.attempts:
        return _nobody(situation)
    due = situation.now + timedelta(minutes=rules.busy_minutes)
    return moved(situation, Decision("call", "busy", open_from(situation, due)))


def _device(situation: Situation) -> Decision:
    """The next daypart."""
    if situation.times(*UNREACHED) >= situation.rules.attempts or missed_appointment(situation):
        return _nobody(situation)
    after = not_before(situation)
    current = ch.daypart(situation.hours, situation.last.at, persons=situation.persons)
    parts = situation.hours.of_day(situation.persons)
    if field_day(after) == field_day(situation.now) and current is not None and len(parts) > 1:
        after = max(after, ch.at_minute(field_day(situation.now), parts[current].end))
    return moved(situation, Decision("call", "next_daypart", open_from(situation, after)))


def _passed_on(situation: Situation) -> Decision:
    """As told, else the right person at once, else the next workday in the same daypart."""
    told = situation.last.detail.get("call_back_at")
    if told:
        due = max(datetime.fromisoformat(str(told)), situation.now)
        if ch.is_open(situation.hours, due, persons=situation.persons):
            return Decision("call", "as_told", due, PROMISED)
        # Told to call outside the dayparts: only an appointment may be called then.
        return Decision("call", "as_told", ch.next_appointment_hour(situation.hours, due), SOFT_APPOINTMENT)
    return _right_person(situation) or Decision("call", "same_daypart", next_workday_same_daypart(situation))


def _next_number(situation: Situation) -> Decision:
    """The next number at once; none left: the tracing list."""
    if not usable(situation.phones):
        return Decision("trace", "no_number_left")
    return own(situation, Decision("call", "next_number", open_from(situation, situation.now), PROMISED))


def _right_person(situation: Situation) -> Decision | None:
    """At once, where the person to ask for was told with the wish to be called now, and nobody has called there since."""
    first = next((phone for phone in situation.phones if usable((phone,)) and (phone.get("person") or {}).get("at_once")), None)
    if first is None or not all(told_after(first, past.at) for past in situation.history if past.phone == first["number"]):
        return None
    return own(situation, Decision("call", "right_person", open_from(situation, situation.now), PROMISED))


def _suspended(situation: Situation) -> Decision:
    """After two workdays, twice, then as dead."""
    if state_of_number(situation) == "dead":
        return _next_number(situation)
    if situation.times(*UNREACHED) >= situation.rules.attempts:
        return _nobody(situation)
    day = ch.add_workdays(situation.hours, field_day(situation.now), situation.rules.suspended_workdays)
    return Decision("call", "suspended", open_from(situation, ch.at_minute(day, 0)))


def _soft_refusal(situation: Situation) -> Decision:
    """After three workdays by those who convert refusals, once."""
    if situation.times("soft_refusal") > 1:
        return Decision("close", "refused")
    day = ch.add_workdays(situation.hours, field_day(situation.now), situation.rules.refusal_workdays)
    part = ch.daypart(situation.hours, situation.last.at, persons=situation.persons)
    due = ch.next_open(situation.hours, ch.at_minute(day, 0), part=part, persons=situation.persons)
    return Decision("call", "conversion", due, needs_conversion=True)


def _hard_refusal(situation: Situation) -> Decision:
    """Never again; do-not-call where that was asked for."""
    asked = situation.last.outcome != "hard_refusal" or bool(situation.last.detail.get("do_not_call"))
    return Decision("close", "refused", do_not_call=asked)


def _appointment(situation: Situation) -> Decision:
    """At its time, own operator first; a soft one within its half day."""
    if situation.wish is None:
        return _passed_on(situation)
    hard = situation.wish.kind == "hard"
    start = situation.wish.at if hard else max(ch.half_day(situation.hours, situation.wish.at)[0], situation.now)
    due = ch.next_appointment_hour(situation.hours, max(start, situation.now))
    return own(situation, Decision("call", "appointment", due, HARD_APPOINTMENT if hard else SOFT_APPOINTMENT))


def _broken_off(situation: Situation) -> Decision:
    """Friendly: resumes as appointment or the next workday. Otherwise it was a refusal."""
    if situation.last.detail.get("friendly", True) is False:
        return _soft_refusal(situation)
    if situation.wish is not None:
        return _appointment(situation)
    return own(situation, Decision("call", "resume", next_workday_same_daypart(situation), PROMISED))


def _denied(situation: Situation) -> Decision:
    """A second informant or the order number, once."""
    if situation.times("matter_denied") > 1 or situation.last.detail.get("order_checked"):
        return Decision("close", "matter_denied")
    return _right_person(situation) or Decision("call", "second_informant", next_workday_same_daypart(situation))


def _failure(situation: Situation) -> Decision:
    """Not an attempt: again in a moment over another line, later where it keeps failing."""
    row = 0
    for past in reversed(situation.history):
        if past.outcome != "carrier_failure":
            break
        row += 1
    due = situation.now + timedelta(minutes=situation.rules.failure_minutes * min(2 ** (row - 1), 16))
    appointed = situation.rank in {HARD_APPOINTMENT, SOFT_APPOINTMENT}
    at = ch.next_appointment_hour(situation.hours, due) if appointed else open_from(situation, due)
    return Decision("call", "carrier_failure", at, situation.rank, change_line=True)


def _blocked(situation: Situation) -> Decision:
    """An attempt; three over two lines end it."""
    blocks = [past for past in situation.history if past.outcome == "blocked"]
    lines = {past.line for past in blocks}
    if len(blocks) >= situation.rules.blocked_times and len(lines) >= situation.rules.blocked_lines:
        return Decision("close", "blocked")
    return replace(_nobody(situation), change_line=True)


_TABLE: dict[str, Callable[[Situation], Decision]] = {
    **dict.fromkeys(NOBODY, _nobody),
    "busy": _busy,
    "answering_machine": _device,
    "gatekeeper": _passed_on,
    "informant_absent": _passed_on,
    "wrong_number": _next_number,
    "dead_number": _next_number,
    "suspended": _suspended,
    "soft_refusal": _soft_refusal,
    "hard_refusal": _hard_refusal,
    "opt_out": _hard_refusal,
    "do_not_call": _hard_refusal,
    "appointment_hard": _appointment,
    "appointment_soft": _appointment,
    "broken_off": _broken_off,
    "matter_denied": _denied,
    "carrier_failure": _failure,
    "blocked": _blocked,
    "complete": _close("complete"),
    "partial": _close("partial"),
    "closed_business": _close("closed_business"),
    "unable": _close("unable"),
    "language": _close("language"),
    "not_eligible": _close("not_eligible"),
}
OUTCOMES = frozenset(_TABLE)
