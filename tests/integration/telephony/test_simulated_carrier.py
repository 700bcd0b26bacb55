"""What only the simulated carrier does: faults on demand, calls that come in, announcements; and that its answers are Twilio's."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from twilio.request_validator import RequestValidator

from callcenter import clock
from callcenter.calls.lines import PublishedLine
from callcenter.calls.phone_line import LineAway, LineCrowded, Placement
from callcenter.calls.voice_steps import Ask, HangUp, Keep, Say, script
from callcenter.telephony.carrier.faults import Faults
from callcenter.telephony.twilio_line import TwilioLine
from callcenter.telephony.voice_script import twiml
from tests.factories.telephony import ACCOUNT, TOKEN, Receiver, carrier, number_that, serving

PUBLISHED = (PublishedLine("96599966", "+862296599966"),)
TABLE = json.loads((Path(__file__).parents[2] / "unit" / "telephony" / "twilio_rest_api.json").read_text(encoding="utf-8"))


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def house(receiver):
    with serving(receiver.app()) as address:
        yield address


@pytest.fixture
def board(field_time):
    with carrier() as (address, exchange):
        exchange.address = address
        yield exchange


@pytest.fixture
def line(board, house):
    return TwilioLine(ACCOUNT, TOKEN, public_url=house, base_url=board.address)


@pytest.fixture
def control(board):
    with httpx.Client(base_url=board.address, auth=(ACCOUNT, TOKEN), trust_env=False) as client:
        yield client


def place(line, to):
    return line.place(Placement(7, to, "96599966", PUBLISHED)).sid


def later(board, field_time, seconds):
    field_time.set(field_time.moment + timedelta(seconds=seconds))
    board.step_and_wait(field_time.moment)


def test_callbacks_are_doubled_lost_late_reordered_and_forged_on_demand(board, line, receiver, house, field_time):
    told = {}
    for name, faults in {
        "doubled": Faults(doubled=1), "lost": Faults(lost=1), "late": Faults(late=1, late_seconds=30), "reordered": Faults(reordered=1),
        "forged": Faults(wrong_signature=1),
    }.items():  # fmt: skip
        receiver.told.clear()
        board.faults = faults
        place(line, number_that("busy", field_time.moment))
        later(board, field_time, 10)
        told[name] = receiver.words()
    assert told == {
        "doubled": ["initiated", "initiated", "busy", "busy"],
        "lost": [],
        "late": [],
        "reordered": ["busy", "initiated"],
        "forged": ["initiated", "busy"],
    }
    address, form, signature = receiver.told[0]
    assert not RequestValidator(TOKEN).validate(house + address, form, signature)
    board.faults = Faults()
    later(board, field_time, 40)
    assert receiver.words()[2:] == ["initiated", "busy"]  # the late ones came at last


def test_callbacks_may_come_before_the_request_that_placed_the_call_is_answered(board, line, receiver, field_time):
    board.faults = Faults(early=True)
    place(line, number_that("no_answer", field_time.moment))
    assert receiver.words() == ["initiated", "ringing"]


def test_the_rest_api_is_away_crowded_or_talks_nonsense_on_demand(control, line):
    for faults, failure in (({"outage": True}, LineAway), ({"crowded": 1}, LineCrowded), ({"nonsense": True}, LineAway)):
        assert control.put("/control/faults", json=faults).status_code == 200
        with pytest.raises(failure):
            place(line, "+8613800000001")
    assert control.put("/control/faults", json={"lost": 2}).status_code == 400
    assert control.put("/control/faults", json={"burnt": 1}).status_code == 400
    control.put("/control/faults", json={})
    assert place(line, "+8613800000001")


def test_the_page_of_the_control_shows_the_calls_and_sets_faults_for_who_has_the_token(board, control, line):
    place(line, "+8613800000001")
    assert "+86138****0001" in control.get("/control").text
    assert control.post("/control", data={"lost": "0.5", "outage": "true"}).status_code == 303
    assert (board.faults.lost, board.faults.outage) == (0.5, True)
    assert control.post("/control", data={}, headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert httpx.get(f"{board.address}/control", trust_env=False).status_code == 401


def test_the_network_announces_before_anybody_answers_why_nobody_will(board, line, control, field_time):
    said = {"dead": "空号", "suspended": "停机", "switched_off": "关机", "unreachable": "无法接通"}
    calls = {place(line, number_that(happening, field_time.moment)): words for happening, words in said.items()}
    later(board, field_time, 3)
    for sid, words in calls.items():
        told = control.get(f"/control/calls/{sid}").json()
        assert words in told["announcement"]
        assert told["start_time"] and told["end_time"] is None


def test_a_call_that_comes_in_hears_a_menu_presses_keys_and_leaves_words(board, control, house, receiver):
    doors = f"{house}/webhooks/twilio"
    answers = {
        "incoming": script(Ask((Say("您好"),), then="menu"), HangUp()),
        "menu": script(Keep(then="kept", told_at="message", seconds=60)),
        "kept": script(Say("谢谢"), HangUp()),
    }
    receiver.scripts = {name: twiml(steps, doors) for name, steps in answers.items()}
    asked = {"caller": "+8613800000001", "to": "+862296599966", "presses": ["2"], "speaks_seconds": 7, "voice_url": f"{doors}/incoming"}
    assert control.post("/control/calls-in", json=asked).status_code == 201
    board.step_and_wait(clock.now() + timedelta(seconds=60))
    told = [(urlsplit(address).path.rsplit("/", 1)[1], form) for address, form, _ in receiver.told]
    assert [name for name, _ in told] == ["incoming", "menu", "message", "kept"]
    forms = dict(told)
    assert (forms["incoming"]["Direction"], forms["incoming"]["CallStatus"]) == ("inbound", "ringing")
    assert forms["menu"]["Digits"] == "2"
    assert (forms["kept"]["RecordingDuration"], forms["message"]["RecordingStatus"]) == ("7", "completed")
    assert board.open_calls() == 0


def test_whether_a_machine_answered_is_told_where_it_was_asked_for(board, line, receiver, field_time):
    line.place(Placement(7, number_that("answered", field_time.moment), "96599966", PUBLISHED, detect_machine=True))
    later(board, field_time, 40)
    said = [form["AnsweredBy"] for address, form, _ in receiver.told if "/machine" in address]
    assert said in (["human"], ["machine_start"])


def test_a_callback_by_get_is_signed_with_its_query(board, line, receiver, house, field_time):
    sid = line.client.calls.create(
        to=number_that("answered", field_time.moment), from_="+862296599966", url=f"{house}/webhooks/twilio/answer?attempt=7", method="GET"
    ).sid
    later(board, field_time, 30)
    ((address, _, signature),) = [one for one in receiver.told if "/answer" in one[0]]
    assert dict(parse_qsl(urlsplit(address).query))["CallSid"] == sid
    assert RequestValidator(TOKEN).validate(house + address, {}, signature)


def test_every_answer_has_the_names_and_types_that_twilio_publishes(board, line, control, field_time):
    to = number_that("answered", field_time.moment)
    sid = line.place(Placement(7, to, "96599966", PUBLISHED, room="operator-3")).sid
    later(board, field_time, 25)
    recording = line.record(sid, 7)
    room = board.rooms.named("operator-3").sid
    base = f"/2010-04-01/Accounts/{ACCOUNT}"
    for template, path in {
        "/Calls.json": "/Calls.json", "/Calls/{Sid}.json": f"/Calls/{sid}.json", "/Conferences.json": "/Conferences.json",
        "/Conferences/{Sid}.json": f"/Conferences/{room}.json", "/Recordings/{Sid}.json": f"/Recordings/{recording}.json",
        "/Conferences/{ConferenceSid}/Participants.json": f"/Conferences/{room}/Participants.json",
        "/Conferences/{ConferenceSid}/Participants/{CallSid}.json": f"/Conferences/{room}/Participants/{sid}.json",
        "/Recordings.json": "/Recordings.json",
    }.items():  # fmt: skip
        answer = control.get(base + path).json()
        published = TABLE["operations"][f"GET {template}"]["gives"]
        assert set(answer) <= set(published) | {"end", "first_page_uri", "uri"}, template
        kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "number": (int, float)}
        wrong = {name for name, value in answer.items() if value is not None and name in published and published[name]["type"] in kinds
                 and not isinstance(value, kinds[published[name]["type"]])}  # fmt: skip
        assert wrong == set(), template
