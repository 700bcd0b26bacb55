"""The phone line through Twilio's official SDK; the simulated carrier is reached by the same code at another address."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from callcenter.calls import call_states
from callcenter.calls.phone_line import LineAway, LineCrowded, LineFailure, LineRejected, LineState, Placed, Placement, Seat
from callcenter.calls.voice_steps import Script
from callcenter.telephony.twilio_events import moment_in
from callcenter.telephony.voice_script import twiml

HTTP_SECONDS = 10.0
SOUND_SECONDS = 60.0
EVENTS = ["initiated", "ringing", "answered", "completed"]
CALL_HAS_ENDED = "21220"
RECORDING_HAS_ENDED = {"21220", "20404", "404"}
UNKNOWN = {"20404", "404"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

quiet = logging.getLogger("callcenter.telephony.twilio")
quiet.setLevel(logging.WARNING)  # at INFO the SDK logs whom it calls


class Forbearing(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's way to the network, for carriers that answer in a hurry: nothing at all, or moments in another form.

    The SDK fails on these although the call was taken; an answer that is no answer still fails.
    """

    def request(self, *asked: Any, **how: Any) -> Response:
        """Ask, and hand the SDK what it can read."""
        reply = super().request(*asked, **how)
        return Response(reply.status_code, readable(reply.text), reply.headers) if 200 <= reply.status_code < 300 else reply


def readable(text: str) -> str:
    """An answer's body with an empty document for an empty one, and moments as the SDK reads them; none for those that are no moments."""
    if not text.strip():
        return "{}"
    told = json.loads(text)
    if not isinstance(told, dict):
        return text
    return json.dumps(
        {name: _moment(value) if name.endswith("_time") or name.startswith("date_") else value for name, value in told.items()}
    )


def _moment(value: object) -> str | None:
    try:
        return format_datetime(moment_in(str(value)))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class TwilioLine:
    """Places calls through Twilio's REST API, or through anything that speaks it at `base_url`."""

    def __init__(self, account_sid: str, auth_token: str, *, public_url: str, base_url: str | None = None, byoc: str | None = None) -> None:
        self.doors = f"{public_url.rstrip('/')}/webhooks/twilio"
        self.byoc = {"byoc": byoc} if byoc else {}
        self.needs_seats = base_url is None
        self.http = Forbearing(timeout=HTTP_SECONDS, logger=quiet)
        self.client = Client(account_sid, auth_token, http_client=self.http)
        if base_url:
            self.client.api.base_url = base_url.rstrip("/")
            if self.http.session is not None and urlsplit(base_url).hostname in LOOPBACK:
                self.http.session.trust_env = False  # a proxy of this machine does not reach its own loopback

    def place(self, placement: Placement) -> Placed:
        """Start a call whose callbacks name the attempt; nothing else about the enterprise goes to the carrier."""
        wanted = {
            "to": placement.to,
            "from_": placement.caller,
            "status_callback": f"{self.doors}/status?attempt={placement.attempt_id}",
            "status_callback_method": "POST",
            "status_callback_event": EVENTS,
            "timeout": placement.ring_seconds,
            "time_limit": placement.limit_seconds,
            **self.byoc,
            **self._listens_for_machines(placement),
        }
        with _failures():
            sid = self._bring_in(placement.room, wanted) if placement.room else self._call(placement.attempt_id, wanted)
        return Placed(sid)

    def seat(self, seat: Seat) -> Placed:
        """Ring a leg of our own people; taken up, it asks for its script."""
        with _failures():
            call = self.client.calls.create(
                to=seat.to,
                from_=seat.caller,
                url=f"{self.doors}/leg?leg={seat.leg_id}",
                method="POST",
                status_callback=f"{self.doors}/leg-status?leg={seat.leg_id}",
                status_callback_method="POST",
                status_callback_event=EVENTS,
                **(self.byoc if seat.to.startswith("+") else {}),
            )
            return Placed(_sid(call.sid))

    def hang_up(self, sid: str) -> None:
        """End a call; one that has ended already, or that the carrier does not know, is no error."""
        try:
            with _failures():
                self.client.calls(quote(sid, safe="")).update(status="completed")
        except LineRejected as refusal:
            if refusal.detail not in {CALL_HAS_ENDED, *UNKNOWN}:
                raise

    def state(self, sid: str) -> LineState:
        """Ask where a call stands; one that the carrier does not know has failed."""
        try:
            with _failures():
                call = self.client.calls(quote(sid, safe="")).fetch()
        except LineRejected as refusal:
            if refusal.detail in UNKNOWN:
                return LineState(sid, "failed")
            raise
        moments = (moment for moment in (call.end_time, call.start_time) if isinstance(moment, datetime))
        return LineState(sid, call_states.named(str(call.status or "")), next(moments, None))

    def lead(self, sid: str, script: Script) -> None:
        """Hand a call that is under way another script."""
        with _failures():
            self.client.calls(quote(sid, safe="")).update(twiml=twiml(script, self.doors))

    def record(self, sid: str, attempt_id: int) -> str:
        """Record both sides of a call, each on a channel of its own."""
        with _failures():
            recording = self.client.calls(quote(sid, safe="")).recordings.create(
                recording_channels="dual",
                recording_track="both",
                trim="do-not-trim",
                recording_status_callback=f"{self.doors}/recording?attempt={attempt_id}",
                recording_status_callback_method="POST",
                recording_status_callback_event=["completed", "absent"],
            )
            return _sid(recording.sid)

    def stop_recording(self, sid: str, recording_sid: str) -> None:
        """End a recording; one that has ended already is no error."""
        try:
            with _failures():
                self.client.calls(quote(sid, safe="")).recordings(quote(recording_sid, safe="")).update(status="stopped")
        except LineRejected as refusal:
            if refusal.detail not in RECORDING_HAS_ENDED:
                raise

    def fetch_recording(self, recording_sid: str) -> bytes:
        """The sound. The SDK has no method for it: the same session, account and address are used."""
        address = f"{self.client.api.base_url}/2010-04-01/Accounts/{self.client.account_sid}/Recordings/{quote(recording_sid, safe='')}.wav"
        session = self.http.session or requests.Session()
        with _failures():
            reply = session.get(
                address, params={"RequestedChannels": "2"}, auth=(self.client.username, self.client.password), timeout=SOUND_SECONDS
            )
            _require_sound(reply)
            return reply.content

    def delete_recording(self, recording_sid: str) -> None:
        """Remove a recording; one that is gone is no error."""
        try:
            with _failures():
                self.client.recordings(quote(recording_sid, safe="")).delete()
        except LineRejected as refusal:
            if refusal.detail not in UNKNOWN:
                raise

    def _call(self, attempt_id: int, wanted: dict[str, Any]) -> str:
        call = self.client.calls.create(url=f"{self.doors}/answer?attempt={attempt_id}", method="POST", **wanted)
        return _sid(call.sid)

    def _bring_in(self, room: str, wanted: dict[str, Any]) -> str:
        """With early media the operator hears ringing, and what a network announces before anybody answers."""
        wanted = {name: value for name, value in wanted.items() if not name.startswith("async_amd")}
        participant = self.client.conferences(quote(room, safe="")).participants.create(
            early_media=True, beep="false", start_conference_on_enter=True, end_conference_on_exit=False, **wanted
        )
        return _sid(participant.call_sid)

    def _listens_for_machines(self, placement: Placement) -> dict[str, Any]:
        if not placement.detect_machine:
            return {}
        told_at = f"{self.doors}/machine?attempt={placement.attempt_id}"
        if placement.room:
            return {"machine_detection": "Enable", "amd_status_callback": told_at, "amd_status_callback_method": "POST"}
        # Asynchronous, or the enterprise would hear silence while the carrier listens. A string: True would be sent as "True".
        return {
            "machine_detection": "Enable",
            "async_amd": "true",
            "async_amd_status_callback": told_at,
            "async_amd_status_callback_method": "POST",
        }


