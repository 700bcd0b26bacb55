"""Who stands behind a number: habits by hour, by sector and by temper, all from a seed and the number. Pure.

The carrier asks how a call goes; the simulated operator asks what is heard and said. Both get the same answer.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
Kind = TypeVar("Kind", bound=str)
Sector = Literal["shop", "office", "factory", "restaurant"]
Fate = Literal["alive", "dead", "suspended", "wrong"]
Happening = Literal["answered", "busy", "no_answer", "declined", "switched_off", "dead", "suspended", "unreachable"]
Temper = Literal["willing", "later", "promised", "gatekept", "absent", "soft", "hard", "opt_out", "closed", "denies", "foreign"]

HABITS: dict[Sector, tuple[float, float, float, float]] = {
    "shop": (0.62, 0.50, 0.66, 0.58),
    "office": (0.66, 0.72, 0.58, 0.68),
    "factory": (0.70, 0.60, 0.55, 0.50),
    "restaurant": (0.55, 0.34, 0.70, 0.60),
}
"""Chance to take a call before 10:30, before noon, before 15:30 and later."""
SECTORS: tuple[Sector, ...] = ("shop", "office", "factory", "restaurant")
TEMPERS: tuple[tuple[Temper, float], ...] = (
    ("willing", 0.640),
    ("later", 0.070),
    ("promised", 0.080),
    ("gatekept", 0.040),
    ("absent", 0.050),
    ("soft", 0.060),
    ("hard", 0.030),
    ("opt_out", 0.008),
    ("closed", 0.008),
    ("denies", 0.010),
    ("foreign", 0.004),
)
FATES: tuple[tuple[Fate, float], ...] = (("alive", 0.925), ("dead", 0.025), ("suspended", 0.015), ("wrong", 0.035))
CAUSES: dict[Happening, int] = {
    "busy": 486,
    "declined": 603,
    "switched_off": 480,
    "dead": 404,
    "suspended": 403,
    "unreachable": 503,
    "no_answer": 487,
    "answered": 200,
}
"""SIP cause of each end, as the network gives it."""


def chance(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but `parts`."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:7], "big") / (1 << 56)


def pick(table: tuple[tuple[Kind, float], ...], at: float) -> Kind:
    """The entry of a table of shares that `at` falls on; the last one takes the rest."""
    for name, share in table:
        if at < share:
            return name
        at -= share
    return table[-1][0]


@dataclass(frozen=True)
class Respondent:
    """One number's owner."""

    number: str
    mobile: bool
    sector: Sector
    fate: Fate
    temper: Temper


@dataclass(frozen=True)
class Ringing:
    """How a call goes: what happens, after how many seconds of ringing (or before any), and how long the answerer stays."""

    happening: Happening
    after_seconds: float
    rings: bool
    machine: bool = False
    patience_seconds: float = 2400.0

    @property
    def sip_code(self) -> int:
        """The network's cause."""
        return CAUSES[self.happening]


@dataclass(frozen=True)
class Reply:
    """What an operator gets to hear at the other end, as the outcome it leads to; `willing` starts the interview."""

    outcome: str
    hangs_up: bool = False
    call_again_in_hours: float | None = None


def respondent(seed: str, number: str) -> Respondent:
    """The owner of `number` (E.164)."""
    mobile = number.startswith("+861") and len(number) == 14
    sector = SECTORS[int(chance(seed, number, "sector") * len(SECTORS))]
    fate = pick(FATES, chance(seed, number, "fate"))
    return Respondent(number, mobile, sector, fate, pick(TEMPERS, chance(seed, number, "temper")))


def daypart(at: datetime) -> int:
    """Index of the part of the day in Tianjin: before 10:30, before noon, before 15:30, later."""
    local = at.astimezone(ZONE)
    minutes = local.hour * 60 + local.minute
    return sum(minutes >= edge for edge in (630, 720, 930))


