"""The right person as told on the telephone, kept with the number."""

from datetime import datetime, timedelta

import pytest

from callcenter.call_queue.contacts import person_told, read_contact, with_contact
from callcenter.errors import Refused
from callcenter.studies.phases import FIELD_ZONE

NOW = datetime(2022, 6, 2, 10, tzinfo=FIELD_ZONE)
LISTED = [{"number": "+8613800000001", "extension": "", "state": "good"}, {"number": "+862228000002", "extension": "12", "state": "wrong"}]


def test_a_new_number_comes_first_and_the_listed_ones_stay() -> None:
    phones = with_contact(LISTED, read_contact("李会计", number="１３８　０００００００３", at_once=True), "+8613800000003", NOW)
    assert phones[1:] == LISTED and (phones[0]["state"], phones[0]["kind"]) == ("untried", "mobile")
    again = with_contact(phones, read_contact("", "经理", "13800000003"), "+8613800000003", NOW + timedelta(minutes=1))
    assert ([phone["number"] for phone in again], person_told(again)) == (
        [phone["number"] for phone in phones],
        {"name": "", "role": "经理", "extension": "", "at": "2022-06-02T10:01:00+08:00", "at_once": False, "number": "+8613800000003"},
    )


def test_without_a_number_the_person_is_at_the_number_spoken_on_and_nothing_moves() -> None:
    phones = with_contact(LISTED, read_contact("李会计", extension="205"), LISTED[1]["number"], NOW)
    assert phones == [LISTED[0], {**LISTED[1], "person": phones[1]["person"]}]
    assert (phones[1]["extension"], phones[1]["person"]["extension"]) == ("12", "205")


def test_a_number_that_failed_is_refused_and_the_list_alone_names_nobody() -> None:
    with pytest.raises(Refused):
        with_contact([{**LISTED[0], "state": "dead"}], read_contact("李", number="13800000001"), "+8613800000001", NOW)
    assert person_told(LISTED) is None
