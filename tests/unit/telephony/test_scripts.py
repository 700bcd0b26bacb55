import xml.etree.ElementTree as ET

import pytest

from callcenter.calls import voice_scripts
from callcenter.calls.voice_steps import Ask, GoOn, HangUp, Join, Keep, Say, Wait, script
from callcenter.telephony.carrier.script_player import BadScript, read
from callcenter.telephony.voice_script import twiml

DOORS = "https://survey.example.cn/webhooks/twilio"
# Verbs and attributes as Twilio documents them: the SDK lets misspelt ones pass.
DOCUMENTED = {
    "Response": set(),
    "Say": {"voice", "language", "loop"},
    "Pause": {"length"},
    "Gather": {
        "action", "method", "input", "timeout", "speechTimeout", "finishOnKey", "numDigits", "hints", "language", "partialResultCallback",
        "partialResultCallbackMethod", "profanityFilter", "bargeIn",
        "actionOnEmptyResult", "speechModel", "enhanced", "debug", "dtmfDetection",
    },
    "Record": {
        "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim", "recordingStatusCallback",
        "recordingStatusCallbackMethod", "recordingStatusCallbackEvent", "transcribe", "transcribeCallback",
    },
    "Dial": {
        "action", "method", "answerOnBridge", "callerId", "hangupOnStar", "record", "recordingStatusCallback",
        "recordingStatusCallbackEvent", "recordingStatusCallbackMethod", "recordingTrack", "referMethod", "referUrl", "ringTone",
        "sequential", "timeLimit", "timeout", "trim",
    },
    "Conference": {
        "muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "participantLabel", "jitterBufferSize", "waitUrl", "waitMethod",
        "maxParticipants", "record", "region", "trim", "coach", "statusCallback", "statusCallbackEvent", "statusCallbackMethod",
        "recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent", "eventCallbackUrl",
    },
    "Redirect": {"method"},
    "Hangup": set(),
}  # fmt: skip
LEAVES = {"Say", "Pause", "Conference", "Redirect", "Hangup", "Record"}
EVERY_STEP = script(
    Say("您好 & <再见>"),
    Wait(2),
    Ask((Say("请按键"), Wait(1)), then="menu?call=7"),
    Keep(then="kept?call=7", told_at="message?call=7", seconds=60),
    Join("operator-3", ends_room=True, coaches="CA1", muted=True, told_at="room?leg=3"),
    GoOn("hold?call=7"),
    HangUp(),
)


@pytest.mark.parametrize(
    "steps",
    [
        EVERY_STEP,
        voice_scripts.answered("attempt-7"),
        voice_scripts.nobody_there(),
        voice_scripts.seated("operator-3", "room?leg=1"),
        voice_scripts.listening("operator-3", "room?leg=1"),
        voice_scripts.over(),
    ],
)
def test_our_scripts_use_only_verbs_and_attributes_that_twilio_documents(steps):
    for element in ET.fromstring(twiml(steps, DOORS)).iter():  # noqa: S314  # written by us
        assert set(element.attrib) <= DOCUMENTED[element.tag]
        assert element.tag not in LEAVES or len(element) == 0


def test_every_step_is_written_in_its_order_with_whole_addresses():
    root = ET.fromstring(twiml(EVERY_STEP, DOORS))  # noqa: S314  # written by us
    assert [verb.tag for verb in root] == ["Say", "Pause", "Gather", "Record", "Dial", "Redirect", "Hangup"]
    assert root[0].text == "您好 & <再见>"
    assert root[2].attrib["action"] == f"{DOORS}/menu?call=7"
    assert root[5].text == f"{DOORS}/hold?call=7"


def test_an_answered_call_waits_in_the_room_of_its_attempt_whose_name_tells_nothing_else():
    (dial,) = read(twiml(voice_scripts.answered("attempt-7"), DOORS))
    assert (dial.name, dial.inside[0].text, dial.inside[0].is_set("endConferenceOnExit")) == ("Dial", "attempt-7", True)


def test_the_room_of_an_operator_outlives_a_call_and_a_listener_is_not_heard():
    joins = {name: made.steps[0] for name, made in {
        "answered": voice_scripts.answered("operator-3"),
        "operator": voice_scripts.seated("operator-3", "room?leg=1"),
        "listener": voice_scripts.listening("operator-3", "room?leg=2"),
    }.items()}  # fmt: skip
    assert {name: (one.ends_room, one.muted) for name, one in joins.items()} == {
        "answered": (False, False),
        "operator": (True, False),
        "listener": (False, True),
    }


def test_the_carrier_reads_verbs_with_how_long_each_is_heard():
    verbs = read(
        "<Response><Pause length='3'/><Say>九个字九个字九个字</Say><Gather timeout='x'><Pause/><Say>九个字</Say></Gather></Response>"
    )
    assert [(verb.name, round(verb.lasts, 2)) for verb in verbs] == [("Pause", 3.0), ("Say", 2.0), ("Gather", 1.67)]
    assert verbs[2].seconds("timeout", 5) == 5


@pytest.mark.parametrize(
    "script",
    ["", "hello", "<html/>", "<Response><Say></Response>", "<Response><Sai/></Response>", "<Response><Dial><Say/></Dial></Response>"],
)
def test_what_is_no_script_is_told_so(script):
    with pytest.raises(BadScript):
        read(script)
