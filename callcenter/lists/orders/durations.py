"""How long matters took by their work orders: mean, median, quartiles and the share within a promise, as written and as the dates tell."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from callcenter.lists.orders.findings import whole_span
from callcenter.lists.orders.lengths import length
from callcenter.lists.orders.reading import Stage
from callcenter.studies.work_calendar import WorkCalendar

WRITTEN, CALENDAR, WORKING, SPAN_CALENDAR, SPAN_WORKING = "written", "calendar", "working", "span_calendar", "span_working"
MEASURES = {
    WRITTEN: "填报时长",
    CALENDAR: "各环节自然日之和",
    WORKING: "各环节工作日之和",
    SPAN_CALENDAR: "首尾相距自然日",
    SPAN_WORKING: "首尾相距工作日",
}
"""Days of an order: as intake counts what the sender wrote; the stages by their dates, added up; from first start to last finish."""
_FITTING = {"workdays": (WRITTEN, WORKING, SPAN_WORKING), "days": (WRITTEN, CALENDAR, SPAN_CALENDAR)}
AT_ONCE = 0.5
"""即时 in working days: the Dongli paper equates it with half a day."""
_CLOSE = 1e-9
_WORD = 2
"""So many characters in common make a word."""


class TimedOrder(NamedTuple):
    """A work order that counts: who reported it, where the enterprise is, the stages it passed, and its days as intake counts them."""

    department: str
    district: str
    stages: tuple[Stage, ...]
    days: float | None
    stage_days: Sequence[float | None] = ()
    number: str = ""
    uscc: str = ""
    enterprise: str = ""


@dataclass(frozen=True)
class Limit:
    """A promise of at most so many days or working days, for each case or on average."""

    text: str
    unit: str
    most: float
    average: bool

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures in the promise's unit; what was written is taken to be in it."""
        return _FITTING[self.unit]


@dataclass(frozen=True)
class Figures:
    """A distribution of days over `n` orders (or stages); quartiles by linear interpolation between the ordered values."""

    n: int
    mean: float
    low: float
    q1: float
    median: float
    q3: float
    high: float
    within: tuple[int | None, ...] = ()
    """How many are within each promise; none where the promise is in the other unit."""

    def share(self, place: int) -> float | None:
        """The share within the promise at that place."""
        count = self.within[place] if place < len(self.within) else None
        return None if count is None else count / self.n

    def kept(self, place: int, limit: Limit) -> bool | None:
        """Whether the promise is kept: an average by the mean, a limit by every case."""
        if self.within[place] is None:
            return None
        return self.mean <= limit.most + _CLOSE if limit.average else self.within[place] == self.n


Row = dict[str, Figures]
"""Measure to figures; a measure that no order has is not there."""


@dataclass(frozen=True)
class Results:
    """All figures of a population."""

    orders: int
    repeated: int
    """Rows that repeat an order of the same enterprise: they are in none of the population's figures."""
    stages: int
    limits: list[Limit]
    overall: Row
    by_department: dict[str, Row]
    by_district: dict[str, Row]
    by_stage: dict[int, Row]
    stage_counts: dict[int, int]
    """Number of stages passed to how many orders passed so many."""


def days_of(order: TimedOrder, calendar: WorkCalendar) -> dict[str, float | None]:
    """An order's days by every measure. By dates there is a figure only where every stage that was passed has both dates in order."""
    spans = [stage.span for stage in order.stages]
    found: dict[str, float | None] = dict.fromkeys(MEASURES)
    found[WRITTEN] = order.days
    whole = whole_span(list(order.stages))
    if whole:
        lengths = [length(span, calendar) for span in spans if span]
        found[CALENDAR], found[WORKING] = (math.fsum(days) for days in zip(*lengths, strict=True))
        found[SPAN_CALENDAR], found[SPAN_WORKING] = length(whole, calendar)
    return found


