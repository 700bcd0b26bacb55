"""How a stage stands: its checklist with what was received, drawn, reached, found and concluded, as plain values that can be frozen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.estimates import queries as estimates
from callcenter.estimates.promises import UNHELD
from callcenter.estimates.queries import Released, promised
from callcenter.estimates.results import as_rows, results
from callcenter.exports.stage import conclusion_of, figures_of_items, held_in_words, in_force, waiting, without_few
from callcenter.exports.tables import Conclusion, StageFreeze
from callcenter.frame.reporting_order import reporting_order
from callcenter.lists import queries as lists
from callcenter.lists.orders.durations import WRITTEN
from callcenter.lists.orders.durations import results as order_results
from callcenter.people.queries import names
from callcenter.questionnaire.queries import definition
from callcenter.response_rates.cohorts import Cohort, named_rates, report
from callcenter.response_rates.queries import study_counts
from callcenter.sampling.certificate import SOFTWARE
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.tables import ChecklistItem, Population

DRAWN = """
SELECT DISTINCT ON (d.population_id) d.population_id, d.id AS draw_id, d.draw_no, d.drawn_at, f.size AS frame, f.sha256 AS frame_sha256,
    z.sha256 AS design_sha256,
    (SELECT coalesce(sum(s.main_size), 0) FROM strata s WHERE s.design_id = d.design_id) AS drawn
FROM draws d JOIN designs z ON z.id = d.design_id JOIN frames f ON f.id = z.frame_id JOIN populations p ON p.id = d.population_id
WHERE p.stage_id = :stage AND d.drawn_at IS NOT NULL ORDER BY d.population_id, d.draw_no DESC
"""
FROZEN = """
SELECT DISTINCT ON (f.population_id) f.population_id, f.size FROM frames f JOIN populations p ON p.id = f.population_id
WHERE p.stage_id = :stage ORDER BY f.population_id, f.number DESC
"""
READ = """
SELECT DISTINCT q.name, q.version, q.sha256 FROM releases r JOIN cases c ON c.release_id = r.id
LEFT JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
JOIN questionnaires q ON q.id = coalesce(i.questionnaire_id, c.questionnaire_id)
WHERE r.draw_id = :draw ORDER BY q.name, q.version
"""
AS_OF = """
SELECT max(d.at) FROM dispositions d JOIN cases c ON c.id = d.case_id JOIN populations p ON p.id = c.population_id WHERE p.stage_id = :stage
"""
INVALID = """
SELECT reason, count(*) FROM (
    SELECT DISTINCT ON (v.case_id) v.valid, v.reasons FROM validity_verdicts v JOIN cases c ON c.id = v.case_id
    JOIN populations p ON p.id = c.population_id WHERE p.stage_id = :stage ORDER BY v.case_id, v.id DESC
) latest, unnest(latest.reasons) AS reason WHERE NOT latest.valid GROUP BY reason ORDER BY reason
"""


def stage_state(session: Session, stage_id: int) -> dict[str, Any]:
    """The whole stage; answers of one population are held at a time."""
    stage = studies.stage(session, stage_id)
    study = studies.study(session, stage.study_id)
    populations, at = studies.populations(session, stage_id), {"stage": stage_id}
    drawn = {row["population_id"]: dict(row) for row in session.execute(text(DRAWN), at).mappings()}
    told = [_population(session, stage.study_id, each, drawn.get(each.id or 0)) for each in populations if each.id in drawn]
    items = [_item(session, item, populations, told) for item in studies.items(session, stage_id)]
    as_of = session.execute(text(AS_OF), at).scalar_one()
    return {
        "study": {
            "name": study.name,
            "title": study.title,
            **{word: study.settings.get(word, "") for word in ("commissioner", "evaluator", "contact")},
            "lines": [line.get("number", "") for line in study.settings.get("lines") or []],
        },
        "stage": {"name": stage.name, "title": stage.title, "first": _day(stage.period_start), "last": _day(stage.period_end)},
        "as_of": as_of.astimezone(FIELD_ZONE).isoformat() if as_of else None,
        "dates": [
            {"kind": phase.kind, "title": phase.title, "first": _day(phase.first_day), "last": _day(phase.last_day)}
            for phase in studies.phases(session, stage_id)
        ],
        "topics": [{"number": topic.number, "title": topic.title} for topic in studies.topics(session, stage.study_id)],
        "items": items,
        "populations": told,
        "invalid": {row[0]: row[1] for row in session.execute(text(INVALID), at)},
        "layout": study.settings.get("report") or {},
        "software": SOFTWARE,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _population(session: Session, study_id: int, of: Population, drawn: Mapping[str, Any] | None) -> dict[str, Any]:
    (counted,) = study_counts(session, study_id, of.id or 0)
    total = counted.total
    data = estimates.released(session, of.id or 0)
    rows: Sequence[Mapping[str, Any]] = []
    asked: Mapping[str, Sequence[int]] = {}
    weights: dict[str, Any] = {}
    if data is not None and total.valid:
        found = as_rows(results(data.strata, data.cases, data.answers, data.questions, data.weights))
        rows = [without_few(row, data.wishes.small_base) for row in found]
        asked = {
            name: each.items
            for used in {case.questionnaire_id for case in data.cases}
            for name, each in definition(session, used).by_name.items()
        }
        weights = {"deff": data.weights.kish_deff, "effective_n": data.weights.effective_n}
    return {
        "id": of.id,
        "code": of.code,
        "title": of.title,
        "item_id": of.item_id,
        "frame": int(drawn["frame"]) if drawn else 0,
        "drawn": int(drawn["drawn"]) if drawn else 0,
        "drawn_at": drawn["drawn_at"].astimezone(FIELD_ZONE).isoformat() if drawn and drawn["drawn_at"] else "",
        "source": _source(session, drawn) if drawn else {},
        "not_final": sum(not case.final for case in data.cases) if data else 0,
        **_counts(total, counted.strata),
        "strata": [_counts(cohort, [cohort]) | {"name": cohort.name} for cohort in counted.strata],
        "weights": weights,
        "figures": [{**row, "items": list(asked.get(str(row["question"]), ()))} for row in rows],
        "held": _held(session, of, data),
        "open": _open(session, study_id, data) if data else [],
    }


def _source(session: Session, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What its figures can be traced to: the draw, the frame, the design and the questionnaires that were read."""
    read = [dict(row) for row in session.execute(text(READ), {"draw": drawn["draw_id"]}).mappings()]
    return {name: drawn[name] for name in ("draw_no", "frame_sha256", "design_sha256")} | {"questionnaires": read}


