"""The recall table of calls.md, row by row, and what holds for every history."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.priority import FRESH, HARD_APPOINTMENT, PROMISED, SOFT_APPOINTMENT
from callcenter.follow_up import recall_rules as rr
from callcenter.follow_up.appointments import Wish
from callcenter.studies.phases import FIELD_ZONE, field_day

HOURS = ch.Hours()
RULES = rr.Rules()
ONE = ({"number": "+8613800000001", "state": "untried"},)
TWO = (*ONE, {"number": "+8622800000002", "state": "untried"})


def at(text: str) -> datetime:
    """`06-02 10:00` in June 2022, field time."""
    return datetime.fromisoformat(f"2022-{text}").replace(tzinfo=FIELD_ZONE)


def past(when: str, outcome: str, **detail: Any) -> rr.Past:
    return rr.Past(at(when), outcome, phone=ONE[0]["number"], line=detail.pop("line", "96599966"), detail=detail)


def decide(*history: rr.Past, now: str | None = None, **given_: Any) -> rr.Decision:
    moment = at(now) if now else history[-1].at + timedelta(minutes=1)
    defaults: dict[str, Any] = {"hours": HOURS, "rules": RULES, "phones": ONE}
    return rr.decide(rr.Situation(history, moment, **{**defaults, **given_}))


def repeated(outcome: str, *moments: str) -> list[rr.Past]:
    return [past(moment, outcome) for moment in moments]


# history (moment, outcome) …  →  when again
CALLS_AGAIN = [
    # no answer in the first daypart: the rotation's next is the third (early afternoon), the same day
    ([("06-02 09:10", "no_answer")], "06-02 13:30", "another_daypart"),
    # two in one day: another day; 3 to 5 June are no workdays; the rotation goes on with the second daypart
    ([("06-02 09:10", "no_answer"), ("06-02 13:40", "no_answer")], "06-06 10:30", "another_daypart"),
    # switched off, unreachable, declined: the same rule
    ([("06-02 09:10", "switched_off")], "06-02 13:30", "another_daypart"),
    ([("06-02 09:10", "unreachable")], "06-02 13:30", "another_daypart"),
    ([("06-02 09:10", "declined_ring")], "06-02 13:30", "another_daypart"),
    # last daypart of the day: the first of the next workday but in the rotation's order
    ([("06-01 15:40", "no_answer")], "06-02 09:00", "another_daypart"),
    # busy: twenty minutes after the outcome
    ([("06-02 09:10", "busy")], "06-02 09:31", "busy"),
    # third busy of the day: as no answer, and two that day were made: another day
    ([("06-02 09:10", "busy"), ("06-02 09:31", "busy"), ("06-02 09:52", "busy")], "06-06 13:30", "another_daypart"),
    # busy just before noon waits for the afternoon
    ([("06-02 11:50", "busy")], "06-02 13:30", "busy"),
    # a device: the next daypart
    ([("06-02 09:10", "answering_machine")], "06-02 10:41", "next_daypart"),
    # nobody to talk to: next workday in the same daypart
    ([("06-02 10:45", "informant_absent")], "06-06 10:30", "same_daypart"),
    ([("06-02 10:45", "gatekeeper")], "06-06 10:30", "same_daypart"),
    # suspended: after two workdays
    ([("06-02 10:45", "suspended")], "06-07 09:00", "suspended"),
    ([("06-02 10:45", "suspended"), ("06-07 09:00", "suspended")], "06-09 09:00", "suspended"),
    # soft refusal: three workdays, same daypart
    ([("06-02 10:45", "soft_refusal")], "06-08 10:30", "conversion"),
    # broken off in a friendly way: next workday
    ([("06-02 10:45", "broken_off")], "06-06 10:30", "resume"),
    # denied: a second informant
    ([("06-02 10:45", "matter_denied")], "06-06 10:30", "second_informant"),
    # blocked once: as no answer
    ([("06-02 09:10", "blocked")], "06-02 13:30", "another_daypart"),
    # the carrier failed: two minutes, then four
    ([("06-02 09:10", "carrier_failure")], "06-02 09:13", "carrier_failure"),
    ([("06-02 09:10", "carrier_failure"), ("06-02 09:13", "carrier_failure")], "06-02 09:18", "carrier_failure"),
]


@pytest.mark.parametrize(
    ("history", "due", "why"), CALLS_AGAIN, ids=[f"{row[0][-1][1]}-{len(row[0])}-{n}" for n, row in enumerate(CALLS_AGAIN)]
)
def test_the_table_says_when_to_call_again(history: list[tuple[str, str]], due: str, why: str) -> None:
    decision = decide(*(past(*entry) for entry in history))
    assert (decision.action, decision.why, decision.due_at) == ("call", why, at(due))


SIX = ("06-01 09:00", "06-01 13:30", "06-02 10:30", "06-02 15:30", "06-06 09:00", "06-06 13:30")
CLOSES = [
    (repeated("no_answer", *SIX), "close", "max_attempts"),  # six attempts over three workdays
    ([past("06-02 10:00", "complete")], "close", "complete"),
    ([past("06-02 10:00", "partial")], "close", "partial"),
    ([past("06-02 10:00", "hard_refusal")], "close", "refused"),
    (repeated("soft_refusal", "06-02 10:00", "06-08 10:00"), "close", "refused"),  # converted once, never twice
    (repeated("matter_denied", "06-02 10:00", "06-06 10:00"), "close", "matter_denied"),  # second informant said the same
    ([past("06-02 10:00", "matter_denied", order_checked=True)], "close", "matter_denied"),  # the order number settled it
    ([past("06-02 10:00", "wrong_number")], "trace", "no_number_left"),
    ([past("06-02 10:00", "dead_number")], "trace", "no_number_left"),
    (repeated("suspended", "06-01 10:00", "06-06 10:00", "06-08 10:00"), "trace", "no_number_left"),  # twice, then as dead
    ([past("06-02 10:00", "closed_business")], "close", "closed_business"),
    ([past("06-02 10:00", "language")], "close", "language"),
    (
        [past("06-01 10:00", "blocked"), past("06-02 10:00", "blocked", line="96599977"), past("06-06 10:00", "blocked")],
        "close",
        "blocked",  # three over two lines
    ),
]


@pytest.mark.parametrize(("history", "action", "why"), CLOSES, ids=[f"{row[2]}-{n}" for n, row in enumerate(CLOSES)])
def test_the_table_says_when_to_stop(history: list[rr.Past], action: str, why: str) -> None:
    decision = decide(*history)
    assert (decision.action, decision.why, decision.due_at) == (action, why, None)


def test_three_blocks_over_one_line_do_not_end_it() -> None:
    decision = decide(*repeated("blocked", "06-01 10:00", "06-02 10:00", "06-06 10:00"))
    assert decision.action == "call"
    assert decision.change_line


def test_a_wrong_number_is_followed_by_the_next_at_once() -> None:
    decision = decide(past("06-02 10:00", "wrong_number"), phones=TWO)
    assert decision.due_at == at("06-02 10:01")
    assert [(phone["number"], phone["state"]) for phone in decision.phones] == [
        (TWO[1]["number"], "untried"),
        (TWO[0]["number"], "wrong"),
    ]


def test_a_gatekeeper_puts_the_second_number_first() -> None:
    assert [phone["number"] for phone in decide(past("06-02 10:00", "gatekeeper"), phones=TWO).phones] == [
        TWO[1]["number"],
        TWO[0]["number"],
    ]


def test_the_right_person_is_called_at_once_where_wished_and_once() -> None:
    person = {"name": "李会计", "at": at("06-02 10:03").isoformat(), "at_once": True}
    phones = ({**TWO[1], "person": person}, TWO[0])
    decision = decide(past("06-02 10:00", "gatekeeper"), now="06-02 10:05", phones=phones)
    assert (decision.why, decision.due_at, decision.rank, decision.own_operator) == ("right_person", at("06-02 10:05"), PROMISED, True)
    assert [phone["number"] for phone in decision.phones] == [phone["number"] for phone in phones]
    called = rr.Past(at("06-02 10:06"), "gatekeeper", phone=TWO[1]["number"], line="96599966")
    assert decide(past("06-02 10:00", "gatekeeper"), called, phones=phones).why == "same_daypart"
    later = ({**TWO[1], "person": {**person, "at_once": False}}, TWO[0])
    assert decide(past("06-02 10:00", "matter_denied"), phones=later).why == "second_informant"
    same = ({**TWO[0], "person": {**person, "at_once": False}}, TWO[1])  # to be asked for at the number spoken on: it stays first
    assert decide(past("06-02 10:00", "gatekeeper"), phones=same).phones[0]["number"] == same[0]["number"]


def test_a_gatekeepers_word_about_the_time_is_kept() -> None:
    decision = decide(past("06-02 10:00", "informant_absent", call_back_at="2022-06-02T15:00:00+08:00"))
    assert (decision.due_at, decision.rank) == (at("06-02 15:00"), PROMISED)
    evening = decide(past("06-02 10:00", "informant_absent", call_back_at="2022-06-02T19:00:00+08:00"))
    assert (evening.due_at, evening.rank) == (at("06-02 19:00"), SOFT_APPOINTMENT)


def test_a_hard_appointment_is_its_own_operators_for_five_minutes() -> None:
    decision = decide(past("06-02 10:00", "appointment_hard"), wish=Wish(at("06-04 19:30"), "hard"))
    assert (decision.due_at, decision.rank) == (at("06-04 19:30"), HARD_APPOINTMENT)
    assert (decision.own_operator, decision.anyone_from) == (True, at("06-04 19:35"))


def test_a_soft_appointment_is_due_from_the_start_of_its_half_day() -> None:
    decision = decide(past("06-02 10:00", "appointment_soft"), wish=Wish(at("06-06 15:00"), "soft"))
    assert (decision.due_at, decision.rank) == (at("06-06 12:00"), SOFT_APPOINTMENT)


def test_an_appointment_that_they_missed_gets_one_more_offer() -> None:
    made = [*repeated("no_answer", *SIX[:5]), past("06-06 13:30", "appointment_hard"), past("06-07 10:00", "no_answer")]
    offer = decide(*made)
    assert (offer.action, offer.why, offer.rank) == ("call", "one_more_offer", PROMISED)
    assert decide(*made, past("06-08 10:00", "no_answer")).why == "max_attempts"
    chosen = replace(past("06-06 13:30", "appointment_soft"), incoming=True)  # by their own keys, in the voice menu
    assert decide(*made[:5], chosen, made[-1]).why == "one_more_offer"


def test_who_was_not_there_at_the_hour_agreed_is_called_again_soon_within_the_hours() -> None:
    made = [past("06-01 13:30", "appointment_hard"), past("06-02 10:00", "no_answer")]
    assert (decide(*made).due_at, decide(*made).rank) == (at("06-02 10:21"), PROMISED)
    evening = decide(made[0], past("06-02 19:30", "no_answer"))  # the enterprise chose an hour after its dayparts
    assert (evening.due_at, evening.rank) == (at("06-02 19:51"), SOFT_APPOINTMENT)
    late = decide(made[0], past("06-02 19:50", "no_answer"))
    assert (late.due_at, late.rank) == (at("06-06 09:00"), PROMISED)
    trial = ch.read({"dayparts": [["00:00", "12:00"], ["12:00", "23:59:59"]], "appointment_hours": ["00:00", "23:59:59"]})
    assert decide(made[0], past("06-02 20:00", "no_answer"), hours=trial).due_at == at("06-02 20:21")


def test_do_not_call_follows_an_opt_out_and_a_refusal_that_asks_for_it() -> None:
    assert decide(past("06-02 10:00", "opt_out")).do_not_call
    assert decide(past("06-02 10:00", "hard_refusal", do_not_call=True)).do_not_call
    assert not decide(past("06-02 10:00", "hard_refusal")).do_not_call


def test_a_conversion_is_left_to_those_named_for_it() -> None:
    assert decide(past("06-02 10:00", "soft_refusal")).needs_conversion


def test_an_unfriendly_break_off_is_a_soft_refusal() -> None:
    assert decide(past("06-02 10:00", "broken_off", friendly=False)).needs_conversion


def test_a_never_reached_case_changes_its_line_after_three_attempts() -> None:
    moments = SIX[:3]
    assert not decide(*repeated("no_answer", *moments[:2])).change_line
    assert decide(*repeated("no_answer", *moments)).change_line
    reached = [past("06-01 09:00", "gatekeeper"), *repeated("no_answer", *SIX[1:4])]
    assert not decide(*reached).change_line


def test_a_carrier_failure_keeps_the_rank_and_changes_the_line() -> None:
    decision = decide(past("06-02 19:00", "carrier_failure"), rank=HARD_APPOINTMENT)
    assert (decision.rank, decision.due_at, decision.change_line) == (HARD_APPOINTMENT, at("06-02 19:03"), True)


def test_a_study_can_override_the_numbers() -> None:
    rules = rr.read_rules({"calling": {"caps": {"attempts": 4, "a_day": 1}}, "recall": {"busy_minutes": 45, "unheard_of": 3}})
    assert (rules.attempts, rules.a_day, rules.busy_minutes, rules.workdays) == (4, 1, 45, 3)
    assert decide(past("06-02 09:10", "busy"), rules=rules).due_at == at("06-02 09:56")


def test_every_outcome_of_the_house_has_a_rule() -> None:
    from callcenter.calls.outcomes import BY_CODE

    assert set(BY_CODE) == rr.OUTCOMES


hours = st.sampled_from(
    [
        HOURS,
        ch.read(
            {
                "dayparts": [["00:00", "24:00"]],
                "weekdays": [1, 2, 3, 4, 5, 6, 7],
                "holidays": "none",
                "appointment_hours": ["00:00", "24:00"],
            }
        ),
        ch.read({"dayparts": [["09:00", "12:00"], ["14:00", "18:00"]], "extra_workdays": ["2022-06-03"]}),
    ]
)
outcomes = st.lists(st.sampled_from(sorted(rr.OUTCOMES)), min_size=1, max_size=60)
unreached = st.lists(st.sampled_from(sorted(rr.UNREACHED - {"suspended"})), min_size=40, max_size=40)


def play(codes: list[str], rules: ch.Hours, persons: bool) -> list[tuple[rr.Situation, rr.Decision]]:
    """A case that is called exactly when it is due, until it is closed."""
    now = ch.next_open(rules, at("06-01 09:00"), persons=persons)
    phones: tuple[rr.Phone, ...] = TWO
    history: list[rr.Past] = []
    played = []
    rank = FRESH
    for number, code in enumerate(codes):
        history.append(rr.Past(now, code, phone=str(phones[0]["number"]), line=f"9659996{number % 2}"))
        wish = Wish(ch.next_appointment_hour(rules, now + timedelta(hours=5)), "hard") if code.startswith("appointment") else None
        given_ = rr.Situation(tuple(history), now + timedelta(seconds=90), rules, RULES, phones, persons, rank, wish)
        decision = rr.decide(given_)
        played.append((given_, decision))
        if decision.action != "call":
            break
        assert decision.due_at is not None
        now, phones, rank = decision.due_at, decision.phones, decision.rank
    return played


@given(outcomes, hours, st.booleans())
def test_a_case_is_never_due_in_the_past_nor_outside_its_hours(codes: list[str], rules: ch.Hours, persons: bool) -> None:
    for given_, decision in play(codes, rules, persons):
        if decision.due_at is None:
            continue
        assert decision.due_at >= given_.now
        if decision.rank in {HARD_APPOINTMENT, SOFT_APPOINTMENT}:
            assert ch.appointment_is_open(rules, decision.due_at)
        else:
            assert ch.is_open(rules, decision.due_at, persons=persons)


@given(outcomes, hours, st.booleans())
def test_nobody_is_called_for_ever(codes: list[str], rules: ch.Hours, persons: bool) -> None:
    played = play(codes, rules, persons)
    counted = sum(entry.counts for entry in played[-1][0].history)
    assert counted <= RULES.whole


@given(unreached, st.booleans())
def test_the_unreached_get_six_attempts_over_three_workdays_and_no_more(codes: list[str], persons: bool) -> None:
    situation, decision = play(codes, HOURS, persons)[-1]
    assert decision.why in {"max_attempts", "blocked"}
    if decision.why == "max_attempts":
        assert len(situation.history) == RULES.attempts
        assert len({field_day(entry.at) for entry in situation.history}) >= RULES.workdays


@given(st.booleans())
def test_no_answers_rotate_through_every_daypart_before_one_repeats(persons: bool) -> None:
    played = play(["no_answer"] * 10, HOURS, persons)
    parts = [ch.daypart(HOURS, entry.at, persons=persons) for entry in played[-1][0].history]
    count = len(HOURS.of_day(persons))
    assert len(set(parts[:count])) == count


@given(outcomes, hours, st.booleans())
def test_a_wrong_number_is_never_first_while_another_is_left(codes: list[str], rules: ch.Hours, persons: bool) -> None:
    for _, decision in play(codes, rules, persons):
        if decision.action == "call":
            assert decision.phones[0]["state"] in rr.USABLE
