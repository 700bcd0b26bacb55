"""Releases: the pointer of a stratum moved forward."""

from sqlmodel import Session, select

from callcenter import clock
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.operations.actions import raise_alert, record
from callcenter.sampling import queries
from callcenter.sampling.releases import next_step
from callcenter.sampling.tables import Release, Stratum
from callcenter.studies import queries as studies


def move_pointer(session: Session, *, draw_id: int, stratum_id: int, count: int, kind: str, why: str, user_id: int | None) -> Release:
    """Release the next `count` units of a stratum (kind main or top_up); never beyond N, never taken back.

    The stratum's last unit raises an alert, committed with the release; a wish beyond it is refused and changes nothing.
    """
    found = queries.draw(session, draw_id)
    if found.drawn_at is None:
        raise Refused("not_drawn", "还没有抽样，不能释放样本。")
    if not why.strip():
        raise InvalidInput("no_reason", "请写明释放的原因。")
    stratum = session.exec(
        select(Stratum).where(Stratum.id == stratum_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).first()
    if stratum is None or stratum.design_id != found.design_id:
        raise NotFound("no_stratum", "这次抽样没有这个层，请重新选择。")
    positions = next_step(queries.pointer(stratum), count, kind, step=queries.release_step(session, draw_id))
    release = Release(
        draw_id=draw_id,
        stratum_id=stratum_id,
        kind=kind,
        first_position=positions.start,
        count=count,
        at=clock.now(),
        by=user_id,
        why=why.strip(),
    )
    stratum.released += count
    session.add_all([release, stratum])
    session.flush()
    if stratum.released >= stratum.size:
        _alert_exhausted(session, found.population_id, stratum, kind)
    detail = {"draw": draw_id, "stratum": stratum.name, "kind": kind, "first_position": positions.start, "count": count}
    record(session, user_id, "released", "release", release.id, detail=detail, reason=release.why)
    return release


def release_main(session: Session, *, draw_id: int, why: str, user_id: int | None) -> list[Release]:
    """Release what is not yet released of the main sample, in every stratum."""
    waiting = [(s.id, s.main_size - s.released) for s in queries.strata(session, draw_id) if s.main_size > s.released]
    if not waiting:
        raise Refused("main_released", "主样本已经全部释放，没有可释放的了。")
    return [
        move_pointer(session, draw_id=draw_id, stratum_id=stratum_id, count=count, kind="main", why=why, user_id=user_id)
        for stratum_id, count in waiting
        if stratum_id is not None
    ]


def _alert_exhausted(session: Session, population_id: int, stratum: Stratum, kind: str) -> None:
    population = studies.population(session, population_id)
    study = studies.study(session, studies.stage(session, population.stage_id).study_id)
    text = f"{study.title}，{population.code} {population.title}：层“{stratum.name}”的 {stratum.size} 个单位已全部释放，没有备用样本了。"
    severity = "notice" if kind == "main" else "warning"
    raise_alert(session, "stratum_exhausted", severity, text, same_as=f"stratum_exhausted:{stratum.id}", detail={"stratum_id": stratum.id})
