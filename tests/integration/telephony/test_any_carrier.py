"""What any carrier must do that speaks Twilio's REST API. Runs against the simulated carrier, or another at CARRIER_ADDRESS.

docs/how-to/check-another-carrier.md tells the settings. Time is stepped here, waited for there.
"""

import os
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from twilio.request_validator import RequestValidator

from callcenter.calls import voice_scripts
from callcenter.calls.lines import PublishedLine
from callcenter.calls.phone_line import LineRejected, Placement, Seat
from callcenter.telephony.twilio_line import TwilioLine
from callcenter.telephony.voice_script import twiml
from tests.factories.telephony import ACCOUNT, TOKEN, Receiver, carrier, number_that, serving

OUTSIDE = os.environ.get("CARRIER_ADDRESS", "")
PATIENCE = float(os.environ.get("CARRIER_PATIENCE", "120"))
"""Seconds that something may take: of real time at a carrier outside, of stepped time here."""
CALLER = os.environ.get("CARRIER_CALLER", "+862296599966")
PUBLISHED = (PublishedLine(CALLER.removeprefix("+8622"), CALLER),)
FIELDS = {"AccountSid", "ApiVersion", "CallSid", "CallStatus", "Direction", "From", "To"}


@dataclass
class Trial:
    """A carrier, the line to it, and what it told."""

    line: TwilioLine
    receiver: Receiver
    house: str
    token: str
    numbers: dict[str, str]
    wait: object

    def number(self, happening):
        """A number at which a call goes that way."""
        if not self.numbers.get(happening):
            pytest.skip(f"CARRIER_NUMBER_{happening.upper()} names no such number at this carrier")
        return self.numbers[happening]

    def place(self, happening, **more):
        return self.line.place(Placement(7, self.number(happening), PUBLISHED[0].number, PUBLISHED, **more)).sid

    def until(self, so):
        """Wait until `so` holds."""
        for _ in self.wait():
            if so():
                return
        raise AssertionError(f"not within {PATIENCE:g} seconds; told: {self.receiver.words()}")

    def answered(self):
        return any("/answer" in address or "/leg?" in address for address, _, _ in self.receiver.told)


@pytest.fixture
def trial(field_time):
    receiver = Receiver()
    with serving(receiver.app()) as house:
        if OUTSIDE:
            yield _outside(receiver, house)
            return
        with carrier() as (address, exchange):
            numbers = {name: number_that(name, field_time.moment) for name in ("answered", "busy", "no_answer")}

            def stepped():
                for _ in range(int(PATIENCE / 5)):
                    field_time.set(field_time.moment + timedelta(seconds=5))
                    exchange.step_and_wait(field_time.moment)
                    yield

            line = TwilioLine(ACCOUNT, TOKEN, public_url=house, base_url=address)
            yield Trial(line, receiver, house, TOKEN, numbers, stepped)


def _outside(receiver, house):
    def waited():
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(0.1)
            yield

    names = ("answered", "busy", "no_answer")
    account, token = os.environ["CARRIER_ACCOUNT_SID"], os.environ["CARRIER_AUTH_TOKEN"]
    line = TwilioLine(account, token, public_url=house, base_url=OUTSIDE)
    return Trial(line, receiver, house, token, {name: os.environ.get(f"CARRIER_NUMBER_{name.upper()}", "") for name in names}, waited)


def test_an_answered_call_asks_for_its_script_is_told_by_signed_callbacks_and_ends_when_it_is_ended(trial):
    sid = trial.place("answered")
    trial.until(trial.answered)
    assert trial.line.state(sid).state == "answered"
    trial.line.hang_up(sid)
    trial.until(lambda: "completed" in trial.receiver.words())
    assert trial.line.state(sid).state == "completed"
    trial.line.hang_up(sid)
    assert {"ringing", "in-progress"} <= set(trial.receiver.words())
    for address, form, signature in trial.receiver.told:
        assert RequestValidator(trial.token).validate(trial.house + address, form, signature)
        assert set(form) >= FIELDS
        assert form["CallSid"] == sid
        assert address.endswith("?attempt=7")


@pytest.mark.parametrize(("happening", "word", "state"), [("busy", "busy", "busy"), ("no_answer", "no-answer", "no_answer")])
def test_a_call_that_nobody_takes_ends_by_itself_and_says_why(trial, happening, word, state):
    sid = trial.place(happening)
    trial.until(lambda: word in trial.receiver.words())
    assert trial.line.state(sid).state == state
    assert not trial.answered()


def test_a_call_is_brought_into_the_room_of_a_leg_that_waits_there(trial):
    trial.receiver.script = lambda: twiml(voice_scripts.seated("operator-3", "room?leg=9"), f"{trial.house}/webhooks/twilio")
    leg = trial.line.seat(Seat(9, trial.number("answered"), PUBLISHED[0].number, PUBLISHED)).sid
    trial.until(trial.answered)
    called = trial.place("answered", room="operator-3")
    trial.until(lambda: trial.line.state(called).state == "answered")
    room = trial.line.client.conferences.list(friendly_name="operator-3", status="in-progress")[0]
    trial.until(lambda: {one.call_sid for one in trial.line.client.conferences(room.sid).participants.list()} == {leg, called})
    trial.line.hang_up(called)
    trial.until(lambda: trial.line.state(called).state == "completed")
    assert trial.line.state(leg).state == "answered"  # the operator stays for the next call
    trial.line.hang_up(leg)
    trial.until(lambda: trial.line.client.conferences(room.sid).fetch().status == "completed")


def test_a_call_goes_on_with_another_script_when_it_is_led_there(trial):
    sid = trial.place("answered")
    trial.until(trial.answered)
    trial.line.lead(sid, voice_scripts.answered("room-elsewhere"))
    trial.until(lambda: trial.line.client.conferences.list(friendly_name="room-elsewhere", status="in-progress") != [])
    trial.line.lead(sid, voice_scripts.over())
    trial.until(lambda: trial.line.state(sid).state == "completed")


def test_a_recording_is_told_when_it_is_ready_fetched_and_gone_when_it_is_deleted(trial):
    sid = trial.place("answered")
    trial.until(trial.answered)
    recording = trial.line.record(sid, 7)
    trial.line.stop_recording(sid, recording)
    trial.until(lambda: any(form.get("RecordingSid") == recording for _, form, _ in trial.receiver.told))
    assert trial.line.fetch_recording(recording).startswith(b"RIFF")
    trial.line.delete_recording(recording)
    trial.line.delete_recording(recording)
    with pytest.raises(LineRejected, match="404"):
        trial.line.fetch_recording(recording)


def test_what_cannot_be_is_refused_with_twilio_s_codes(trial):
    with pytest.raises(LineRejected, match="21211"):
        trial.line.place(Placement(7, "+86", PUBLISHED[0].number, PUBLISHED))
    assert trial.line.state("CA" + "0" * 32).state == "failed"
