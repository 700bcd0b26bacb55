"""One call at the carrier, as the REST API shows it and as callbacks tell it."""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from callcenter.telephony.carrier.script_player import Verb

API_VERSION = "2010-04-01"
ENDED = {"completed", "busy", "no-answer", "failed", "canceled"}
WORDS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


@dataclass
class Wanted:
    """What was asked for with a call."""

    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    status_callback: str | None = None
    events: frozenset[str] = frozenset({"completed"})
    """Events of which callbacks were asked for."""
    timeout: float = 60
    time_limit: float = 14400
    machine_callback: str | None = None
    """Where to tell whether a machine answered; none where nobody listens for it."""
    room_options: Verb | None = None
    """How a participant enters the room into which it is called."""


@dataclass(eq=False)
class Call:
    """A call in the words of the REST API, and the errands that still have to be run for it."""

    sid: str
    account_sid: str
    to: str
    caller: str
    wanted: Wanted
    created: datetime
    direction: str = "outbound-api"
    parent: "Call | None" = None
    status: str = "queued"
    started: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    sip_code: int | None = None
    answered_by: str | None = None
    announcement: str | None = None
    """What the network says before anybody answers (early media)."""
    room: str | None = None
    """Name of the room it is in."""
    room_sid: str | None = None
    presses: deque[str] = field(default_factory=deque)
    """Keys that the other end presses, one for each question."""
    speaks_seconds: float = 4.0
    """How long the other end speaks after the tone of a recording."""
    sequence: int = 0
    turn: int = 0
    """Which script plays: an older one is over."""
    base: str = ""
    """The address that gave the present script."""
    fetched_at: datetime | None = None
    hops: int = 0
    after: tuple[Verb, deque[Verb]] | None = None
    """The verb that put the call where it is, and the verbs that follow when it comes back."""
    held_back: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    errands: deque[Callable[[], None]] = field(default_factory=deque)
    running: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status not in ENDED

    @property
    def seconds(self) -> int:
        """How long was talked."""
        return int((self.ended - self.answered).total_seconds()) if self.ended and self.answered else 0

    def run_errands(self) -> None:
        """Run what is planned, one after the other, whoever comes first: callbacks of one call leave in their order."""
        with self.running:
            while self.errands:
                self.errands.popleft()()

    def as_form(self, event: str, at: datetime) -> dict[str, str]:
        """The fields of the callback that tells `event`, or of the request for the call's script."""
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": self.sid,
            "CallStatus": WORDS.get(event, self.status),
            "CallbackSource": "call-progress-events",
            "Called": self.to,
            "Caller": self.caller,
            "Direction": self.direction,
            "From": self.caller,
            "SequenceNumber": str(self.sequence),
            "Timestamp": format_datetime(at.astimezone(UTC)),
            "To": self.to,
        }
        if event == "completed":
            minutes = -(-self.seconds // 60)
            form |= {"CallDuration": str(self.seconds), "Duration": str(minutes), "SipResponseCode": str(self.sip_code or 200)}
        return form

    def as_json(self) -> dict[str, object]:
        """The resource as the REST API shows it."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "to": self.to,
            "to_formatted": self.to,
            "from": self.caller,
            "from_formatted": self.caller,
            "status": self.status,
            "direction": self.direction,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.ended or self.answered or self.started or self.created),
            "start_time": rfc2822(self.started),
            "end_time": rfc2822(self.ended),
            "duration": str(self.seconds) if self.ended else None,
            "answered_by": self.answered_by,
            "parent_call_sid": self.parent.sid if self.parent else None,
            "phone_number_sid": "",
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "uri": f"{uri}.json",
            "subresource_uris": {"events": f"{uri}/Events.json", "recordings": f"{uri}/Recordings.json"},
        }


def new_sid(letters: str) -> str:
    """A fresh identifier in the carrier's form."""
    return letters + uuid.uuid4().hex


def rfc2822(moment: datetime | None) -> str | None:
    """A moment as the REST API writes it."""
    return format_datetime(moment.astimezone(UTC)) if moment else None
