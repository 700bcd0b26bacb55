"""What holds for every questionnaire that ships: it proves, it fits its topic, and its shared blocks are the same everywhere."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.estimates.promises import chosen, speaks_of, unsaid
from callcenter.estimates.questions import questions
from callcenter.questionnaire.checks import check, minutes_read_aloud
from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.paths import SAMPLE_DAY, candidates, reached, walks
from callcenter.questionnaire.printed import printed
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Given, check_answer, find_route
from callcenter.studies.content import StandardContent, StudyContent
from callcenter.studies.reading import read_study

FOLDER = Path(__file__).resolve().parents[2] / "questionnaires" / "tianjin-2022"
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem != "study")
MODEL = "opening_business"
FIRST_OF_TOPIC = "problem_detail"
"""The last question of the common block that stands before the topic."""
SHARED_LISTS = ("willing", "yes_no", "handled", "passed_on", "roles", "period", "known", "approve", "hindrances")
UNITS = {
    "steps": "个",
    "days": "天",
    "workdays": "工作日",
    "hours": "小时",
    "yuan": "元",
    "visits": "次",
    "papers": "份",
    "satisfaction": "分",
}


@cache
def document(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def form(name: str) -> Definition:
    return read_questionnaire(document(name)).definition


@cache
def study() -> StudyContent:
    return read_study({file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir() if file.suffix in {".yaml", ".csv"}})


def topics(name: str) -> set[int]:
    """The topics whose populations are asked it."""
    return {item.topic_number for item in study().stages[0].items if any(each.questionnaire == name for each in item.populations)}


def of_topic(name: str) -> list[Question]:
    """Its own questions: between the common block and the close."""
    asked = [question for question in form(name).questions if question.asked]
    names = [question.name for question in asked]
    return asked[names.index(FIRST_OF_TOPIC) + 1 : names.index("suggestion")]


def rows(name: str, first: str, last: str) -> list[dict[str, Any]]:
    survey = document(name)["survey"]
    names = [row.get("name", "") for row in survey]
    return list(survey[names.index(first) : names.index(last) + 1])


def typical(name: str, **said: Any) -> list[str]:
    """The questions asked of somebody who answers with the first choice, 2 of anything, 8 on a scale, unless `said`."""
    answers: dict[str, Given] = {}
    while (question := find_route(form(name), answers, SAMPLE_DAY).next) is not None:
        value = said.get(question.name, {"integer": 2, "decimal": 2, "range": 8}.get(question.type))
        plain = [Given(value)] if value is not None else candidates(form(name), question)
        answers[question.name] = next(
            each for each in plain if check_answer(form(name), {**answers, question.name: each}, question.name, SAMPLE_DAY) is None
        )
    assert set(said) <= set(answers)
    return list(answers)


def test_the_study_names_every_file_and_every_file_serves_a_population() -> None:
    assert {entry["file"] for entry in study().settings["questionnaires"]} == {f"{name}.yaml" for name in NAMES}
    assert all(topics(name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_it(name: str) -> None:
    assert check(document(name), items=frozenset(item.number for item in study().stages[0].items)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_reached_and_no_way_gets_stuck(name: str) -> None:
    passed, stuck, all_tried = reached(form(name))
    assert passed == {question.name for question in form(name).questions if question.asked} and not stuck and all_tried


@pytest.mark.parametrize("name", NAMES)
def test_items_are_of_its_topic_and_promises_are_of_the_topic_and_of_an_item_it_asks_about(name: str) -> None:
    of_item = {item.number: item.topic_number for item in study().stages[0].items}
    promises: dict[str, list[StandardContent]] = {}
    for each in study().standards:
        promises.setdefault(each.subject, []).append(each)
        promises.setdefault(f"{each.subject}（{each.condition}）", []).append(each)
    for question in form(name).questions:
        assert {of_item[item] for item in question.items} <= topics(name), question.name
        if question.standard:
            found = promises[question.standard]
            assert {each.topic_number for each in found} <= topics(name), question.name
            assert all(each.item_number in (None, *question.items) for each in found), question.name


def test_promises_that_choices_keep_are_each_one_promise_of_single_cases_and_stand_on_the_paper() -> None:
    found = {}
    of_item = {item.number: item.topic_number for item in study().stages[0].items}
    for name in NAMES:
        notes = {one.name: dict(one.notes) for one in printed(form(name)).questions}
        asked = [question for question in questions(document(name)) if question.keeps]
        for question in asked:
            (item,) = map(int, question.item.split())
            promises = chosen(study().standards, item=item, topic=of_item[item], asked=asked)
            (meant,) = [promise for promise, _others in promises if speaks_of(question, promise)]
            assert not unsaid(meant, question) and not meant.of_the_whole
            assert notes[question.name]["算兑现的选项"] == ", ".join(question.keeps)
            found[name, question.name] = meant.text
    assert found == {
        ("contract_enforcement", "refund"): "执行合同：解决商业纠纷的费用=50%",
        ("government_services", "told"): "政务服务：政务服务事项便利度=1次",
        ("opening_business", "ukey_paid"): "税务UKey=0元",
        ("property_registration", "finished"): "企业间转移登记=即时",
    }


@pytest.mark.parametrize("name", NAMES)
def test_its_own_questions_test_an_item_or_a_promise_and_figures_have_their_unit(name: str) -> None:
    for question in of_topic(name):
        if not question.name.endswith("_other"):
            assert question.items or question.standard, question.name
            assert question.texts.get("say"), question.name
        if question.measure in UNITS:
            assert question.unit == UNITS[question.measure], question.name
        if question.type in {"integer", "decimal"}:
            assert question.unit and question.constraint is not None, question.name
    measured = {question.measure for question in of_topic(name)}
    assert {"visits", "papers", "yuan", "satisfaction"} <= measured and measured & {"days", "workdays", "hours"}


@pytest.mark.parametrize("name", NAMES)
def test_days_and_scales_are_read_with_their_unit_and_both_ends(name: str) -> None:
    for question in form(name).questions:
        say = question.text("say")
        if question.measure == "days":
            assert "节假日" in say and "天" in say, question.name
        if question.measure == "workdays":
            assert "工作日" in say, question.name
        if question.type == "range":
            ends = (f"{question.parameters['start']}分", f"{question.parameters['end']}分")
            assert all(end in say for end in ends) and not question.random, question.name
        assert not any(word in say for word in ("承诺", "规定时限", "是不是", "难道")), question.name


@pytest.mark.parametrize("name", NAMES)
def test_screening_common_block_and_close_are_the_same_in_every_questionnaire(name: str) -> None:
    for first, last in (("notice", FIRST_OF_TOPIC), ("suggestion", "thanks")):
        assert rows(name, first, last) == rows(MODEL, first, last)
    for shared in SHARED_LISTS:
        of_list = [[each for each in document(one)["choices"] if each["list_name"] == shared] for one in (name, MODEL)]
        assert of_list[0] == of_list[1] != []
    assert document(name)["survey"][0]["name"] == "notice" and document(name)["survey"][-2]["name"] == "thanks"


@pytest.mark.parametrize("name", NAMES)
def test_it_takes_five_to_eight_minutes_read_aloud(name: str) -> None:
    ways = [{stop.question.name for stop in walk.route.stops} for walk in walks(form(name), most=20)]
    minutes = max(minutes_read_aloud(form(name), way) for way in ways)
    assert 5 <= minutes <= 8


@pytest.mark.parametrize("name", NAMES)
def test_who_denies_the_matter_is_asked_nothing_more_and_typical_answers_reach_the_end(name: str) -> None:
    assert typical(name, handled="no")[-1] == "handled"
    asked = typical(name)
    assert asked[-1] == "thanks" and len(asked) >= 20
    assert asked.index("informant_role") < asked.index("satisfaction") < asked.index(of_topic(name)[0].name)


@pytest.mark.parametrize(
    ("name", "said", "asked", "left"),
    [
        ("property_registration", {"finished": "same_day"}, {"hours"}, {"days_unit", "days_working"}),
        ("property_registration", {"finished": "later", "days_unit": "workdays"}, {"days_working"}, {"hours", "days_calendar"}),
        ("electricity", {"voltage": "low", "days_unit": "workdays"}, {"steps_low", "days_working_low"}, {"steps_high", "days_calendar"}),
        ("electricity", {"voltage": "high", "days_unit": "days"}, {"steps_high", "days_calendar"}, {"steps_low", "days_working_high"}),
        ("electricity", {"outages": 0}, {"tariff_known"}, {"outage_hours"}),
        (
            "water_and_gas",
            {"utility": "both", "latest": "gas", "days_unit": "workdays"},
            {"steps_gas", "days_working_gas"},
            {"steps_water"},
        ),
        ("closing_business", {"closed": "going"}, {"notice_days"}, {"days_unit", "days_working"}),
        ("building_permits", {"permit": "yes", "days_unit": "days"}, {"days_calendar", "review"}, {"days_working"}),
        ("building_permits", {"permit": "no"}, {"steps", "visits"}, {"days_unit", "days_calendar"}),
        ("government_services", {"agency": "no", "complained": "yes"}, {"settled", "on_time"}, {"agency_from"}),
        ("paying_taxes", {"export_refund": "yes", "days_unit": "workdays"}, {"days_working"}, {"days_calendar"}),
        ("paying_taxes", {"export_refund": "no", "vat_refund": "no"}, {"filings", "hours"}, {"days_unit", "vat_refund_days"}),
        ("cross_border_trade", {"direction": "export", "days_unit": "days"}, {"days_export"}, {"days_import", "days_export_working"}),
        ("financing", {"applied": "none"}, {"good_record", "ease"}, {"result", "days_unit", "cost"}),
        ("financing", {"result": "refused"}, {"reason", "visits"}, {"rate", "security", "days_unit"}),
        (
            "public_procurement",
            {"took_part": "purchase", "days_unit": "workdays", "won": "yes"},
            {"result_working", "contract_days", "paid_when", "intention"},
            {"latest", "result_working_tender"},
        ),
        ("public_procurement", {"took_part": "tender", "deposit": "none"}, {"fair"}, {"deposit_share", "return_days", "paid_when"}),
        ("innovation_support", {"granted": "yes", "subsidy": "paid"}, {"subsidy_yuan"}, set()),
        ("innovation_support", {"granted": "waiting"}, {"visits"}, {"days_unit", "subsidy"}),
        ("port_services", {"cost": 0}, {"hours", "order"}, {"paid_for"}),
        ("contract_enforcement", {"kind": "suit", "ending": "withdrawn"}, {"serve_days", "refund"}, {"recovered"}),
        ("contract_enforcement", {"kind": "enforcement"}, {"recovered", "resumed"}, {"serve_days"}),
        ("water_and_gas", {"utility": "permit", "days_unit": "workdays"}, {"permit_working"}, {"latest", "steps_water", "dug"}),
    ],
)
def test_an_answer_decides_which_figures_are_asked(name: str, said: dict[str, Any], asked: set[str], left: set[str]) -> None:
    route = set(typical(name, **said))
    assert asked <= route and not left & route
