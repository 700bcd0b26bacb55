"""Reads of the room: studies, stages, phases, populations, standards."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from callcenter.errors import NotFound
from callcenter.studies.tables import (
    CalendarDay,
    ChecklistItem,
    DeclaredStandard,
    DiallingStop,
    Phase,
    PhaseExtension,
    Population,
    Stage,
    Study,
    StudyHours,
    Topic,
)
from callcenter.studies.units import UnitNames
from callcenter.studies.units import unit_names as names_in
from callcenter.studies.windows import Intake, IntakeSpan, UnitExtension
from callcenter.studies.work_calendar import WorkCalendar, calendar_of


def studies(session: Session) -> list[Study]:
    """All studies, by name."""
    return list(session.exec(select(Study).order_by(Study.name)))


def study(session: Session, study_id: int) -> Study:
    """The study with that id."""
    found = session.get(Study, study_id)
    if found is None:
        raise NotFound("no_study", "没有这项研究，请从首页重新选择。")
    return found


def study_by_name(session: Session, name: str) -> Study:
    """The study of that name."""
    found = session.exec(select(Study).where(Study.name == name)).first()
    if found is None:
        raise NotFound("no_study_named", "没有名为 {study} 的研究，请先用 study load 载入。", study=name)
    return found


def stages(session: Session, study_id: int) -> list[Stage]:
    """The stages of a study, by name."""
    return list(session.exec(select(Stage).where(Stage.study_id == study_id).order_by(Stage.name)))


def stage(session: Session, stage_id: int) -> Stage:
    """The stage with that id."""
    found = session.get(Stage, stage_id)
    if found is None:
        raise NotFound("no_stage", "没有这个阶段，请从首页重新选择。")
    return found


@dataclass(frozen=True)
class KnownStage:
    """A stage with its study; `has_lists` where its checklist is loaded."""

    study: Study
    stage: Stage
    has_lists: bool

    @property
    def id(self) -> int:
        """The stage's id."""
        return self.stage.id or 0


def known_stages(session: Session) -> list[KnownStage]:
    """Every stage of every study."""
    with_lists = set(session.exec(select(Population.stage_id).distinct()))
    return [KnownStage(each, round_, round_.id in with_lists) for each in studies(session) for round_ in stages(session, each.id or 0)]


def phases(session: Session, stage_id: int) -> list[Phase]:
    """The phases of a stage, by first day."""
    ordered = select(Phase).where(Phase.stage_id == stage_id).order_by(col(Phase.first_day), col(Phase.id))
    return list(session.exec(ordered))


def open_phase(session: Session, stage_id: int, kind: str, day: date) -> Phase | None:
    """The phase of that kind which holds `day`, where there is one."""
    holds = (Phase.stage_id == stage_id, Phase.kind == kind, col(Phase.first_day) <= day, col(Phase.last_day) >= day)
    return session.exec(select(Phase).where(*holds).order_by(col(Phase.last_day).desc())).first()


def calling_window(session: Session, stage_id: int) -> tuple[date, date] | None:
    """First and last day on which calls may be made for the stage, extensions included."""
    calling = session.exec(select(Phase).where(Phase.stage_id == stage_id, Phase.kind == "calling")).all()
    if not calling:
        return None
    return min(phase.first_day for phase in calling), max(phase.last_day for phase in calling)


def study_hours(session: Session, study_id: int) -> list[StudyHours]:
    """The hours that were given to a study on its page, newest first; the one that has not ended holds."""
    return list(session.exec(select(StudyHours).where(StudyHours.study_id == study_id).order_by(col(StudyHours.id).desc())))


def dialling_stop(session: Session, study_id: int) -> DiallingStop | None:
    """Who stopped the study's dialling, when and why, while it is stopped; asked of the database each time."""
    standing = select(DiallingStop).where(DiallingStop.study_id == study_id, col(DiallingStop.resumed_at).is_(None))
    return session.exec(standing).first()


def stopped_studies(session: Session) -> dict[int, DiallingStop]:
    """The studies whose dialling is stopped now."""
    return {stop.study_id: stop for stop in session.exec(select(DiallingStop).where(col(DiallingStop.resumed_at).is_(None)))}


def dialling_stops(session: Session, study_id: int, *, limit: int = 20) -> list[DiallingStop]:
    """Stops of the study's dialling, newest first."""
    of_study = select(DiallingStop).where(DiallingStop.study_id == study_id)
    return list(session.exec(of_study.order_by(col(DiallingStop.id).desc()).limit(limit)))


def unit_names(session: Session, stage_id: int) -> UnitNames:
    """How the units of the stage's study are named."""
    return names_in(study(session, stage(session, stage_id).study_id).settings)


