from datetime import UTC, datetime

import pytest
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from callcenter.errors import InvalidInput
from callcenter.telephony.twilio_events import answered_by, event, is_genuine, party

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


@pytest.mark.parametrize(
    "missing",
    [{"CallSid": ""}, {"CallStatus": ""}, {"CallStatus": "x" * 50}, {"CallStatus": "a\0b"}, {"CallSid": "CA\0"}, {"CallSid": "C" * 101}],
)
def test_what_is_no_event_of_a_call_is_refused(missing):
    with pytest.raises(InvalidInput):
        event(FIELDS | missing, "7", NOW)


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "1e3", "٣", "9" * 40])
def test_nonsense_in_numbers_and_moments_is_no_reason_to_lose_an_event(nonsense):
    told = event(FIELDS | {"SequenceNumber": nonsense, "SipResponseCode": nonsense, "Timestamp": nonsense}, nonsense, NOW)
    assert (told.attempt_id, told.sip_code, told.at) == (None, None, NOW)
    assert told.sequence >= 1000


def test_a_word_that_no_carrier_had_yet_is_kept_like_the_others():
    assert event(FIELDS | {"CallStatus": "On-Hold"}, "7", NOW).word == "on-hold"


@pytest.mark.parametrize(
    "clock", ["Thu, 02 Jun 2033 02:00:31 +0000", "Thu, 01 Jan 1970 00:00:00 +0000", "Thu, 02 Jun 2022 02:00:31 +99999999"]
)
def test_a_carrier_s_clock_of_another_day_is_not_believed(clock):
    assert event(FIELDS | {"Timestamp": clock}, "7", NOW).at == NOW


@pytest.mark.parametrize("written", ["2022-06-02T10:00:31+08:00", "2022-06-02T02:00:31Z", "Thu, 02 Jun 2022 02:00:31 GMT"])
def test_a_moment_may_be_written_as_others_write_it(written):
    assert event(FIELDS | {"Timestamp": written}, "7", NOW).at == datetime(2022, 6, 2, 2, 0, 31, tzinfo=UTC)


def test_a_number_too_large_for_its_column_is_no_number():
    told = event(FIELDS | {"SequenceNumber": "9" * 12, "SipResponseCode": "9" * 12, "CallDuration": "9" * 12}, "7", NOW)
    assert (told.sequence >= 1000, told.sip_code, told.seconds) == (True, None, None)


@pytest.mark.parametrize(
    ("said", "heard"), [("human", "human"), ("machine_end_beep", "machine"), ("FAX", "fax"), ("", None), ("dog", None)]
)
def test_who_answered_is_told_in_one_of_four_words(said, heard):
    assert answered_by({"AnsweredBy": said}) == heard


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"To": "+862296599966"}, "+862296599966"),
        ({"To": "", "Called": "96599966"}, "96599966"),
        ({"To": "sip:96599966@trunk.example;transport=tcp"}, "96599966"),
        ({"To": "SIPS:%2B862296599966@10.0.0.1:5061"}, "+862296599966"),
        ({"To": "tel:+86-22-96599966;phone-context=x"}, "+86-22-96599966"),
        ({}, ""),
    ],
)
def test_a_number_is_read_out_of_whatever_address_a_trunk_makes_of_it(form, number):
    assert party(form, "To", "Called") == number


def test_a_genuine_callback_is_told_from_one_whose_form_or_address_was_changed():
    form = FormData([*FIELDS.items(), ("Empty", ""), ("Twice", "b"), ("Twice", "a")])
    signature = RequestValidator(TOKEN).compute_signature(URL, form)
    assert is_genuine(TOKEN, URL, form, signature)
    assert is_genuine(TOKEN, URL.replace(".cn/", ".cn:443/"), form, signature)
    assert not is_genuine(TOKEN, URL.replace("7", "8"), form, signature)
    assert not is_genuine(TOKEN, URL, FormData([*FIELDS.items(), ("CallSid", "CA2")]), signature)
    assert not is_genuine(TOKEN, URL, form, "")
    assert not is_genuine("", URL, form, RequestValidator("").compute_signature(URL, form))
