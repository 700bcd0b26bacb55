"""The codes of rates.md, and their precedence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.dispositions import CATEGORIES, Limits, Word, by_completeness, derive
from callcenter.calls.outcomes import BY_CODE


def word(outcome: str, **detail: Any) -> Word:
    return Word(outcome, line=detail.pop("line", "96599966"), detail=detail)


HISTORIES = [
    ([], "3.11"),  # never dialled
    ([word("carrier_failure")], "3.16"),  # only technical failures
    ([word("busy"), word("busy")], "3.12"),
    ([word("busy"), word("no_answer")], "3.13"),
    ([word("switched_off")], "3.13"),
    ([word("no_answer"), word("answering_machine")], "3.14"),  # a device that names nobody
    ([word("answering_machine", named=True), word("no_answer")], "2.22"),  # one that names the enterprise
    ([word("blocked"), word("blocked", line="96599977"), word("blocked")], "3.15"),
    ([word("gatekeeper"), word("no_answer")], "2.21"),  # confirmed once: a later silence does not undo it
    ([word("informant_absent")], "2.21"),
    ([word("gatekeeper", confirmed=False)], "3.20"),  # somebody, nothing confirmed
    ([word("broken_off", confirmed=False)], "3.20"),  # early hang-up
    ([word("appointment_hard", confirmed=False)], "3.20"),
    ([word("soft_refusal"), *[word("no_answer")] * 6], "2.112"),  # the maximum of attempts never overrides a refusal
    ([word("soft_refusal", who="gatekeeper")], "2.111"),
    ([word("soft_refusal"), word("appointment_hard")], "2.36"),  # lifted
    ([word("soft_refusal"), word("appointment_soft", who="gatekeeper")], "2.21"),  # lifted by whoever made it
    ([word("appointment_hard"), word("soft_refusal")], "2.112"),
    ([word("soft_refusal"), word("gatekeeper")], "2.112"),  # the informant's word stands above a later gatekeeper's
    ([word("hard_refusal"), word("appointment_hard")], "2.112"),  # a hard one is not lifted
    ([word("hard_refusal", who="gatekeeper")], "2.111"),
    ([word("opt_out")], "2.112"),
    ([word("appointment_hard")], "2.36"),
    ([word("appointment_hard", who="gatekeeper")], "2.21"),
    ([word("broken_off", completeness=0.2)], "2.12"),
    ([word("broken_off", completeness=0.5)], "1.2"),  # partial by what was answered
    ([word("partial", completeness=0.79)], "1.2"),
    ([word("partial")], "1.2"),
    ([word("broken_off", completeness=0.8)], "1.1"),
    ([word("hard_refusal"), word("complete")], "1.1"),
    ([word("complete"), word("hard_refusal")], "1.1"),
    ([word("broken_off", completeness=0.6), word("hard_refusal")], "1.2"),  # partial > hard refusal
    ([word("not_eligible"), word("hard_refusal")], "4.70"),
    ([word("not_eligible", duplicate=True)], "4.10"),
    ([word("not_eligible", verified=False), word("no_answer")], "3.13"),
    ([word("matter_denied")], "3.30"),  # not yet settled
    ([word("matter_denied"), word("no_answer")], "3.30"),
    ([word("matter_denied"), word("matter_denied")], "4.80"),
    ([word("matter_denied", order_checked=True)], "4.80"),
    ([word("matter_denied"), word("matter_denied"), word("complete")], "1.1"),  # one who confirms outweighs
    ([word("matter_denied"), word("broken_off"), word("matter_denied")], "3.30"),
    ([word("closed_business")], "2.31"),
    ([word("unable")], "2.32"),
    ([word("language")], "2.33"),
]


@pytest.mark.parametrize(("history", "code"), HISTORIES, ids=[f"{n}-{row[1]}" for n, row in enumerate(HISTORIES)])
def test_a_case_is_what_its_history_makes_of_it(history: list[Word], code: str) -> None:
    derived = derive(history, closed=True)
    assert (derived.code, derived.category) == (code, CATEGORIES[code])


def test_wrong_and_dead_numbers_are_unknown_never_ineligible() -> None:
    assert derive([word("wrong_number")], closed=False).code == "3.13"
    assert derive([word("wrong_number"), word("dead_number")], closed=True, numbers_left=False).code == "3.90"


def test_of_a_fabricated_interview_only_the_answered_call_is_left() -> None:
    invented = Word("complete", void=True)
    assert derive([invented], closed=False).code == "3.20", "it was dialled: never 3.11"
    assert derive([word("no_answer"), invented], closed=True, numbers_left=False).code == "3.20"
    assert derive([word("soft_refusal"), invented], closed=True).code == "2.112"
    assert derive([invented, word("complete")], closed=True).code == "1.1"


def test_the_limits_are_the_studys() -> None:
    assert [by_completeness(share, Limits()) for share in (1.0, 0.8, 0.79, 0.5, 0.49)] == [
        "complete",
        "complete",
        "partial",
        "partial",
        "broken_off",
    ]
    assert derive([word("broken_off", completeness=0.6)], closed=True, limits=Limits(complete=0.6)).code == "1.1"


words = st.builds(
    Word,
    st.sampled_from(sorted(BY_CODE)),
    line=st.sampled_from(["96599966", "96599977"]),
    detail=st.fixed_dictionaries({}, optional={"who": st.sampled_from(["informant", "gatekeeper"]), "confirmed": st.booleans()}),
)


@given(st.lists(words, max_size=12), st.booleans(), st.booleans())
def test_every_history_has_a_known_code(history: list[Word], closed: bool, left: bool) -> None:
    derived = derive(history, closed=closed, numbers_left=left)
    assert CATEGORIES[derived.code] == derived.category
    assert derived.final is closed


@given(st.lists(words, max_size=8))
def test_a_complete_stands_above_everything(history: list[Word]) -> None:
    assert derive([*history, word("complete")], closed=True).code == "1.1"


@given(st.lists(words, min_size=1, max_size=8))
def test_silence_after_it_never_changes_what_persons_said(history: list[Word]) -> None:
    before = derive(history, closed=True)
    after = derive([*history, word("no_answer")], closed=True)
    if before.category in {"I", "P", "R", "O", "NC", "NE"}:
        assert after == before


@given(st.lists(words, max_size=8), st.booleans(), st.booleans())
def test_the_code_is_a_function_of_the_history_alone(history: list[Word], closed: bool, left: bool) -> None:
    """Derived again, from equal words, or with words that are no attempt, it is the same; a void word says that somebody answered."""
    derived = derive(history, closed=closed, numbers_left=left)
    copies = [Word(word.outcome, word.line, word.phone, dict(word.detail), word.void) for word in history]
    assert derive(copies, closed=closed, numbers_left=left) == derived
    answered = Word("gatekeeper", detail={"confirmed": False})
    assert derive([Word("complete", void=True), *history], closed=closed) == derive([answered, *history], closed=closed)


def test_a_case_that_never_had_a_number_ends_as_untraced() -> None:
    assert derive([], closed=True, numbers_left=False).code == "3.90"
    assert derive([], closed=True).code == "3.11"
