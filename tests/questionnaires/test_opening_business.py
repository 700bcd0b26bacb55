"""The questionnaire of topic 1, walked on every route that differs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.questionnaire.checks import check, minutes_read_aloud
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.paths import Walk, walks
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Given, find_route

FILE = Path(__file__).resolve().parents[2] / "questionnaires" / "tianjin-2022" / "opening_business.yaml"
NOT_OURS = ("right_enterprise", "handled", "pass_on", "informant_role", "notice")
COMMON = ("satisfaction", "awareness", "approval", "problem", "suggestion")


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def form(document: Any) -> Definition:
    return read_questionnaire(document).definition


@pytest.fixture(scope="module")
def ways(form: Definition) -> list[Walk]:
    return list(walks(form))


def names(walk: Walk) -> list[str]:
    return [stop.question.name for stop in walk.route.stops]


def test_nothing_is_wrong_with_it(document: Any) -> None:
    assert check(document, items=frozenset(range(1, 104))) == []


def test_every_question_is_reached_and_no_way_gets_stuck(form: Definition, ways: list[Walk]) -> None:
    assert {name for way in ways for name in names(way)} == {question.name for question in form.questions if question.asked}
    assert not any(way.stuck for way in ways)


def test_it_takes_five_to_eight_minutes_on_its_longest_way(form: Definition, ways: list[Walk]) -> None:
    longest = max(ways, key=lambda way: len(way.route.stops))
    assert 22 <= len(longest.route.stops) <= 26
    assert 5 <= minutes_read_aloud(form, set(names(longest))) <= 8


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ({"notice": "no"}, "notice"),
        ({"notice": "later"}, "notice"),
        ({"notice": "yes", "right_enterprise": "no"}, "right_enterprise"),
        ({"notice": "yes", "right_enterprise": "yes", "handled": "no"}, "handled"),  # matter denied
        ({"notice": "no_recording", "right_enterprise": "yes", "handled": "someone_else", "pass_on": "not_now"}, "pass_on"),
    ],
)
def test_screening_ends_the_interview_where_there_is_nothing_to_ask(form: Definition, answers: dict[str, str], last: str) -> None:
    route = find_route(form, {name: Given(value) for name, value in answers.items()})
    assert route.complete and route.stops[-1].question.name == last and route.completeness == 0


def test_the_common_block_stands_before_the_topic_and_satisfaction_first(form: Definition, ways: list[Walk]) -> None:
    for way in ways:
        asked = names(way)
        if "satisfaction" in asked:
            assert asked.index("satisfaction") < asked.index("awareness") < asked.index("problem") < asked.index("channel")
    assert all(form.by_name[name].texts for name in COMMON)


def test_time_is_asked_in_one_unit_only(ways: list[Walk]) -> None:
    assert not any({"days_calendar", "days_working"} <= set(names(way)) for way in ways)


def test_a_scale_is_never_shuffled_and_says_both_ends(form: Definition) -> None:
    for question in form.questions:
        if question.type == "range":
            assert not question.random and "1分" in question.text("say") and "10分" in question.text("say")


def test_figures_are_tied_to_an_item_a_measure_and_a_unit(form: Definition) -> None:
    for name in ("steps", "days_calendar", "days_working", "cost", "visits", "papers", "convenience"):
        question = form.by_name[name]
        assert question.items and question.measure and question.unit, name
    assert not any(form.by_name[name].core for name in NOT_OURS)
