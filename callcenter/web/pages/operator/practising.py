"""The console's state over an invented case, for practice and for previews: the same keys and the same shape as in a real turn."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from callcenter.calls import outcomes
from callcenter.errors import InvalidInput
from callcenter.interviews.case_fields import case_fields
from callcenter.interviews.session import Reading, Step, find_step
from callcenter.practice.turn import Turn, pressed, settled, tell
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.routing import Moment
from callcenter.questionnaire.texts import CASE_FIELDS
from callcenter.responses import screening
from callcenter.responses.completeness import limits
from callcenter.studies.phases import FIELD_ZONE
from callcenter.web.pages.operator.offers import CallSeen, offered, seen_in, suggested
from callcenter.web.translations import gettext as _

NUMBER = "+862200000000"
"""Nobody's: no number of Tianjin is all noughts."""
KEYS = frozenset({"next", "dial", "hang-up", "answer", "back", "outcome", "heartbeat", "give-back"})


def reading_of(definition: Definition, turn: Turn, title: str, settings: Mapping[str, Any], now: datetime, language: str) -> Reading:
    """The questionnaire as it is read to an invented case."""
    matter = {**CASE_FIELDS["matter"], "what": _("某项业务（练习）")}
    fields = case_fields(
        name=enterprise(turn),
        district=CASE_FIELDS["enterprise"]["district"],
        contact=CASE_FIELDS["contact"]["name"],
        matters=[matter],
        population=CASE_FIELDS["population"]["title"],
        study=settings,
        study_title=title,
        line=_line(settings),
    )
    at = now.astimezone(FIELD_ZONE)
    return Reading(definition, fields, f"practice {turn.number}", Moment(at.date().isoformat(), at.isoformat()), language)


def enterprise(turn: Turn) -> str:
    """A name that nobody takes for a real one."""
    return _("练习企业{number}（虚构）", number=turn.number)


def press(turn: Turn, what: str, given: Mapping[str, Any], reading: Reading, settings: Mapping[str, Any], now: datetime) -> Turn:
    """The turn after a key was pressed; an error of callcenter.errors says why it cannot be."""
    turn = settled(turn, now)
    if what == "outcome":
        return tell(turn, str(given.get("outcome")), _offers(turn, reading, settings)["outcomes"])
    return pressed(turn, what, given, reading, now)


def state_of(turn: Turn, reading: Reading, settings: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The whole state as static/operator.js draws it."""
    step = _step(turn, reading)
    return {
        "lease": _lease(turn, reading, settings) if turn.taken else None,
        "attempt": _attempt(turn, settings),
        "interview": step.as_json() if step else None,
        **_offers(turn, reading, settings),
        "none": None,
        "saved_at": turn.saved_at,
        "now": now.isoformat(),
        "operator": {"state": "training", "code": None, "since": now.isoformat(), "ends_at": None, "mode": "preview", "modes": ["preview"]},
        **({"finished": _finished(turn)} if turn.told and not turn.taken else {}),
    }


def memo_of(turn: Turn) -> dict[str, Any]:
    """The turn as a page keeps it for itself."""
    return asdict(turn)


def turn_of(memo: Any) -> Turn:
    """The turn out of a page's memo; nothing in it is trusted."""
    try:
        answers = {str(key): (value, None if nonanswer is None else str(nonanswer)) for key, (value, nonanswer) in memo["answers"].items()}
        moments = {name: _moment(memo[name]) for name in ("placed_at", "answered_at", "ended_at", "saved_at")}
        told = memo["told"] if memo["told"] in {one.code for one in outcomes.ALL} else None
        position = str(memo["position"])[:200] if memo["position"] else None
        return Turn(number=int(memo["number"]), taken=bool(memo["taken"]), answers=answers, position=position, told=told, **moments)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as bad:
        raise InvalidInput("preview_lost", "预览的内容不完整：请重新打开这一页。") from bad


def _moment(text: Any) -> str | None:
    return datetime.fromisoformat(text).isoformat() if text else None


def _step(turn: Turn, reading: Reading) -> Step | None:
    return find_step(reading, turn.given, turn.position) if turn.taken and turn.call in {"answered", "completed"} else None


def _offers(turn: Turn, reading: Reading, settings: Mapping[str, Any]) -> dict[str, Any]:
    if not turn.taken or turn.call is None:
        return {"outcomes": [], "suggested": None}
    seen = seen_in(find_step(reading, turn.given, turn.position)) if turn.answered_at else None
    about = (CallSeen(turn.call, turn.answered_at is not None), seen, limits(settings), screening.read(settings))
    return {"outcomes": offered(*about), "suggested": suggested(*about)}


def _lease(turn: Turn, reading: Reading, settings: Mapping[str, Any]) -> dict[str, Any]:
    case = reading.case
    return {
        "id": f"practice-{turn.number}",
        "case_id": 0,
        "expires_at": None,
        "enterprise": case["enterprise"]["name"],
        "district": case["enterprise"]["district"],
        "contact": case["contact"]["name"],
        "phones": [{"number": NUMBER, "extension": "", "kind": "landline", "state": "untried", "last": None}],
        "matters": [dict(case["matter"])],
        "line": _line(settings),
        "rank": 0,
        "stratum": None,
        "needs_conversion": False,
        "attempts": 0,
        "appointment": None,
        "history": [],
        "others": [],
        "objections": [{"says": one.get("says", ""), "reply": one.get("reply", "")} for one in settings.get("objections") or []],
    }


def _attempt(turn: Turn, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    if turn.call is None:
        return None
    return {
        "id": 0,
        "state": turn.call,
        "phone": NUMBER,
        "line": _line(settings),
        "placed_at": turn.placed_at,
        "answered_at": turn.answered_at,
        "ended_at": turn.ended_at,
        "outcome": None,
        "carrier_failure": None,
    }


def _finished(turn: Turn) -> dict[str, Any]:
    return {"state": "done", "case_id": 0, "outcome": turn.told, "action": "", "why": "", "due_at": None, "code": None}


def _line(settings: Mapping[str, Any]) -> str:
    lines = settings.get("lines") or [""]
    first = lines[0]
    return str(first.get("number", "") if isinstance(first, Mapping) else first)