def _open(session: Session, study_id: int, data: Released) -> list[dict[str, Any]]:
    """Questions answered in words: how many answers, how many of the valid cases' are coded, and the shares once all are."""
    frames, told = estimates.code_frames(session, study_id), []
    counts = Counter(answer.question for answer in data.answers if answer.value)
    for question in (each for each in data.questions if each.kind == "text" and counts[each.name]):
        said = {"question": question.name, "label": question.label, "n": counts[question.name]}
        if question.name in frames:
            coded = estimates.open_question(session, study_id, data, question)
            rows = as_rows(coded.table.results()) if coded.table else []
            shares = [without_few(row, data.wishes.small_base) for row in rows if row["level"] in _given(coded)]
            said |= {"answers": coded.progress.answers, "coded": coded.progress.coded, "shares": shares}
        told.append(said)
    return told


def _given(of: estimates.OpenQuestion) -> set[str]:
    """Codes that some answer has, and those still offered."""
    given = {code for each in of.answers for code in each.counted or ()}
    return given | {code.code for code in of.frame if code.retired_at is None}


def _held(session: Session, of: Population, data: Released | None) -> list[str]:
    """What is concluded of its promises, as the page of promises concludes."""
    found = promised(session, of.id or 0, data) if data else None
    if found is None:
        return []
    unheld = [f"{of.code} {question.label}（对照“{question.standard}”）：{UNHELD[why]}" for question, why in found.unheld]
    return [held_in_words(of.code, each) for each in found.held] + unheld


def _counts(of: Cohort, strata: Sequence[Cohort]) -> dict[str, Any]:
    told = report(strata)
    return {
        "N": of.size,
        "target": of.target,
        "released": of.released,
        "top_up": of.top_up,
        "called": of.called,
        "reached": of.reached,
        "complete": of.complete,
        "valid": of.valid,
        "categories": dict(of.categories),
        "rates": {rate.name: {"formula": rate.formula, "n": rate.numerator, "of": rate.denominator} for rate in named_rates(of)},
        "aapor": told["rates"],
        "e": told["e"].get("value"),
    }


