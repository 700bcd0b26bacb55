"""What the adapter sends and what it makes of answers, without any network: held against Twilio's published description."""

import json
import logging
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests
from twilio.http import HttpClient
from twilio.http.response import Response

from callcenter.calls.lines import PublishedLine
from callcenter.calls.phone_line import LineAway, LineCrowded, LineRejected, Placement, Seat
from callcenter.calls.voice_scripts import nobody_there
from callcenter.telephony.twilio_line import TwilioLine, readable

PUBLISHED = (PublishedLine("96599966", "+862296599966"),)
TABLE = json.loads((Path(__file__).parent / "twilio_rest_api.json").read_text(encoding="utf-8"))
CALL = Placement(7, "+8613800000001", "96599966", PUBLISHED)
IN_ROOM = Placement(7, "+8613800000001", "96599966", PUBLISHED, room="operator-3", detect_machine=True)
SID = "CA" + "0" * 32


class Kept(HttpClient):
    """Answers every request alike, and keeps it."""

    def __init__(self, status, text):
        super().__init__(logging.getLogger("twilio"), False)
        self.status, self.text, self.asked = status, text, []

    def request(self, method, uri, params=None, data=None, **_):
        self.asked.append((method, uri, data or {}))
        if self.status is None:
            raise requests.ConnectionError
        return Response(self.status, self.text)


def line(status=201, answer=None, **settings):
    made = TwilioLine("AC" + "1" * 32, "token-of-this-test", public_url="https://survey.example.cn/", **settings)
    text = answer if isinstance(answer, str) else json.dumps({"sid": SID, "call_sid": SID, "status": "queued"} | (answer or {}))
    made.client.http_client = Kept(status, text)
    return made


def operation(method, path):
    """The published operation that a request is meant for."""
    for name, described in TABLE["operations"].items():
        verb, template = name.split(" ")
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(TABLE["prefix"] + template))
        if verb == method and re.fullmatch(pattern, path):
            return described
    raise AssertionError(f"Twilio publishes no {method} {path}")


def fits(kind, value):
    if kind["type"] == "array":
        return all(fits(kind["of"], one) for one in (value if isinstance(value, list) else [value]))
    if kind["type"] == "boolean":
        return value in {True, False, "true", "false"}
    if kind["type"] == "integer":
        return str(value).isdigit()
    return isinstance(value, str) and value in kind.get("words", [value])


REQUESTS = {
    "place": lambda phone: phone.place(CALL),
    "place, listening for machines": lambda phone: phone.place(Placement(7, CALL.to, CALL.line, PUBLISHED, detect_machine=True)),
    "place into a room": lambda phone: phone.place(IN_ROOM),
    "seat": lambda phone: phone.seat(Seat(3, "client:user-3", "96599966", PUBLISHED)),
    "hang up": lambda phone: phone.hang_up(SID),
    "state": lambda phone: phone.state(SID),
    "lead": lambda phone: phone.lead(SID, nobody_there()),
    "record": lambda phone: phone.record(SID, 7),
    "stop recording": lambda phone: phone.stop_recording(SID, "RE" + "0" * 32),
}


@pytest.mark.parametrize("asked", REQUESTS.values(), ids=REQUESTS)
def test_every_request_is_one_that_twilio_publishes_with_its_names_types_and_words(asked):
    phone = line(byoc="BY" + "0" * 32)
    asked(phone)
    for method, uri, data in phone.client.http_client.asked:
        published = operation(method, urlsplit(uri).path)
        sent = {name: value for name, value in data.items() if "Unset" not in type(value).__name__ and value is not None}
        assert set(sent) <= set(published["sends"]), "not published"
        assert set(published["required"]) <= set(sent)
        assert [name for name, value in sent.items() if not fits(published["sends"][name], value)] == []


def test_a_recording_is_deleted_by_a_published_request():
    phone = line(204, "")
    phone.delete_recording("RE" + "0" * 32)
    ((method, uri, _),) = phone.client.http_client.asked
    assert operation(method, urlsplit(uri).path)["status"] == 204


def test_a_call_is_brought_into_the_operator_s_room_while_it_rings_and_one_without_a_room_asks_for_its_script():
    phone = line(byoc="BY1")
    phone.place(IN_ROOM)
    phone.place(CALL)
    (_, into_room, sent), (_, plain, asked) = phone.client.http_client.asked
    assert into_room.endswith("/Conferences/operator-3/Participants.json")
    assert plain.endswith("/Calls.json")
    assert (sent["EarlyMedia"], sent["EndConferenceOnExit"], sent["MachineDetection"]) == ("true", "false", "Enable")
    assert asked["Url"] == "https://survey.example.cn/webhooks/twilio/answer?attempt=7"
    assert {one["Byoc"] for one in (sent, asked)} == {"BY1"}
    assert {one["From"] for one in (sent, asked)} == {"+862296599966"}
    assert {one["StatusCallback"] for one in (sent, asked)} == {"https://survey.example.cn/webhooks/twilio/status?attempt=7"}
    assert asked["Timeout"] >= 25


