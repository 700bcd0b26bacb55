from datetime import UTC, datetime

import pytest
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from callcenter.errors import InvalidInput
from callcenter.telephony.twilio_events import event, is_genuine

TOKEN = "f" * 32
URL = "https://survey.example.cn/webhooks/twilio/status?attempt=7"
NOW = datetime(2022, 6, 2, 2, tzinfo=UTC)
FIELDS = {
    "CallSid": "CA1",
    "CallStatus": "no-answer",
    "SequenceNumber": "3",
    "SipResponseCode": "487",
    "CallDuration": "0",
    "Timestamp": "Thu, 02 Jun 2022 02:00:31 +0000",
}


def test_an_event_is_read_into_the_port_s_words():
    told = event(FIELDS, "7", NOW)
    assert (told.sid, told.sequence, told.word, told.attempt_id, told.sip_code, told.seconds) == ("CA1", 3, "no-answer", 7, 487, 0)
    assert told.at == datetime(2022, 6, 2, 2, 0, 31, tzinfo=UTC)


@pytest.mark.parametrize("missing", [{"CallSid": ""}, {"CallStatus": ""}, {"CallStatus": "exploded"}, {"CallSid": "C" * 101}])
def test_what_is_no_event_of_a_call_is_refused(missing):
    with pytest.raises(InvalidInput):
        event(FIELDS | missing, "7", NOW)


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "1e3", "٣", "9" * 40])
def test_nonsense_in_numbers_and_moments_is_no_reason_to_lose_an_event(nonsense):
    told = event(FIELDS | {"SequenceNumber": nonsense, "SipResponseCode": nonsense, "Timestamp": nonsense}, nonsense, NOW)
    assert (told.attempt_id, told.sip_code, told.at) == (None, None, NOW)
    assert told.sequence >= 1000


def test_a_genuine_callback_is_told_from_one_whose_form_or_address_was_changed():
    form = FormData([*FIELDS.items(), ("Empty", ""), ("Twice", "b"), ("Twice", "a")])
    signature = RequestValidator(TOKEN).compute_signature(URL, form)
    assert is_genuine(TOKEN, URL, form, signature)
    assert is_genuine(TOKEN, URL.replace(".cn/", ".cn:443/"), form, signature)
    assert not is_genuine(TOKEN, URL.replace("7", "8"), form, signature)
    assert not is_genuine(TOKEN, URL, FormData([*FIELDS.items(), ("CallSid", "CA2")]), signature)
    assert not is_genuine(TOKEN, URL, form, "")
    assert not is_genuine("", URL, form, RequestValidator("").compute_signature(URL, form))
