import xml.etree.ElementTree as ET

import pytest

from callcenter.telephony import voice_script
from callcenter.telephony.carrier.script_player import BadScript, Course, course

KNOWN = {  # Twilio's attributes of the verbs we write: the SDK lets misspelt ones pass
    "Response": set(),
    "Dial": {"action", "answerOnBridge", "callerId", "hangupOnStar", "method", "record", "ringTone", "timeLimit", "timeout", "trim"},
    "Conference": {"beep", "coach", "endConferenceOnExit", "maxParticipants", "muted", "startConferenceOnEnter", "waitUrl", "waitMethod"},
    "Hangup": set(),
}


@pytest.mark.parametrize("script", [voice_script.join_operator(7), voice_script.hang_up()])
def test_our_scripts_use_only_verbs_and_attributes_that_twilio_knows(script):
    for element in ET.fromstring(script).iter():  # noqa: S314  # written by us, two lines above
        assert set(element.attrib) <= KNOWN[element.tag]


def test_an_answered_call_waits_in_the_room_of_its_attempt_whose_name_tells_nothing_else():
    assert course(voice_script.join_operator(7)) == Course(0, stays=True, room="attempt-7")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("<Response/>", Course(0)),
        ("<Response><Hangup/></Response>", Course(0)),
        ("<Response><Pause length='3'/><Hangup/></Response>", Course(3)),
        ("<Response><Say>九个字九个字九个字</Say></Response>", Course(2)),
        ("<Response><Pause/><Redirect>http://x/next</Redirect></Response>", Course(1, address="http://x/next")),
        ("<Response><Dial><Number>+8613800000000</Number></Dial></Response>", Course(0, stays=True)),
    ],
)
def test_the_carrier_follows_a_script_to_where_it_leads(script, expected):
    assert course(script) == expected


@pytest.mark.parametrize("script", ["", "hello", "<html/>", "<Response><Say></Response>"])
def test_what_is_no_script_is_told_so(script):
    with pytest.raises(BadScript):
        course(script)
