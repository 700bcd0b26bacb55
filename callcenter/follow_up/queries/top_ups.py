"""Reads of top-ups: draws in the field, what a next step waits for, proposals, who carries them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from callcenter.call_queue import calling_hours
from callcenter.follow_up.recall_rules import read_rules
from callcenter.follow_up.tables import ReleaseMode, TopUpProposal
from callcenter.follow_up.top_up import FINAL_SHARE, MIN_ATTEMPTS, CaseState, Outlook, Proposal, StepState, outlook, propose, step_state
from callcenter.people.tables import User
from callcenter.responses import queries as responses
from callcenter.sampling import queries as sampling
from callcenter.sampling.tables import Design, Draw, Stratum
from callcenter.studies.queries import calling_window, study_of_population, work_calendar
from callcenter.studies.tables import Population, Stage, Study
from callcenter.studies.work_calendar import WorkCalendar

PROTOCOL_WORKDAYS = 5
"""No release so near to the window's end (unless the study says otherwise): its cases could not be worked to the end."""


@dataclass(frozen=True)
class DrawInField:
    """A draw whose calling window is open, with what a top-up goes by."""

    draw_id: int
    study_id: int
    settings: Mapping[str, Any]
    window: tuple[date, date]
    planned: float
    """Yield that the design expected: response x eligible x valid."""
    rule: Mapping[str, Any] = field(default_factory=dict)
    """The release rule of the frozen design; what it does not say, the study says."""
    switched: str | None = None
    """The mode that a supervisor has set since."""
    population: str = ""
    """Code of its population."""

    @property
    def chance(self) -> float:
        """The chance with which a top-up should reach the target."""
        return float(self._said("chance", 0.9))

    @property
    def mode(self) -> str:
        """manual or automatic."""
        return self.switched or str(self._said("mode", "manual"))

    @property
    def min_attempts(self) -> int:
        """Attempts that every case of a step has had before the next one."""
        return int(self._said("min_attempts", MIN_ATTEMPTS))

    @property
    def final_share(self) -> float:
        """The share of a step that is final before the next one."""
        return float(self._said("final_share", FINAL_SHARE))

    @property
    def protocol_workdays(self) -> int:
        """Workdays that working a case to the end takes: no release nearer to the window's close without a recorded word."""
        return int(self._said("protocol_workdays", PROTOCOL_WORKDAYS))

    def _said(self, name: str, otherwise: Any) -> Any:
        """What was frozen counts: it stands under the design's hash."""
        return self.rule.get(name, (self.settings.get("top_up") or {}).get(name, otherwise))

    @property
    def most_attempts(self) -> int:
        """Attempts of the protocol."""
        return read_rules(self.settings).attempts


def draws_in_field(session: Session, day: date) -> list[DrawInField]:
    """Finished draws of populations whose calling window holds `day`."""
    drawn = (
        select(Draw, Design, Study, Population)
        .join(Design, col(Design.id) == col(Draw.design_id))
        .join(Population, col(Population.id) == col(Draw.population_id))
        .join(Stage, col(Stage.id) == col(Population.stage_id))
        .join(Study, col(Study.id) == col(Stage.study_id))
        .where(col(Draw.drawn_at).is_not(None))
        .order_by(col(Draw.id))
    )
    switched = _switched(session)
    found = []
    for draw, design, study, population in session.exec(drawn):
        window = calling_window(session, population.stage_id)
        if window is not None and window[0] <= day <= window[1] and draw.id is not None and study.id is not None:
            rule, mode = design.document.get("release") or {}, switched.get(draw.id)
            found.append(DrawInField(draw.id, study.id, study.settings, window, _planned(design.document), rule, mode, population.code))
    return found


def release_modes(session: Session, draw_id: int) -> list[tuple[ReleaseMode, str | None]]:
    """Every change of a draw's release mode with the name of who made it, newest first."""
    changes = select(ReleaseMode, User.name).outerjoin(User, col(User.id) == col(ReleaseMode.by)).where(ReleaseMode.draw_id == draw_id)
    return list(session.exec(changes.order_by(col(ReleaseMode.id).desc())))


def release_mode(session: Session, draw_id: int) -> str:
    """The mode by which a draw's top-ups are released now: the last that was set, else the design's, else the study's."""
    changes = release_modes(session, draw_id)
    if changes:
        return changes[0][0].mode
    draw = sampling.draw(session, draw_id)
    rule = sampling.design(session, draw.design_id).document.get("release", {}) if draw.design_id is not None else {}
    return str(rule.get("mode") or (study_of_population(session, draw.population_id).settings.get("top_up") or {}).get("mode", "manual"))


def may_switch(settings: Mapping[str, Any]) -> bool:
    """Whether the study lets supervisors change the mode of a draw in the field."""
    return bool((settings.get("top_up") or {}).get("switchable", False))


def _switched(session: Session) -> dict[int, str]:
    """The mode that was set last, by draw."""
    return {change.draw_id: change.mode for change in session.exec(select(ReleaseMode).order_by(col(ReleaseMode.id)))}


def strata(session: Session, draw_id: int) -> list[Stratum]:
    """The strata of a draw's design that have been released at all, by name."""
    of_draw = select(Stratum).join(Draw, col(Draw.design_id) == col(Stratum.design_id)).where(Draw.id == draw_id, col(Stratum.released) > 0)
    return list(session.exec(of_draw.order_by(Stratum.name)))


