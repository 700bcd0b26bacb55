"""The simulated carrier through the official SDK, on a real port, with real callbacks."""

from datetime import timedelta

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from callcenter.calls.lines import PublishedLine
from callcenter.calls.phone_line import LineAway, LineRejected, Placement
from callcenter.telephony.twilio_line import TwilioLine
from tests.factories.telephony import ACCOUNT, TOKEN, Receiver, carrier, number_that, serving

PUBLISHED = (PublishedLine("96599966", "+862296599966"),)


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def house(receiver):
    with serving(receiver.app()) as address:
        yield address


@pytest.fixture
def exchange_and_line(house, field_time):
    with carrier() as (address, exchange):
        yield exchange, TwilioLine(ACCOUNT, TOKEN, public_url=house, base_url=address)


def place(line, to):
    return line.place(Placement(7, to, "96599966", PUBLISHED)).sid


def later(exchange, field_time, seconds):
    field_time.set(field_time.moment + timedelta(seconds=seconds))
    exchange.step_and_wait(field_time.moment)


def test_an_answered_call_is_told_step_by_step_and_waits_for_the_operator(exchange_and_line, receiver, field_time):
    exchange, line = exchange_and_line
    sid = place(line, number_that("answered", field_time.moment))
    later(exchange, field_time, 25)
    assert receiver.words() == ["initiated", "ringing", "in-progress"]
    assert line.state(sid).state == "answered"
    assert exchange.calls[sid].room == "attempt-7"
    later(exchange, field_time, 120)
    line.hang_up(sid)
    exchange.step_and_wait(field_time.moment)
    assert receiver.words()[-1] == "completed"
    assert 100 < int(receiver.told[-1][1]["CallDuration"]) < 145
    assert line.state(sid).state == "completed"


def test_every_callback_is_signed_for_its_address_numbered_and_names_the_attempt(exchange_and_line, receiver, house, field_time):
    exchange, line = exchange_and_line
    place(line, number_that("answered", field_time.moment))
    later(exchange, field_time, 25)
    for address, form, signature in receiver.told:
        assert RequestValidator(TOKEN).validate(house + address, form, signature)
        assert address.endswith("?attempt=7")
    assert [form["SequenceNumber"] for address, form, _ in receiver.told if "/status" in address] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("happening", "word", "sip_code"),
    [
        ("busy", "busy", "486"),
        ("no_answer", "no-answer", "487"),
        ("declined", "busy", "603"),
        ("dead", "failed", "404"),
        ("suspended", "failed", "403"),
        ("switched_off", "failed", "480"),
        ("unreachable", "failed", "503"),
    ],
)
def test_a_call_that_nobody_answers_ends_with_the_network_s_cause(exchange_and_line, field_time, happening, word, sip_code):
    exchange, line = exchange_and_line
    sid = place(line, number_that(happening, field_time.moment))
    later(exchange, field_time, 60)
    form = exchange.calls[sid].as_form("completed", field_time.moment)
    assert (form["CallStatus"], form["SipResponseCode"]) == (word, sip_code)
    assert exchange.open_calls() == 0


def test_hanging_up_while_it_rings_cancels_and_a_second_time_is_no_error(exchange_and_line, receiver, field_time):
    exchange, line = exchange_and_line
    sid = place(line, number_that("no_answer", field_time.moment))
    later(exchange, field_time, 6)
    line.hang_up(sid)
    line.hang_up(sid)
    later(exchange, field_time, 60)
    assert receiver.words() == ["initiated", "ringing", "canceled"]


@pytest.mark.parametrize("script", ["", "<html>503</html>", "<Response><Hangup/></Response>"])
def test_a_script_that_cannot_be_read_ends_the_call_as_one_that_hangs_up_does(exchange_and_line, receiver, field_time, script):
    exchange, line = exchange_and_line
    receiver.script = lambda: script
    place(line, number_that("answered", field_time.moment))
    later(exchange, field_time, 30)
    assert receiver.words()[-1] == "completed"


def test_only_the_end_is_told_where_no_events_were_asked_for(exchange_and_line, receiver, house, field_time):
    exchange, line = exchange_and_line
    to = number_that("answered", field_time.moment)
    line.client.calls.create(
        to=to, from_="+862296599966", url=f"{house}/webhooks/twilio/answer", status_callback=f"{house}/webhooks/twilio/status"
    )
    later(exchange, field_time, 4000)
    assert receiver.words() == ["completed"]


def test_calls_are_listed_by_page_and_by_number(exchange_and_line, field_time):
    _, line = exchange_and_line
    sids = [place(line, f"+861380000000{n}") for n in range(5)]
    assert [call.sid for call in line.client.calls.list(page_size=2)] == sids[::-1]
    assert [call.sid for call in line.client.calls.list(to="+8613800000003")] == [sids[3]]
    assert line.client.calls.list(status="completed") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [({"to": "12"}, 21211), ({"from_": "96599966"}, 21212), ({"url": "answer"}, 21205), ({"to": ""}, 21201)],
)
def test_mistakes_are_answered_with_twilio_s_own_codes(exchange_and_line, change, code):
    _, line = exchange_and_line
    with pytest.raises(TwilioRestException) as refusal:
        line.client.calls.create(**({"to": "+8613800000000", "from_": "+862296599966", "url": "http://127.0.0.1/answer"} | change))
    assert (refusal.value.status, refusal.value.code) == (400, code)


def test_a_wrong_token_or_another_account_gets_nothing(exchange_and_line):
    exchange, line = exchange_and_line
    address = line.client.api.base_url
    stranger = Client(ACCOUNT, "guess")
    stranger.api.base_url = address
    with pytest.raises(TwilioRestException) as refusal:
        stranger.calls.create(to="+8613800000000", from_="+862296599966", url="http://127.0.0.1/answer")
    assert (refusal.value.status, refusal.value.code) == (401, 20003)
    other = f"{address}/2010-04-01/Accounts/AC{'2' * 32}/Calls.json"
    assert httpx.get(other, auth=(ACCOUNT, TOKEN)).status_code == 404
    assert httpx.post(f"{address}/control/step").status_code == 401
    assert exchange.calls == {}


def test_a_number_that_the_carrier_rejects_and_a_carrier_that_is_away_are_told_apart(exchange_and_line):
    _, line = exchange_and_line
    with pytest.raises(LineRejected, match="21211"):
        place(line, "+86")
    away = TwilioLine(ACCOUNT, TOKEN, public_url="http://127.0.0.1:9", base_url="http://127.0.0.1:9")
    with pytest.raises(LineAway):
        place(away, "+8613800000000")


def test_the_demo_s_driver_steps_the_carrier_and_hears_when_something_is_due_next(exchange_and_line, receiver, field_time):
    _, line = exchange_and_line
    place(line, number_that("no_answer", field_time.moment))
    field_time.set(field_time.moment + timedelta(seconds=5))
    told = httpx.post(f"{line.client.api.base_url}/control/step", auth=(ACCOUNT, TOKEN)).json()
    assert receiver.words() == ["initiated", "ringing"]
    assert told == {"next_due": "2022-06-02T02:00:33+00:00", "open_calls": 1}


def test_a_call_that_the_carrier_does_not_know_has_failed(exchange_and_line):
    _, line = exchange_and_line
    assert line.state("CA" + "0" * 32).state == "failed"
