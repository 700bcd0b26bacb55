"""A stage whose every text is one of the worst, with the figures that the nasty answers make, as detail table and report are made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.estimates.promises import chosen
from callcenter.estimates.questions import Question, questions
from callcenter.estimates.respondents import respondents
from callcenter.estimates.results import as_rows, results
from callcenter.estimates.standards import held
from callcenter.estimates.weights import Stratum, Weighting
from callcenter.exports.queries.stages import _counts
from callcenter.exports.stage import figures_of_items, held_in_words, without_few
from callcenter.response_rates.cohorts import Cohort
from callcenter.studies.tables import DeclaredStandard
from callcenter.studies.work_calendar import OFFICIAL

SEVERAL = ("select_multiple", "rank")
PROMISE = {"document": "@SUM(A1)", "year": 2021, "area": "", "item_number": 1, "topic_number": 1, "measure": "other", "operator": "=",
           "value": "是", "unit": "", "condition": ""}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answer as estimates read it."""

    case_id: int
    question: str
    value: Any


@dataclass(frozen=True)
class Drawn:
    """What was drawn and what it weighs."""

    strata: list[Stratum]
    cases: list[Any]
    weights: Weighting


def make_nasty_stage(
    texts: Sequence[str],
    definitions: Sequence[Mapping[str, Any]],
    drawn: Drawn,
    answered: Mapping[tuple[int, str], str],
) -> dict[str, Any]:
    """The state of a stage with an item for each text; where no case was released, without a population."""
    newer, older = ({each.name: each for each in questions(definition)} for definition in definitions)
    asked = [each.with_older(older.get(name, each)) for name, each in newer.items()]
    several = {each.name for each in asked if each.kind in SEVERAL}
    answers = [Answer(case, name, value.split(" ") if name in several else value) for (case, name), value in answered.items()]
    released, weights = drawn.cases, drawn.weights
    rows = [without_few(row, 5) for row in as_rows(results(drawn.strata, released, answers, asked, weights))] if released else []
    population = {
        "id": 1, "code": "1-1", "title": texts[0], "item_id": 0, "drawn": 28, "drawn_at": "2022-05-31T10:00:00+08:00", "not_final": 2,
        **_counts(cohort := Cohort("总体<&>", 75, released=len(released)), [cohort]), "strata": [], "frame": 75,
        "weights": {"deff": weights.kish_deff, "effective_n": weights.effective_n},
        "source": {"draw_no": 1, "frame_sha256": "f" * 64, "design_sha256": "d" * 64,
                   "questionnaires": [{"name": texts[1], "version": 2, "sha256": ""}]},
        "figures": [{**row, "items": [1]} for row in rows],
        "held": _held(drawn, answers, asked),
        "open": [{"question": "wish", "label": text, "n": 23} for text in texts],
    }  # fmt: skip
    populations = [population] if released else []
    items = [_item(number, text, populations) for number, text in enumerate(texts, start=1)]
    return {
        "study": {
            "name": "nasty",
            "title": texts[0],
            "commissioner": texts[1],
            "evaluator": texts[3],
            "contact": texts[4],
            "lines": [texts[2]],
        },
        "stage": {"name": "1", "title": "\x0b阶段", "first": "", "last": ""},
        "as_of": "2022-06-02T01:30:00+08:00" if released else None,
        "dates": [{"kind": "calls", "title": text, "first": "2022-06-01", "last": ""} for text in texts],
        "topics": [{"number": 1, "title": texts[7]}],
        "items": items,
        "populations": populations,
        "invalid": dict.fromkeys(texts, 1),
        "layout": {"title": texts[4], "scores": True},
        "software": "callcenter",
    }


def _held(drawn: Drawn, answers: list[Answer], asked: list[Question]) -> list[str]:
    promises = chosen([DeclaredStandard(study_id=1, subject="=1+1", **PROMISE)], item=1, topic=1, asked=asked)
    of = respondents(drawn.strata, drawn.cases, answers, drawn.weights)
    found = held(promises, of, asked, orders=[], calendar=OFFICIAL, districts=[], fewest=1)
    return [held_in_words("1-1", each) for each in found]


def _item(number: int, text: str, populations: list[dict[str, Any]]) -> dict[str, Any]:
    mine = populations if number == 1 else []
    version = {
        "conclusion": "partly", "label": "部分落实", "reason": text, "evidence": text, "score": None, "written_at": "2022-06-20",
        "written_by": text[:50], "written_by_id": 1, "confirmed_at": "2022-06-21", "confirmed_by": "乙",
    }  # fmt: skip
    return {
        "id": number - 1, "number": number, "topic": 1 if number == 1 else 2, "title": text, "lead": [text], "responsible": [text, "乙"],
        "promises": [text, text], "needs_list": True, "lists": {"units": [text], "rows": 1}, "orders": [text],
        "held": [text, *(line for each in mine for line in each["held"])], "survey": figures_of_items(number, mine, {"1-1"}),
        **dict.fromkeys(("frame", "drawn", "released", "reached", "complete", "valid"), 28 if mine else 0),
        "history": [version | {"version": 2, "confirmed_by": "", "confirmed_at": ""}, version | {"version": 1}],
    }  # fmt: skip
