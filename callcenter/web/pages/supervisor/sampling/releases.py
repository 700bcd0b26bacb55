"""Releases of a draw: the main sample by one button, every step as a row."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput, NotFound
from callcenter.follow_up import actions
from callcenter.follow_up import queries as follow_up
from callcenter.follow_up.actions import release_by_hand, switch_release_mode
from callcenter.sampling import queries
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.sampling.workbench import Supervisor
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor/sampling")


@router.get("/draws/{draw_id}/releases")
def releases(request: Request, person: Supervisor, session: Work, draw_id: int) -> Response:
    """Where every stratum stands, and each release: who, when, why, how many."""
    return _page(request, person, session, draw_id)


@router.post("/draws/{draw_id}/release-main")
def release_main(request: Request, person: Supervisor, session: Work, draw_id: int) -> Response:
    """Release the main sample into the call queue."""
    try:
        with session.begin_nested():
            made, cases = actions.release_main(session, draw_id=draw_id, why="释放主样本", user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, draw_id, problem=_(refusal.text, **refusal.about), status=409)
    flash(request, "已释放 {cases} 个个案，分布在 {strata} 层，话务员现在可以领取。", cases=cases, strata=len(made))
    return see_other(f"/supervisor/sampling/draws/{draw_id}/releases")


@router.post("/draws/{draw_id}/release-by-hand")
def by_hand(
    request: Request,
    person: Supervisor,
    session: Work,
    draw_id: int,
    *,
    stratum: Annotated[int, Form()] = 0,
    count: Annotated[int, Form()] = 0,
    why: Annotated[str, Form(max_length=2000)] = "",
    word: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Release reserves that nothing proposed; before their time only with the commissioning office's word."""
    try:
        with session.begin_nested():
            if stratum not in {one.id for one in queries.strata(session, draw_id)}:
                raise NotFound("no_stratum", "这次抽样没有这个层，请重新选择。")
            release = release_by_hand(session, draw_id=draw_id, stratum_id=stratum, count=count, why=why, user_id=person.id, word=word)
    except NotFound:
        raise
    except CallcenterError as refusal:
        status = 422 if isinstance(refusal, InvalidInput) else 409
        return _page(request, person, session, draw_id, problem=_(refusal.text, **refusal.about), status=status)
    flash(request, "已补充释放 {count} 个个案，话务员现在可以领取。", count=release.count)
    return see_other(f"/supervisor/sampling/draws/{draw_id}/releases")


@router.post("/draws/{draw_id}/mode")
def switch(
    request: Request,
    person: Supervisor,
    session: Work,
    draw_id: int,
    mode: Annotated[str, Form()] = "",
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Let top-ups wait for a word, or be released by themselves, from here on."""
    try:
        with session.begin_nested():
            switch_release_mode(session, draw_id=draw_id, mode=mode, why=why, user_id=person.id)
    except CallcenterError as refusal:
        status = 422 if isinstance(refusal, InvalidInput) else 409
        return _page(request, person, session, draw_id, problem=_(refusal.text, **refusal.about), status=status)
    flash(request, "释放方式已改变，并已记录。")
    return see_other(f"/supervisor/sampling/draws/{draw_id}/releases")


def _page(request: Request, person: Supervisor, session: Work, draw_id: int, *, problem: str = "", status: int = 200) -> Response:
    draw = queries.draw(session, draw_id)
    strata = queries.strata(session, draw_id)
    values = {
        "draw": draw,
        "population": studies.population(session, draw.population_id),
        "strata": strata,
        "draws": queries.draws(session, draw.population_id),
        "words": queries.words(session, draw.population_id),
        "outlooks": follow_up.outlooks(session, draw_id, field_day(clock.now())) if draw.drawn_at else {},
        "mode": follow_up.release_mode(session, draw_id),
        "modes": follow_up.release_modes(session, draw_id),
        "switchable": follow_up.may_switch(studies.study_of_population(session, draw.population_id).settings),
        "rule": queries.design(session, draw.design_id).document.get("release", {}) if draw.design_id is not None else {},
        "waiting": [s for s in strata if s.released < s.main_size],
        "with_reserves": [s.id for s in strata if s.main_size <= s.released < s.size],
        "used_up": [s.name for s in strata if s.size and s.released >= s.size],
        "counts": queries.released_counts(session, draw_id),
        "releases": queries.releases(session, draw_id),
        "problem": problem,
    }
    return page(request, person, "supervisor/sampling/releases.html", status=status, **values)