def test_listening_for_a_machine_never_keeps_the_enterprise_waiting_in_silence():
    phone = line()
    phone.place(Placement(7, CALL.to, CALL.line, PUBLISHED, detect_machine=True))
    assert phone.client.http_client.asked[0][2]["AsyncAmd"] == "true"  # True would be sent as "True"


@pytest.mark.parametrize("sid", ["CA/../Accounts", "CA?x=1#y", "呼叫 1", "a%2Fb", ".."])
def test_a_call_id_of_unusual_letters_stays_one_part_of_the_address(sid):
    phone = line()
    phone.hang_up(sid)
    path = urlsplit(phone.client.http_client.asked[0][1])
    assert path.query == path.fragment == ""
    parts = path.path.removeprefix("/2010-04-01/Accounts/AC" + "1" * 32).split("/")
    assert [unquote(part) for part in parts[1:]] == ["Calls", f"{sid}.json"]


@pytest.mark.parametrize(
    ("status", "answer", "failure"),
    [
        (200, "<html>maintenance</html>", LineAway),
        (200, "", LineAway),
        (201, "[]", LineAway),
        (201, "null", LineAway),
        (200, '{"code": 20500, "message": "Internal error", "status": 500}', LineAway),  # an error under a good status
        (201, '{"sid": 7}', LineAway),
        (201, '{"sid": "", "call_sid": ""}', LineAway),
        (201, json.dumps({"sid": "C" * 500}), LineAway),
        (201, '{"sid": "CA\\u0000", "call_sid": "CA\\u0000"}', LineAway),
        (302, "", LineAway),
        (503, "<html>busy</html>", LineAway),
        (401, '{"code": 20003, "message": "Authenticate"}', LineAway),  # the account, not the number
        (429, '{"code": 20429, "message": "Too many"}', LineCrowded),
        (429, "", LineCrowded),
        (400, '{"code": 21211, "message": "bad number +8613800000001"}', LineRejected),
        (400, "[1]", LineRejected),
        (400, '{"type": "t", "title": "t", "status": 400, "code": 21211}', LineRejected),  # RFC 9457
        (None, "", LineAway),
    ],
)
def test_whatever_a_carrier_answers_is_told_in_the_port_s_words_and_never_repeats_a_number(status, answer, failure):
    with pytest.raises(failure) as told:
        line(status, answer).place(CALL)
    assert "138" not in f"{told.value} {told.value.detail}"


@pytest.mark.parametrize("answer", ["[]", "<html/>", '{"status": 5}', "null"])
def test_nonsense_about_where_a_call_stands_moves_nothing(answer):
    try:
        assert line(200, answer).state(SID).state is None
    except LineAway as away:
        assert away.why == "away"


@pytest.mark.parametrize(
    ("change", "end"),
    [({"end_time": "no date", "start_time": None}, False), ({"end_time": "Thu, 02 Jun 2022 02:00:31 +0000"}, True)],
)
def test_a_moment_that_cannot_be_read_is_none(change, end):
    assert (line(200, {"status": "completed"} | change).state(SID).at is not None) == end


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", {}),  # 204, or a carrier that has nothing to say
        (
            '{"sid": "CA1", "start_time": 1654135231, "date_created": "", "end_time": null, "price": -0.01}',
            {"sid": "CA1", "start_time": None},
        ),
        ('{"date_updated": "2022-06-02T10:00:31+08:00"}', {"date_updated": "Thu, 02 Jun 2022 10:00:31 +0800"}),
        ('{"end_time": "Thu, 02 Jun 2022 02:00:31 +0000"}', {"end_time": "Thu, 02 Jun 2022 02:00:31 +0000"}),
        ("[1]", [1]),
    ],
)
def test_an_answer_in_a_hurry_is_made_readable_for_the_sdk(body, told):
    found = json.loads(readable(body))
    assert found == told if isinstance(told, list) else told.items() <= found.items()


def test_a_call_id_is_taken_without_the_blanks_around_it():
    assert line(201, '{"sid": " CA1 "}').place(CALL).sid == "CA1"


def test_ending_what_has_ended_or_is_not_known_is_no_error():
    for code, status in [(21220, 400), (20404, 404)]:
        line(status, json.dumps({"code": code})).hang_up(SID)
        line(status, json.dumps({"code": code})).stop_recording(SID, "RE1")
    line(404, "<html>").delete_recording("RE1")
    with pytest.raises(LineRejected):
        line(400, '{"code": 20001}').hang_up(SID)


def test_only_a_real_network_needs_the_operator_s_own_leg():
    assert line().needs_seats
    assert not line(base_url="http://127.0.0.1:8002").needs_seats


def test_no_leg_is_rung_from_a_number_that_is_not_published():
    with pytest.raises(Exception, match="12345678"):
        Seat(1, "client:user-1", "12345678", PUBLISHED)