def known_units(session: Session, study_id: int) -> list[str]:
    """The units that a study's checklists and settings name, in their normal form; districts stand for their departments."""
    of_study = study(session, study_id)
    names = names_in(of_study.settings)
    named = [unit for each in stages(session, study_id) for item in items(session, each.id or 0) for unit in _named_by(item)]
    members = [unit for group in names.members.values() for unit in group]
    return list(dict.fromkeys([*names.expanded(named), *names.expanded(members), *names.districts, *names.aliases.values()]))


def _named_by(item: ChecklistItem) -> list[str]:
    return [*item.lead_departments, *item.responsible_units]


def extensions(session: Session, stage_id: int, kind: str = "intake") -> list[PhaseExtension]:
    """Every recorded change of the last days of the stage's phases of a kind, oldest first."""
    of_stage = select(PhaseExtension).join(Phase, col(Phase.id) == col(PhaseExtension.phase_id))
    return list(session.exec(of_stage.where(Phase.stage_id == stage_id, Phase.kind == kind).order_by(col(PhaseExtension.id))))


def intake(session: Session, stage_id: int) -> Intake:
    """The upload windows of a stage."""
    spans = [
        IntakeSpan(phase.id or 0, phase.title, phase.first_day, phase.last_day, phase.scheduled_last_day)
        for phase in phases(session, stage_id)
        if phase.kind == "intake"
    ]
    given = [UnitExtension(each.phase_id, each.unit, each.last_day) for each in extensions(session, stage_id) if each.unit]
    return Intake(spans, given, unit_names(session, stage_id))


def topics(session: Session, study_id: int) -> list[Topic]:
    """The topics of a study, by number."""
    return list(session.exec(select(Topic).where(Topic.study_id == study_id).order_by(col(Topic.number))))


def items(session: Session, stage_id: int) -> list[ChecklistItem]:
    """The checklist of a stage, by number."""
    return list(session.exec(select(ChecklistItem).where(ChecklistItem.stage_id == stage_id).order_by(col(ChecklistItem.number))))


def item(session: Session, item_id: int) -> ChecklistItem:
    """The checklist item with that id."""
    found = session.get(ChecklistItem, item_id)
    if found is None:
        raise NotFound("no_item", "没有这条清单任务，请从清单重新选择。")
    return found


def population(session: Session, population_id: int) -> Population:
    """The population with that id."""
    found = session.get(Population, population_id)
    if found is None:
        raise NotFound("no_population", "没有这个样本总体，请从清单重新选择。")
    return found


def population_by_code(session: Session, stage_id: int, code: str) -> Population:
    """The population `<item>-<position>` of a stage."""
    found = session.exec(select(Population).where(Population.stage_id == stage_id, Population.code == code)).first()
    if found is None:
        raise NotFound("no_population_code", "没有编号为 {population} 的样本总体，请写成“任务号-序号”，如 4-1。", population=code)
    return found


def populations(session: Session, stage_id: int) -> list[Population]:
    """The populations of a stage, by item and position."""
    ordered = (
        select(Population)
        .join(ChecklistItem, col(ChecklistItem.id) == col(Population.item_id))
        .where(Population.stage_id == stage_id)
        .order_by(col(ChecklistItem.number), col(Population.position))
    )
    return list(session.exec(ordered))


def study_of_population(session: Session, population_id: int) -> Study:
    """The study that a population belongs to."""
    return study(session, stage(session, population(session, population_id).stage_id).study_id)


def standards(session: Session, study_id: int, *wanted: Any) -> list[DeclaredStandard]:
    """The declared standards of a study."""
    of_study = select(DeclaredStandard).where(DeclaredStandard.study_id == study_id, *wanted)
    return list(session.exec(of_study.order_by(col(DeclaredStandard.id))))


def stage_standards(session: Session, stage_id: int) -> list[DeclaredStandard]:
    """The declared standards of a stage's own checklist, and those of no checklist; never another stage's, whatever their item number."""
    its_own = or_(col(DeclaredStandard.stage_id) == stage_id, col(DeclaredStandard.stage_id).is_(None))
    return standards(session, stage(session, stage_id).study_id, its_own)


def item_standards(session: Session, of: ChecklistItem) -> list[DeclaredStandard]:
    """What an item's own checklist promises of it."""
    return [said for said in stage_standards(session, of.stage_id) if said.item_number == of.number]


def work_calendar(session: Session) -> WorkCalendar:
    """The calendar by which the whole house counts: official days, overridden by its own."""
    return calendar_of((said.day, said.kind) for said in session.exec(select(CalendarDay).where(col(CalendarDay.ended_at).is_(None))))


def calendar_days(session: Session, year: int) -> list[CalendarDay]:
    """What the house's own calendar says and ever said of a year, by day, the newest word first."""
    of_year = (col(CalendarDay.day) >= date(year, 1, 1), col(CalendarDay.day) <= date(year, 12, 31))
    return list(session.exec(select(CalendarDay).where(*of_year).order_by(col(CalendarDay.day), col(CalendarDay.id).desc())))
