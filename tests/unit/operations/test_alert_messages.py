"""What an alert says outside the house."""

import email
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

from callcenter.operations.alert_messages import Message, at_least, document, mail, signature, wait_after

MESSAGE = Message(7, datetime(2022, 6, 2, 2, 0, tzinfo=UTC), "carrier_failure", "warning", "线路 96599966 拨号失败", "http://x/supervisor")


def test_the_document_can_be_checked_by_whoever_has_the_secret() -> None:
    body = document(MESSAGE)
    assert json.loads(body)["text"] == MESSAGE.text
    expected = hmac.new(b"between us two, alone", b"1654135200." + body, hashlib.sha256).hexdigest()
    assert signature("between us two, alone", 1654135200, body) == f"sha256={expected}"
    assert signature("between us two, alone", 1654135201, body) != f"sha256={expected}", "the time is signed too"


def test_a_mail_says_how_serious_it_is_and_survives_a_seven_bit_way() -> None:
    raw = mail(MESSAGE, "calls@example.org", ["a@example.org", "b@example.org"]).as_bytes()
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert raw.isascii()
    assert read["Subject"] == "[注意] 线路 96599966 拨号失败"
    assert MESSAGE.text in read.get_content() and MESSAGE.page in read.get_content()


def test_the_pauses_grow_and_end() -> None:
    pauses = [wait_after(tries) for tries in range(1, 8)]
    assert pauses[:2] == [timedelta(minutes=1), timedelta(minutes=5)]
    assert pauses[-1] is None and None not in pauses[:-1]


def test_the_severities_from_one_up() -> None:
    assert (at_least("notice"), at_least("stop")) == (("notice", "warning", "stop"), ("stop",))
