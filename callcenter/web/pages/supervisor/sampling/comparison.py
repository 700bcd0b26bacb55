"""Candidate designs side by side: kept under a name, compared as a table and as charts, taken back to the workbench to be fixed."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.sampling import actions, queries
from callcenter.sampling.design import Plan, Wishes, fields_of, make_plan, read_wishes
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.sampling import figures
from callcenter.web.pages.supervisor.sampling.workbench import Supervisor, Typed, look, refused
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor/sampling/populations/{population_id}")


@dataclass(frozen=True)
class Candidate:
    """A design with what it promises for the newest frame, or why it cannot be."""

    name: str
    draft_id: int | None
    """None for the design that is frozen."""
    document: dict[str, Any]
    plan: Plan | None
    problem: str = ""

    @property
    def worst(self) -> float | None:
        """The widest margin of any stratum; None where one has none."""
        margins = [row.margin for row in self.plan.strata] if self.plan else []
        return max((margin for margin in margins if margin is not None), default=None) if None not in margins else None


@router.get("/designs")
def compare(request: Request, person: Supervisor, session: Work, population_id: int) -> Response:
    """Every kept design beside the frozen one."""
    population = studies.population(session, population_id)
    found = candidates(session, population_id)
    plans = [one.plan for one in found if one.plan]
    rows = {one.name: {row.name: row for row in one.plan.strata} for one in found if one.plan}
    frames = queries.frames(session, population_id)
    return page(
        request,
        person,
        "supervisor/sampling/comparison.html",
        population=population,
        frame=frames[0] if frames else None,
        candidates=found,
        strata=figures.strata_of(plans),
        rows=rows,
        most_rows=figures.MOST_ROWS,
        finding=_finding(found),
    )


@router.get("/designs/{what}.json", dependencies=[allow("supervisor")])
def figure(session: Work, population_id: int, what: Literal["released", "margins"]) -> Response:
    """A chart of the designs."""
    studies.population(session, population_id)
    plans = {one.name: one.plan for one in candidates(session, population_id) if one.plan}
    return JSONResponse(figures.released(plans) if what == "released" else figures.margins(plans), headers={"Cache-Control": "no-store"})


@router.post("/designs")
def keep(request: Request, person: Supervisor, session: Work, population_id: int, typed: Typed) -> Response:
    """Keep the design as it was shown under a name."""
    try:
        with session.begin_nested():
            tried = look(session, population_id, typed)["tried"]
            if tried.plan is None:
                raise InvalidInput("draft_cannot_be", "方案还不能保存：{why}", why=next(iter(tried.problems.values()), _("没有抽样框")))
            name = typed.get("name", "")
            actions.save_draft(session, population_id=population_id, name=name, document=tried.document, user_id=person.id)
    except CallcenterError as refusal:
        return refused(request, person, session, population_id, refusal, typed)
    flash(request, "已保存为备选方案。")
    return see_other(f"/supervisor/sampling/populations/{population_id}/designs")


@router.post("/designs/remove")
def remove(request: Request, person: Supervisor, session: Work, population_id: int, draft: Annotated[int, Form()] = 0) -> Response:
    """Forget a kept design."""
    actions.remove_draft(session, population_id, draft, person.id)
    flash(request, "备选方案已删除。")
    return see_other(f"/supervisor/sampling/populations/{population_id}/designs")


def candidates(session: Session, population_id: int) -> list[Candidate]:
    """The frozen design first, then the kept ones, all tried on the newest frame."""
    frames = queries.frames(session, population_id)
    if not frames or frames[0].id is None:
        return []
    draws = queries.draws(session, population_id)
    found: list[tuple[str, int | None, dict[str, Any]]] = []
    if draws and draws[-1].design_id is not None:
        frozen = queries.design(session, draws[-1].design_id).document
        wished = {name: value for name, value in frozen.items() if name in Wishes.model_fields} | {"strata": fields_of(frozen)}
        found.append((_("已冻结的方案"), None, wished))
    found += [(draft.name, draft.id, draft.document) for draft in queries.drafts(session, population_id)]
    return [_candidate(session, frames[0].id, *one) for one in found]


def _candidate(session: Session, frame_id: int, name: str, draft_id: int | None, document: dict[str, Any]) -> Candidate:
    try:
        wishes = read_wishes(document)
        return Candidate(name, draft_id, document, make_plan(queries.cell_sizes(session, frame_id, wishes.strata), wishes))
    except CallcenterError as refusal:
        return Candidate(name, draft_id, document, None, _(refusal.text, **refusal.about))


def _finding(found: list[Candidate]) -> str:
    """What the comparison shows, in words."""
    able = [one for one in found if one.plan and one.plan.margin is not None]
    if len(able) < 2:
        return ""
    closest = min(able, key=lambda one: one.plan.margin if one.plan and one.plan.margin is not None else 1)
    fewest = min(able, key=lambda one: one.plan.main_size if one.plan else 0)
    return _(
        "总体误差界最小的是“{closest}”，释放最少的是“{fewest}”（{released} 个单位）",
        closest=closest.name,
        fewest=fewest.name,
        released=fewest.plan.main_size if fewest.plan else 0,
    )
