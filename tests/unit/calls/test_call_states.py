from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.call_states import CARRIER_WORDS, ENDED, ORDER, CallState, moved, named

START = datetime(2022, 6, 2, 2, tzinfo=UTC)
EVENTS = [("queued", 0), ("ringing", 2), ("answered", 9), ("completed", 300)]


def play(events):
    call = CallState()
    for state, seconds in events:
        call = moved(call, state, START + timedelta(seconds=seconds))
    return call


@pytest.mark.parametrize("order", list(permutations(EVENTS)))
def test_callbacks_in_any_order_end_in_the_same_state_with_the_same_moments(order):
    call = play(order)
    assert (call.state, call.ended_at) == ("completed", START + timedelta(seconds=300))
    assert (call.ringing_at, call.answered_at) == (START + timedelta(seconds=2), START + timedelta(seconds=9))


@given(st.lists(st.sampled_from(sorted(ORDER)), max_size=12))
def test_a_call_never_goes_back_and_a_second_telling_changes_nothing(states):
    call = CallState()
    for state in states:
        after = moved(call, state, START)
        assert ORDER[after.state] >= ORDER[call.state]
        assert moved(after, state, START + timedelta(hours=1)) == after
        call = after


@given(st.lists(st.sampled_from(sorted(ORDER)), max_size=12))
def test_an_end_has_a_moment_and_only_an_end_has(states):
    call = CallState()
    for state in states:
        call = moved(call, state, START)
    assert (call.ended_at is not None) == (call.state in ENDED)


def test_the_first_end_that_is_told_stays():
    assert play([("busy", 3), ("completed", 4)]).state == "busy"


def test_the_network_s_cause_is_kept_from_whichever_callback_tells_it():
    assert moved(moved(CallState(), "failed", START), "failed", START, 404).sip_code == 404


def test_every_word_of_the_carrier_has_a_name_and_others_say_nothing():
    assert set(CARRIER_WORDS.values()) < set(ORDER)
    assert [named(word) for word in ("In-Progress", "in_progress", " NO ANSWER ", "cancelled")] == [
        "answered",
        "answered",
        "no_answer",
        "canceled",
    ]
    assert named("transcription-started") is None
