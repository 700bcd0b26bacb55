"""The port to the telephone network: what the stage asks of a carrier, in words that fit any carrier."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from callcenter.calls.lines import PublishedLine, require_published
from callcenter.calls.voice_steps import Script
from callcenter.errors import Unavailable

RING_SECONDS = 30
LEAST_RING_SECONDS = 25
"""Many enterprises take the call late."""
MOST_RING_SECONDS = 120
"""A carrier rings no longer than that by itself."""
LIMIT_SECONDS = 3600
"""The longest a call may last."""


@dataclass(frozen=True)
class Placement:
    """A call to be placed. It cannot be made with a caller number that is not published: the one check below every dialling path."""

    attempt_id: int
    to: str
    """E.164."""
    line: str
    """The caller number in any of its written forms."""
    published: tuple[PublishedLine, ...] = field(repr=False)
    ring_seconds: int = RING_SECONDS
    limit_seconds: int = LIMIT_SECONDS
    room: str | None = None
    """Where the operator's own leg waits already: the call is brought into it while it rings, so that the operator hears the network."""
    detect_machine: bool = False
    """Whether the carrier shall listen for an answering machine."""

    def __post_init__(self) -> None:
        require_published(self.line, self.published)

    @property
    def caller(self) -> str:
        """The caller number as the carrier wants it."""
        return require_published(self.line, self.published).dialled_form


@dataclass(frozen=True)
class Placed:
    """The carrier took the call, under its own number."""

    sid: str


@dataclass(frozen=True)
class Seat:
    """A leg of our own people: rung, and put into its room when it is taken up. Its caller number is a published one too."""

    leg_id: int
    to: str
    """`client:…`, `sip:…` or a number in E.164."""
    line: str
    published: tuple[PublishedLine, ...] = field(repr=False)

    def __post_init__(self) -> None:
        require_published(self.line, self.published)

    @property
    def caller(self) -> str:
        """The caller number as the carrier wants it."""
        return require_published(self.line, self.published).dialled_form


@dataclass(frozen=True)
class LineState:
    """What the carrier says of a call when asked; `state` is one of ours, none where its word says nothing."""

    sid: str
    state: str | None
    at: datetime | None = None
    sip_code: int | None = None


@dataclass(frozen=True)
class LineEvent:
    """A callback: told once or often, early or late; `sequence` numbers those of one call."""

    sid: str
    sequence: int
    word: str
    """The carrier's own word for the state."""
    at: datetime
    attempt_id: int | None = None
    """From the address that the callback went to; it finds the attempt before its call id is known."""
    sip_code: int | None = None
    seconds: int | None = None
    answered_by: str | None = None
    """`human`, `machine`, `fax` or `unknown`, where the carrier was asked to listen for it."""


class LineFailure(Unavailable):
    """The carrier did not place the call: no attempt was made on the enterprise."""

    why = "failed"


class LineAway(LineFailure):
    """The carrier cannot be reached, answers with an error of its own, or not in time."""

    why = "away"

    def __init__(self, detail: str) -> None:
        super().__init__("line_away", "电话线路暂时不可用，本次拨号未计入。请稍候再拨，系统会换用其他线路。")
        self.detail = detail


class LineCrowded(LineFailure):
    """The carrier asks for fewer calls a second."""

    why = "crowded"

    def __init__(self, detail: str) -> None:
        super().__init__("line_crowded", "电话线路繁忙，本次拨号未计入。请等几秒再拨。")
        self.detail = detail


class LineRejected(LineFailure):
    """The carrier takes calls, but not this one: a number or a setting it does not accept."""

    why = "rejected"

    def __init__(self, detail: str) -> None:
        super().__init__("line_rejected", "运营商不接受这个呼叫（{detail}），本次拨号未计入。请试其他号码，并告诉督导。", detail=detail)
        self.detail = detail


class LineMissing(LineFailure):
    """This installation has no account at a carrier."""

    why = "missing"

    def __init__(self) -> None:
        super().__init__("no_carrier_account", "还没有设置电话线路账号，不能拨打。请管理员设置 TWILIO_ACCOUNT_SID 和 TWILIO_AUTH_TOKEN。")


class LineUnlawful(LineFailure):
    """The carrier is outside the house, and nobody has named the law that lets numbers go there."""

    why = "no_legal_basis"

    def __init__(self) -> None:
        super().__init__(
            "no_legal_basis", "运营商不在本机构内，还没有写明向其提供号码的法律依据，不能拨打。请管理员设置 CARRIER_LEGAL_BASIS。"
        )


class PhoneLine(Protocol):
    """A carrier. Calls to it go over the network: never inside a transaction.

    Twilio's REST API stands behind it now; a SIP trunk of our own would be one more class with these methods.
    """

    @property
    def needs_seats(self) -> bool:
        """Whether nobody can be heard unless the operator's own leg stands first (a real network)."""
        ...

    def place(self, placement: Placement) -> Placed:
        """Start a call; raises LineFailure where none was started."""
        ...

    def seat(self, seat: Seat) -> Placed:
        """Ring a leg of our own people."""
        ...

    def hang_up(self, sid: str) -> None:
        """End a call; one that has ended already is no error."""
        ...

    def state(self, sid: str) -> LineState:
        """Ask where a call stands."""
        ...

    def lead(self, sid: str, script: Script) -> None:
        """Let a call that is under way go on with another script: a transfer, a sentence, another room."""
        ...

    def record(self, sid: str, attempt_id: int) -> str:
        """Record a call from now on; the recording's own id."""
        ...

    def stop_recording(self, sid: str, recording_sid: str) -> None:
        """Record no longer; one that has stopped already is no error."""
        ...

    def fetch_recording(self, recording_sid: str) -> bytes:
        """The sound of a recording that is ready (WAV)."""
        ...

    def delete_recording(self, recording_sid: str) -> None:
        """Remove a recording at the carrier; one that is gone already is no error."""
        ...


class NoLine:
    """Stands in where no carrier is set up, or may not be used: pages work, dialling says why it cannot."""

    needs_seats = False

    def __init__(self, why: type[LineMissing] | type[LineUnlawful] = LineMissing) -> None:
        self.why = why

    def place(self, placement: Placement) -> Placed:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def seat(self, seat: Seat) -> Placed:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def hang_up(self, sid: str) -> None:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def state(self, sid: str) -> LineState:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def lead(self, sid: str, script: Script) -> None:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def record(self, sid: str, attempt_id: int) -> str:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def stop_recording(self, sid: str, recording_sid: str) -> None:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def fetch_recording(self, recording_sid: str) -> bytes:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why

    def delete_recording(self, recording_sid: str) -> None:  # noqa: ARG002  # as the port has it
        """Refused."""
        raise self.why
