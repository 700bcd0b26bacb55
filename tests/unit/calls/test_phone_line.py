import pytest

from callcenter.calls.lines import PublishedLine
from callcenter.calls.phone_line import Placement
from callcenter.errors import Refused

PUBLISHED = (PublishedLine("96599966", "+862296599966"),)


def test_a_call_is_placed_from_the_dialled_form_of_a_published_line():
    assert Placement(1, "+8613800000000", "02296599966", PUBLISHED).caller == "+862296599966"


def test_no_placement_can_even_be_made_with_another_caller_number():
    with pytest.raises(Refused):
        Placement(1, "+8613800000000", "+8613900000000", PUBLISHED)


def test_the_ring_is_long_enough_for_a_busy_shop():
    assert Placement(1, "+8613800000000", "96599966", PUBLISHED).ring_seconds >= 25
