from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.telephony.carrier import respondents
from callcenter.telephony.carrier.respondents import ZONE, chance, daypart, heard, pick, reply, respondent, ringing

MORNING = datetime(2022, 6, 2, 9, 10, tzinfo=ZONE)
NUMBERS = [f"+8613{n:09d}" for n in range(3000)]
seeds = st.text(max_size=8)
numbers = st.from_regex(r"\+861\d{10}|\+8622\d{8}", fullmatch=True)


@given(seeds, numbers)
def test_the_same_seed_and_number_is_always_the_same_person_in_the_same_mood(seed, number):
    assert respondent(seed, number) == respondent(seed, number)
    assert ringing(seed, number, MORNING) == ringing(seed, number, MORNING + timedelta(minutes=1))


@given(seeds, numbers, st.integers(0, 3))
def test_every_call_ends_in_something_an_operator_can_say(seed, number, talks):
    call = ringing(seed, number, MORNING)
    from callcenter.calls.outcomes import WITH_AN_ANSWER, WITHOUT_SPEECH

    if call.happening == "answered":
        assert reply(seed, number, talks, call).outcome in {"willing", *WITH_AN_ANSWER}
    else:
        assert heard(call) in WITHOUT_SPEECH


def test_dead_numbers_stay_dead_and_never_ring():
    dead = [n for n in NUMBERS if respondent("1", n).fate == "dead"]
    calls = [ringing("1", n, MORNING + timedelta(days=d)) for n in dead for d in range(3)]
    assert {(call.happening, call.rings, call.sip_code) for call in calls} == {("dead", False, 404)}


def test_some_six_in_ten_live_numbers_are_answered_and_a_second_day_is_another_chance():
    live = [n for n in NUMBERS if respondent("1", n).fate == "alive"]
    first = {n for n in live if ringing("1", n, MORNING).happening == "answered"}
    second = {n for n in live if ringing("1", n, MORNING + timedelta(days=1)).happening == "answered"}
    assert 0.55 < len(first) / len(live) < 0.72
    assert 0.55 < len(second - first) / len(set(live) - first) < 0.72


def test_habits_differ_by_hour_as_the_sector_has_them():
    cooks = [n for n in NUMBERS if respondent("1", n).sector == "restaurant" and respondent("1", n).fate == "alive"]
    by_hour = [sum(ringing("1", n, MORNING.replace(hour=h)).happening == "answered" for n in cooks) for h in (11, 14)]
    assert by_hour[0] * 1.5 < by_hour[1]


def test_the_shares_of_tempers_are_those_of_the_table():
    tempers = Counter(respondent("1", n).temper for n in NUMBERS)
    for temper, share in respondents.TEMPERS:
        assert tempers[temper] / len(NUMBERS) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize(("clock_time", "part"), [((9, 0), 0), ((10, 29), 0), ((10, 30), 1), ((12, 0), 2), ((15, 30), 3), ((19, 0), 3)])
def test_parts_of_the_day_meet_at_their_edges(clock_time, part):
    assert daypart(MORNING.replace(hour=clock_time[0], minute=clock_time[1])) == part


@given(st.lists(st.text(), max_size=4))
def test_a_chance_lies_between_zero_and_one(parts):
    assert 0 <= chance(*parts) < 1


def test_a_table_of_shares_is_read_from_its_start_and_ends_in_its_last_entry():
    table = (("a", 0.5), ("b", 0.4))
    assert [pick(table, at) for at in (0.0, 0.49, 0.5, 0.89, 0.95)] == ["a", "a", "b", "b", "b"]
