"""The control chart of a line's answer rate, proved by simulation with a fixed seed."""

import random
from datetime import UTC, datetime, timedelta

from callcenter.calls.lines.health import Call, block_size, chart

START = datetime(2022, 6, 1, 1, tzinfo=UTC)
LINES = ("96599966", "96599977", "96599988")


def simulated(seed, calls, rate_of):
    """Calls in turn over three lines; `rate_of(line, number)` is the chance that somebody is reached."""
    chance = random.Random(seed)  # noqa: S311  # a simulation
    made = []
    for number in range(calls):
        line = LINES[number % 3]
        made.append(Call(line, number, START + timedelta(seconds=number), chance.random() < rate_of(line, number)))
    return made


def test_false_alarms_of_a_line_in_control_are_a_few_in_a_thousand_blocks():
    points = []
    for rate in (0.15, 0.4, 0.7):
        made = chart(simulated(7, 60_000, lambda *_, rate=rate: rate), 100)
        points += [point for of_line in made.values() for point in of_line]
    assert len(points) == 1800
    low, high = sum(point.is_low for point in points) / len(points), sum(point.is_high for point in points) / len(points)
    assert low < 0.003
    assert 0 < low + high < 0.006


def test_a_day_when_all_lines_are_answered_less_is_no_fault_of_one():
    """The rate of all lines falls alike: the share of alarms stays small, as the centre falls with it."""
    made = simulated(3, 6000, lambda line, number: 0.30)
    assert not [point for points in chart(made, 100).values() for point in points if point.is_low]


def test_a_marked_line_leaves_its_limits_within_two_blocks():
    found = 0
    for seed in range(40):
        calls = simulated(seed, 3000, lambda line, number: 0.2 if line == LINES[1] and number >= 2400 else 0.42)
        points = chart(calls, 100)
        found += any(point.is_low for point in points[LINES[1]][-2:])
        assert not any(point.is_low for line in (LINES[0], LINES[2]) for point in points[line][-2:])
    assert found >= 38


def test_a_case_called_again_and_again_counts_once_in_a_block():
    again = [Call(LINES[0], 1, START + timedelta(seconds=n), False) for n in range(500)]
    others = simulated(1, 900, lambda *_: 0.5)
    assert chart([*again, *others], 100)[LINES[0]][0].cases == 100
    assert chart(again, 100) == {LINES[0]: []}


def test_where_few_answer_a_block_is_larger_so_that_its_lower_limit_is_above_nought():
    assert [block_size(rate, 100) for rate in (0.5, 0.09, 0.055, 0.0)] == [100, 100, 155, 2000]
    points = chart(simulated(5, 6000, lambda *_: 0.05), 100)
    assert {170 < point.cases < 200 for made in points.values() for point in made} == {True}


def test_nothing_is_said_without_calls_or_with_one_line_that_has_a_single_block():
    assert chart([], 100) == {}
    alone = [Call(LINES[0], n, START + timedelta(seconds=n), True) for n in range(150)]
    assert chart(alone, 100) == {LINES[0]: []}
