"""The findings of a whole file: one line for each stage and each total, and how often what occurs."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from callcenter.lists.formulas import tamed
from callcenter.lists.orders.findings import Examiner, Finding, days_text, moment_text, whole_span
from callcenter.lists.orders.lengths import CALENDAR, WORKING, fit, length
from callcenter.lists.orders.reading import Span, WorkOrder
from callcenter.studies.work_calendar import WorkCalendar

COLUMNS = (
    "sheet",
    "source_row",
    "order",
    "enterprise_name",
    "stage",
    "start",
    "finish",
    "written_days",
    "calendar_days",
    "working_days",
    "fits",
    "findings",
)


@dataclass(slots=True)
class Examined:
    """A work order and what was found in it."""

    order: WorkOrder
    findings: list[Finding]


@dataclass(slots=True)
class Report:
    """All work orders of a file with their findings."""

    orders: list[Examined]
    calendar: WorkCalendar
    fits: Counter[str] = field(default_factory=Counter)
    """How many written stage lengths fit which way of counting."""

    @property
    def totals(self) -> dict[str, Any]:
        """Orders, stages, findings by code, and which way of counting the written lengths fit."""
        codes = Counter(finding.code for one in self.orders for finding in one.findings)
        return {
            "orders": len(self.orders),
            "stages": sum(len(one.order.used) for one in self.orders),
            "orders_with_findings": sum(bool(one.findings) for one in self.orders),
            "findings": dict(sorted(codes.items())),
            "fits": dict(sorted(self.fits.items())),
            "counts_in": counts_in(self.fits),
        }


def counts_in(fits: Counter[str]) -> str | None:
    """How the sender counts its days: calendar or working, by the stages that tell the two apart; none where they are even."""
    told = {way: fits[way] for way in (CALENDAR, WORKING)}
    return None if told[CALENDAR] == told[WORKING] else max(told, key=lambda way: told[way])


def examine(orders: Iterable[WorkOrder], examiner: Examiner) -> Report:
    """Examine the orders of a file in their order."""
    report = Report([], examiner.calendar)
    for order in orders:
        report.orders.append(Examined(order, examiner.findings(order)))
        for stage in order.used:
            if stage.written is not None and stage.span:
                report.fits[fit(stage.written, stage.span, examiner.calendar)] += 1
    return report


def found(report: Report) -> Iterator[dict[str, Any]]:
    """Every finding: row, stage, values, and the sentence."""
    for one in report.orders:
        for finding in one.findings:
            yield {
                "sheet": one.order.sheet,
                "source_row": one.order.source_row,
                "order": one.order.order,
                "stage": finding.stage,
                "finding": finding.code,
                "values": finding.values,
                "text": finding.text,
            }


def lines(report: Report) -> Iterator[list[str]]:
    """The header, then for each order a line for each stage it passed and one for its total (stage `total`)."""
    yield list(COLUMNS)
    for one in report.orders:
        order = one.order
        for stage in order.used:
            codes = [finding.code for finding in one.findings if finding.stage == stage.number]
            ends = (stage.start, stage.finish)
            yield [*_head(order), str(stage.number), *_measured(ends, stage.span, stage.written, report.calendar), ";".join(codes)]
        whole = whole_span(order.used)
        codes = [finding.code for finding in one.findings if not finding.stage]
        ends = (whole.start, whole.finish) if whole else (None, None)
        yield [*_head(order), "total", *_measured(ends, whole, order.total, report.calendar), ";".join(codes)]


def write(report: Report, out: TextIO) -> None:
    """Write the lines as CSV."""
    csv.writer(out, lineterminator="\n").writerows(lines(report))


def _head(order: WorkOrder) -> list[str]:
    return [tamed(order.sheet), str(order.source_row), tamed(order.order), tamed(order.name)]


def _measured(
    ends: tuple[datetime | None, datetime | None], span: Span | None, written: float | None, calendar: WorkCalendar
) -> Iterator[str]:
    yield from (moment_text(at) if at else "" for at in ends)
    yield "" if written is None else days_text(written)
    yield from (days_text(days) for days in length(span, calendar)) if span else ("", "")
    yield fit(written, span, calendar) if span and written is not None else ""
