import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.simulation.respondents import Enterprise
from callcenter.simulation.truth import COMPARED, compare

MANY = [Enterprise("1", f"天津第{n}企业") for n in range(2000)]


def question(kind, name="q", *values, **more):
    return {"name": name, "type": kind, "choices": [{"value": value} for value in values], **more}


QUESTIONS = [
    question("select_one", "q", "a", "b", "c"),
    question("select_one", "q", "yes", "no"),
    question("select_one", "q", "1", "2", "3", "4", "5"),
    question("select_multiple", "q", "a", "b", "none"),
    question("range", "q", minimum=1, maximum=10),
    question("integer", "q", minimum=0, maximum=50, unit="次"),
    question("decimal", "q", unit="工作日"),
    question("text"),
    question("date"),
]


@given(st.text(max_size=5), st.text(max_size=10), st.sampled_from(QUESTIONS))
def test_an_answer_is_always_the_same_and_one_of_those_allowed(seed, name, asked):
    answer = Enterprise(seed, name).answer(asked)
    assert answer == Enterprise(seed, name).answer(asked)
    values = {choice["value"] for choice in asked["choices"]}
    if isinstance(answer, list):
        assert answer
        assert set(answer) <= values
    elif values:
        assert answer in values
    if "maximum" in asked:
        assert asked["minimum"] <= answer <= asked["maximum"]


def test_what_stands_alone_is_never_given_beside_others():
    answers = [one.answer(question("select_multiple", "q", "a", "b", "none")) for one in MANY]
    assert ["none"] in answers
    assert all(answer == ["none"] or "none" not in answer for answer in answers)


def test_satisfaction_varies_around_eight_and_hangs_together_with_convenience():
    pairs = [
        (
            one.answer(question("range", "satisfaction", minimum=1, maximum=10)),
            one.answer(question("range", "convenience", minimum=1, maximum=10)),
        )
        for one in MANY
    ]
    first, second = zip(*pairs, strict=True)
    assert 7.6 < statistics.mean(first) < 8.6
    assert statistics.stdev(first) > 1
    assert statistics.correlation(first, second) > 0.4


def test_nearly_all_have_handled_the_matter_and_agree_to_talk():
    handled = [one.answer(question("select_one", "handled", "yes", "no", "someone_else")) for one in MANY]
    assert 0.97 < handled.count("yes") / len(MANY) < 1
    notice = {one.answer(question("select_one", "notice", "yes", "no_recording", "later", "no")) for one in MANY}
    assert notice == {"yes", "no_recording"}


@pytest.mark.parametrize("offered", [[], ["refused"], ["dont_know", "dont_remember", "refused"]])
def test_only_a_non_answer_that_is_offered_is_given(offered):
    asked = question("integer", "days", nonanswers=[{"value": value} for value in offered])
    assert {one.nonanswer(asked) for one in MANY} <= {None, *offered}


def test_the_estimate_beside_the_truth_is_that_of_everybody_and_not_of_the_last_district() -> None:
    row = {"question": COMPARED[0], "statistic": "mean", "low": "5", "high": "8"}
    rows = [row | {"district": "", "estimate": "6.58", "n": "69"}, row | {"district": "西青区", "estimate": "6.14", "n": "7"}]
    found = compare("seed", [f"E{number}" for number in range(9)], {COMPARED[0]: question("integer", COMPARED[0])}, rows)
    assert [(each.estimate, each.n) for each in found] == [(6.58, 69)]
