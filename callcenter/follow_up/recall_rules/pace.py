"""How attempts are spread: over dayparts, days, lines and operators."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from callcenter.call_queue import calling_hours as ch
from callcenter.follow_up.recall_rules.situation import NO_ATTEMPT, UNREACHED, Decision, Past, Situation
from callcenter.studies.phases import field_day


def open_from(situation: Situation, after: datetime) -> datetime:
    """The first moment from `after` on within the case's hours."""
    return ch.next_open(situation.hours, after, persons=situation.persons)


def own(situation: Situation, decision: Decision) -> Decision:
    """The same operator first, anyone some minutes later."""
    assert decision.due_at is not None  # noqa: S101  # only calls have an own operator
    free = decision.due_at + timedelta(minutes=situation.rules.own_operator_minutes)
    return replace(decision, own_operator=True, anyone_from=free)


def moved(situation: Situation, decision: Decision) -> Decision:
    """A case that nobody ever answered moves to another line after three attempts."""
    never = all(past.outcome in UNREACHED | NO_ATTEMPT for past in situation.history)
    tried = situation.times(*UNREACHED)
    return replace(decision, change_line=never and tried % situation.rules.line_stays_for == 0)


def missed_appointment(situation: Situation) -> bool:
    """Whether nobody answered at the time of an appointment: they get one more offer, whatever was tried before.

    Whoever called us and chose a time has an appointment, too.
    """
    counted = [past.outcome for past in situation.history if past.outcome not in NO_ATTEMPT]
    return len(counted) > 1 and counted[-1] in UNREACHED and counted[-2] in {"appointment_hard", "appointment_soft"}


def soon_again(situation: Situation) -> datetime | None:
    """When those who were not there at the hour agreed are called once more, the same day as somebody busy; none where that is too late.

    They expected the call: the wider hours of appointments hold for it, too.
    """
    counted = [past.outcome for past in situation.history if past.outcome not in NO_ATTEMPT]
    soon = situation.now + timedelta(minutes=situation.rules.busy_minutes)
    in_hours = ch.appointment_is_open(situation.hours, soon) or ch.is_open(situation.hours, soon, persons=situation.persons)
    today = field_day(soon) == field_day(situation.now) and len(attempts_today(situation)) <= situation.rules.a_day
    return soon if counted[-2] == "appointment_hard" and today and in_hours else None


def attempts_today(situation: Situation) -> list[Past]:
    """The attempts of this field day."""
    today = field_day(situation.now)
    return [past for past in situation.history if past.counts and field_day(past.at) == today]


def needs_another_day(situation: Situation) -> bool:
    """The attempts that are left must still reach the least number of workdays."""
    tried = [past for past in situation.history if past.outcome in UNREACHED]
    days_missing = situation.rules.workdays - len({field_day(past.at) for past in tried})
    return situation.rules.attempts - len(tried) <= days_missing


def not_before(situation: Situation) -> datetime:
    """The earliest moment of the next try: after a pause today, or the next workday."""
    today = field_day(situation.now)
    if len(attempts_today(situation)) >= situation.rules.a_day or needs_another_day(situation):
        return ch.at_minute(ch.add_workdays(situation.hours, today, 1), 0)
    return situation.now + timedelta(minutes=situation.rules.gap_minutes)


def next_workday_same_daypart(situation: Situation) -> datetime:
    """The next workday, in the daypart of the last attempt."""
    day = ch.add_workdays(situation.hours, field_day(situation.now), 1)
    part = ch.daypart(situation.hours, situation.last.at, persons=situation.persons)
    return ch.next_open(situation.hours, ch.at_minute(day, 0), part=part, persons=situation.persons)


def next_daypart(situation: Situation) -> int:
    """The rotation: every other daypart, then those between; the least used so far, first after the last one."""
    count = len(situation.hours.of_day(situation.persons))
    rotation = [*range(0, count, 2), *range(1, count, 2)]
    used = [ch.daypart(situation.hours, past.at, persons=situation.persons) for past in situation.history if past.counts]
    times: Counter[int] = Counter(part for part in used if part is not None)
    last = used[-1] if used else None
    place = rotation.index(last) + 1 if last is not None else 0
    in_turn: list[int] = rotation[place:] + rotation[:place]
    return min(in_turn, key=lambda part: times[part])