def figures(values: Iterable[float], limits: Sequence[float | None] = ()) -> Figures | None:
    """The distribution of `values`; none of none. `limits`: the most days of each promise, none where it does not apply."""
    ordered = sorted(values)
    if not ordered:
        return None
    within = tuple(None if most is None else sum(days <= most + _CLOSE for days in ordered) for most in limits)
    q1, median, q3 = (quantile(ordered, part) for part in (0.25, 0.5, 0.75))
    return Figures(len(ordered), math.fsum(ordered) / len(ordered), ordered[0], q1, median, q3, ordered[-1], within)


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which `part` of the ordered values lie, interpolated between neighbours (R type 7, numpy's and Excel's default)."""
    place = (len(ordered) - 1) * part
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def once(orders: Iterable[TimedOrder]) -> list[TimedOrder]:
    """Each order number of an enterprise once, as told first; rows without a number are all different orders."""
    seen: dict[str, list[TimedOrder]] = defaultdict(list)
    kept = []
    for order in orders:
        if order.number and any(_same_enterprise(order, other) for other in seen[order.number]):
            continue
        if order.number:
            seen[order.number].append(order)
        kept.append(order)
    return kept


def _same_enterprise(one: TimedOrder, other: TimedOrder) -> bool:
    """The same credit code; where one of them has none, the same name."""
    return one.uscc == other.uscc if one.uscc and other.uscc else one.enterprise == other.enterprise


def results(orders: Sequence[TimedOrder], calendar: WorkCalendar, limits: list[Limit], reporters: Sequence[str] = ()) -> Results:
    """Every figure of the orders of a population; a repeated order counts once, as the first of the `reporters` tells it.

    By unit each counts what it reported itself, so an order that two units reported is in both groups.
    """
    place = {reporter: at for at, reporter in enumerate(reporters)}
    told = sorted(orders, key=lambda order: place.get(order.department, len(place)))
    counted = once(told)
    measured = [(order, days_of(order, calendar)) for order in counted]
    sizes = Counter(len(order.stages) for order in counted)
    return Results(
        orders=len(counted),
        repeated=len(orders) - len(counted),
        stages=sum(sizes[n] * n for n in sizes),
        limits=limits,
        overall=_row([days for _, days in measured], limits),
        by_department=_by_department(told, calendar, limits),
        by_district=_grouped(((order.district, days) for order, days in measured), limits),
        by_stage=_by_stage(counted, calendar),
        stage_counts=dict(sorted(sizes.items())),
    )


def _by_department(orders: Sequence[TimedOrder], calendar: WorkCalendar, limits: list[Limit]) -> dict[str, Row]:
    """Each unit with what it reported itself, repeated rows of its own once."""
    reported: dict[str, list[TimedOrder]] = defaultdict(list)
    for order in orders:
        reported[order.department].append(order)
    return _grouped(((unit, days_of(order, calendar)) for unit, own in reported.items() for order in once(own)), limits)


def _grouped(measured: Iterable[tuple[str, dict[str, float | None]]], limits: list[Limit]) -> dict[str, Row]:
    groups: dict[str, list[dict[str, float | None]]] = defaultdict(list)
    for name, days in measured:
        groups[name].append(days)
    return {name: _row(groups[name], limits) for name in sorted(groups)}


def limits_of(standards: Iterable[Any]) -> list[Limit]:
    """The promises of an item that limit days; each has subject, measure, operator, value, unit and condition."""
    found = []
    for said in standards:
        unit, most = ("workdays", AT_ONCE) if said.value == "即时" else (said.measure, _most(said.value))
        if unit in _FITTING and most is not None and said.operator in {"<=", "<", "=", "between"}:
            text = f"{said.subject}{'≤' if said.operator == '<=' else ''}{said.value}{said.unit}"
            found.append(Limit(text, unit, most, "平均" in f"{said.subject}{said.condition}"))
    return found


def concerning(limits: Sequence[Limit], title: str) -> list[Limit]:
    """The limits that speak of a population of that title: where several kinds are promised, those that share most of its words."""
    shared = [_shared(limit.text, title) for limit in limits]
    return [limit for limit, words in zip(limits, shared, strict=True) if words == max(shared) or max(shared) < _WORD]


def _shared(text: str, title: str) -> int:
    """The length of the longest run of characters that both hold."""
    runs = (size for size in range(len(text), 0, -1) for at in range(len(text) - size + 1) if text[at : at + size] in title)
    return next(runs, 0)


def measure_for(limits: Sequence[Limit]) -> str:
    """The measure to show first: the stages by their dates in the unit of the first promise, else in working days."""
    return CALENDAR if limits and limits[0].unit == "days" else WORKING


def as_document(found: Results) -> dict[str, Any]:
    """The results as JSON: figures by measure, overall and by group."""
    groups = {name: {str(key): _plain(row, found) for key, row in getattr(found, name).items()} for name in _GROUPS}
    promises = [{"text": limit.text, "unit": limit.unit, "most": limit.most, "average": limit.average} for limit in found.limits]
    head = {
        "orders": found.orders,
        "repeated": found.repeated,
        "stages": found.stages,
        "stage_counts": found.stage_counts,
        "promises": promises,
    }
    return {**head, "overall": _plain(found.overall, found), **groups}


_GROUPS = ("by_department", "by_district", "by_stage")


def _plain(row: Row, found: Results) -> dict[str, Any]:
    return {measure: {**vars(one), "within": _shares(one, found.limits)} for measure, one in row.items()}


def _shares(one: Figures, limits: Sequence[Limit]) -> list[dict[str, Any]]:
    told = [(place, limit) for place, limit in enumerate(limits) if place < len(one.within) and one.within[place] is not None]
    return [
        {"promise": limit.text, "count": one.within[place], "share": one.share(place), "kept": one.kept(place, limit)}
        for place, limit in told
    ]


def _most(value: str) -> float | None:
    """The upper end of `3`, `0.5` or `1-10`."""
    try:
        return float(value.rpartition("-")[2])
    except ValueError:
        return None


def _row(days: Sequence[dict[str, float | None]], limits: Sequence[Limit]) -> Row:
    row = {}
    for measure in MEASURES:
        most = [limit.most if measure in limit.measures else None for limit in limits]
        one = figures((value for each in days if (value := each[measure]) is not None), most)
        if one:
            row[measure] = one
    return row


def _by_stage(orders: Sequence[TimedOrder], calendar: WorkCalendar) -> dict[int, Row]:
    """Stage to its own days: as intake counts them, and by its dates."""
    values: dict[int, dict[str, list[float]]] = defaultdict(lambda: {WRITTEN: [], CALENDAR: [], WORKING: []})
    for order in orders:
        for number, days in enumerate(order.stage_days, 1):
            if days is not None:
                values[number][WRITTEN].append(days)
        for stage in order.stages:
            if stage.span:
                exact = length(stage.span, calendar)
                values[stage.number][CALENDAR].append(exact.calendar)
                values[stage.number][WORKING].append(exact.working)
    return {
        number: {measure: one for measure, days in values[number].items() if (one := figures(days)) is not None}
        for number in sorted(values)
    }
