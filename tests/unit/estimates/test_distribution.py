"""Bars of numbers, and figures that too few stand behind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.estimates.distribution import CLASSES, distribution, width
from callcenter.estimates.suppression import hidden


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=1, max_size=60))
def test_every_value_is_in_one_bar(values: list[float]) -> None:
    bars = distribution(np.array([*values, np.nan]), np.ones(len(values) + 1))
    assert sum(bar.n for bar in bars) == len(values)
    assert sum(bar.share for bar in bars) == pytest.approx(1)
    assert len(bars) <= max(15, CLASSES + 1)


def test_few_values_have_a_bar_each_and_nothing_has_none() -> None:
    bars = distribution(np.array([3.0, 1.0, 3.0, np.nan]), np.array([1.0, 2.0, 1.0, 9.0]))
    assert [(bar.label, bar.share, bar.n) for bar in bars] == [("1", 0.5, 1), ("3", 0.5, 2)]
    assert distribution(np.array([np.nan]), np.array([1.0])) == []


def test_one_small_part_alone_would_be_told_by_the_rest() -> None:
    assert hidden({"和平区": 3, "河西区": 9, "南开区": 20}, 5) == {"和平区", "河西区"}
    assert hidden({"和平区": 3, "河西区": 4, "南开区": 20}, 5) == {"和平区", "河西区"}
    assert hidden({"和平区": 0, "河西区": 9}, 5) == frozenset()


def test_values_that_are_far_apart_stand_in_classes_of_one_width_on_their_scale() -> None:
    amounts = np.array([0, 1, 2, 300, 5000.0])
    bars = distribution(amounts, np.ones(5))
    assert len({round(bar.high - bar.low, 6) for bar in bars}) == 1
    assert [bar.n for bar in bars if bar.n] == [4, 1]
    assert width(bars) == bars[0].high - bars[0].low
    days = distribution(np.array([1, 2, 5, 10.0]), np.ones(4))
    assert [bar.middle for bar in days] == [1, 2, 5, 10]
    assert (width(days), width(days[:1]), width([])) == (1, 1, 1)
