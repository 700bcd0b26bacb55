"""Why a case may or may not be called at a moment, and when next. Handing out and `explain` stand on the same rules.

The rules of time and place (window, hours) are decided here and given to the claim as the populations that are open; the rules of a
row (due, leased, numbers, operator) are the conditions of the claim's SQL, which a test holds against this evaluator.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue import priority
from callcenter.studies.phases import field_day

MOST_A_DAY = 5
"""Calls to one case in a day, whatever the recall rules say."""
USABLE = frozenset({"untried", "good", "suspended"})


@dataclass(frozen=True)
class Plan:
    """What a study says of calling one population."""

    hours: ch.Hours
    window: tuple[date, date] | None
    interview_minutes: int = 8
    persons: bool = False
    stopped: str | None = None
    """Why a supervisor has stopped the study's dialling; none: it runs."""


@dataclass(frozen=True)
class CaseFacts:
    """A case as its row stands. `phones`: (number, state)."""

    state: str
    rank: int
    due_at: datetime
    unit_key: str
    phones: Sequence[tuple[str, str]]
    lease_expires_at: datetime | None = None
    for_operator_id: int | None = None
    anyone_from: datetime | None = None
    needs_conversion: bool = False
    attempts_on_day: int = 0
    last_attempt_day: date | None = None
    questionnaire: str = ""
    closed_why: str | None = None
    enterprise_held_until: datetime | None = None
    """End of the lease under which an operator holds another case of the enterprise."""


@dataclass(frozen=True)
class OperatorFacts:
    """What decides whether a case may be handed to this operator."""

    id: int
    converts_refusals: bool = False
    trained: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Barred:
    """What is on the do-not-call list: numbers and unit keys."""

    numbers: frozenset[str] = frozenset()
    enterprises: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reason:
    """One thing that keeps a case from being called; `until` is when it passes by itself, none where it does not."""

    code: str
    text: str
    until: datetime | None = None
    about: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.about)


def population_is_open(plan: Plan, now: datetime, *, appointment: bool = False) -> bool:
    """Whether calls to this population may begin now: the calling window, then the hours (an appointment has its own)."""
    return not any(_of_time(plan, now, appointment))


def reasons(case: CaseFacts, plan: Plan, barred: Barred, now: datetime, operator: OperatorFacts | None = None) -> list[Reason]:
    """All that keeps the case from being handed out now (to this operator, where one is named); none: it is callable."""
    if case.state in {"closed", "tracing"}:
        return list(_of_end(case))
    return [
        *_of_study(plan),
        *_of_row(case, now),
        *_of_time(plan, now, case.rank in priority.APPOINTMENTS),
        *_of_wishes(case, barred),
        *(_of_operator(case, operator, now) if operator else _of_own_operator(case, None, now)),
    ]


def comes_along(
    case: CaseFacts, plan: Plan, barred: Barred, now: datetime, operator: OperatorFacts, *, with_appointment: bool = False
) -> bool:
    """Whether the case may be worked in a call that another case of its enterprise leads.

    What is callable now is. A fresh case or a recall need not wait for its time while the enterprise is on the line, unless it was
    tried today or rests after a refusal; what was promised keeps its time. An appointment opens its wider hours to all.
    """
    if case.state != "ready" or not population_is_open(plan, now, appointment=with_appointment):
        return False
    left = [*_of_row(case, now), *_of_wishes(case, barred), *_of_operator(case, operator, now)]
    return all(reason.code == "not_due" and _may_be_early(case, now) for reason in left)


def comes_with_caller(case: CaseFacts, plan: Plan, now: datetime, operator: OperatorFacts) -> bool:
    """Whether the case is worked in a call by which its enterprise called us, beside the case that it called about.

    Caps, hours and what was promised for another time do not count; the calling window, training and who converts refusals do.
    """
    in_window = plan.window is not None and plan.window[0] <= field_day(now) <= plan.window[1]
    may_convert = operator.converts_refusals or not case.needs_conversion
    return case.state in {"ready", "tracing"} and in_window and may_convert and case.questionnaire in operator.trained


