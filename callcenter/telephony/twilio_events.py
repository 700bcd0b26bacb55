"""Twilio's callbacks: whether they are genuine, and what they say in the port's words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from twilio.request_validator import RequestValidator

from callcenter.calls.call_states import CARRIER_WORDS
from callcenter.calls.phone_line import LineEvent
from callcenter.errors import InvalidInput


def is_genuine(auth_token: str, public_url: str, form: Any, signature: str) -> bool:
    """Whether the form, as it came (every value of every name), was signed for the address as the carrier knows it."""
    return bool(auth_token) and RequestValidator(auth_token).validate(public_url, form, signature)


def event(form: Mapping[str, Any], attempt: str | None, received_at: datetime) -> LineEvent:
    """The callback `form` for the attempt that its address names; refused where it is no event of a call."""
    sid, word = str(form.get("CallSid", "")), str(form.get("CallStatus", "")).lower()
    if not sid or len(sid) > 100 or word not in CARRIER_WORDS:
        raise InvalidInput("not_a_call_event", "这不是有效的通话状态回调：缺少 CallSid 或 CallStatus。")
    return LineEvent(
        sid=sid,
        sequence=_sequence(form, word),
        word=word,
        at=_moment(form.get("Timestamp"), received_at),
        attempt_id=number_in(attempt),
        sip_code=number_in(form.get("SipResponseCode")),
        seconds=number_in(form.get("CallDuration")),
    )


def _sequence(form: Mapping[str, Any], word: str) -> int:
    """The callback's own number; where a carrier sends none, one for each word, so that each is still stored once."""
    number = number_in(form.get("SequenceNumber"))
    return number if number is not None else 1_000 + sorted(CARRIER_WORDS).index(word)


def number_in(text: object) -> int | None:
    """The whole number that a field or an address holds; none for anything else."""
    digits = str(text or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _moment(text: object, otherwise: datetime) -> datetime:
    try:
        moment = parsedate_to_datetime(str(text))
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
