"""Rates of a study by every cut, as of any moment; each number opens its cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import InvalidInput
from callcenter.operations.actions import record
from callcenter.people import queries as people
from callcenter.response_rates import aapor, cuts
from callcenter.response_rates.cohorts import named_rates, together
from callcenter.response_rates.cuts import Scope
from callcenter.response_rates.queries import attempts_by, cases_behind, cases_by, steps, whole
from callcenter.response_rates.queries.by_stratum import Step
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE
from callcenter.web import formats, labels
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/rates")
Reader = Annotated[Person, allow("supervisor", "evaluator", "commissioner")]
Opener = Annotated[Person, allow("supervisor", "evaluator")]
PAGE = 50

CUTS = {
    "stratum": noted("层"),
    "stage": noted("评估阶段"),
    "topic": noted("专题"),
    "item": noted("任务清单事项"),
    "population": noted("样本总体"),
    "district": noted("区"),
    "unit": noted("报送单位（有重叠）"),
    "release": noted("放号批次"),
    "kind": noted("主样本与补充样本"),
    "final_operator": noted("最后一次拨打的话务员"),
    "final_line": noted("最后一次拨打的线路"),
    "final_day": noted("最后一次拨打的日期"),
    "final_daypart": noted("最后一次拨打的时段"),
    "operator": noted("话务员（按次）"),
    "line": noted("线路（按次）"),
    "day": noted("日期（按次）"),
    "daypart": noted("时段（按次）"),
}


@dataclass(frozen=True)
class Asked:
    """What the form of the page asks for, as typed."""

    study: str = ""
    by: str = "stratum"
    kind: str = ""
    until: str = ""
    e: str = ""

    def link(self, **more: str) -> str:
        """The same question with more to it, as the end of an address."""
        return urlencode({name: value for name, value in {**vars(self), **more}.items() if value})


@router.get("")
def rates(
    request: Request, person: Reader, session: Work, study: str = "", by: str = "stratum", kind: str = "", until: str = "", e: str = ""
) -> Response:
    """Every rate of a study and of each group of a cut."""
    asked = Asked(study, by if by in CUTS else "stratum", kind if kind in cuts.KINDS else "", until, e)
    known = studies.studies(session)
    chosen = _chosen(known, study)
    values: dict[str, Any] = {"asked": asked, "studies": known, "chosen": chosen, "cuts": CUTS, "problem": "", "total": None}
    if chosen is None:
        return page(request, person, "supervisor/rates/rates.html", **values)
    try:
        values |= _found(session, chosen, asked)
    except InvalidInput as refusal:
        values["problem"] = _(refusal.text, **refusal.about)
    values["opens"] = person.role in {"supervisor", "evaluator"}
    return page(request, person, "supervisor/rates/rates.html", status=422 if values["problem"] else 200, **values)


@router.get("/cases")
def cases(
    request: Request,
    person: Opener,
    session: Work,
    count: str,
    study: str = "",
    by: str = "",
    key: str = "",
    kind: str = "",
    until: str = "",
    offset: Offset = 0,
) -> Response:
    """The cases in one count; that they were listed is written down."""
    chosen = _chosen(studies.studies(session), study)
    if chosen is None:
        raise InvalidInput("no_study", "还没有载入调查。")
    asked = Asked(study, by, kind, until)
    cut = by if key else ""
    found, number = cases_behind(session, _scope(chosen, asked), count, cut, key, offset=offset, limit=PAGE)
    record(session, person.id, "cases_listed", "study", chosen.id, detail={"count": count, "kind": cut})
    names = _names(session, chosen, cut) if cut else {}
    about: dict[str, Any] = {
        "count": count,
        "group": names.get(key, key),
        "cut": CUTS.get(cut, ""),
        "number": number,
        "offset": offset,
        "size": PAGE,
    }
    query = {**vars(asked), "count": count, "key": key}
    return page(request, person, "supervisor/rates/cases.html", asked=asked, chosen=chosen, rows=found, query=query, **about)


def _found(session: Session, study: Any, asked: Asked) -> dict[str, Any]:
    scope, e = _scope(study, asked), _eligible(asked.e)
    strata = whole(session, scope)
    total = together([group.cohort for group in strata])
    found: dict[str, Any] = {
        "total": total,
        "named": named_rates(total),
        "rates": cuts.rates_of(strata, strata, e),
        "formulas": {name: rate.formula for name, rate in aapor.RATES.items()},
        "names": _names(session, study, asked.by),
        "groups": [],
        "attempts": [],
    }
    if asked.by in cuts.ATTEMPTS:
        return found | {"attempts": attempts_by(session, scope, asked.by)}
    groups = strata if asked.by == "stratum" else cases_by(session, scope, asked.by)[asked.by]
    return found | {"groups": [(group, cuts.rates_of([group], strata, e), named_rates(group.cohort)) for group in groups]}


def _chosen(known: list[Any], asked: str) -> Any:
    return next((study for study in known if str(study.id) == asked), known[-1] if known else None)


def _scope(study: Any, asked: Asked) -> Scope:
    return Scope(study.id or 0, _moment(asked.until), asked.kind if asked.kind in cuts.KINDS else None)


def _moment(typed: str) -> datetime | None:
    if not typed.strip():
        return None
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("moment_unread", "“截至”的时间看不懂：请按 2022-06-10T17:30 的格式填写。") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=FIELD_ZONE)


def _eligible(typed: str) -> float | None:
    if not typed.strip():
        return None
    try:
        e = float(typed)
    except ValueError:
        e = -1.0
    if not 0 <= e <= 1:
        raise InvalidInput("bad_e", "e 应是 0 到 1 之间的数；留空则按比例法计算。")
    return e


def _names(session: Session, study: Any, cut: str) -> Mapping[str, str]:
    """What the keys of a cut are called."""
    study_id = study.id or 0
    if cut in {"operator", "final_operator"}:
        return {str(user): name for user, name in people.names(session).items()}
    if cut == "topic":
        return {str(topic.number): f"{topic.number} {topic.title}" for topic in studies.topics(session, study_id)}
    if cut in {"item", "population"}:
        return {f"{stage} {key}": f"{stage} {key} {title}" for stage, key, title in _of_stages(session, study_id, cut)}
    if cut == "kind":
        return {kind: str(labels.value(kind)) for kind in cuts.KINDS}
    if cut == "release":
        return {str(step.release_id): _step(step) for step in steps(session, study_id)}
    return {}


def _of_stages(session: Session, study_id: int, cut: str) -> Iterator[tuple[str, object, str]]:
    for stage in studies.stages(session, study_id):
        if cut == "item":
            yield from ((stage.name, item.number, item.title) for item in studies.items(session, stage.id or 0))
        else:
            yield from ((stage.name, one.code, one.title) for one in studies.populations(session, stage.id or 0))


def _step(step: Step) -> str:
    return f"{step.population} {step.stratum} · {formats.moment(step.at)} · {labels.value(step.kind)} {step.count}"