def _may_be_early(case: CaseFacts, now: datetime) -> bool:
    return case.rank >= priority.RECALL and not case.needs_conversion and case.last_attempt_day != field_day(now)


def next_moment(case: CaseFacts, plan: Plan, barred: Barred, now: datetime, operator: OperatorFacts | None = None) -> datetime | None:
    """The first moment from `now` on at which nothing keeps the case back; none where time alone does not help."""
    moment = now
    for _ in range(30):
        left = reasons(case, plan, barred, moment, operator)
        if not left:
            return moment
        waits = [reason.until for reason in left if reason.until is not None]
        if len(waits) < len(left):
            return None
        moment = max(waits)
    return None


def _of_end(case: CaseFacts) -> Iterator[Reason]:
    if case.state == "closed":
        yield Reason("closed", "个案已结束（{why}）", about={"why": case.closed_why or "–"})
    else:
        yield Reason("tracing", "没有可用号码，正在查找号码")


def _of_study(plan: Plan) -> Iterator[Reason]:
    if plan.stopped is not None:
        yield Reason("dialling_stopped", "本调查已停止拨打（{why}）", about={"why": plan.stopped})


def _of_row(case: CaseFacts, now: datetime) -> Iterator[Reason]:
    if case.state == "leased" and case.lease_expires_at and case.lease_expires_at > now:
        yield Reason("leased", "正由一位话务员处理", case.lease_expires_at)
    if case.enterprise_held_until and case.enterprise_held_until > now:
        yield Reason("enterprise_held", "该企业的另一个个案正由一位话务员处理", case.enterprise_held_until)
    if case.due_at > now:
        yield Reason("not_due", "还没到时间", case.due_at)
    today = field_day(now)
    if case.last_attempt_day == today and case.attempts_on_day >= MOST_A_DAY:
        tomorrow = ch.at_minute(today + timedelta(days=1), 0)
        yield Reason("day_cap", "今天已拨打 {count} 次，到了每日上限", tomorrow, {"count": case.attempts_on_day})


def _of_time(plan: Plan, now: datetime, appointment: bool) -> Iterator[Reason]:
    day = field_day(now)
    if plan.window is None or day > plan.window[1]:
        yield Reason("window_over", "不在电话调查期内")
        return
    if day < plan.window[0]:
        yield Reason("window_ahead", "电话调查期还没有开始", ch.at_minute(plan.window[0], 0))
    elif appointment:
        if not ch.appointment_is_open(plan.hours, now):
            yield Reason("hours_closed", "不在可预约时段内", ch.next_appointment_hour(plan.hours, now))
    elif not ch.is_open(plan.hours, now, persons=plan.persons, minutes_needed=plan.interview_minutes):
        until = ch.next_open(plan.hours, now, persons=plan.persons, minutes_needed=plan.interview_minutes)
        yield Reason("hours_closed", "不在拨打时段内", until)


def _of_wishes(case: CaseFacts, barred: Barred) -> Iterator[Reason]:
    if case.unit_key in barred.enterprises:
        yield Reason("do_not_call", "企业在免打扰名单中")
    usable = [number for number, state in case.phones if state in USABLE]
    if not usable:
        yield Reason("no_number", "没有可拨的号码")
    elif all(number in barred.numbers for number in usable):
        yield Reason("do_not_call", "号码都在免打扰名单中")


def _of_operator(case: CaseFacts, operator: OperatorFacts, now: datetime) -> Iterator[Reason]:
    yield from _of_own_operator(case, operator.id, now)
    if case.needs_conversion and not operator.converts_refusals:
        yield Reason("conversion_only", "婉拒后的个案只交给指定的话务员")
    if case.questionnaire not in operator.trained:
        yield Reason("not_trained", "话务员还没有获准使用问卷 {questionnaire}", about={"questionnaire": case.questionnaire})


def _of_own_operator(case: CaseFacts, operator_id: int | None, now: datetime) -> Iterator[Reason]:
    theirs = case.for_operator_id not in {None, operator_id}
    if theirs and operator_id is not None and (case.anyone_from is None or case.anyone_from > now):
        yield Reason("own_operator", "先留给约定的话务员", case.anyone_from)
