"""One call, several cases: what it was for each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.dispositions import Limits
from callcenter.calls.outcomes import BY_CODE, WITHOUT_SPEECH
from callcenter.follow_up.bundles import Standing, asked, outcomes

LIMITS = Limits()
THROUGH, DENIED, HALF, WAITING = (
    Standing(1, through=True, share=1.0),
    Standing(1, through=True, brought="matter_denied"),
    Standing(2, share=0.4),
    Standing(2),
)


@pytest.mark.parametrize(
    ("told", "standings", "expected"),
    [
        ("no_answer", [Standing(1), Standing(2)], ["no_answer", "no_answer"]),  # nobody spoke: the same for both
        ("gatekeeper", [Standing(1), Standing(2)], ["gatekeeper", "gatekeeper"]),
        ("complete", [THROUGH, Standing(2, through=True, share=0.9)], ["complete", "complete"]),
        ("complete", [DENIED, Standing(2, through=True, share=0.9)], ["matter_denied", "complete"]),
        ("matter_denied", [THROUGH, Standing(2, through=True, brought="matter_denied")], ["complete", "matter_denied"]),
        ("hard_refusal", [THROUGH, HALF], ["complete", "hard_refusal"]),  # a refusal in the middle leaves the first block whole
        ("appointment_hard", [THROUGH, WAITING], ["complete", "appointment_hard"]),
        ("broken_off", [THROUGH, HALF], ["complete", "broken_off"]),
        ("soft_refusal", [Standing(1, share=0.3), WAITING], ["soft_refusal", "soft_refusal"]),
        ("partial", [Standing(1, share=0.6), WAITING], ["partial", "broken_off"]),  # the other matter can be resumed
        ("broken_off", [Standing(1, through=True, share=0.6), HALF], ["partial", "broken_off"]),
        # a notice answered with no or later is shared: what the operator tells of it holds for all
        ("soft_refusal", [Standing(n, through=True, brought="soft_refusal") for n in (1, 2)], ["soft_refusal", "soft_refusal"]),
        ("hard_refusal", [Standing(n, through=True, brought="soft_refusal") for n in (1, 2)], ["hard_refusal", "hard_refusal"]),
        ("wrong_number", [Standing(n, through=True, brought="wrong_number") for n in (1, 2)], ["wrong_number", "wrong_number"]),
        # the number or the call, not the matter: for all, also where a first block was through with little said
        *((code, [Standing(1, through=True), WAITING], [code, code]) for code in ("wrong_number", *WITHOUT_SPEECH)),
        ("wrong_number", [THROUGH, WAITING], ["wrong_number", "wrong_number"]),
        ("no_answer", [THROUGH, WAITING], ["complete", "no_answer"]),  # an interview that was held stays
    ],
)
def test_each_case_has_its_own_outcome(told: str, standings: list[Standing], expected: list[str]) -> None:
    assert list(outcomes(told, standings, LIMITS).values()) == expected


def test_what_the_operator_says_of_a_single_case_comes_first() -> None:
    assert outcomes("complete", [THROUGH, HALF], LIMITS, {1: "unable", 7: "complete"}) == {1: "unable", 2: "complete"}


standing = st.builds(
    Standing,
    case_id=st.just(0),
    through=st.booleans(),
    share=st.floats(0, 1),
    brought=st.sampled_from([None, "matter_denied", "informant_absent", "soft_refusal"]),
)


@given(st.lists(standing, min_size=1, max_size=4), st.sampled_from(sorted(BY_CODE)))
def test_every_case_ends_once_and_the_one_asked_as_told(drawn: list[Standing], told: str) -> None:
    bundle = [Standing(number, one.through, one.share, one.brought) for number, one in enumerate(drawn)]
    found = outcomes(told, bundle, LIMITS)
    assert list(found) == [one.case_id for one in bundle]
    assert found[bundle[asked(bundle)].case_id] == told
    for one in bundle:
        if found[one.case_id] == "complete" and told != "complete":
            assert one.through and one.share >= LIMITS.complete  # nothing is complete that was not asked to its end