def _item(session: Session, item: ChecklistItem, populations: Sequence[Population], told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = [each for each in populations if each.item_id == item.id]
    drawn = [each for each in told if each["item_id"] == item.id]
    sums = {word: sum(each[word] for each in drawn) for word in ("frame", "drawn", "released", "reached", "complete", "valid")}
    frozen = {row[0]: row[1] for row in session.execute(text(FROZEN), {"stage": item.stage_id})} if mine and not drawn else {}
    return {
        "id": item.id,
        "number": item.number,
        "topic": item.topic_number,
        "title": item.title,
        "lead": item.lead_departments,
        "responsible": item.responsible_units,
        "promises": [
            f"{one.subject} {one.operator} {one.value}{one.unit}" + (f"（{one.condition}）" if one.condition else "") + f"：{one.document}"
            for one in studies.item_standards(session, item)
        ],
        "needs_list": item.needs_list,
        "lists": _lists(session, item, mine),
        **sums,
        "frame": sums["frame"] or sum(frozen.get(each.id or 0, 0) for each in mine),
        "orders": [line for each in mine for line in _orders(session, item, each)],
        "held": [line for each in drawn for line in each["held"]],
        "survey": figures_of_items(item.number, told, {str(each.code) for each in mine}),
        **conclusions_of(session, item.id or 0),
    }


def _lists(session: Session, item: ChecklistItem, mine: Iterable[Population]) -> dict[str, Any]:
    ids = {each.id for each in mine}
    counted = [each for each in lists.arrivals(session, item.stage_id) if each.population_id in ids and each.state == "judged"]
    return {"units": sorted({each.department for each in counted}), "rows": sum(each.accepted for each in counted)}


def _orders(session: Session, item: ChecklistItem, of: Population) -> list[str]:
    if not item.needs_work_orders:
        return []
    orders = lists.timed_orders(session, of.id or 0)
    if not orders:
        return []
    reporters = reporting_order((order.department for order in orders), [*item.lead_departments, *item.responsible_units])
    found = order_results(orders, studies.work_calendar(session), [], reporters)
    one = found.overall.get(WRITTEN)
    if one is None:
        return [f"{of.code}：工单 {found.orders} 件，没有可比较的时长"]
    return [f"{of.code}：工单 {found.orders} 件，平均 {one.mean:.2f} 天，中位数 {one.median:.2f} 天"]


def conclusions_of(session: Session, item_id: int) -> dict[str, Any]:
    """The conclusion of an item that is in force, a newer version that waits to be signed, and all versions, the newest first."""
    found = select(Conclusion).where(Conclusion.item_id == item_id).order_by(col(Conclusion.version).desc())
    versions = list(session.exec(found))
    people = names(session) if versions else {}
    history = [conclusion_of(each, people) for each in versions]
    return {"conclusion": in_force(history), "waiting": waiting(history), "history": history}


def state_before(session: Session, stage_id: int) -> dict[str, Any] | None:
    """The stage before this one in its study: as it was frozen last, else as it stands; none where it is the first."""
    stage = studies.stage(session, stage_id)
    earlier = [each for each in studies.stages(session, stage.study_id) if each.name < stage.name]
    if not earlier:
        return None
    frozen = freezes(session, earlier[-1].id or 0)
    return frozen[0].state if frozen else stage_state(session, earlier[-1].id or 0)


def freezes(session: Session, stage_id: int) -> list[StageFreeze]:
    """The frozen states of a stage, the newest first."""
    return list(session.exec(select(StageFreeze).where(StageFreeze.stage_id == stage_id).order_by(col(StageFreeze.id).desc())))


def stage_items(session: Session, stage_id: int) -> list[dict[str, Any]]:
    """The checklist of a stage with counts and conclusions, without figures: quick enough for a page."""
    stage = studies.stage(session, stage_id)
    counts = {each.population_id: each.total for each in study_counts(session, stage.study_id)}
    populations = studies.populations(session, stage_id)
    shown = []
    for item in studies.items(session, stage_id):
        mine = [counts[each.id or 0] for each in populations if each.item_id == item.id and each.id in counts]
        sums = {word: sum(getattr(each, word) for each in mine) for word in ("released", "reached", "valid", "target")}
        shown.append({"item": item, **sums, **conclusions_of(session, item.id or 0)})
    return shown


def last_moment(session: Session, stage_id: int) -> datetime | None:
    """When the last thing happened in a stage's cases."""
    found: datetime | None = session.execute(text(AS_OF), {"stage": stage_id}).scalar_one()
    return found