def was_declined(session: Session, draw_id: int, stratum_id: int | None, found: Proposal) -> bool:
    """Whether the last word on this stratum was no, with the same number of valid samples as now."""
    of_stratum = select(TopUpProposal).where(TopUpProposal.draw_id == draw_id, TopUpProposal.stratum_id == stratum_id)
    last = session.exec(of_stratum.order_by(col(TopUpProposal.id).desc()).limit(1)).first()
    return last is not None and last.state == "declined" and last.valid == found.valid


def in_time(in_field: DrawInField, day: date, calendar: WorkCalendar) -> bool:
    """Whether a case released on `day` could still be worked to the end of the protocol."""
    hours = calling_hours.read(in_field.settings.get("calling") or {}, calendar)
    return calling_hours.add_workdays(hours, day, in_field.protocol_workdays) <= in_field.window[1]


def closes_soon(session: Session, draw_id: int, day: date) -> int | None:
    """The workdays of the protocol where a case released on `day` could no longer be worked to its end; None where it could."""
    found = next((one for one in draws_in_field(session, day) if one.draw_id == draw_id), None)
    if found is None:
        return _out_of_field(session, draw_id).protocol_workdays
    return None if in_time(found, day, work_calendar(session)) else found.protocol_workdays


def outlooks(session: Session, draw_id: int, day: date) -> dict[int, Outlook]:
    """Whether a next step is due in each stratum of a draw, by stratum id: the rule of `propose_top_ups`, told in advance."""
    field_draw = next((one for one in draws_in_field(session, day) if one.draw_id == draw_id), None)
    standing = field_draw or _out_of_field(session, draw_id)
    timely = field_draw is not None and in_time(field_draw, day, work_calendar(session))
    cases = responses.case_states(session, draw_id)
    words = {proposal.stratum_id: proposal.state for proposal in proposals_of(session, draw_id)}
    is_over = _is_over(session, draw_id, day)
    found: dict[int, Outlook] = {}
    for stratum in sampling.strata(session, draw_id):
        assert stratum.id is not None  # noqa: S101  # a stored row
        own = [case for case in cases if case.stratum_id == stratum.id]
        valid = sum(1 for case in own if case.valid)
        found[stratum.id] = outlook(
            _short(standing, stratum, own, cases),
            _last_step(standing, own),
            valid=valid,
            main_waiting=stratum.released < stratum.main_size,
            in_field=field_draw is not None,
            in_time=timely,
            last_word=words.get(stratum.id, ""),
            short_at_end=stratum.target - valid if is_over else None,
        )
    return found


def _is_over(session: Session, draw_id: int, day: date) -> bool:
    """Whether the calling window of a draw has closed, extensions included."""
    population = session.get_one(Population, sampling.draw(session, draw_id).population_id)
    window = calling_window(session, population.stage_id)
    return window is not None and day > window[1]


def proposals_of(session: Session, draw_id: int) -> list[TopUpProposal]:
    """Every proposal of a draw, oldest first, decided or not."""
    return list(session.exec(select(TopUpProposal).where(TopUpProposal.draw_id == draw_id).order_by(col(TopUpProposal.id))))


def state_of(case: responses.CaseState) -> CaseState:
    """A case as the yield model sees it."""
    if case.valid:
        return CaseState(case.attempts, "valid")
    return CaseState(case.attempts, "other" if case.state in {"closed", "tracing"} else "open")


def _out_of_field(session: Session, draw_id: int) -> DrawInField:
    draw = sampling.draw(session, draw_id)
    document = sampling.design(session, draw.design_id).document if draw.design_id is not None else {}
    study = study_of_population(session, draw.population_id)
    return DrawInField(draw_id, study.id or 0, study.settings, (date.max, date.max), _planned(document), document.get("release") or {})


def _short(
    standing: DrawInField, stratum: Stratum, own: Sequence[responses.CaseState], cases: Sequence[responses.CaseState]
) -> Proposal | None:
    if not own and not stratum.released:
        return None
    return propose(
        [state_of(case) for case in own],
        [state_of(case) for case in cases],
        target=stratum.target,
        reserves=stratum.size - stratum.released,
        planned=standing.planned,
        chance=standing.chance,
        most_attempts=standing.most_attempts,
    )


def _last_step(standing: DrawInField, own: Sequence[responses.CaseState]) -> StepState:
    last = max((case.release_id for case in own), default=None)
    newest = [state_of(case) for case in own if case.release_id == last]
    return step_state(newest, min_attempts=standing.min_attempts, final_share=standing.final_share)


def open_proposals(session: Session, draw_id: int | None = None) -> list[TopUpProposal]:
    """Proposals that wait for a word, oldest first."""
    wanted = select(TopUpProposal).where(TopUpProposal.state == "open")
    if draw_id is not None:
        wanted = wanted.where(TopUpProposal.draw_id == draw_id)
    return list(session.exec(wanted.order_by(col(TopUpProposal.id))))


def _planned(document: Mapping[str, Any]) -> float:
    rates = document.get("rates") or {}
    planned = 1.0
    for name in ("response", "eligible", "valid"):
        planned *= float(rates.get(name, document.get(f"expected_{name}", 1.0)))
    return min(max(planned, 0.01), 1.0)
