"""What cannot be, or should be asked about, in the stages of a work order. Findings stand beside the verdicts and change none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from callcenter.lists.orders.lengths import BOTH_ENDS, NEITHER, fit, length
from callcenter.lists.orders.reading import Span, Stage, WorkOrder
from callcenter.lists.work_orders import mismatch
from callcenter.studies.work_calendar import WorkCalendar, calendar_days, working_days

_DAY = timedelta(days=1)
_LONGEST_TEXT = 40

SENTENCES = {
    "order_number_missing": "没有工单号",
    "order_number_repeated": "工单号在前面第 {row} 行已经出现",
    "start_missing": "环节{stage}没有开始时间",
    "finish_missing": "环节{stage}没有完成时间",
    "start_unreadable": "环节{stage}的开始时间“{text}”不是日期",
    "finish_unreadable": "环节{stage}的完成时间“{text}”不是日期",
    "days_unreadable": "环节{stage}的总时长“{text}”不是天数",
    "finish_before_start": "环节{stage}的完成时间 {finish} 早于开始时间 {start}",
    "future_date": "环节{stage}的时间 {date} 晚于核对日 {today}",
    "length_differs": "环节{stage}填写 {written} 天，按起止时间是 {calendar} 个自然日、{working} 个工作日，都不相符",
    "length_counts_both_ends": "环节{stage}填写 {written} 天，是首尾两天都算；按起止时间是 {calendar} 个自然日、{working} 个工作日",
    "starts_before_previous_ended": "环节{stage}在 {start} 开始，早于环节{other}的完成时间 {finish}",
    "stages_overlap": "环节{stage}与环节{other}重叠 {calendar} 天（{start} 至 {finish}）",
    "gap_between_stages": "环节{other}完成（{finish}）到环节{stage}开始（{start}）之间空了 {working} 个工作日（{calendar} 个自然日）",
    "total_missing": "没有填写累计总时长（各环节之和是 {sum} 天）",
    "total_not_sum": "累计总时长填写 {written} 天，各环节之和是 {sum} 天",
    "total_not_span": "累计总时长填写 {written} 天，从 {start} 到 {finish} 是 {calendar} 个自然日、{working} 个工作日，都不相符",
}
"""What each finding says; the placeholders are its values."""

NAMES = {
    "order_number_missing": "没有工单号",
    "order_number_repeated": "工单号重复",
    "start_missing": "没有开始时间",
    "finish_missing": "没有完成时间",
    "start_unreadable": "开始时间不是日期",
    "finish_unreadable": "完成时间不是日期",
    "days_unreadable": "环节总时长不是天数",
    "finish_before_start": "完成早于开始",
    "future_date": "时间在核对日之后",
    "length_differs": "环节时长与起止时间不符",
    "length_counts_both_ends": "环节时长首尾两天都算",
    "starts_before_previous_ended": "上一环节未完成就开始",
    "stages_overlap": "环节重叠",
    "gap_between_stages": "环节之间空档",
    "total_missing": "没有累计总时长",
    "total_not_sum": "累计总时长与各环节之和不符",
    "total_not_span": "累计总时长与首尾时间不符",
}
"""The kinds of findings, for counts and filters."""

NOTICES = frozenset({"length_counts_both_ends", "gap_between_stages", "total_not_span", "order_number_missing"})
"""Findings that may well have a reason and only ask for a look; all others contradict the sheet itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a work order: at a stage, or at the whole order (0)."""

    code: str
    stage: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The finding as a sentence."""
        return SENTENCES[self.code].format(stage=self.stage, **self.values)


