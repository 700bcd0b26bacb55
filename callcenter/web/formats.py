"""How moments, durations, shares and telephone numbers are written on pages."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from callcenter.studies.phases import FIELD_ZONE
from callcenter.web.translations import language

UNDEFINED = "–"
WEEKDAYS = {"zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def moment(at: datetime | None) -> str:
    """Field time with its weekday: `2022-06-01 周三 14:05`."""
    if at is None:
        return UNDEFINED
    here = at.astimezone(FIELD_ZONE)
    return f"{here:%Y-%m-%d} {WEEKDAYS[language()][here.weekday()]} {here:%H:%M}"


def day(on: date | None) -> str:
    """A day with its weekday: `2022-06-01 周三`."""
    return UNDEFINED if on is None else f"{on:%Y-%m-%d} {WEEKDAYS[language()][on.weekday()]}"


def clock_time(at: datetime | None) -> str:
    """Field time to the second, without the day: `14:05:22`."""
    return UNDEFINED if at is None else f"{at.astimezone(FIELD_ZONE):%H:%M:%S}"


def duration(span: timedelta | float | None) -> str:
    """A span of time: `45秒`, `3分20秒`, `2小时05分`."""
    if span is None:
        return UNDEFINED
    seconds = round(span.total_seconds() if isinstance(span, timedelta) else span)
    minutes, left = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    hour_mark, minute_mark, second_mark = ("小时", "分", "秒") if language() == "zh" else (" h ", " min ", " s")
    if hours:
        return f"{hours}{hour_mark}{minutes_left:02}{minute_mark}".rstrip()
    if minutes:
        return f"{minutes}{minute_mark}{left:02}{second_mark}"
    return f"{left}{second_mark}"


def share(part: float | None, base: float | None) -> str:
    """A percentage with its base: `61.3 %，98/160`; undefined where the base is none or zero."""
    if part is None or not base:
        return UNDEFINED
    comma = "，" if language() == "zh" else ", "
    return f"{percent(part / base)}{comma}{number(part)}/{number(base)}"


def colon() -> str:
    """Between a name and what is said of it."""
    return "：" if language() == "zh" else ": "


def bracketed(text: object) -> str:
    """A remark in brackets behind a text."""
    return f"（{text}）" if language() == "zh" else f" ({text})"


def percent(value: float | None) -> str:
    """A proportion between 0 and 1 as a percentage with one decimal."""
    if value is None:
        return UNDEFINED
    # Halves go up, as readers expect: 61.25 is 61.3. The rounding before takes away what binary fractions add.
    return f"{Decimal(repr(round(100 * value, 9))).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"


def number(value: float | None, decimals: int | None = None) -> str:
    """A number with thousands marked; whole numbers without decimals."""
    if value is None:
        return UNDEFINED
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 1
    written = f"{value:,.{decimals}f}"
    # What rounds to nothing has no sign.
    return written.removeprefix("-") if written.startswith("-") and not written.strip("-0.") else written


def masked_phone(phone: str | None) -> str:
    """A number that cannot be dialled from what is shown: `138****1234`, `022-****2093`."""
    if not phone:
        return UNDEFINED
    plain = phone.removeprefix("+86")
    if len(plain) == 11 and plain.startswith("1"):
        return f"{plain[:3]}****{plain[-4:]}"
    if phone.startswith("+86") and len(plain) >= 9:
        area = plain[:2] if plain.startswith(("10", "2")) else plain[:3]
        return f"0{area}-****{plain[-4:]}"
    return f"****{plain[-4:]}" if len(plain) > 6 else "****"


def masked_name(name: str | None) -> str:
    """A person's name with only its first character: `张**`."""
    return UNDEFINED if not name else name[0] + "*" * max(1, min(2, len(name) - 1))
