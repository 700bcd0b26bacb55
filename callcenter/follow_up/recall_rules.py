"""When a case is called again: a pure function of its history, now and the study's settings, so that each decision can be replayed.

The table is that of calls.md, "Attempt outcomes and recalls".
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.priority import FRESH, HARD_APPOINTMENT, PROMISED, RECALL, SOFT_APPOINTMENT
from callcenter.follow_up.appointments import Wish
from callcenter.studies.phases import field_day

NOBODY = frozenset({"no_answer", "switched_off", "unreachable", "declined_ring"})
UNREACHED = NOBODY | {"busy", "answering_machine", "blocked", "suspended"}
"""Attempts that reached no person: these are capped."""
NO_ATTEMPT = frozenset({"carrier_failure", "do_not_call"})
USABLE = ("untried", "good", "suspended")

Action = Literal["call", "close", "trace"]
Phone = Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """The numbers of the recall table; a study's settings override them."""

    attempts: int = 6
    workdays: int = 3
    a_day: int = 2
    gap_minutes: int = 90
    busy_minutes: int = 20
    busy_a_day: int = 3
    suspended_workdays: int = 2
    suspended_times: int = 2
    refusal_workdays: int = 3
    own_operator_minutes: int = 5
    blocked_times: int = 3
    blocked_lines: int = 2
    line_stays_for: int = 3
    """A never-reached case moves to another line after so many attempts."""
    failure_minutes: int = 2
    whole: int = 15
    """Attempts of any kind after which a case is closed whatever was promised: nobody is called for ever."""


def read_rules(settings: Mapping[str, Any]) -> Rules:
    """The rules of a study's settings: `calling.caps` and `recall` by the names above; unknown names are the study check's affair."""
    given = {**settings.get("calling", {}).get("caps", {}), **settings.get("recall", {})}
    known = {name: int(value) for name, value in given.items() if name in Rules.__dataclass_fields__}
    return replace(Rules(), **known)


@dataclass(frozen=True)
class Past:
    """One attempt of the case's history."""

    at: datetime
    outcome: str
    phone: str = ""
    line: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether it was an attempt at all."""
        return self.outcome not in NO_ATTEMPT


@dataclass(frozen=True)
class Decision:
    """What happens to the case: `call` again at `due_at`, `close` it, or `trace` a number for it; `why` is a code for the timeline."""

    action: Action
    why: str
    due_at: datetime | None = None
    rank: int = RECALL
    own_operator: bool = False
    anyone_from: datetime | None = None
    needs_conversion: bool = False
    change_line: bool = False
    do_not_call: bool = False
    phones: tuple[Phone, ...] = ()


@dataclass(frozen=True)
class Situation:
    """All that a rule may look at. `history` is oldest first and ends with the attempt to be judged."""

    history: Sequence[Past]
    now: datetime
    hours: ch.Hours
    rules: Rules
    phones: tuple[Phone, ...]
    persons: bool = False
    rank: int = FRESH
    """The rank the case had when it was handed out: a carrier's failure leaves it as it was."""
    wish: Wish | None = None
    """The appointment asked for in this attempt, already checked."""

    @property
    def last(self) -> Past:
        """The attempt to be judged."""
        return self.history[-1]

    def times(self, *outcomes: str) -> int:
        """How often these outcomes were met."""
        return sum(past.outcome in outcomes for past in self.history)


def decide(given: Situation) -> Decision:
    """What happens next to the case, by its last outcome."""
    situation = replace(given, phones=phones_after(given))
    decision = _TABLE[situation.last.outcome](situation)
    if decision.action == "call" and sum(past.counts for past in situation.history) >= situation.rules.whole:
        decision = Decision("close", "too_many_attempts", do_not_call=decision.do_not_call)
    return replace(decision, phones=situation.phones)


def phones_after(situation: Situation) -> tuple[Phone, ...]:
    """The case's numbers, the next one to dial first: a wrong or dead one is marked, after a gatekeeper the second comes first."""
    last = situation.last
    state = _state_of_number(situation)
    marked = [{**phone, "state": state} if state and phone["number"] == last.phone else phone for phone in situation.phones]
    second_first = last.outcome in {"gatekeeper", "informant_absent", "matter_denied"}
    return tuple(sorted(marked, key=lambda phone: (not usable((phone,)), second_first and phone["number"] == last.phone)))


