from callcenter.calls import outcomes

PLAN = [
    "complete",
    "partial",
    "no_answer",
    "switched_off",
    "unreachable",
    "declined_ring",
    "busy",
    "answering_machine",
    "gatekeeper",
    "informant_absent",
    "wrong_number",
    "dead_number",
    "suspended",
    "soft_refusal",
    "hard_refusal",
    "opt_out",
    "appointment_hard",
    "appointment_soft",
    "broken_off",
    "matter_denied",
    "closed_business",
    "unable",
    "language",
    "carrier_failure",
    "blocked",
    "not_eligible",
    "do_not_call",
]


def test_every_code_of_the_specification_is_there_once_and_has_a_label():
    assert [outcome.code for outcome in outcomes.ALL] == PLAN
    assert all(outcome.label for outcome in outcomes.ALL)
    assert len({outcome.label for outcome in outcomes.ALL}) == len(PLAN)


def test_a_carrier_failure_is_no_attempt_but_a_block_by_the_called_side_is():
    assert "carrier_failure" not in outcomes.ATTEMPTS
    assert "blocked" in outcomes.ATTEMPTS


def test_a_wrong_number_reaches_a_person_but_not_the_enterprise():
    assert "wrong_number" in outcomes.REACHED
    assert "wrong_number" not in outcomes.CONTACTS


def test_nothing_is_offered_while_it_still_rings_and_no_interview_without_an_answer():
    assert outcomes.offered("placing", answered=False) == ()
    assert outcomes.offered("ringing", answered=False) == outcomes.ANNOUNCED, "the network speaks before anybody answers"
    assert "complete" in outcomes.offered("completed", answered=True)
    assert "complete" not in outcomes.offered("no_answer", answered=False)
    assert outcomes.offered("placing", answered=False, was_dialled=False) == ()


def test_the_program_s_own_codes_are_never_offered():
    own = {outcome.code for outcome in outcomes.ALL if not outcome.by_operator}
    assert own.isdisjoint(outcomes.WITH_AN_ANSWER + outcomes.WITHOUT_SPEECH)


def test_the_network_s_cause_says_more_than_the_state():
    assert outcomes.suggested("failed", 404) == "dead_number"
    assert outcomes.suggested("busy", 603) == "declined_ring"
    assert outcomes.suggested("no_answer", None) == "no_answer"
    assert outcomes.suggested("completed", None) is None


def test_an_unknown_code_is_shown_as_it_is():
    assert outcomes.label("busy") == "占线"
    assert outcomes.label("later") == "later"


def test_of_a_call_that_was_answered_silence_is_told_only_as_an_announcement_and_never_where_somebody_answered_questions():
    def why(code: str, *, talked: bool = False, announced: bool = False) -> str | None:
        return outcomes.contradiction(code, talked=talked, announced=announced)

    assert (why("unreachable"), why("unreachable", announced=True)) == ("unsure", None)
    assert why("dead_number", talked=True, announced=True) == "talked"
    assert (why("answering_machine"), why("answering_machine", talked=True)) == (None, "unsure")
    assert why("busy", announced=True) == "answered"
    assert {why(code, talked=True) for code in outcomes.WITH_AN_ANSWER if code in outcomes.REACHED} == {None}