def _sid(sid: object) -> str:
    """The id in an answer. An answer without one is no answer, whatever its status says."""
    known = sid.strip() if isinstance(sid, str) else ""
    if not known or len(known) > call_states.LONGEST_SID or not known.isprintable():
        raise LineAway("no call id in the answer")
    return known


def _require_sound(reply: requests.Response) -> None:
    if reply.status_code == 429:
        raise LineCrowded("429")
    if reply.status_code in {401, 403} or reply.status_code >= 500:
        raise LineAway(str(reply.status_code))
    if reply.status_code != 200:
        raise LineRejected(str(reply.status_code))
    if not reply.content.startswith(b"RIFF"):
        raise LineAway("no sound in the answer")


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what the SDK raises into the port's words, without the carrier's text: it may repeat numbers."""
    try:
        yield
    except LineFailure:
        raise
    except TwilioException as failure:
        raise _told(getattr(failure, "status", None), getattr(failure, "code", None)) from failure
    except (requests.RequestException, ValueError, TypeError, AttributeError, LookupError) as failure:
        raise LineAway(type(failure).__name__) from failure  # no answer, or one that is nonsense


def _told(status: object, code: object) -> LineFailure:
    """A refusal in the port's words. A wrong account or token concerns every call: the line rests, no number is blamed."""
    number = status if isinstance(status, int) else 0
    if number == 429:
        return LineCrowded(_code(code, number))
    if not 400 <= number < 500 or number in {401, 403, 408}:
        return LineAway(str(number or "no answer"))
    return LineRejected(_code(code, number))


def _code(code: object, status: int) -> str:
    """The carrier's number for its error; never its text."""
    return str(code) if str(code).isascii() and str(code).isdigit() and len(str(code)) <= 10 else str(status)