def usable(phones: Sequence[Phone]) -> bool:
    """Whether any number is left to dial."""
    return any(phone.get("state", "untried") in USABLE for phone in phones)


def _state_of_number(situation: Situation) -> str | None:
    last = situation.last
    if last.outcome == "suspended":
        met = sum(past.outcome == "suspended" and past.phone == last.phone for past in situation.history)
        return "dead" if met > situation.rules.suspended_times else "suspended"
    fixed = {"wrong_number": "wrong", "dead_number": "dead"}
    if last.outcome in fixed:
        return fixed[last.outcome]
    return None if last.outcome in UNREACHED | NO_ATTEMPT else "good"


def _close(why: str) -> Callable[[Situation], Decision]:
    return lambda _: Decision("close", why)


def _nobody(situation: Situation) -> Decision:
    """Another daypart, another day after two in one day; at most six attempts over at least three workdays."""
    part = _next_daypart(situation)
    due = ch.next_open(situation.hours, _not_before(situation), part=part, persons=situation.persons)
    if _missed_appointment(situation):
        return _own(situation, Decision("call", "one_more_offer", due, PROMISED))
    if situation.times(*UNREACHED) >= situation.rules.attempts:
        return Decision("close", "max_attempts")
    return _moved(situation, Decision("call", "another_daypart", due))


def _busy(situation: Situation) -> Decision:
    """Twenty minutes, at most three that day, then as no answer."""
    rules = situation.rules
    again = sum(past.outcome == "busy" for past in _today(situation))
    if again >= rules.busy_a_day or _needs_another_day(situation) or situation.times(*UNREACHED) >= rules.attempts:
        return _nobody(situation)
    due = situation.now + timedelta(minutes=rules.busy_minutes)
    return _moved(situation, Decision("call", "busy", _open(situation, due)))


def _device(situation: Situation) -> Decision:
    """The next daypart."""
    if situation.times(*UNREACHED) >= situation.rules.attempts or _missed_appointment(situation):
        return _nobody(situation)
    after = _not_before(situation)
    current = ch.daypart(situation.hours, situation.last.at, persons=situation.persons)
    parts = situation.hours.of_day(situation.persons)
    if field_day(after) == field_day(situation.now) and current is not None and len(parts) > 1:
        after = max(after, ch.at_minute(field_day(situation.now), parts[current].end))
    return _moved(situation, Decision("call", "next_daypart", _open(situation, after)))


def _passed_on(situation: Situation) -> Decision:
    """As told, else the next workday in the same daypart."""
    told = situation.last.detail.get("call_back_at")
    if told:
        due = max(datetime.fromisoformat(str(told)), situation.now)
        if ch.is_open(situation.hours, due, persons=situation.persons):
            return Decision("call", "as_told", due, PROMISED)
        # Told to call outside the dayparts: only an appointment may be called then.
        return Decision("call", "as_told", ch.next_appointment_hour(situation.hours, due), SOFT_APPOINTMENT)
    return Decision("call", "same_daypart", _next_workday_same_daypart(situation))


def _next_number(situation: Situation) -> Decision:
    """The next number at once; none left: the tracing list."""
    if not usable(situation.phones):
        return Decision("trace", "no_number_left")
    return _own(situation, Decision("call", "next_number", _open(situation, situation.now), PROMISED))


def _suspended(situation: Situation) -> Decision:
    """After two workdays, twice, then as dead."""
    if _state_of_number(situation) == "dead":
        return _next_number(situation)
    if situation.times(*UNREACHED) >= situation.rules.attempts:
        return _nobody(situation)
    day = ch.add_workdays(situation.hours, field_day(situation.now), situation.rules.suspended_workdays)
    return Decision("call", "suspended", _open(situation, ch.at_minute(day, 0)))


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
    return _own(situation, Decision("call", "appointment", due, HARD_APPOINTMENT if hard else SOFT_APPOINTMENT))