def ringing(seed: str, number: str, at: datetime) -> Ringing:
    """How a call to `number` placed `at` goes. The same owner decides anew every quarter of an hour."""
    owner = respondent(seed, number)
    moment = at.astimezone(ZONE)
    slot = f"{moment:%Y-%m-%dT%H}:{moment.minute // 15}"
    if owner.fate == "dead":
        return Ringing("dead", 6, rings=False)
    if owner.fate == "suspended":
        return Ringing("suspended", 6, rings=False)
    pauses = 4 + round(chance(seed, number, slot, "pause") * 14, 1)
    works = HABITS[owner.sector][daypart(at)]
    happening = pick(_happenings(owner, works), chance(seed, number, slot, "happening"))
    if happening == "answered":
        machine = not owner.mobile and chance(seed, number, slot, "machine") < 0.04
        return Ringing("answered", pauses, rings=True, machine=machine)
    if happening == "declined":
        return Ringing("declined", pauses, rings=True)
    if happening == "no_answer":
        return Ringing("no_answer", 120, rings=True)
    return Ringing(happening, 5, rings=False)


def _happenings(owner: Respondent, works: float) -> tuple[tuple[Happening, float], ...]:
    off = 0.05 if owner.mobile else 0.0
    away = 0.02 if owner.mobile else 0.01
    return (("answered", works), ("busy", 0.07), ("switched_off", off), ("unreachable", away), ("declined", 0.05), ("no_answer", 1.0))


ANNOUNCED: dict[Happening, str] = {
    "dead": "您好，您所拨打的号码是空号，请核对后再拨。",
    "suspended": "您好，您所拨打的电话已停机。",
    "switched_off": "您好，您所拨打的电话已关机。",
    "unreachable": "您好，您所拨打的电话暂时无法接通，请稍后再拨。",
    "busy": "您好，您所拨打的用户正在通话中，请稍后再拨。",
}
"""What a network in China says before anybody answers."""

HEARD: dict[Happening, str] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "declined": "declined_ring",
    "switched_off": "switched_off",
    "dead": "dead_number",
    "suspended": "suspended",
    "unreachable": "unreachable",
}


def heard(call: Ringing) -> str:
    """The outcome of a call that nobody answered, by the network's announcement or tone."""
    return HEARD[call.happening]


def reply(seed: str, number: str, earlier_talks: int, call: Ringing) -> Reply:
    """What the answerer says, having talked with us `earlier_talks` times."""
    owner = respondent(seed, number)
    if call.machine:
        return Reply("answering_machine")
    if owner.fate == "wrong":
        return Reply("wrong_number", hangs_up=True)
    if earlier_talks:
        return _again(seed, owner, earlier_talks)
    return _first(seed, owner)


def _first(seed: str, owner: Respondent) -> Reply:
    hours = 1 + round(chance(seed, owner.number, "wait") * 47)
    replies: dict[Temper, Reply] = {
        "willing": Reply("willing"),
        "later": Reply("appointment_soft", call_again_in_hours=24.0 + hours),
        "promised": Reply("appointment_hard", call_again_in_hours=float(hours)),
        "gatekept": Reply("gatekeeper"),
        "absent": Reply("informant_absent"),
        "soft": Reply("soft_refusal"),
        "hard": Reply("hard_refusal", hangs_up=True),
        "opt_out": Reply("opt_out", hangs_up=True),
        "closed": Reply("closed_business"),
        "denies": Reply("matter_denied"),
        "foreign": Reply("language"),
    }
    return replies[owner.temper]


def _again(seed: str, owner: Respondent, earlier_talks: int) -> Reply:
    """Those who put us off mostly give in; a soft refusal is won back two times in five."""
    turn = chance(seed, owner.number, "again", earlier_talks)
    if owner.temper == "soft":
        return Reply("willing") if turn < 0.4 else Reply("hard_refusal", hangs_up=True)
    if owner.temper in {"hard", "opt_out", "closed", "denies", "foreign"}:
        return _first(seed, owner)
    if turn < 0.86 or owner.temper == "willing":
        return Reply("willing")
    return Reply("soft_refusal") if turn < 0.94 else Reply("informant_absent")
