"""Appointments: which ones may be made, and whose fault it is when one is missed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from callcenter.call_queue import calling_hours as ch
from callcenter.errors import InvalidInput
from callcenter.studies.phases import FIELD_ZONE, field_day

LATEST_DAYS = 60
GRACE = timedelta(minutes=15)
"""So much later than promised a hard appointment was missed by us."""
KEPT_BY = frozenset(
    {
        "complete", "partial", "gatekeeper", "informant_absent", "soft_refusal", "hard_refusal", "opt_out", "appointment_hard",
        "appointment_soft", "broken_off", "matter_denied", "closed_business", "unable", "language", "not_eligible",
    }
)  # fmt: skip
"""Outcomes in which somebody of the enterprise answered."""


@dataclass(frozen=True)
class Wish:
    """An appointment as asked for."""

    at: datetime
    kind: str
    with_whom: str = ""
    note: str = ""


def read_wish(given: Mapping[str, Any], now: datetime, hours: ch.Hours, last_day: date | None) -> Wish:
    """The appointment that was typed, or InvalidInput that says what is wrong with it. `last_day`: end of the calling window."""
    try:
        at = datetime.fromisoformat(str(given["at"]))
    except (KeyError, ValueError):
        raise InvalidInput("appointment_time_unread", "预约时间看不懂：请按 2022-06-02 14:30 的格式填写。") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=FIELD_ZONE)
    kind = str(given.get("kind") or "hard")
    if kind not in {"hard", "soft"}:
        raise InvalidInput("appointment_kind_unknown", "预约类型只能是 hard（定时）或 soft（大致时间）。")
    _check_time(at, kind, now, hours, last_day)
    return Wish(at, kind, str(given.get("with_whom") or "")[:200], str(given.get("note") or "")[:1000])


def _check_time(at: datetime, kind: str, now: datetime, hours: ch.Hours, last_day: date | None) -> None:
    latest = ch.half_day(hours, at)[1] if kind == "soft" else at
    if latest < now:
        raise InvalidInput("appointment_in_the_past", "预约时间 {at} 已经过去：请选以后的时间。", at=_shown(at))
    if not ch.appointment_is_open(hours, at):
        raise InvalidInput("appointment_out_of_hours", "预约时间 {at} 不在可预约时段内：请选 {hours}。", at=_shown(at), hours=_span(hours))
    day = field_day(at)
    if (last_day and day > last_day) or at > now + timedelta(days=LATEST_DAYS):
        until = last_day or field_day(now + timedelta(days=LATEST_DAYS))
        raise InvalidInput("appointment_too_late", "预约时间 {at} 太晚：访问到 {last} 结束，请选更早的时间。", at=_shown(at), last=until)


def state_after(due: datetime, kind: str, called_at: datetime, outcome: str, hours: ch.Hours) -> str:
    """What became of an appointment once it was called: kept, missed_by_us (too late) or missed_by_them."""
    deadline = due + GRACE if kind == "hard" else ch.half_day(hours, due)[1]
    if outcome in KEPT_BY:
        return "kept" if called_at <= deadline else "missed_by_us"
    return "missed_by_them" if called_at <= deadline else "missed_by_us"


SLOT_MINUTES = 30
BETWEEN_CALLS = 2
"""Minutes that an operator needs from one interview to the next."""


@dataclass(frozen=True)
class Slot:
    """Half an hour with what was promised for it. Hard appointments must find an operator at their minute; soft ones can wait."""

    start: datetime
    hard: int = 0
    soft: int = 0
    capacity: int = 0

    @property
    def crowded(self) -> bool:
        """Whether more was promised than the operators can keep."""
        return self.hard > self.capacity

    @property
    def full(self) -> bool:
        """Whether one more would be too much."""
        return self.hard >= self.capacity


def suggested(now: datetime, hours: ch.Hours) -> datetime:
    """A time that can be offered: at least an hour ahead, on the half hour, within the calling hours."""
    ahead = now + timedelta(hours=1, minutes=SLOT_MINUTES) - timedelta(microseconds=1)
    return ch.next_open(hours, slot_of(ahead))


def capacity(operators: int, interview_minutes: int) -> int:
    """How many interviews that many operators can begin and end in a slot; at least one each."""
    return operators * max(1, SLOT_MINUTES // (max(interview_minutes, 1) + BETWEEN_CALLS))


def slot_of(moment: datetime) -> datetime:
    """The start of the half hour that holds a moment."""
    local = moment.astimezone(FIELD_ZONE)
    return local.replace(minute=local.minute // SLOT_MINUTES * SLOT_MINUTES, second=0, microsecond=0)


def slots(promised: Iterable[tuple[datetime, str]], room: int) -> list[Slot]:
    """The slots for which anything was promised (moment, kind), in order; each has `room` for hard appointments."""
    counts: dict[datetime, Counter[str]] = {}
    for moment, kind in promised:
        counts.setdefault(slot_of(moment), Counter())[kind] += 1
    return [Slot(start, found["hard"], found["soft"], room) for start, found in sorted(counts.items())]


def overdue(due: datetime, kind: str, now: datetime, hours: ch.Hours) -> bool:
    """Whether an open appointment is missed by us already: nobody has called by its deadline."""
    return now > (due + GRACE if kind == "hard" else ch.half_day(hours, due)[1])


def _shown(moment: datetime) -> str:
    return moment.astimezone(FIELD_ZONE).strftime("%Y-%m-%d %H:%M")


def _span(hours: ch.Hours) -> str:
    bounds = hours.appointments
    return "–".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (bounds.start, bounds.end))
