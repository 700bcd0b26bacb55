"""The phone line through Twilio's official SDK; the simulated carrier is reached by the same code at another address."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from callcenter.calls import call_states
from callcenter.calls.phone_line import LineAway, LineCrowded, LineRejected, LineState, Placed, Placement

HTTP_SECONDS = 10.0
EVENTS = ["initiated", "ringing", "answered", "completed"]
CALL_HAS_ENDED = 21220
UNKNOWN_CALL = {"20404", "404"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

quiet = logging.getLogger("callcenter.telephony.twilio")
quiet.setLevel(logging.WARNING)  # at INFO the SDK logs whom it calls


class TwilioLine:
    """Places calls through Twilio's REST API, or through anything that speaks it at `base_url`."""

    def __init__(self, account_sid: str, auth_token: str, *, public_url: str, base_url: str | None = None, byoc: str | None = None) -> None:
        self.public_url = public_url.rstrip("/")
        self.byoc = byoc
        http = TwilioHttpClient(timeout=HTTP_SECONDS, logger=quiet)
        self.client = Client(account_sid, auth_token, http_client=http)
        if base_url:
            self.client.api.base_url = base_url.rstrip("/")
            if http.session is not None and urlsplit(base_url).hostname in LOOPBACK:
                http.session.trust_env = False  # a proxy of this machine does not reach its own loopback

    def place(self, placement: Placement) -> Placed:
        """Start a call whose callbacks name the attempt; nothing else about the enterprise goes to the carrier."""
        hooks = f"{self.public_url}/webhooks/twilio"
        extra = {"byoc": self.byoc} if self.byoc else {}
        with _failures():
            call = self.client.calls.create(
                to=placement.to,
                from_=placement.caller,
                url=f"{hooks}/answer?attempt={placement.attempt_id}",
                method="POST",
                status_callback=f"{hooks}/status?attempt={placement.attempt_id}",
                status_callback_method="POST",
                status_callback_event=EVENTS,
                timeout=placement.ring_seconds,
                time_limit=placement.limit_seconds,
                **extra,
            )
        if not call.sid:
            raise LineAway("no call id in the answer")
        return Placed(call.sid)

    def hang_up(self, sid: str) -> None:
        """End a call; one that has ended already is no error."""
        try:
            with _failures():
                self.client.calls(sid).update(status="completed")
        except LineRejected as refusal:
            if refusal.detail != str(CALL_HAS_ENDED):
                raise

    def state(self, sid: str) -> LineState:
        """Ask where a call stands; one that the carrier does not know has failed."""
        try:
            with _failures():
                call = self.client.calls(sid).fetch()
        except LineRejected as refusal:
            if refusal.detail in UNKNOWN_CALL:
                return LineState(sid, "failed")
            raise
        return LineState(sid, call_states.named(str(call.status or "")), call.end_time or call.start_time)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what the SDK raises into the port's words, without the carrier's text: it may repeat numbers."""
    try:
        yield
    except TwilioRestException as failure:
        if failure.status == 429:
            raise LineCrowded(str(failure.code or 429)) from failure
        if failure.status >= 500:
            raise LineAway(str(failure.status)) from failure
        raise LineRejected(str(failure.code or failure.status)) from failure
    except (TwilioException, requests.RequestException, ValueError, TypeError) as failure:
        raise LineAway(type(failure).__name__) from failure