def _broken_off(situation: Situation) -> Decision:
    """Friendly: resumes as appointment or the next workday. Otherwise it was a refusal."""
    if situation.last.detail.get("friendly", True) is False:
        return _soft_refusal(situation)
    if situation.wish is not None:
        return _appointment(situation)
    return _own(situation, Decision("call", "resume", _next_workday_same_daypart(situation), PROMISED))


def _denied(situation: Situation) -> Decision:
    """A second informant or the order number, once."""
    if situation.times("matter_denied") > 1 or situation.last.detail.get("order_checked"):
        return Decision("close", "matter_denied")
    return Decision("call", "second_informant", _next_workday_same_daypart(situation))


def _failure(situation: Situation) -> Decision:
    """Not an attempt: again in a moment over another line, later where it keeps failing."""
    row = 0
    for past in reversed(situation.history):
        if past.outcome != "carrier_failure":
            break
        row += 1
    due = situation.now + timedelta(minutes=situation.rules.failure_minutes * min(2 ** (row - 1), 16))
    appointed = situation.rank in {HARD_APPOINTMENT, SOFT_APPOINTMENT}
    at = ch.next_appointment_hour(situation.hours, due) if appointed else _open(situation, due)
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


def _open(situation: Situation, after: datetime) -> datetime:
    return ch.next_open(situation.hours, after, persons=situation.persons)


def _own(situation: Situation, decision: Decision) -> Decision:
    """The same operator first, anyone some minutes later."""
    assert decision.due_at is not None  # noqa: S101  # only calls have an own operator
    free = decision.due_at + timedelta(minutes=situation.rules.own_operator_minutes)
    return replace(decision, own_operator=True, anyone_from=free)


def _moved(situation: Situation, decision: Decision) -> Decision:
    """A case that nobody ever answered moves to another line after three attempts."""
    never = all(past.outcome in UNREACHED | NO_ATTEMPT for past in situation.history)
    tried = situation.times(*UNREACHED)
    return replace(decision, change_line=never and tried % situation.rules.line_stays_for == 0)


def _missed_appointment(situation: Situation) -> bool:
    """Whether nobody answered at the time of an appointment: they get one more offer, whatever was tried before."""
    counted = [past.outcome for past in situation.history if past.counts]
    return len(counted) > 1 and counted[-1] in UNREACHED and counted[-2] in {"appointment_hard", "appointment_soft"}


def _today(situation: Situation) -> list[Past]:
    today = field_day(situation.now)
    return [past for past in situation.history if past.counts and field_day(past.at) == today]


def _needs_another_day(situation: Situation) -> bool:
    """The attempts that are left must still reach the least number of workdays."""
    tried = [past for past in situation.history if past.outcome in UNREACHED]
    days_missing = situation.rules.workdays - len({field_day(past.at) for past in tried})
    return situation.rules.attempts - len(tried) <= days_missing


def _not_before(situation: Situation) -> datetime:
    today = field_day(situation.now)
    if len(_today(situation)) >= situation.rules.a_day or _needs_another_day(situation):
        return ch.at_minute(ch.add_workdays(situation.hours, today, 1), 0)
    return situation.now + timedelta(minutes=situation.rules.gap_minutes)


def _next_workday_same_daypart(situation: Situation) -> datetime:
    day = ch.add_workdays(situation.hours, field_day(situation.now), 1)
    part = ch.daypart(situation.hours, situation.last.at, persons=situation.persons)
    return ch.next_open(situation.hours, ch.at_minute(day, 0), part=part, persons=situation.persons)


def _next_daypart(situation: Situation) -> int:
    """The rotation: every other daypart, then those between; the least used so far, first after the last one."""
    count = len(situation.hours.of_day(situation.persons))
    rotation = [*range(0, count, 2), *range(1, count, 2)]
    used = [ch.daypart(situation.hours, past.at, persons=situation.persons) for past in situation.history if past.counts]
    times: Counter[int] = Counter(part for part in used if part is not None)
    last = used[-1] if used else None
    place = rotation.index(last) + 1 if last is not None else 0
    in_turn: list[int] = rotation[place:] + rotation[:place]
    return min(in_turn, key=lambda part: times[part])
