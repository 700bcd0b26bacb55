"""The voice menu of those who call a line: what is said, which keys there are, and which times are offered. Pure.

What is said goes to the carrier: it names the study's office, never an enterprise or a matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from callcenter.call_queue import calling_hours as ch
from callcenter.calls.voice_steps import Ask, GoOn, HangUp, Keep, Say, Script, Step, Wait, script
from callcenter.studies.phases import FIELD_ZONE

Choice = Literal["operator", "later", "message", "none"]
KEYS: dict[str, Choice] = {"1": "operator", "2": "later", "3": "message"}
HOLDS_SECONDS = 60
"""So long a caller waits for an operator before something else is offered."""
LOOKS_EVERY = 8
MESSAGE_SECONDS = 120
SOON = timedelta(hours=1)
WHO = "营商环境企业电话调查"


@dataclass(frozen=True)
class Speaker:
    """In whose name we speak, and where that can be checked."""

    who: str = WHO
    contact: str = ""


@dataclass(frozen=True)
class Offer:
    """A time at which we can call, as it is spoken."""

    at: datetime
    words: str


def chosen(known: bool, digits: str) -> Choice:
    """What a key means: those we do not know can only leave words."""
    choice = KEYS.get(digits.strip()[:1], "none")
    return choice if known or choice == "message" else "none"


def greeting(call: int, speaker: Speaker, *, known: bool) -> Script:
    """Who calls and why, and the keys; said twice, then goodbye."""
    whole = _for_the_known(speaker) if known else _for_strangers(speaker)
    keys = "与话务员通话请按1，请我们稍后打来请按2，留言请按3。" if known else "留言请按3。"
    again = Ask((Say(f"没有收到按键。{keys}"),), then=f"menu?call={call}")
    return script(Ask((Say(f"{whole}{keys}"),), then=f"menu?call={call}"), again, Say("感谢您的来电，再见。"), HangUp())


def _for_the_known(speaker: Speaker) -> str:
    return f"您好，这里是{speaker.who}。我们给您打过电话，想请您就办理过的业务接受一次简短的访问，完全自愿，回答保密。"


def _for_strangers(speaker: Speaker) -> str:
    checked = f"可拨打{speaker.contact}核实。" if speaker.contact else ""
    return f"您好，这里是{speaker.who}。我们受委托向企业了解办事感受。{checked}如果您有意见或建议，可以留言，留言会被录音。"


def hold(call: int, *, first: bool) -> Script:
    """Waiting for an operator: the caller hears that somebody comes, and we look again after a while."""
    said: tuple[Step, ...] = (Say("正在为您转接话务员，请稍候。"),) if first else ()
    return script(*said, Wait(LOOKS_EVERY), GoOn(f"hold?call={call}"))


def nobody_free(call: int, *, closed: bool) -> Script:
    """No operator can come: a later time, or words."""
    why = "现在不是话务员的工作时间" if closed else "话务员都在忙"
    asked = Say(f"很抱歉，{why}。请我们稍后打来请按2，留言请按3。")
    return script(Ask((asked,), then=f"menu?call={call}"), Say("感谢您的来电，我们会再与您联系，再见。"), HangUp())


def times(call: int, offers: Sequence[Offer]) -> Script:
    """The times to choose from."""
    spoken = "，".join(f"{offer.words}请按{key}" for key, offer in enumerate(offers, 1))
    asked = Ask((Say(f"请选择我们给您打电话的时间：{spoken}。"),), then=f"time?call={call}", seconds=10)
    return script(asked, Say("没有收到按键，我们会尽快再与您联系，再见。"), HangUp())


def promised(offer: Offer) -> Script:
    """A time was agreed."""
    return script(Say(f"好的，我们在{offer.words}给您打电话。感谢您，再见。"), HangUp())


def message(call: int) -> Script:
    """Words are recorded: the caller is told so before the tone."""
    said = Say("请在提示音后留言，说完请按井号键。留言会被录音，只用于本次调查。")
    return script(said, Keep(then=f"kept?call={call}", told_at=f"recording?call={call}", seconds=MESSAGE_SECONDS), HangUp())


def thanks() -> Script:
    """Words were left."""
    return script(Say("您的留言已经收到，感谢您，再见。"), HangUp())


def goodbye() -> Script:
    """Nothing more can be done in this call."""
    return script(Say("感谢您的来电，再见。"), HangUp())


def offers(hours: ch.Hours, now: datetime, last_day: datetime | None) -> list[Offer]:
    """Up to three times: in an hour, and the beginnings of the next two half days; none after the study's last day."""
    found = [Offer(now + SOON, "一小时以后")] if ch.is_open(hours, now + SOON) else []
    day = now.astimezone(FIELD_ZONE).date()
    moment = now
    while len(found) < 3:
        moment = ch.next_open(hours, _next_half(moment))
        if (last_day is not None and moment > last_day) or moment > now + timedelta(days=14):
            break
        local = moment.astimezone(FIELD_ZONE)
        ahead = (local.date() - day).days
        half = "上午" if local.hour < 12 else "下午"
        word = {0: "今天", 1: "明天", 2: "后天"}.get(ahead, f"{local.month}月{local.day}日")
        found.append(Offer(moment, f"{word}{half}"))
    return found


def _next_half(moment: datetime) -> datetime:
    """The next noon or midnight of the field after a moment."""
    local = moment.astimezone(FIELD_ZONE)
    start = local.replace(hour=12 if local.hour >= 12 else 0, minute=0, second=0, microsecond=0)
    return start + timedelta(hours=12)
