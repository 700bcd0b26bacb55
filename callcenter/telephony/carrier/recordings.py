"""Recordings: begun and ended, told of when they are ready, and their sound (silence of the right length)."""

import io
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from callcenter.telephony.carrier.call import API_VERSION, Call, new_sid, rfc2822

RATE = 8000
MOST_SECONDS = 10
"""The sound is cut after this: nobody listens to it."""


@dataclass(eq=False)
class Recording:
    """One recording of a call."""

    sid: str
    call: Call
    source: str
    begun: datetime
    channels: int = 1
    told_at: str = ""
    ended: datetime | None = None
    status: str = "in-progress"

    @property
    def seconds(self) -> int:
        """How long it is."""
        return max(int((self.ended - self.begun).total_seconds()), 0) if self.ended else 0

    @property
    def uri(self) -> str:
        """Its address without a format."""
        return f"/{API_VERSION}/Accounts/{self.call.account_sid}/Recordings/{self.sid}"

    def as_json(self) -> dict[str, object]:
        """The resource as the REST API shows it."""
        return {
            "account_sid": self.call.account_sid,
            "api_version": API_VERSION,
            "call_sid": self.call.sid,
            "conference_sid": None,
            "channels": self.channels,
            "date_created": rfc2822(self.begun),
            "date_updated": rfc2822(self.ended or self.begun),
            "start_time": rfc2822(self.begun),
            "duration": str(self.seconds) if self.ended else "-1",
            "encryption_details": None,
            "error_code": None,
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "source": self.source,
            "status": self.status,
            "uri": f"{self.uri}.json",
        }

    def as_form(self, base: str) -> dict[str, str]:
        """The fields of the callback that says it is ready."""
        return {
            "AccountSid": self.call.account_sid,
            "CallSid": self.call.sid,
            "RecordingSid": self.sid,
            "RecordingUrl": f"{base}{self.uri}",
            "RecordingStatus": self.status,
            "RecordingDuration": str(self.seconds),
            "RecordingChannels": str(self.channels),
            "RecordingSource": self.source,
            "RecordingStartTime": format_datetime(self.begun.astimezone(UTC)),
            "RecordingTrack": "both",
        }

    def sound(self) -> bytes:
        """A WAV file."""
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(self.channels)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(bytes(2 * self.channels * RATE * min(self.seconds, MOST_SECONDS)))
        return file.getvalue()


class Recordings:
    """All recordings of the account. Its caller holds the exchange's lock."""

    def __init__(self, tell: Callable[[Call, str, dict[str, str], datetime], None]) -> None:
        self.all: dict[str, Recording] = {}
        self.tell = tell
        self.base = ""
        """Where this carrier is reached; known from the first request."""

    def begin(self, call: Call, source: str, at: datetime, *, channels: int = 1, told_at: str = "") -> Recording:
        """Record a call from now on."""
        recording = Recording(new_sid("RE"), call, source, at, channels, told_at)
        self.all[recording.sid] = recording
        return recording

    def end(self, recording: Recording, at: datetime) -> None:
        """A recording is over and ready."""
        if recording.ended is None:
            recording.ended, recording.status = at, "completed"
            if recording.told_at:
                self.tell(recording.call, recording.told_at, recording.as_form(self.base), at)

    def end_of(self, call: Call, at: datetime) -> None:
        """All recordings of a call end with it."""
        for recording in list(self.all.values()):
            if recording.call is call:
                self.end(recording, at)
