"""Twilio's callbacks: whether they are genuine, and what they say in the port's words."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from twilio.request_validator import RequestValidator

from callcenter.calls.call_states import CARRIER_WORDS, LONGEST_SID
from callcenter.calls.phone_line import LineEvent
from callcenter.errors import InvalidInput

LONGEST_WORD = 40
FARTHEST = timedelta(days=1)
"""From when a callback came to the moment it tells of; farther off, the carrier's clock is not to be believed."""
ANSWERERS = {"human", "machine", "fax", "unknown"}


def is_genuine(auth_token: str, public_url: str, form: Any, signature: str) -> bool:
    """Whether the form, as it came (every value of every name), was signed for the address as the carrier knows it."""
    return bool(auth_token) and RequestValidator(auth_token).validate(public_url, form, signature)


def event(form: Mapping[str, Any], attempt: str | None, received_at: datetime) -> LineEvent:
    """The callback `form` for the attempt that its address names; refused where it is no event of a call.

    A word for the state that is not known here is kept like the others and moves nothing: carriers add words.
    """
    word = str(form.get("CallStatus", "")).strip().lower()
    if not word or len(word) > LONGEST_WORD or not word.isprintable():
        raise InvalidInput("not_a_call_event", "这不是有效的通话状态回调：缺少 CallSid 或 CallStatus。")
    return LineEvent(
        sid=call_sid(form),
        sequence=_sequence(form, word),
        word=word,
        at=_moment(form.get("Timestamp"), received_at),
        attempt_id=number_in(attempt),
        sip_code=_small(form.get("SipResponseCode")),
        seconds=_small(form.get("CallDuration")),
        answered_by=answered_by(form),
    )


def call_sid(form: Mapping[str, Any]) -> str:
    """The call that a request speaks of, whatever letters its id is made of."""
    sid = str(form.get("CallSid", "")).strip()
    if not sid or len(sid) > LONGEST_SID or not sid.isprintable():
        raise InvalidInput("not_a_call_event", "这不是有效的通话状态回调：缺少 CallSid 或 CallStatus。")
    return sid


def party(form: Mapping[str, Any], *names: str) -> str:
    """The number of one side, under the first name that has one; of a SIP or tel address its user part."""
    told = next((text for name in names if (text := str(form.get(name, "")).strip())), "")
    address = re.match(r"(?:sips?|tel):([^@;>]*)", told, re.IGNORECASE)
    return (unquote(address[1]) if address else told)[:40]


def answered_by(form: Mapping[str, Any]) -> str | None:
    """`human`, `machine`, `fax` or `unknown`, where the carrier listened for it."""
    said = str(form.get("AnsweredBy", "")).strip().lower()
    kind = "machine" if said.startswith("machine") else said
    return kind if kind in ANSWERERS else None


def moment_in(text: str) -> datetime:
    """A moment as Twilio writes it (RFC 2822) or as others do (ISO 8601); ValueError or TypeError for anything else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def _sequence(form: Mapping[str, Any], word: str) -> int:
    """The callback's own number; where a carrier sends none, one for each word, so that each is still stored once."""
    number = _small(form.get("SequenceNumber"))
    words = sorted(CARRIER_WORDS)
    return number if number is not None else 1_000 + (words.index(word) if word in words else len(words))


def number_in(text: object) -> int | None:
    """The whole number that a field or an address holds; none for anything else."""
    digits = str(text or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _small(text: object) -> int | None:
    """A number that fits a column of whole numbers."""
    number = number_in(text)
    return number if number is not None and number < 1 << 31 else None


def _moment(text: object, received_at: datetime) -> datetime:
    """The carrier's own moment, unless it is nonsense or of another day: then that at which it came."""
    try:
        moment = moment_in(str(text))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if abs(moment - received_at) < FARTHEST else received_at
    except (ValueError, OverflowError, TypeError, IndexError):
        return received_at
