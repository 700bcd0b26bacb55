"""No number goes to a carrier outside the house without a word on the law."""

import pytest

from callcenter import wiring
from callcenter.calls.phone_line import LineUnlawful, NoLine
from callcenter.settings import Settings
from callcenter.telephony.twilio_line import TwilioLine


def settings(**more):
    return Settings(
        database_url="postgresql://u:p@127.0.0.1/x",
        secret_key="only-for-tests-0123456789-abcdefghij",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="only-for-tests-token-0123",
        **more,
    )


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8002", "http://localhost:8002", "http://carrier:8002", "http://10.0.0.7", "http://[::1]:8002"]
)
def test_a_carrier_in_the_house_needs_none(address):
    assert isinstance(wiring.phone_line(settings(twilio_base_url=address)), TwilioLine)


@pytest.mark.parametrize("address", [None, "https://api.twilio.com", "https://8.8.8.8", "https://carrier.example.com"])
def test_any_other_is_used_only_with_the_legal_basis_named(address):
    line = wiring.phone_line(settings(twilio_base_url=address))
    assert isinstance(line, NoLine)
    with pytest.raises(LineUnlawful):
        line.hang_up("CA1")
    named = wiring.phone_line(settings(twilio_base_url=address, carrier_legal_basis="个人信息保护法第三十八条，标准合同 2022-05-20"))
    assert isinstance(named, TwilioLine)
