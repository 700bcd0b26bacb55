"""The population and the unit that a command means."""

from typing import Any

from callcenter.errors import InvalidInput
from callcenter.studies import queries as studies
from callcenter.studies.units import alike, unit_names


def population_named(session: Any, study: str, code: str) -> Any:
    """The population `4-1` or `2021/4-1`; refused where several stages have it."""
    stage_name, _, short = code.rpartition("/")
    found = studies.study_by_name(session, study)
    stages = [stage for stage in studies.stages(session, found.id or 0) if not stage_name or stage.name == stage_name]
    named = [population for stage in stages for population in studies.populations(session, stage.id or 0) if population.code == short]
    if len(named) > 1:
        raise InvalidInput("wrong_use", "几个阶段都有 {population}：请写成“阶段/编号”，如 2021/{population}。", population=short)
    if not named:
        raise InvalidInput("no_population_code", "没有编号为 {population} 的样本总体，请写成“任务号-序号”，如 4-1。", population=code)
    return named[0]


def unknown_unit(session: Any, study: str, written: str) -> str | None:
    """What is to be said of a unit that no checklist of the study names, with names that are alike; none where one names it."""
    found = studies.study_by_name(session, study)
    name, known = unit_names(found.settings).answers_for(written), studies.known_units(session, found.id or 0)
    if name in known:
        return None
    near = alike(name, known)
    return f"研究 {study} 的清单里没有单位“{written}”" + (f"（名称相近的有：{'、'.join(near)}）" if near else "")
