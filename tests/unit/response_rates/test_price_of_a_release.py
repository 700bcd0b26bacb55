"""What a release costs in response rate is told before it is made."""

import pytest

from callcenter.response_rates.cohorts import Cohort, Price, price


def test_a_release_lowers_the_rate_at_once_and_by_less_in_the_end() -> None:
    cohort = Cohort(categories={"I": 40, "R": 20, "NC": 10, "UH": 30, "NE": 7})
    told = price(cohort, 25, expected=5, yield_rate=0.4)
    assert (told.now, told.at_once, told.at_end) == (0.4, 40 / 125, pytest.approx(55 / 125))
    assert price(Cohort(), 0, expected=0, yield_rate=0.4) == Price(None, None, None)