class Examiner:
    """Examines the work orders of one file after the other: `today` is the day of the check; a work order's number may occur once."""

    def __init__(self, calendar: WorkCalendar, today: date) -> None:
        self.calendar = calendar
        self.today = today
        self.rows: dict[str, int] = {}

    def findings(self, order: WorkOrder) -> list[Finding]:
        """All findings of an order: the order's number, then stage by stage, then between stages, then the total."""
        stages = order.used
        found = [*self._number(order)]
        for stage in stages:
            found += self._dates(stage)
            found += self._length(stage)
        found += _before_previous(stages)
        found += self._between(stages)
        found += self._total(order, stages)
        return found

    def _number(self, order: WorkOrder) -> Iterator[Finding]:
        if not order.order:
            yield Finding("order_number_missing")
        elif (row := self.rows.setdefault(order.order, order.source_row)) != order.source_row:
            yield Finding("order_number_repeated", values={"row": row})

    def _dates(self, stage: Stage) -> Iterator[Finding]:
        unreadable = dict(stage.unreadable)
        for part, text in unreadable.items():
            yield Finding(f"{part}_unreadable", stage.number, {"text": text[:_LONGEST_TEXT]})
        for part, at in (("start", stage.start), ("finish", stage.finish)):
            if at is None and part not in unreadable:
                yield Finding(f"{part}_missing", stage.number)
        if stage.start and stage.finish and stage.finish < stage.start:
            yield Finding("finish_before_start", stage.number, _times(stage.start, stage.finish))
        late = max((at for at in (stage.start, stage.finish) if at and at.date() > self.today), default=None)
        if late:
            yield Finding("future_date", stage.number, {"date": moment_text(late), "today": self.today.isoformat()})

    def _length(self, stage: Stage) -> Iterator[Finding]:
        if stage.written is None or stage.span is None:
            return
        code = {NEITHER: "length_differs", BOTH_ENDS: "length_counts_both_ends"}.get(fit(stage.written, stage.span, self.calendar))
        if code:
            yield Finding(code, stage.number, {"written": days_text(stage.written), **self._lengths(stage.span)})

    def _between(self, stages: Iterable[Stage]) -> Iterator[Finding]:
        """Overlaps with, and idle working days after, the stage that reaches farthest so far, in the order of time."""
        spans = sorted(((stage.span, stage.number) for stage in stages if stage.span), key=lambda one: (one[0], one[1]))
        reach, other = spans[0] if spans else (None, 0)
        for span, number in spans[1:]:
            assert reach is not None  # noqa: S101  # there is a first span
            overlap = calendar_days(span.start, min(span.finish, reach.finish))
            if overlap > 0:
                values = {"other": other, "calendar": days_text(overlap), **_times(span.start, min(span.finish, reach.finish))}
                yield Finding("stages_overlap", number, values)
            elif span.start.date() > reach.finish.date() + _DAY:
                yield from self._gap(reach.finish, other, span.start, number)
            if span.finish > reach.finish:
                reach, other = span, number

    def _gap(self, finish: datetime, other: int, start: datetime, number: int) -> Iterator[Finding]:
        """Working days strictly between the day of the finish and the day of the next start."""
        idle = working_days(finish.date(), start.date() - _DAY, self.calendar)
        if idle:
            days = {"working": days_text(idle), "calendar": days_text((start.date() - finish.date()).days - 1)}
            yield Finding("gap_between_stages", number, {"other": other, **days, **_times(start, finish)})

    def _total(self, order: WorkOrder, stages: list[Stage]) -> Iterator[Finding]:
        days = [stage.days for stage in stages]
        if mismatch(days, order.total):
            values = {"sum": days_text(sum(one for one in days if one is not None))}
            if order.total is None:
                yield Finding("total_missing", values=values)
            else:
                yield Finding("total_not_sum", values={"written": days_text(order.total), **values})
        whole = whole_span(stages)
        if order.total is not None and whole and fit(order.total, whole, self.calendar) == NEITHER:
            times = _times(whole.start, whole.finish)
            yield Finding("total_not_span", values={"written": days_text(order.total), **self._lengths(whole), **times})

    def _lengths(self, span: Span) -> dict[str, str]:
        exact = length(span, self.calendar)
        return {"calendar": days_text(exact.calendar), "working": days_text(exact.working)}


def whole_span(stages: list[Stage]) -> Span | None:
    """From the first start to the last finish; none where a stage that was passed lacks one of its dates."""
    spans = [stage.span for stage in stages]
    if not spans or None in spans:
        return None
    return Span(min(span.start for span in spans if span), max(span.finish for span in spans if span))


def moment_text(at: datetime) -> str:
    """A date, with the time of day where there is one."""
    return f"{at:%Y-%m-%d}" if at.time() == time() else f"{at:%Y-%m-%d %H:%M}"


def days_text(days: float) -> str:
    """Days with at most two decimals."""
    return f"{days:.2f}".rstrip("0").rstrip(".")


def _times(start: datetime, finish: datetime) -> dict[str, str]:
    return {"start": moment_text(start), "finish": moment_text(finish)}


def _before_previous(stages: list[Stage]) -> Iterator[Finding]:
    """Stages that start before the one with the number before them ended."""
    for earlier, later in pairwise(stages):
        if earlier.finish and later.start and later.start < earlier.finish:
            times = _times(later.start, earlier.finish)
            yield Finding("starts_before_previous_ended", later.number, {"other": earlier.number, **times})
