"""What an alert says outside the house: a signed document for programs, a mail for people, and when to try again. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

SEVERITIES = ("notice", "warning", "stop")
WORDS = {"notice": "提示", "warning": "注意", "stop": "停止"}
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3), timedelta(hours=6))
"""After the first try that failed, the second, and so on; after the last one it is given up."""
QUIET = timedelta(minutes=15)
"""An alert that closes and comes back within this time is told once."""


@dataclass(frozen=True)
class Message:
    """An alert as it is told outside: no personal data, which alerts never hold."""

    id: int
    """Of its delivery: the same number again is the same message."""
    at: datetime
    kind: str
    severity: str
    text: str
    page: str
    """Where a supervisor deals with it."""


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries that failed; none: it is given up."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def at_least(lowest: str) -> tuple[str, ...]:
    """The severities from `lowest` up."""
    return SEVERITIES[SEVERITIES.index(lowest) :]


def document(message: Message) -> bytes:
    """The body of the webhook: JSON in UTF-8, its keys in order."""
    said: Mapping[str, Any] = {
        "id": message.id,
        "at": message.at.isoformat(),
        "kind": message.kind,
        "severity": message.severity,
        "text": message.text,
        "page": message.page,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, sent_at: int, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256, under the secret, of the Unix time in ASCII, a full stop, and the body.

    The time is signed too, so that an old message cannot be sent again by somebody else.
    """
    return "sha256=" + hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()


def mail(message: Message, sender: str, recipients: list[str]) -> EmailMessage:
    """The mail of an alert; its subject begins with how serious it is."""
    made = EmailMessage()
    first_line = message.text.splitlines()[0] if message.text else message.kind
    made["Subject"] = f"[{WORDS[message.severity]}] {first_line[:80]}"
    made["From"], made["To"] = sender, ", ".join(recipients)
    made["Message-ID"] = f"<alert-{message.id}@callcenter.invalid>"
    made["Date"] = message.at
    made.set_content(f"{message.text}\n\n{message.page}\n", cte="base64")
    return made
